/** Reads what an explanation needs from tables and log, and answers it with its events. */
import { type AttachType, attachTypeNumber } from '../../domain/attach-type.ts';
import type { Kernel } from '../../domain/kernel.ts';
import { progIdOf } from '../../domain/list.ts';
import { oldestKept } from '../../events/cuts.ts';
import type { LedgerEvent } from '../../events/event.ts';
import type { Log } from '../../events/log.ts';
import type { Queryable } from '../../events/storage/database.ts';
import { listBoots } from '../../projections/boots.ts';
import type { Span } from '../../projections/list-versions.ts';
import { lifeOf, type NamedProgram, programNames } from '../../projections/lives.ts';
import type { Moment } from '../../projections/moment.ts';
import { type ArrayPlace, type ArrayVersion, arrayTimeline } from '../array-timeline.ts';
import { originsOf } from '../blame/blame.ts';
import { type Hole, holesIn } from '../holes/holes.ts';
import { eventsBetween } from '../log-pages.ts';
import { type EventRef, eventRef } from '../wording/event-ref.ts';
import { adviceFor, FIND_WHO_REFUSED } from './advice.ts';
import { ATTEMPT_EVENTS_MAX, lastRefusedAttach } from './attempts.ts';
import { type Explanation, explain, isBeyondRules, type StandingEntry } from './explain.ts';

/** Places of the program that one answer names. */
const PLACES_MAX = 100;

export interface ProgramPlace {
  readonly cgroup_id: number;
  readonly path: string;
  readonly attach_type: AttachType;
  readonly link_id?: number;
}

export interface AskedExplanation {
  readonly explanation: Explanation;
  /** Release of the kernel in the boot of the moment. */
  readonly release: string;
  /** The smallest change after which it would be effective; absent when it is, or none is known. */
  readonly change?: string;
  readonly names: ReadonlyMap<number, NamedProgram>;
  /** Who attached the entry of the program, standing or ended. */
  readonly put_by?: EventRef;
  /** Holes of the record since the boot: what happened in them is not known. */
  readonly holes: readonly Hole[];
  /** Who attached the entry that is in its way. */
  readonly blocked_by?: EventRef;
  /** Where the log was cut since the boot: what happened before is not known. */
  readonly begins?: number;
}

interface Question {
  readonly host: string;
  readonly moment: Moment;
  readonly place: ArrayPlace;
  readonly program: number;
}

interface ExplanationSources {
  readonly log: Log;
  readonly database: Queryable;
  /** Ends the search when the answer is not wanted any more. */
  readonly signal?: AbortSignal;
}

/** Explains why a program is effective at a place at a moment, or not. */
export async function answerExplain(
  { log, database, signal }: ExplanationSources,
  { host, moment, place, program }: Question,
): Promise<AskedExplanation> {
  const { host_id, boot, position } = moment;
  const { attach_type, path } = place;
  const [begun] = await listBoots(database, moment, { after: boot - 1, limit: 1 });
  if (begun === undefined) throw new Error(`a moment has a boot, and boot ${boot} has no row`);
  const { position_from, release } = begun;
  const oldest = await oldestKept(database, host_id);
  const isCut = position_from < oldest;
  const start = Math.max(position_from, oldest);
  const span = { host_id, from: start, to: position };
  const eventAt = (at: number) => log.event(host, at);
  const explanation = await explain({
    versions: await timelineOf(database, { span, place, program }),
    ...{ program, attach_type, eventAt },
    loaded: await lifeOf(database, moment, { kind: 'program', id: program }),
    async findRefused() {
      // The state at a cut is the first that there is: what changed nothing there found it so.
      const isAfter = isCut && (await eventAt(start)).effects.length > 0;
      const first = isAfter ? start + 1 : start;
      const from = Math.max(first, position - ATTEMPT_EVENTS_MAX + 1);
      const { kernel } = await log.kernelAt(host, isCut ? Math.max(from - 1, start) : from - 1);
      const events = eventsBetween(log, host, { from, to: position }, signal);
      return lastRefusedAttach(kernel, events, { program, attach_type, path });
    },
  });
  const { event, entry, in_the_way, later_refusal } = explanation;
  const ids = [program, entry?.prog_id, in_the_way?.prog_id].filter((id) => id !== undefined);
  const origin = async (
    one: StandingEntry | undefined,
    until: LedgerEvent | undefined = event,
  ): Promise<EventRef | undefined> => {
    if (one === undefined) return undefined;
    // An entry that is gone stood until right before the event that ended it.
    const stood = { ...moment, position: until === undefined ? position : until.position - 1 };
    const standing = { attach_type, at: one.cgroup_id, slots: [one] };
    const [origin] = await originsOf(database, stood, standing);
    return origin && eventRef(await eventAt(origin.put));
  };
  const put_by = await origin(entry);
  // What is in the way of a later attempt stands since after the entry ended.
  const blocked_by = await origin(in_the_way, later_refusal ?? event);
  const advice = async (): Promise<string | undefined> => {
    if (explanation.why === 'effective' || explanation.why === 'kernel_bug') return undefined;
    const refusal = later_refusal ?? event;
    // The rules allow the very call that was refused, so what they advise would be that call.
    if (refusal !== undefined && isBeyondRules(refusal)) return FIND_WHO_REFUSED;
    return log.withStateAt(host, position, (kernel) =>
      adviceFor(kernel, {
        ...{ path, attach_type, program, loaded: explanation.why !== 'never_loaded' },
        ...{ stood_at: entry?.path, link_id: entry?.link_id },
      }),
    );
  };
  const change = await advice();
  return {
    release,
    explanation,
    ...(change !== undefined && { change }),
    names: await programNames(database, moment, ids),
    holes: await holesIn(database, span, (at) => log.eventsAt(host, at)),
    ...(put_by && { put_by }),
    ...(blocked_by && { blocked_by }),
    ...(isCut && { begins: start }),
  };
}

/** Positions of one part of a timeline. Most answers are near its end, so it is read from the end. */
const PART_POSITIONS = 10_000;

interface RunsQuestion {
  readonly span: Span;
  readonly place: ArrayPlace;
  readonly program: number;
}

/** The timeline back to where the program stood last, or all of it when it never did. */
async function timelineOf(
  database: Queryable,
  { span, place, program }: RunsQuestion,
): Promise<ArrayVersion[]> {
  const versions: ArrayVersion[] = [];
  const holds = ({ levels }: ArrayVersion): boolean =>
    levels.some(({ entries }) => entries.some(({ prog_id }) => prog_id === program));
  for (let { to } = span; to >= span.from && !versions.some(holds); to -= PART_POSITIONS) {
    const from = Math.max(span.from, to - PART_POSITIONS + 1);
    versions.unshift(...(await arrayTimeline(database, { ...span, from, to }, place)));
  }
  return versions;
}

/** Every place in which a program stands, the first of them. */
export function placesOf(kernel: Kernel, program: number): ProgramPlace[] {
  const found: ProgramPlace[] = [];
  for (const { id, path, lists } of kernel.cgroups.values()) {
    // A state that was stored has them in another order.
    const inOrder = [...lists].sort(([a], [b]) => attachTypeNumber(a) - attachTypeNumber(b));
    for (const [attach_type, { entries }] of inOrder) {
      for (const entry of entries) {
        if (progIdOf(kernel, entry) !== program) continue;
        const link = 'link_id' in entry && { link_id: entry.link_id };
        found.push({ cgroup_id: id, path, attach_type, ...link });
        if (found.length >= PLACES_MAX) return found;
      }
    }
  }
  return found;
}
