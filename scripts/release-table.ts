// Writes docs/releases-compared.md: the recorded scenarios of one kernel, decided under every
// release. A test fails when the page is not what this would write.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { knownReleases, releaseOf, V2_SERIES } from '../src/domain/release/release.ts';
import { readGolden } from '../src/recorders/golden/files.ts';
import { parseScenarios } from '../src/recorders/golden/scenario.ts';
import { compareReleases } from '../src/recorders/release-table/compare.ts';
import { logOf } from '../src/recorders/release-table/log.ts';
import { pageOf } from '../src/recorders/release-table/page.ts';

const ROOT = join(import.meta.dirname, '..');
const PAGE = join(ROOT, 'docs', 'releases-compared.md');
/** The kernel whose scenarios make the log: it has all of them. */
const HISTORY = join(ROOT, 'test', 'histories', '6.18.jsonl.br');

/** The page as the model says it today. */
export async function releaseTable(): Promise<string> {
  const scenarios = parseScenarios(await readGolden(HISTORY), '6.18');
  const log = logOf(scenarios);
  const { calls, comparisons } = compareReleases(oldestFirst(), log);
  return pageOf({ scenarios: log.length, calls, comparisons });
}

/** v2-series, then every series and every measured update. */
function oldestFirst(): string[] {
  const exact = knownReleases().filter((name) => name !== V2_SERIES);
  const ids = [...new Set(exact.map((name) => releaseOf(name)?.id ?? name))];
  return [V2_SERIES, ...ids.sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))];
}

if (process.argv[1] === import.meta.filename) await writeFile(PAGE, await releaseTable());
