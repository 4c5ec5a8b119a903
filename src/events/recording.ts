/**
 * Recordings that other tools made of a host: what a reader of them gives. The readers stand with
 * the recorders, which the service does not know: it is handed them where it is put together.
 */
import type { Kernel } from '../domain/kernel.ts';
import type { CallRequest } from './submission.ts';

/** The bytes of a recording, as often as they are asked for. */
export type Bytes = () => AsyncIterable<Uint8Array>;

/** What a recording says of itself before it is read as a whole. */
export interface Preface {
  /** Time of the first line, microseconds since the epoch. */
  readonly startedAt: number;
  /** Directories that cgroup2 and the bpffs are mounted on. */
  readonly mounts: { readonly cgroup: string; readonly bpffs: string };
  /** Kernel release, where the recording tells it. */
  readonly release?: string;
}

/** What a reading starts from. */
export interface Start {
  readonly bytes: Bytes;
  readonly preface: Preface;
  /** A copy of the host's state when the recording begins, each time that it is asked for. */
  readonly kernel: () => Kernel | Promise<Kernel>;
  /** Time of the log, microseconds since the epoch: what is too far ahead of it is refused. */
  readonly now: number;
  /** Told how many bytes of which pass are read, now and then; what it gives is waited for. */
  readonly progress: (pass: 1 | 2, bytes: number) => void | Promise<void>;
}

/** How often something was met, and in which lines first. */
export interface LineCount {
  readonly count: number;
  readonly lines: readonly number[];
}

/** The rules answer otherwise than the kernel did. */
export interface Divergence {
  readonly line: number;
  readonly call: string;
  /** JSON of the two answers. */
  readonly observed: string;
  readonly expected: string;
}

/** What of a recording could be used, and what not. */
export interface Summary {
  readonly lines: number;
  /** Calls and sightings that the recording tells, and those that follow from them. */
  readonly observed: number;
  readonly inferred: number;
  readonly queries: number;
  readonly divergences: { readonly count: number; readonly first: readonly Divergence[] };
  /** Calls that the ledger has no word for, or the recording only a half of, by name. */
  readonly left_out: Readonly<Record<string, LineCount>>;
  /** Lines that are none of the format, or broken, by what is wrong. */
  readonly unreadable: Readonly<Record<string, LineCount>>;
  /** Calls whose text leaves out fields that are not zero, by name. */
  readonly abbreviated: Readonly<Record<string, LineCount>>;
  /** Lines of calls that do not say which fd they are about, and nothing else does. */
  readonly ambiguous: readonly number[];
  /** The last line, when it has no end: the recording was cut off. */
  readonly cut_off?: number;
}

/** What became of a recording that was imported. */
export interface ImportedRecording {
  readonly made_host: boolean;
  /** How many of the events an earlier request recorded. */
  readonly recorded_before: number;
  /** Time of the event before, where the recording begins earlier than that (RFC 3339). */
  readonly begins_before?: string;
  /** Of the first and the last event. */
  readonly position_from: number;
  readonly position: number;
  readonly events: number;
  /** Events in which the rules gave way. */
  readonly drift: number;
  readonly summary: Summary;
}

/** Observations in the order in which they are to be recorded. */
export type Observations = readonly CallRequest[];

/** Reads one format. */
export interface RecordingReader {
  /**
   * Looks into the beginning.
   *
   * @throws RecordingRefused
   */
  preface(bytes: Bytes): Promise<Preface>;
  /**
   * Reads all of it. The first step ends when all was read once: what is refused is refused then,
   * before anything is told.
   *
   * @throws RecordingRefused
   */
  read(start: Start): AsyncGenerator<Observations, Summary>;
}

/** A recording is refused: where, and why. */
export class RecordingRefused extends Error {
  /** From 1; absent where the whole file is meant. */
  readonly line: number | undefined;
  constructor(message: string, line?: number) {
    super(line === undefined ? message : `line ${line}: ${message}`);
    this.line = line;
  }
}
