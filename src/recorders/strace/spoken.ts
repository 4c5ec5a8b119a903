/** What a line says, on its way from text to an observation. */
import type { MeantCall } from './deed.ts';
import type { Mounts } from './paths.ts';
import type { TracedProcess } from './processes.ts';
import type { Result } from './trace-line.ts';
import type { Arguments } from './value.ts';

/** A whole call of a process, its arguments read. */
export interface Spoken {
  readonly name: string;
  readonly args: Arguments;
  readonly result: Result;
  readonly process: TracedProcess;
  readonly mounts: Mounts;
}

/** Something that the ledger has no call for. */
export interface LeftOut {
  readonly leftOut: string;
}

/** What a line comes to: calls in order, nothing that concerns the ledger, or what it lacks. */
export type LineMeaning = readonly MeantCall[] | LeftOut;

/** It concerns no object of the ledger. */
export const NOTHING: LineMeaning = [];
