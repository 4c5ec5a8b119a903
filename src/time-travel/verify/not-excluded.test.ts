// What a verification cannot exclude is said in whole sentences.

import { expect, it } from 'vitest';
import type { ChainReport } from '../../events/proof/chain-check.ts';
import { notExcluded } from './not-excluded.ts';

const REPORT: ChainReport = {
  ...{ holds: true, position: 2, hash: '', fault_count: 0, faults: [] },
  ...{ checkpoints: 0, before_cut: 0, proven_to: 0, keys: [], kept: 0, unchained: 0 },
  ...{ cut_signed: false },
  ...{ untrusted: 1, untrusted_keys: ['2be77a44e0b7370e'] },
};

it.each([
  [1, '1 checkpoint is signed by an unknown key and proves nothing: 2be77a44e0b7370e.'],
  [2, '2 checkpoints are signed by unknown keys and prove nothing: 2be77a44e0b7370e.'],
])('of %i foreign checkpoints it is told that they prove nothing', (untrusted, sentence) => {
  expect(notExcluded(undefined, { ...REPORT, untrusted }, {})).toContain(sentence);
});
