/** Which events a reader wants to see. All conditions must hold. */
import type { AttachType } from '../../domain/attach-type.ts';
import type { LedgerEvent } from '../../events/event.ts';
import { namesAttachType, namesObject } from './names.ts';
import { isRefusedByFd, type StateReader, subjectsOfRefused } from './refused-by-fd.ts';
import type { Scope } from './scope.ts';

/** Of a list, any value fulfils the condition. */
export interface EventFilter {
  readonly call?: readonly string[] | undefined;
  /** Names of errnos, or `none` for calls that succeeded. */
  readonly errno?: readonly string[] | undefined;
  /** Rules by which calls were refused. */
  readonly rule?: readonly string[] | undefined;
  /** Types of effects. */
  readonly effect?: readonly string[] | undefined;
  /** Why something ended by the event. */
  readonly reason?: readonly string[] | undefined;
  /** Attach types that the call, an effect or the refusal names. */
  readonly attach_type?: readonly AttachType[] | undefined;
  readonly pid?: readonly number[] | undefined;
  readonly comm?: readonly string[] | undefined;
  readonly actor?: readonly string[] | undefined;
  readonly boot?: readonly number[] | undefined;
  readonly source?: readonly LedgerEvent['source'][] | undefined;
  /** Whether the kernel answered otherwise than the rules would have. */
  readonly drift?: boolean | undefined;
  /** Events that touch one of these programs, or a link that runs it. */
  readonly program?: Scope | undefined;
  /** The same of programs by tag and name. */
  readonly named?: Scope | undefined;
  /** Events that name one of these links. */
  readonly link?: readonly number[] | undefined;
  /** Events that name one of these maps. */
  readonly map?: readonly number[] | undefined;
  /** Events that touch this cgroup or one below it. */
  readonly cgroup?: Scope | undefined;
  /** Earliest `at`, microseconds since the epoch. */
  readonly from?: number | undefined;
  /** Latest `at`, microseconds since the epoch. */
  readonly to?: number | undefined;
  /** First and last position. */
  readonly position_from?: number | undefined;
  readonly position_to?: number | undefined;
}

/** Stands for the absence of an errno. */
export const NO_ERRNO = 'none';

/**
 * The events of a page that are wanted. Pages must come in order, since scopes learn from them.
 *
 * @param page events without gaps
 */
export async function selectWanted(
  page: readonly LedgerEvent[],
  filter: EventFilter,
  stateAt: StateReader,
): Promise<readonly LedgerEvent[]> {
  const scopes = [filter.program, filter.named, filter.cgroup].filter(
    (scope) => scope !== undefined,
  );
  const wanted: LedgerEvent[] = [];
  const unclear = new Map<LedgerEvent, readonly Scope[]>();
  for (const event of page) {
    // Every scope sees every event, before other conditions.
    const untouched = scopes.filter((scope) => !scope.isTouchedBy(event));
    if (!passes(event, filter)) continue;
    if (untouched.length > 0 && !isRefusedByFd(event)) continue;
    if (untouched.length > 0) unclear.set(event, untouched);
    wanted.push(event);
  }
  if (unclear.size === 0) return wanted;
  const subjects = await subjectsOfRefused(page, [...unclear.keys()], stateAt);
  return wanted.filter((event) => {
    const named = subjects.get(event);
    return named === undefined || unclear.get(event)?.every((scope) => scope.isAmong(event, named));
  });
}

/** Whether an event fulfils the conditions that need nothing but the event. */
export function passes(event: LedgerEvent, filter: EventFilter): boolean {
  const { outcome, effects } = event;
  const { drift, from, to, position_from: first, position_to: last } = filter;
  return (
    isAmong(event.call.name, filter.call) &&
    isAmong('errno' in outcome ? outcome.errno : NO_ERRNO, filter.errno) &&
    isAmong('errno' in outcome ? outcome.rule : undefined, filter.rule) &&
    isAmong(event.pid, filter.pid) &&
    isAmong(event.comm, filter.comm) &&
    isAmong(event.actor, filter.actor) &&
    isAmong(event.boot, filter.boot) &&
    isAmong(event.source, filter.source) &&
    (drift === undefined || (event.expected !== undefined) === drift) &&
    (from === undefined || event.at >= from) &&
    (to === undefined || event.at <= to) &&
    (first === undefined || event.position >= first) &&
    (last === undefined || event.position <= last) &&
    (filter.effect?.some((type) => effects.some((effect) => effect.type === type)) ?? true) &&
    (filter.reason?.some((reason) => endsBy(effects, reason)) ?? true) &&
    (filter.attach_type?.some((type) => namesAttachType(event, type)) ?? true) &&
    (filter.link?.some((id) => namesObject(event, 'link', id)) ?? true) &&
    (filter.map?.some((id) => namesObject(event, 'map', id)) ?? true)
  );
}

function isAmong<T>(value: T | undefined, wanted: readonly T[] | undefined): boolean {
  return wanted === undefined || (value !== undefined && wanted.includes(value));
}

function endsBy(effects: LedgerEvent['effects'], reason: string): boolean {
  return effects.some((effect) => 'reason' in effect && effect.reason === reason);
}

/** Whether the filter lets everything pass. */
export function isOpen(filter: EventFilter): boolean {
  return Object.values(filter).every((condition) => condition === undefined);
}
