import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { releaseTable } from '../../scripts/release-table.ts';

const PAGE = join(import.meta.dirname, '..', '..', 'docs', 'releases-compared.md');

/** It decides some 400,000 calls, on a machine that may have other work. */
const TIMEOUT_MS = 180_000;

it(
  'docs/releases-compared.md says what the releases answer (npm run release-table)',
  async () => {
    expect(await releaseTable()).toBe(await readFile(PAGE, 'utf8'));
  },
  TIMEOUT_MS,
);
