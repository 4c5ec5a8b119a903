// The deliberate faults of `npm run mutants` can still be planted, and the tests that must notice exist.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { MUTANTS } from '../mutants/mutants.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

it.each(MUTANTS.map((mutant) => [mutant.fault, mutant] as const))(
  'a program that %s',
  (_fault, { file, from, to, noticedBy }) => {
    const text = readFileSync(join(ROOT, file), 'utf8');
    expect(text.split(from)).toHaveLength(2);
    expect(text.replace(from, () => to)).not.toBe(text);
    if ('file' in noticedBy) expect(existsSync(join(ROOT, noticedBy.file))).toBe(true);
  },
);
