/**
 * A recording of strace, read twice: first to find out what the text says too late or not at all,
 * then to tell what happened, in order. Neither pass holds more than what lives at one moment.
 */
import type { Kernel } from '../../domain/kernel.ts';
import { Interpreter } from './interpreter.ts';
import { BPFFS_MOUNT, CGROUP_MOUNT, HYBRID_CGROUP_MOUNT, Mounts } from './paths.ts';
import { Survey } from './survey.ts';
import type { Counted } from './tally.ts';
import { type Divergence, type Placed, Telling } from './telling.ts';
import { RecordingRefused, TextLines } from './text-lines.ts';
import { readTraceLine } from './trace-line.ts';
import { Malformed } from './value.ts';

/** The bytes of a recording, as often as they are asked for. */
export type Bytes = () => AsyncIterable<Uint8Array>;

/** What the text says of itself before it is read as a whole. */
export interface Preface {
  /** Time of the first line, microseconds since the epoch. */
  readonly startedAt: number;
  /** Directories that cgroup2 and the bpffs are mounted on. */
  readonly mounts: { readonly cgroup: string; readonly bpffs: string };
  /** Kernel release that a loader told the kernel (`kern_version`), where one did. */
  readonly release?: string;
}

/** What an import could and could not use. */
export interface Summary {
  readonly lines: number;
  readonly observed: number;
  readonly inferred: number;
  readonly queries: number;
  readonly divergences: { readonly count: number; readonly first: readonly Divergence[] };
  /** Calls that the ledger has no word for, by name. */
  readonly left_out: Readonly<Record<string, Counted>>;
  /** Lines that are none of strace or broken, by what is wrong. */
  readonly unreadable: Readonly<Record<string, Counted>>;
  /** Calls of which strace left out fields that are not zero. */
  readonly abbreviated: Readonly<Record<string, Counted>>;
  /** Lines whose hidden fd nothing told apart: the first that fits was taken. */
  readonly ambiguous: readonly number[];
  /** The last line has no end. */
  readonly cut_off?: number;
}

/** Ambiguous lines that are listed. */
const AMBIGUOUS_MAX = 100;
/** Bytes in which the mounts and the release are looked for. */
const PREFACE_BYTES_MAX = 64 * 1024 * 1024;

const KERN_VERSION = /kern_version=KERNEL_VERSION\(([1-9]\d*), (\d+), (\d+)\)/;

/**
 * Looks into the beginning of a recording.
 *
 * @throws RecordingRefused when its first line is none of strace, or lacks its process or time
 */
export async function prefaceOf(bytes: Bytes): Promise<Preface> {
  const lines = new TextLines();
  let startedAt: number | undefined;
  let [isHybrid, read] = [false, 0];
  let release: string | undefined;
  const take = (text: string): void => {
    startedAt ??= startOf(text, lines.number);
    if (release === undefined && text.includes('kern_version=KERNEL')) {
      release = KERN_VERSION.exec(text)?.slice(1).join('.');
    }
  };
  for await (const chunk of bytes()) {
    isHybrid ||= Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).includes(HYBRID_CGROUP_MOUNT);
    for (const text of lines.push(chunk)) if (startedAt === undefined || release === undefined) take(text);
    read += chunk.byteLength;
    if (read > PREFACE_BYTES_MAX || (isHybrid && release !== undefined)) break;
  }
  const last = lines.end();
  if (startedAt === undefined && last !== undefined) take(last);
  if (startedAt === undefined) throw new RecordingRefused('the recording has no line');
  const cgroup = isHybrid ? HYBRID_CGROUP_MOUNT : CGROUP_MOUNT;
  return {
    startedAt,
    mounts: { cgroup, bpffs: BPFFS_MOUNT },
    ...(release !== undefined && { release }),
  };
}

function startOf(text: string, number: number): number | undefined {
  try {
    const line = readTraceLine(text);
    return line.kind === 'note' ? undefined : line.at;
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    throw new RecordingRefused(error.message, number);
  }
}

/** What both passes start from. */
export interface Start {
  readonly bytes: Bytes;
  readonly preface: Preface;
  /** A copy of the host's state when the recording begins, as often as it is asked for. */
  readonly kernel: () => Kernel | Promise<Kernel>;
}

/**
 * The first pass.
 *
 * @param progress told how many bytes are read, now and then; what it gives is waited for
 * @throws RecordingRefused
 */
export async function survey(
  { bytes, preface, kernel }: Start,
  progress: Progress = noProgress,
): Promise<Survey> {
  const mounts = new Mounts(preface.mounts);
  const surveyed = new Survey(await kernel(), { mounts, startedAt: preface.startedAt });
  const interpreter = new Interpreter(mounts, (pid, fd) => surveyed.worlds.isTracked(pid, fd));
  const lines = new TextLines();
  let read = 0;
  for await (const chunk of bytes()) {
    for (const text of lines.push(chunk)) {
      for (const deed of interpreter.line(text, lines.number)) surveyed.take(deed);
    }
    read += chunk.byteLength;
    await progress(read);
  }
  surveyed.worlds.end();
  return surveyed;
}

/** Told how far the reading is. */
export type Progress = (bytes: number) => void | Promise<void>;
const noProgress: Progress = () => undefined;

/**
 * The second pass: observations in order, a chunk's worth at a time; at the end the summary.
 *
 * @throws RecordingRefused
 */
export async function* tell(
  { bytes, preface, kernel }: Start,
  surveyed: Survey,
  progress: Progress = noProgress,
): AsyncGenerator<readonly Placed[], Summary> {
  const mounts = new Mounts(preface.mounts);
  const telling = new Telling(await kernel(), surveyed, { mounts, startedAt: preface.startedAt });
  const interpreter = new Interpreter(mounts, (pid, fd) => telling.isTracked(pid, fd));
  const lines = new TextLines();
  let read = 0;
  for await (const chunk of bytes()) {
    let placed: Placed[] = [];
    for (const text of lines.push(chunk)) {
      for (const deed of interpreter.line(text, lines.number)) placed.push(...telling.take(deed));
      if (placed.length < PLACED_AT_ONCE) continue;
      yield placed;
      placed = [];
    }
    if (placed.length > 0) yield placed;
    read += chunk.byteLength;
    await progress(read);
  }
  const { divergences, told, cut } = telling;
  const isCutOff = lines.end() !== undefined;
  return {
    lines: lines.number,
    observed: told.observed,
    inferred: told.inferred,
    queries: told.queries,
    divergences: { count: told.divergences, first: divergences },
    left_out: { ...interpreter.leftOut.counts(), ...telling.leftOut.counts() },
    unreadable: interpreter.unreadable.counts(),
    abbreviated: cut.counts(),
    ambiguous: surveyed.worlds.ambiguous.slice(0, AMBIGUOUS_MAX),
    ...(isCutOff && { cut_off: lines.number }),
  };
}

/** Observations of one step at most, but for those of one line. */
const PLACED_AT_ONCE = 500;
