/**
 * The import of a recording: read whole before anything is recorded, so that what is refused leaves
 * nothing; then recorded in pieces, each under the import's key and its number, so that an import
 * that ended on the way goes on where it stopped when the same bytes are sent again.
 */
import { createHash } from 'node:crypto';
import { boot } from '../../domain/boot.ts';
import type { Kernel } from '../../domain/kernel.ts';
import { releaseOf } from '../../domain/release/release.ts';
import { rfc3339 } from '../../events/encoding/rfc3339.ts';
import { LogRefusal } from '../../events/log-refusal.ts';
import {
  type ImportedRecording,
  type Preface,
  type RecordingReader,
  RecordingRefused,
} from '../../events/recording.ts';
import type { CallRequest, IdempotencyKey, Receipt, Submission } from '../../events/submission.ts';
import { turn } from '../../events/turns.ts';
import { RECORDED_AT_ONCE } from '../limits.ts';
import { countRecorded } from '../metrics.ts';
import { invalid, ProblemError } from '../problem.ts';
import { problemFrom } from '../problem-of.ts';
import type { Service } from '../service.ts';
import type { Spooled } from './spool.ts';

/** What is asked for. */
export interface Import {
  readonly host: string;
  readonly actor: string;
  /** Default: the digest of what is imported, so that the same file is imported once. */
  readonly key: string | undefined;
  /** The kernel that was recorded: of a host that has to be made (default: what the recording
   * tells), or the one that the host runs. */
  readonly release: string | undefined;
  /** Where cgroup2 and the bpffs are mounted, where that is not as the recording looks. */
  readonly mounts: Partial<Preface['mounts']>;
  readonly spool: Spooled;
  /** SHA-256 of its bytes, in hex. */
  readonly sha256: string;
  /** Aborts when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
  /** Called while it is read, with how far that is. */
  readonly onRead: (far: Progress) => void;
}

/** How far an import is. */
export interface Progress {
  readonly pass: 1 | 2;
  readonly bytes: number;
  readonly of: number;
  /** Events recorded so far. */
  readonly events: number;
}

/** Where a recording begins in a host's log. */
interface Beginning {
  /** The event that says so; undefined when it is not recorded yet. */
  readonly position: number | undefined;
  /** Of the head before it; undefined when there is no host yet. */
  readonly head: number | undefined;
  readonly kernel: () => Promise<Kernel>;
  /** Of the host that has to be made; undefined when it is there. */
  readonly release: string | undefined;
  /** Time of the event before it; undefined when there is none. */
  readonly after: number | undefined;
}

/**
 * Imports. The first step ends when the recording is known to be good, and nothing is recorded
 * before it.
 */
export async function* importRecording(
  service: Service,
  wanted: Import,
): AsyncGenerator<Progress, ImportedRecording> {
  const { spool, host, actor, signal } = wanted;
  const reader = service.recordings;
  const bytes = () => spool.read();
  const preface = await prefaceOf(reader, wanted);
  const digest = digestOf(wanted, preface);
  const key = wanted.key ?? digest;
  const keyOfLine = (line: number): IdempotencyKey => ({ key, line, fingerprint: digest });
  const begin = await beginning(service, wanted, preface, keyOfLine(1));
  const far = { pass: 1 as Progress['pass'], bytes: 0 };
  const tally = { from: 0, position: 0, events: 0, drift: 0, repeated: 0 };
  const tellProgress = () => ({ ...far, of: spool.bytes, events: tally.events });
  const reading = reader.read({
    bytes,
    preface,
    kernel: begin.kernel,
    now: service.clock.now(),
    async progress(pass, done) {
      Object.assign(far, { pass, bytes: done });
      wanted.onRead(tellProgress());
      await turn();
      signal.throwIfAborted();
    },
  });
  const took = ({ events, repeated }: Receipt): void => {
    countRecorded(service.metrics, { events, repeated });
    tally.from ||= events[0]?.position ?? 0;
    tally.position = events.at(-1)?.position ?? tally.position;
    tally.events += events.length;
    tally.drift += events.filter(({ expected }) => expected !== undefined).length;
    if (repeated) tally.repeated += events.length;
  };
  try {
    const first = await refusing(reading.next());
    yield tellProgress();
    const { release } = begin;
    let madeHost = false;
    if (release !== undefined) {
      const { startedAt: at } = preface;
      const boot = { name: host, actor, release, at, idempotency: keyOfLine(0) };
      const { event, repeated } = await service.log.createHost(boot);
      countRecorded(service.metrics, { events: [event], repeated });
      // Of imports that run concurrently, one makes the host.
      madeHost = !repeated;
    }
    took(await markBeginning(service, wanted, preface, begin, keyOfLine(1)));
    let pending: CallRequest[] = [];
    let line = 1;
    const record = async (calls: readonly CallRequest[]): Promise<void> => {
      line += 1;
      took(await submitPatiently(service, host, { actor, calls, idempotency: keyOfLine(line) }));
    };
    let step = first;
    while (!step.done) {
      pending.push(...step.value);
      while (pending.length >= RECORDED_AT_ONCE) {
        await record(pending.slice(0, RECORDED_AT_ONCE));
        pending = pending.slice(RECORDED_AT_ONCE);
        yield tellProgress();
      }
      step = await refusing(reading.next());
    }
    if (pending.length > 0) await record(pending);
    return {
      made_host: madeHost,
      recorded_before: tally.repeated,
      ...(begin.after !== undefined &&
        preface.startedAt < begin.after && { begins_before: rfc3339(begin.after) }),
      position_from: tally.from,
      position: tally.position,
      events: tally.events,
      drift: tally.drift,
      summary: step.value,
    };
  } finally {
    await reading.return(undefined as never);
  }
}

async function prefaceOf(reader: RecordingReader, wanted: Import): Promise<Preface> {
  const preface = await refusing(reader.preface(() => wanted.spool.read()));
  return { ...preface, mounts: { ...preface.mounts, ...wanted.mounts } };
}

/** The problem of a recording that is refused. */
async function refusing<T>(reading: Promise<T>): Promise<T> {
  return reading.catch((error: unknown) => {
    if (!(error instanceof RecordingRefused)) throw error;
    const { message: detail, line } = error;
    throw new ProblemError('recording-refused', { detail, ...(line !== undefined && { line }) });
  });
}

/** What tells one import from another: the bytes, and how they are read. */
function digestOf({ sha256, host }: Import, { mounts }: Preface): string {
  const { cgroup, bpffs } = mounts;
  const text = JSON.stringify([host, sha256, cgroup, bpffs]);
  return createHash('sha256').update(text).digest('hex');
}

/** Where the recording begins: where it began, when it is imported again; else at the head. */
async function beginning(
  { log }: Service,
  { host, actor, release }: Import,
  preface: Preface,
  idempotency: IdempotencyKey,
): Promise<Beginning> {
  const head = await log.head(host).then(
    ({ position }) => position,
    (error: unknown) => {
      if (error instanceof LogRefusal && error.reason.why === 'no-such-host') return undefined;
      throw error;
    },
  );
  if (head === undefined) {
    const named = knownRelease(release, preface);
    return {
      position: undefined,
      head,
      kernel: async () => boot(named),
      release: named,
      after: undefined,
    };
  }
  const recorded = await log.findRecorded(host, { actor, idempotency });
  const position = recorded?.events.at(-1)?.position;
  const at = position ?? head;
  const kernel = async () => (await log.kernelAt(host, at)).kernel;
  if (release !== undefined) sameRelease(host, release, (await kernel()).boot.release);
  const before = position === undefined ? head : position - 1;
  const [event] = await log.eventsAt(host, [before]);
  return { position, head, kernel, release: undefined, after: event?.at };
}

/** Refuses a recording that is said to be of another kernel than the one that the host runs. */
function sameRelease(host: string, asked: string, running: string): void {
  if (idOf(asked) === running) return;
  const message = `${host} runs ${running}; leave it out, or import the recording as another host`;
  throw invalid([{ field: 'release', message }]);
}

/** The release of a host that has to be made. */
function knownRelease(asked: string | undefined, preface: Preface): string {
  const release = asked ?? preface.release;
  if (release === undefined) {
    const message =
      'there is no such host, and the recording does not tell the kernel to make it with';
    throw invalid([{ field: 'release', message: `${message}: give what uname -r prints there` }]);
  }
  return idOf(release);
}

function idOf(release: string): string {
  const known = releaseOf(release);
  if (known === undefined) throw new LogRefusal({ why: 'unknown-release', release });
  return known.id;
}

/** The event that says where the recording begins: what was before it, nobody recorded. */
async function markBeginning(
  service: Service,
  { host, actor }: Import,
  { startedAt }: Preface,
  { position, head }: Beginning,
  idempotency: IdempotencyKey,
): Promise<Receipt> {
  const call = { name: 'lost', to: startedAt, cause: CAUSE } as const;
  return submitPatiently(service, host, {
    actor,
    calls: [{ call, at: startedAt }],
    idempotency,
    // What the survey found is true of the state that it began with.
    ...(position === undefined && { expectedPosition: head ?? 1 }),
  });
}

const CAUSE = 'a recording begins here';

/** Records; waits, when the queue is full, until it has room. */
async function submitPatiently(
  service: Service,
  host: string,
  submission: Submission,
): Promise<Receipt> {
  for (;;) {
    try {
      return await service.log.submit(host, submission);
    } catch (error) {
      const { slug, details } = problemFrom(error);
      if (slug !== 'busy') throw error;
      await service.clock.sleep((details.retry_after ?? 1) * 1000);
    }
  }
}
