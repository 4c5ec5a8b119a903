/** All benchmarks, in the order in which they run and stand in RESULTS.md. */

import { fairness } from './fairness.ts';
import { followers } from './followers.ts';
import type { Bench } from './harness/bench.ts';
import { memory } from './memory.ts';
import { model } from './model.ts';
import { replay } from './replay.ts';
import { rootAttach } from './root-attach.ts';
import { singleWrites } from './single-writes.ts';
import { storage } from './storage.ts';

export const BENCHES: readonly Bench[] = [
  singleWrites,
  model,
  replay,
  storage,
  rootAttach,
  followers,
  fairness,
  memory,
];
