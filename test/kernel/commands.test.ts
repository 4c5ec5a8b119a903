// The commands that use the kernel that runs here, as root types them.

import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readGolden } from '../../src/recorders/golden/files.ts';
import { goldenText } from '../../src/recorders/golden/record.ts';
import { parseScenarios } from '../../src/recorders/golden/scenario.ts';
import { bpfledger, root } from '../support/command.ts';
import { needs } from '../support/needs.ts';

const RUN_MS_MAX = 120_000;
const HISTORY = join(root, 'test/histories/6.18.jsonl.br');

const kernel = needs('kernel');
const folder = mkdtempSync(join(tmpdir(), 'bpfledger-commands-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(!kernel.ok)('on the kernel that runs here', { timeout: RUN_MS_MAX }, () => {
  it('fuzz ends with what it compared, and finds nothing', async () => {
    const { code, out, err } = await bpfledger(['fuzz', '--steps', '400', '--seed', '3']);
    expect(code).toBe(0);
    // What a build carries of later kernels is said, and nothing else.
    expect(err).toMatch(/^(this kernel has link_update_\w+ = true, where 6\.18\.44 has false\n)*$/);
    expect(out).toMatch(/^\d+ steps, 0 divergences\n$/);
  });

  it('golden record writes a file that conform finds to be what the model answers', async () => {
    const [scenario] = parseScenarios(await readGolden(HISTORY), HISTORY);
    if (scenario === undefined) throw new Error('the history is empty');
    const given = join(folder, 'given.jsonl');
    writeFileSync(given, goldenText(scenario));
    const recorded = join(folder, 'recorded');
    const { code, out, err } = await bpfledger(['golden', 'record', given, '--out', recorded]);
    expect([code, err, out]).toEqual([0, '', '1 scenario recorded, 0 not\n']);
    expect(readdirSync(recorded)).toEqual([`${scenario.header.scenario}.jsonl`]);
    const compared = await bpfledger(['conform', recorded]);
    expect(compared.out).toContain(`${scenario.steps.length} steps, 0 mismatches\n`);
  });
});
