/** A benchmark: one question about speed or size, answered by tables that compare side by side. */
import type { Plot } from './plot.ts';
import type { BenchPostgres } from './postgres.ts';
import type { Table } from './table.ts';

export interface BenchContext {
  /** Rounds of every comparison; medians and spreads are over these. */
  readonly rounds: number;
  /** Also the sizes that take long to build. */
  readonly full: boolean;
  /** A folder of this run's own, gone at its end. */
  readonly scratch: string;
  /** The PostgreSQL server of this run, with durable defaults. */
  postgres(): Promise<BenchPostgres>;
  /** Tells who waits what is being done. */
  say(line: string): void;
}

/** What a benchmark found. */
export interface Section {
  /** Sentences before the tables: the workload, and what is compared with what. */
  readonly text: readonly string[];
  readonly tables: readonly Table[];
  readonly plots?: readonly Plot[];
}

export interface Bench {
  /** What it is asked for by: `npm run bench -- NAME`. */
  readonly name: string;
  readonly title: string;
  /** With `--full` it has longer logs, and a section of its own. */
  readonly longer?: true;
  run(context: BenchContext): Promise<Section>;
}
