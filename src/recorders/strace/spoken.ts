/** What a line says, on its way from text to an observation. */
import type { Call } from '../../domain/call.ts';
import type { QueryOutputs } from '../../domain/outcome.ts';
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

/** A call of the ledger, as far as the line tells it. */
export interface ToldCall {
  readonly call: Call;
  /** What the call returned, where that is not the return value of the line. */
  readonly ret?: number;
  /** What PROG_QUERY gave back. */
  readonly query?: QueryOutputs;
  /** An fd field that this strace does not print. */
  readonly hidden?: 'attach_bpf_fd' | 'link_fd';
  /** Fields that are not zero were left out: `...`. */
  readonly cut?: true;
}

/** Something that the ledger has no call for. */
export interface LeftOut {
  readonly leftOut: string;
}

/** What a line comes to: calls in order, nothing that concerns the ledger, or what it lacks. */
export type Told = readonly ToldCall[] | LeftOut;

/** It concerns no object of the ledger. */
export const NOTHING: Told = [];
