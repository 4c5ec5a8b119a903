/** What processes of a recording did: read from its lines, and not yet observations of the ledger. */
import type { Call } from '../../domain/call.ts';
import type { Sighting } from '../../domain/observed/sighting.ts';
import type { QueryOutputs } from '../../domain/outcome.ts';
import type { PrintedPaths } from './printed-paths.ts';
import type { TracedProcess } from './processes.ts';

/** A call of the ledger, as far as the line tells it. */
export interface MeantCall {
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

/** Something that a process did. */
export interface Deed {
  readonly line: number;
  /** Microseconds since the epoch. */
  readonly at: number;
  readonly process: TracedProcess;
  readonly tid: number;
  readonly comm?: string;
  /** `send`: fds went into a socket; who takes them is not known here. */
  readonly what: MeantCall | { readonly sighting: Sighting } | { readonly send: readonly number[] };
  readonly outcome: { readonly ret: number } | { readonly errno: string };
  /** Paths that `-y` printed behind fds. */
  readonly paths: PrintedPaths;
  /** Which bpf() call of the recording it is, from 1; 0 for any other. */
  readonly ordinal: number;
  /** The process that a fork made. */
  readonly child?: TracedProcess;
}

/** A deed with a call, its hidden fd filled in. */
export interface CallDeed extends Deed {
  readonly what: MeantCall;
}

/** Whether a deed is a call. */
export function isCall(deed: Deed): deed is CallDeed {
  return 'call' in deed.what;
}

/** Calls that every process makes. */
const OF_EVERY_PROCESS: ReadonlySet<string> = new Set(['fork', 'exec', 'exit']);

export function isOfEveryProcess({ what: { call } }: CallDeed): boolean {
  return OF_EVERY_PROCESS.has(call.name);
}
