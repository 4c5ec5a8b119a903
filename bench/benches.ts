/** All benchmarks, in the order in which they run and stand in RESULTS.md. */

import { followers } from './followers.ts';
import type { Bench } from './harness/bench.ts';
import { model } from './model.ts';
import { replay } from './replay.ts';
import { storage } from './storage.ts';

export const BENCHES: readonly Bench[] = [model, followers, replay, storage];
