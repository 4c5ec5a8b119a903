/** All benchmarks, in the order in which they run and stand in RESULTS.md. */

import { appendGrowth } from './append-growth.ts';
import { asOf } from './as-of.ts';
import { batches } from './batches.ts';
import { collector } from './collector.ts';
import { fairness } from './fairness.ts';
import { fleet } from './fleet.ts';
import { foldLogs } from './fold.ts';
import { followers } from './followers.ts';
import type { Bench } from './harness/bench.ts';
import { imports } from './import.ts';
import { memory } from './memory.ts';
import { model } from './model.ts';
import { packaged } from './package.ts';
import { page } from './page.ts';
import { recording } from './recording.ts';
import { rootAttach } from './root-attach.ts';
import { sandbox } from './sandbox.ts';
import { singleWrites } from './single-writes.ts';
import { start } from './start.ts';
import { storage } from './storage.ts';

export const BENCHES: readonly Bench[] = [
  singleWrites,
  batches,
  imports,
  model,
  foldLogs,
  storage,
  asOf,
  appendGrowth,
  start,
  rootAttach,
  followers,
  fairness,
  fleet,
  page,
  packaged,
  memory,
  collector,
  recording,
  sandbox,
];
