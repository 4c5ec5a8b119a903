/**
 * The third verdict: would today's rules answer each call as the log says? Every event is decided
 * again on the state before it, and then folded as it was recorded: the log is the record, and an
 * answer that differs today is reported, never corrected.
 */
import { bootEffect, emptyKernel } from '../../domain/boot.ts';
import { decide } from '../../domain/decide.ts';
import type { Kernel } from '../../domain/kernel.ts';
import { observeAgain } from '../../domain/observed/again.ts';
import { isSighting } from '../../domain/observed/sighting.ts';
import { isRefusal, type Outcome } from '../../domain/outcome.ts';
import { encodeEvent } from '../../events/encoding/codec.ts';
import type { LedgerEvent } from '../../events/event.ts';
import { readHead } from '../../events/head.ts';
import { DamagedLog } from '../../events/reading/damaged-log.ts';
import { fold, loadCutState, type Reached } from '../../events/reading/host-state.ts';
import { readThrough } from '../../events/reading/log-reader.ts';
import type { Queryable } from '../../events/storage/database.ts';
import { Pace } from '../../events/turns.ts';
import { type SnapshotsBeside, snapshotsTo } from './snapshots.ts';

/** Differences that a verdict lists; more are only counted. */
const DIFFERENCES_MAX = 100;

/** An answer in short: `ret`, or errno and its rule. */
export interface ShortOutcome {
  readonly ret?: number;
  readonly errno?: string;
  readonly rule?: string;
}

/** An event that today's rules answer differently. */
export interface OutcomeDifference {
  readonly position: number;
  readonly source: LedgerEvent['source'];
  readonly call: string;
  readonly recorded: ShortOutcome;
  readonly today: ShortOutcome;
  /** The answer is the same and the effects are not. */
  readonly effects_only: boolean;
}

export interface OutcomesVerdict {
  readonly holds: boolean;
  /** The last event that was decided again. */
  readonly position: number;
  readonly difference_count: number;
  /** The first `DIFFERENCES_MAX` of them. */
  readonly differences: readonly OutcomeDifference[];
}

/**
 * Decides a log again, from its first event or from its cut to its head.
 *
 * @param snapshots are compared with the states on the way
 * @throws LogRefusal `no-such-host`
 * @throws UnreadableEvent, UnreadableSegment or DamagedLog when the log is too damaged for it
 */
export async function verifyOutcomes(
  database: Queryable,
  host_id: number,
  snapshots: SnapshotsBeside,
): Promise<OutcomesVerdict> {
  const { position: to, oldest } = await readHead(database, host_id);
  const begin = oldest === 1 ? undefined : await loadCutState(database, host_id);
  const again = new DecidedAgain(begin);
  const stored = snapshotsTo(database, host_id, { from: oldest, to });
  let { value: next } = await stored.next();
  if (begin !== undefined && next?.position === oldest) {
    snapshots.compare(next, again.kernel);
    next = (await stored.next()).value;
  }
  const pace = new Pace();
  for await (const page of readThrough(database, host_id, { from: again.position + 1, to })) {
    for (const event of page) {
      if (pace.isDue) await pace.turn();
      again.take(event);
      if (event.position !== next?.position) continue;
      snapshots.compare(next, again.kernel);
      next = (await stored.next()).value;
    }
  }
  return again.verdict();
}

/** A log that is decided again, event by event from its first one or from its cut on. */
export class DecidedAgain {
  /** The state after the last event that was taken; not to be changed. */
  readonly kernel: Kernel;
  readonly #differences: OutcomeDifference[] = [];
  #count = 0;
  #position: number;

  /** @param begin the state at the cut, which is changed from here on */
  constructor({ kernel, position }: Reached = { kernel: emptyKernel(), position: 0 }) {
    this.kernel = kernel;
    this.#position = position;
  }

  /** The last event that was taken. */
  get position(): number {
    return this.#position;
  }

  /** The next event. Throws `DamagedLog`. */
  take(event: LedgerEvent): void {
    const difference = differenceOf(this.kernel, event);
    fold(this.kernel, [event]);
    this.#position = event.position;
    if (difference === undefined) return;
    this.#count++;
    if (this.#differences.length < DIFFERENCES_MAX) this.#differences.push(difference);
  }

  verdict(): OutcomesVerdict {
    return {
      holds: this.#count === 0,
      position: this.#position,
      difference_count: this.#count,
      differences: this.#differences,
    };
  }
}

function differenceOf(kernel: Kernel, event: LedgerEvent): OutcomeDifference | undefined {
  const today = answerToday(kernel, event);
  const { outcome } = today;
  const body = encodeEvent(event);
  if (encodeEvent(withAnswer(event, today)) === body) return undefined;
  return {
    position: event.position,
    source: event.source,
    call: event.call.name,
    recorded: inShort(event.outcome),
    today: inShort(outcome),
    effects_only: encodeEvent(withAnswer(event, { ...today, effects: event.effects })) === body,
  };
}

function withAnswer({ expected: _, ...event }: LedgerEvent, today: RecordedAnswer): LedgerEvent {
  const { outcome, effects, expected } = today;
  return { ...event, outcome, effects, ...(expected !== undefined && { expected }) };
}

type RecordedAnswer = Pick<LedgerEvent, 'outcome' | 'effects'> & {
  readonly expected?: Outcome | undefined;
};

/**
 * A decided event is decided again. What was observed is a fact that no rule can overturn: what is
 * derived again is what the log makes of it.
 */
function answerToday(kernel: Kernel, event: LedgerEvent): RecordedAnswer {
  const { position, call, pid, source } = event;
  try {
    if (call.name === 'boot') return { outcome: { ret: 0 }, effects: [bootEffect(kernel, call)] };
    if (source === 'decided' && !isSighting(call)) return decide(kernel, pid, call);
    return observeToday(kernel, { ...event, call });
  } catch (cause) {
    // A recorded call was checked on arrival; one that cannot be decided was changed later.
    throw new DamagedLog(position, `its call cannot be decided: ${String(cause)}`, { cause });
  }
}

/** What would be inferred today and was not counts among the effects, which differ by it. */
function observeToday(
  kernel: Kernel,
  recorded: Parameters<typeof observeAgain>[1],
): RecordedAnswer {
  const witnessed = observeAgain(kernel, recorded);
  const last = witnessed.at(-1);
  if (last === undefined) throw new Error('an observation has an event');
  const { outcome, expected } = last;
  return { outcome, expected, effects: witnessed.flatMap(({ effects }) => effects) };
}

function inShort(outcome: Outcome): ShortOutcome {
  if (isRefusal(outcome)) return { errno: outcome.errno, rule: outcome.rule };
  return { ret: outcome.ret };
}
