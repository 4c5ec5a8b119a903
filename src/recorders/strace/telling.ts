/**
 * The second pass: deeds become observations, in order, with what the survey found out. A state of
 * the host follows them, so that what is posted is known to fit, or by what it does not.
 */
import type { Call } from '../../domain/call.ts';
import type { Kernel } from '../../domain/kernel.ts';
import type { Observation, Witnessed } from '../../domain/observed/observation.ts';
import { isSighting } from '../../domain/observed/sighting.ts';
import type { Divergence } from '../../events/recording.ts';
import type { CallRequest } from '../../events/submission.ts';
import { type CallDeed, type Deed, isCall, isOfEveryProcess } from './deed.ts';
import { factOf } from './fd-facts.ts';
import { fillIn } from './hidden-fd.ts';
import { ownNumber } from './identities.ts';
import { isKnownErrno, observationOf } from './observation-of.ts';
import { isAboutHeld, isFollowed, openOn, strangerIn } from './open-on.ts';
import { ArrivedFds, messageKey } from './passed-fds.ts';
import type { Mounts } from './paths.ts';
import type { Survey } from './survey.ts';
import { Tally } from './tally.ts';
import { fitOf, sightingsOf } from './unseen-entries.ts';
import { apply } from './worlds.ts';

/** Divergences that are told one by one. */
const DIVERGENCES_MAX = 100;

export class Telling {
  readonly #kernel: Kernel;
  readonly #survey: Survey;
  readonly #mounts: Mounts;
  readonly #startedAt: number;
  readonly #arrived = new ArrivedFds();
  readonly divergences: Divergence[] = [];
  /** Counts of what was told. */
  readonly told = { observed: 0, inferred: 0, queries: 0, divergences: 0 };
  /** Lines whose text leaves something out: `...`. */
  readonly cut = new Tally();
  readonly leftOut = new Tally();

  /** @param kernel the state of the host when the recording begins; it is changed */
  constructor(
    kernel: Kernel,
    survey: Survey,
    { mounts, startedAt }: { readonly mounts: Mounts; readonly startedAt: number },
  ) {
    this.#kernel = kernel;
    this.#survey = survey;
    this.#mounts = mounts;
    this.#startedAt = startedAt;
  }

  /** Whether an fd of a process is followed. */
  isTracked(pid: number, fd: number): boolean {
    return isFollowed(this.#kernel, pid, fd);
  }

  /** The observations that a deed comes to. */
  take(deed: Deed): CallRequest[] {
    const requests: CallRequest[] = [];
    for (const observation of this.#observations(deed)) {
      this.#count(deed, apply(this.#kernel, observation));
      requests.push(requestOf(observation, deed));
    }
    return requests;
  }

  *#observations(deed: Deed): Generator<Observation> {
    const { what, outcome, line } = deed;
    if ('send' in what) {
      yield* this.#tellSent(deed, what.send);
    } else if ('errno' in outcome && !isKnownErrno(outcome.errno)) {
      this.leftOut.add(`errno ${outcome.errno}`, line);
    } else if (isCall(deed) && deed.what.call.name === 'recv_fd') {
      yield* this.#tellReceived(deed);
    } else if ('sighting' in what) {
      yield { pid: deed.process.pid, done: what.sighting };
    } else if (isCall(deed) && this.#isTold(deed)) {
      yield* this.#tellCall(deed);
    }
  }

  /** Processes that touch nothing of the ledger are left out. */
  #isTold(deed: CallDeed): boolean {
    const { process, child } = deed;
    if (deed.what.call.name === 'open_other') return this.#survey.detaches;
    if (!isOfEveryProcess(deed)) return isAboutHeld(this.#kernel, deed);
    return this.#survey.concerned.has((child ?? process).serial);
  }

  *#tellCall(deed: CallDeed): Generator<Observation> {
    const { worlds } = this.#survey;
    const { line } = deed;
    const { pid } = deed.process;
    const stranger = strangerIn(this.#kernel, deed);
    if (stranger !== undefined) yield { pid: stranger, done: { name: 'found', process: {} } };
    if (deed.what.cut) this.cut.add(deed.what.call.name, line);
    const whole = fillIn(deed, worlds.choice(line));
    const fit = fitOf(this.#kernel, whole, (known, id) => known === id);
    if (fit !== undefined && !fit.isContrary) {
      const names = { cgroupPath: (path: string | undefined) => this.#mounts.cgroupPath(path) };
      for (const done of sightingsOf(this.#kernel, whole, fit, names)) yield { pid, done };
    }
    const own = ownNumber(this.#startedAt, deed.ordinal);
    const naming = {
      makeId: (kind: 'prog' | 'link' | 'map') => worlds.kernelId(kind, own),
      knownId: (_: string, id: number) => id,
    };
    yield observationOf(this.#kernel, whole, { naming, mounts: this.#mounts });
  }

  *#tellSent({ line, process }: Deed, fds: readonly number[]): Generator<Observation> {
    const { pid } = process;
    for (const [index, fd] of fds.entries()) {
      if (openOn(this.#kernel, pid, fd) === undefined) continue;
      const receiver = this.#survey.passed.receivers.get(messageKey(line, index));
      if (receiver === undefined) this.leftOut.add('an fd that was sent and never taken', line);
      else {
        // Who only receives was not heard of before.
        const isKnown = this.#kernel.processes.has(receiver.pid);
        if (!isKnown) yield { pid: receiver.pid, done: { name: 'found', process: {} } };
        const call: Call = { name: 'send_fd', fd, to_pid: receiver.pid };
        yield { pid, done: { call, outcome: { ret: 0 } } };
      }
    }
  }

  *#tellReceived({ line, process, what, outcome, paths }: CallDeed): Generator<Observation> {
    if (!('ret' in outcome)) return;
    if (this.#survey.passed.received.has(this.#arrived.next(line))) {
      yield { pid: process.pid, done: { call: what.call, outcome: { ret: outcome.ret } } };
      return;
    }
    const path = paths.get(outcome.ret);
    const kind = path === undefined ? 'other' : factOf(path, this.#mounts).kind;
    if (kind !== 'other' && kind !== 'bpffs') {
      this.leftOut.add('an fd that was taken and never sent', line);
    }
  }

  #count({ line }: Deed, told: readonly Witnessed[]): void {
    for (const { source, call, outcome, expected } of told) {
      this.told[source] += 1;
      if (call.name === 'prog_query') this.told.queries += 1;
      if (expected === undefined) continue;
      this.told.divergences += 1;
      if (this.divergences.length >= DIVERGENCES_MAX) continue;
      const [one, other] = [outcome, expected].map((answer) => JSON.stringify(answer));
      this.divergences.push({ line, call: call.name, observed: one ?? '', expected: other ?? '' });
    }
  }
}

/** What is handed to the log. */
function requestOf({ pid, comm, done, fds }: Observation, { at, tid, process }: Deed): CallRequest {
  const by = {
    pid,
    at,
    ...(pid === process.pid && tid !== pid && { tid }),
    ...(comm !== undefined && { comm }),
  };
  if (isSighting(done)) return { ...by, call: done };
  return { ...by, call: done.call, outcome: done.outcome, ...(fds !== undefined && { fds }) };
}
