/**
 * Replay under another release: what changes when this host runs another kernel? The recorded calls
 * are decided by the other release's rules on a state of their own, and each answer is compared
 * with the recorded one. A boot ends every state, so a replay begins with the boot of the
 * question and never needs earlier events.
 */
import { bootEffect, emptyKernel } from '../../domain/boot.ts';
import type { Decision } from '../../domain/decision.ts';
import { applyAll } from '../../domain/evolve.ts';
import type { Kernel } from '../../domain/kernel.ts';
import { observeAgain, type Recorded } from '../../domain/observed/again.ts';
import { isSighting } from '../../domain/observed/sighting.ts';
import type { Release } from '../../domain/release/release.ts';
import type { Switches } from '../../domain/release/switches.ts';
import { checkSize, type PassedLimit } from '../../domain/size.ts';
import { oldestKept, refuseRemoved } from '../../events/cuts.ts';
import type { LedgerEvent } from '../../events/event.ts';
import { fold } from '../../events/reading/host-state.ts';
import { readThrough } from '../../events/reading/log-reader.ts';
import type { Queryable } from '../../events/storage/database.ts';
import { Pace } from '../../events/turns.ts';
import { listBoots, momentAt } from '../../projections/boots.ts';
import type { Moment } from '../../projections/moment.ts';
import { QuestionLimit } from '../question-limit.ts';
import { answerTo, sameAnswer } from './answer.ts';
import { type Cause, causeOf } from './cause.ts';
import { differenceSentence } from './sentence.ts';

/** Events of one boot that a replay decides before it gives up. */
const REPLAYED_EVENTS_MAX = 1_000_000;

export interface ReplayDifference extends Cause {
  /** As recorded. */
  readonly event: LedgerEvent;
  /** The release that the event's boot recorded. */
  readonly recorded_under: string;
  /** What the other release makes of the same call. */
  readonly replayed: Decision;
  /** What differs, in one sentence. */
  readonly sentence: string;
}

export interface ReplayQuestion {
  readonly release: Release;
  /** Also compare program tags, which newer kernels make with another hash: every load differs. */
  readonly tags: boolean;
  /** Only differences after this position; 0 for all. */
  readonly after: number;
  /** Differences in one answer at most. */
  readonly limit: number;
  /** Also calls that differ only because an earlier call differs. */
  readonly consequences: boolean;
}

export interface Replay {
  readonly differences: readonly ReplayDifference[];
  /** The last position that was compared. */
  readonly compared_to: number;
  /** Where it began, when that is after a boot that a cut removed the beginning of. */
  readonly begins?: number;
}

/**
 * Compares the log up to a position with what another release answers.
 *
 * @throws LogRefusal `position-removed` when the log was cut since the boot, and no boot followed
 * @throws QuestionLimit when a boot has more than `REPLAYED_EVENTS_MAX` events, or the other release
 *   makes a state that is larger than a host may be
 */
export async function replayUnder(
  database: Queryable,
  { host_id, position: to }: Omit<Moment, 'boot'>,
  question: ReplayQuestion,
): Promise<Replay> {
  const { after, consequences, limit } = question;
  if (after >= to) return { differences: [], compared_to: to };
  const differences: ReplayDifference[] = [];
  const worlds = { recorded: emptyKernel(), replayed: emptyKernel() };
  const from = await beginOf(database, { host_id, position: to }, after);
  const range = { from, to };
  const begins = from > after + 1 && { begins: from };
  let decided = 0;
  const pace = new Pace();
  for await (const page of readThrough(database, host_id, range)) {
    for (const event of page) {
      if (pace.isDue) await pace.turn();
      decided = event.call.name === 'boot' ? 1 : decided + 1;
      if (decided > REPLAYED_EVENTS_MAX) throw tooLong(event.boot);
      const difference = step(worlds, event, question);
      if (difference === undefined || event.position <= after) continue;
      if (difference.because === 'earlier' && !consequences) continue;
      differences.push(difference);
      if (differences.length === limit) {
        return { differences, compared_to: event.position, ...begins };
      }
    }
  }
  return { differences, compared_to: to, ...begins };
}

/**
 * Where a replay begins: with the boot of the first position that is asked for. Of a log that was cut
 * nothing is known of the boot before; asked for all of it, with the first boot since.
 */
async function beginOf(
  database: Queryable,
  place: Omit<Moment, 'boot'>,
  after: number,
): Promise<number> {
  const { host_id, position } = place;
  const oldest = await oldestKept(database, host_id);
  if (after > 0 || oldest === 1) {
    refuseRemoved(after + 1, oldest);
    const begin = await bootBegin(database, { host_id, position: after + 1 });
    refuseRemoved(begin, oldest);
    return begin;
  }
  const { boot } = (await momentAt(database, { host_id, position: oldest })) ?? { boot: 0 };
  const [next] = await listBoots(database, place, { after: boot, limit: 1 });
  const begin = await bootBegin(database, { host_id, position: oldest });
  if (begin === oldest) return begin;
  if (next === undefined || next.position_from > position) refuseRemoved(begin, oldest);
  return next?.position_from ?? begin;
}

/** Where the boot of a position begins. */
async function bootBegin(database: Queryable, place: Omit<Moment, 'boot'>): Promise<number> {
  const moment = await momentAt(database, place);
  if (moment === undefined) throw new Error(`host ${place.host_id} has no boot`);
  const [boot] = await listBoots(database, place, { after: moment.boot - 1, limit: 1 });
  return boot?.position_from ?? 1;
}

interface Worlds {
  /** As the log says. */
  readonly recorded: Kernel;
  /** As the other release makes it. */
  readonly replayed: Kernel;
}

/** Decides one event on both states; gives the difference between their answers. */
function step(
  { recorded, replayed }: Worlds,
  event: LedgerEvent,
  { release, tags }: ReplayQuestion,
): ReplayDifference | undefined {
  const { call, pid } = event;
  if (call.name === 'boot') {
    fold(recorded, [event]);
    const switches = { ...call.config.switches, ...(tags ? {} : keepTags(recorded)) };
    const config = { ...call.config, switches };
    // Boots count on as recorded, also when the replay begins with a later one.
    replayed.boot = { ...replayed.boot, number: event.boot - 1 };
    applyAll(replayed, [bootEffect(replayed, { ...call, config, release: release.id })], pid);
    return undefined;
  }
  if (isSighting(call)) {
    fold(recorded, [event]);
    applySighting(replayed, { ...event, call });
    return undefined;
  }
  const answer = answerTo(replayed, event);
  const difference = sameAnswer(event, answer)
    ? undefined
    : {
        event,
        recorded_under: recorded.boot.release,
        replayed: answer,
        ...causeOf(recorded, event, { release, switches: replayed.switches }),
        sentence: differenceSentence(event, answer, {
          was: recorded.boot.release,
          is: release.id,
        }),
      };
  fold(recorded, [event]);
  // What the rules agree with is taken as it was seen, inferences included.
  if (difference === undefined && event.source !== 'decided')
    applySighting(replayed, { ...event, call });
  else applyAll(replayed, answer.effects, pid);
  const passed = checkSize(replayed, answer.effects);
  if (passed !== undefined) throw tooLarge(event.position, passed);
  return difference;
}

/** What was observed happens on another state. */
function applySighting(kernel: Kernel, recorded: Recorded): void {
  for (const { effects, pid } of observeAgain(kernel, recorded)) applyAll(kernel, effects, pid);
}

/** The switch by which program tags stay as recorded. */
function keepTags({ switches: { tag_is_sha256 } }: Kernel): Partial<Switches> {
  return { tag_is_sha256 };
}

function tooLong(boot: number): QuestionLimit {
  const message =
    `boot ${boot} has more than ${REPLAYED_EVENTS_MAX} events; ` +
    'replay an export of a part of it, or a branch from before it';
  return new QuestionLimit('after', REPLAYED_EVENTS_MAX, message);
}

function tooLarge(position: number, { what, limit }: PassedLimit): QuestionLimit {
  const message = `under this release there are more than ${limit} ${what} at position ${position}`;
  return new QuestionLimit('release', limit, message);
}
