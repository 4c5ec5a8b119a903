/** All benchmarks, in the order in which they run and stand in RESULTS.md. */
import type { Bench } from './harness/bench.ts';

export const BENCHES: readonly Bench[] = [];
