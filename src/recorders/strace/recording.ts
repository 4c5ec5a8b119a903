/**
 * A recording of strace, read twice: first to find out what the text says too late or not at all,
 * then to tell what happened, in order. Neither pass holds more than what lives at one moment.
 */
import {
  type Bytes,
  type Observations,
  type Preface,
  type RecordingReader,
  RecordingRefused,
  type Start,
  type Summary,
} from '../../events/recording.ts';
import type { CallRequest } from '../../events/submission.ts';
import { Interpreter } from './interpreter.ts';
import { BPFFS_MOUNT, CGROUP_MOUNT, HYBRID_CGROUP_MOUNT, Mounts } from './paths.ts';
import { Survey } from './survey.ts';
import { Telling } from './telling.ts';
import { TextLines } from './text-lines.ts';
import { readTraceLine } from './trace-line.ts';
import { Malformed } from './value.ts';

/** Observations of one step at most, but for those of one line. */
const TOLD_AT_ONCE = 500;
/** Ambiguous lines that are listed. */
const AMBIGUOUS_MAX = 100;
/** Bytes in which the mounts and the release are looked for. */
const PREFACE_BYTES_MAX = 64 * 1024 * 1024;

const KERN_VERSION = /kern_version=KERNEL_VERSION\(([1-9]\d*), (\d+), (\d+)\)/;

/** Looks into the beginning: its first line must be one of strace, with its process and time. */
async function preface(bytes: Bytes): Promise<Preface> {
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
    isHybrid ||= Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).includes(
      HYBRID_CGROUP_MOUNT,
    );
    for (const text of lines.push(chunk))
      if (startedAt === undefined || release === undefined) take(text);
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

/** Recordings of strace. */
export const straceReader: RecordingReader = { preface, read };

async function* read(start: Start): AsyncGenerator<Observations, Summary> {
  const surveyed = await survey(start);
  yield [];
  return yield* tell(start, surveyed);
}

/** The first pass. */
async function survey({ bytes, preface, kernel, now, progress }: Start): Promise<Survey> {
  const mounts = new Mounts(preface.mounts);
  const surveyed = new Survey(await kernel(), { mounts, startedAt: preface.startedAt });
  const isTracked = (pid: number, fd: number) => surveyed.worlds.isTracked(pid, fd);
  const interpreter = new Interpreter(mounts, isTracked, now);
  const lines = new TextLines();
  let done = 0;
  for await (const chunk of bytes()) {
    for (const text of lines.push(chunk)) {
      for (const deed of interpreter.line(text, lines.number)) surveyed.take(deed);
    }
    done += chunk.byteLength;
    await progress(1, done);
  }
  surveyed.end();
  return surveyed;
}

/** The second pass. */
async function* tell(
  { bytes, preface, kernel, progress }: Start,
  surveyed: Survey,
): AsyncGenerator<Observations, Summary> {
  const mounts = new Mounts(preface.mounts);
  const telling = new Telling(await kernel(), surveyed, { mounts, startedAt: preface.startedAt });
  const interpreter = new Interpreter(mounts, (pid, fd) => telling.isTracked(pid, fd));
  const lines = new TextLines();
  let done = 0;
  for await (const chunk of bytes()) {
    let told: CallRequest[] = [];
    for (const text of lines.push(chunk)) {
      for (const deed of interpreter.line(text, lines.number)) told.push(...telling.take(deed));
      if (told.length < TOLD_AT_ONCE) continue;
      yield told;
      told = [];
    }
    if (told.length > 0) yield told;
    done += chunk.byteLength;
    await progress(2, done);
  }
  const { divergences, told, cut } = telling;
  interpreter.end();
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
