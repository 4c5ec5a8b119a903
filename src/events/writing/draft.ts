/**
 * A draft: submissions decided one after the other on a layer above the committed state, with the
 * batch that would record them. A draft that is not committed is thrown away and leaves nothing.
 */
import { flushLayer, type Kernel, layerOn } from '../../domain/kernel.ts';
import { isUnmodelled, type Outcome } from '../../domain/outcome.ts';
import { refusalSentence } from '../../domain/refusal-sentence.ts';
import { checkSize } from '../../domain/size.ts';
import { encodeEvent } from '../encoding/codec.ts';
import { chainHash } from '../encoding/hash-chain.ts';
import { markOf } from '../encoding/mark.ts';
import type { LedgerEvent } from '../event.ts';
import type { Head } from '../head.ts';
import { LogRefusal } from '../log-refusal.ts';
import type { ProjectionRow, Projector } from '../projector.ts';
import { changeFault } from '../schema/change-fault.ts';
import type { CallRequest, ExpectedHead, Submission } from '../submission.ts';
import { AHEAD_MAX_S, isAhead } from '../time-ahead.ts';
import type { Pausing } from '../turns.ts';
import type { Batch, KeyRow } from './append.ts';
import { decideEvent } from './decision.ts';
import { isObservation, observeEvents } from './observation.ts';
import { isNumbered, type NumberedRequest, resolveReferences } from './references.ts';

/** What became of one submission in a draft. */
export type Drafted =
  | { readonly events: readonly LedgerEvent[] }
  /** It cannot be recorded as the log stands. */
  | { readonly refusal: LogRefusal };

export interface Draft {
  readonly layer: Kernel;
  readonly head: Head;
  readonly events: readonly LedgerEvent[];
  readonly bodies: readonly string[];
  readonly keys: readonly KeyRow[];
  readonly rows: Batch['rows'];
  /** For each submission that was looked at, in order; the batch may be full before the last. */
  readonly drafted: readonly Drafted[];
  /** Deciding this submission threw: a bug. The draft is void, the others shall be tried anew. */
  readonly fault?: { readonly submission: Submission; readonly error: unknown };
}

export interface DraftOptions {
  /** The committed state; it is read, not changed. */
  readonly kernel: Kernel;
  readonly head: Head;
  readonly projector: Projector;
  /** Microseconds since the epoch; moved up to the head's when the clock went back. */
  readonly now: number;
  /** The batch ends after the submission that brings its texts to this length. */
  readonly bytesMax: number;
}

/**
 * Decides submissions in order, with a pause after each call. Until it is done, the committed state
 * must not change.
 */
export function* draftOf(
  submissions: readonly Submission[],
  options: DraftOptions,
): Pausing<Draft> {
  try {
    return yield* decideAll(submissions, options, 'one-layer');
  } catch (error) {
    if (!(error instanceof HalfWay)) throw error;
    return yield* decideAll(submissions, options, 'layer-each');
  }
}

/**
 * A submission was stopped half way on the layer that all others are decided on. That is rare: a
 * layer for each is worth its cost only then.
 */
class HalfWay extends Error {}

type Layers = 'one-layer' | 'layer-each';

/** @throws HalfWay on one layer */
function* decideAll(
  submissions: readonly Submission[],
  options: DraftOptions,
  layers: Layers,
): Pausing<Draft> {
  const { projector } = options;
  const recordedAt = Math.max(options.now, options.head.recorded_at);
  const layer = layerOn(options.kernel);
  const events: LedgerEvent[] = [];
  const bodies: string[] = [];
  const keys: KeyRow[] = [];
  const rows: ProjectionRow[][] = projector.tables.map(() => []);
  const drafted: Drafted[] = [];
  let head: Head = { ...options.head, recorded_at: recordedAt };
  let bytes = 0;

  for (const submission of submissions) {
    if (bytes >= options.bytesMax) break;
    let staged: Staged;
    try {
      staged = yield* stage(submission, layer, head, { projector, layers });
    } catch (error) {
      if (error instanceof HalfWay) throw error;
      if (!(error instanceof LogRefusal)) {
        const fault = { submission, error };
        return { layer, head, events: [], bodies: [], keys: [], rows, drafted: [], fault };
      }
      drafted.push({ refusal: error });
      continue;
    }
    const { idempotency, actor } = submission;
    if (idempotency !== undefined) {
      const { key, line = 0, fingerprint } = idempotency;
      const range = { position_from: head.position + 1, position_to: staged.head.position };
      keys.push({ actor, key, line, fingerprint, ...range });
    }
    head = staged.head;
    for (const body of staged.bodies) bytes += body.length;
    events.push(...staged.events);
    bodies.push(...staged.bodies);
    for (const tables of staged.rows) {
      for (let i = 0; i < tables.length; i++) {
        const added = tables[i] ?? [];
        if (added.length > 0) rows[i]?.push(...added);
      }
    }
    drafted.push({ events: staged.events });
  }
  return { layer, head, events, bodies, keys, rows, drafted };
}

interface Staged {
  readonly head: Head;
  readonly events: readonly LedgerEvent[];
  readonly bodies: readonly string[];
  readonly rows: readonly (readonly (readonly ProjectionRow[])[])[];
}

/** Decides one submission: all its calls on `kernel`, or none and a refusal is thrown. */
function* stage(
  submission: Submission,
  kernel: Kernel,
  from: Head,
  { projector, layers }: { readonly projector: Projector; readonly layers: Layers },
): Pausing<Staged> {
  const { expected, actor, calls } = submission;
  if (expected !== undefined) requireHead(expected, from);
  refuseAhead(calls, from.recorded_at);
  // A reference may stop a submission half way, so then a layer of its own is needed.
  const own = layers === 'one-layer' && calls.every(isNumbered) ? kernel : layerOn(kernel);
  const events: LedgerEvent[] = [];
  const bodies: string[] = [];
  const rows: (readonly (readonly ProjectionRow[])[])[] = [];
  const outcomes: Outcome[] = [];
  let { position, hash, at_max } = from;
  for (const request of calls) {
    const place = { position: position + 1, recorded_at: from.recorded_at, actor };
    const asked =
      own === kernel ? (request as NumberedRequest) : resolveReferences(request, outcomes);
    const made = isObservation(asked)
      ? refuseUnfollowed(observeEvents(own, asked, place), {
          isShared: own === kernel,
          place: { call: outcomes.length, calls: calls.length },
        })
      : [decideEvent(own, asked, place)];
    for (const event of made) {
      if (isUnmodelled(event.outcome)) {
        if (own === kernel) throw new HalfWay();
        const place = { call: outcomes.length, calls: calls.length };
        const sentence = refusalSentence(event.outcome);
        throw new LogRefusal({ why: 'not-modelled', sentence, ...place });
      }
      const passed = checkSize(own, event.effects);
      if (passed !== undefined) {
        if (own === kernel) throw new HalfWay();
        const place = { call: outcomes.length, calls: calls.length };
        throw new LogRefusal({ why: 'host-too-large', ...passed, ...place });
      }
      position = event.position;
      const body = encodeEvent(event);
      hash = chainHash(hash, { position, recorded_at: from.recorded_at, body });
      at_max = Math.max(at_max, event.at);
      rows.push(projector.project(own, event));
      events.push(event);
      bodies.push(body);
    }
    outcomes.push((events.at(-1) as LedgerEvent).outcome);
    yield;
  }
  if (own !== kernel) flushLayer(kernel, own);
  return { head: { ...from, position, hash, at_max }, events, bodies, rows };
}

/**
 * An observation that the model cannot follow is refused: the recorder must not stand still at it. So is
 * one that would make an event which nobody could import again: a recorder may tell numbers and names
 * that no kernel gives.
 */
function* refuseUnfollowed(
  made: Iterable<LedgerEvent>,
  how: {
    readonly isShared: boolean;
    readonly place: { readonly call: number; readonly calls: number };
  },
): Generator<LedgerEvent> {
  try {
    for (const event of made) {
      const { position, pid, call, outcome, effects } = event;
      const fault = changeFault({ position, pid, call, outcome, effects });
      if (fault !== undefined) throw new LogRefusal({ why: 'unsound', fault, ...how.place });
      yield event;
    }
  } catch (cause) {
    if (how.isShared) throw new HalfWay();
    if (cause instanceof LogRefusal) throw cause;
    const because = cause instanceof Error ? cause.message : String(cause);
    throw new LogRefusal({ why: 'cannot-follow', because, ...how.place }, { cause });
  }
}

function requireHead({ position, mark }: ExpectedHead, head: Head): void {
  if (position !== head.position) {
    throw new LogRefusal({
      why: 'position-changed',
      expected: position,
      actual: head.position,
    });
  }
  if (mark !== undefined && mark !== markOf(head.hash)) {
    throw new LogRefusal({ why: 'history-changed', position });
  }
}

function refuseAhead(calls: Submission['calls'], now: number): void {
  for (let call = 0; call < calls.length; call++) {
    const request = calls[call];
    const field = request && fieldAhead(request, now);
    if (field === undefined) continue;
    const place = { call, calls: calls.length };
    throw new LogRefusal({ why: 'at-ahead', field, ...place, aheadMaxS: AHEAD_MAX_S });
  }
}

/** A hole that reaches into the future would be told of all that is recorded until then. */
function fieldAhead(
  { at, call }: CallRequest,
  now: number,
): 'at' | 'call.from' | 'call.to' | undefined {
  if (at !== undefined && isAhead(at, now)) return 'at';
  if (call.name !== 'lost') return undefined;
  if (call.from !== undefined && isAhead(call.from, now)) return 'call.from';
  return call.to !== undefined && isAhead(call.to, now) ? 'call.to' : undefined;
}
