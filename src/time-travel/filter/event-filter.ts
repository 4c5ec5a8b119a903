/** Which events a reader wants to see. All conditions must hold. */
import type { LedgerEvent } from '../../events/event.ts';
import { namesObject } from './names.ts';
import { isRefusedByFd, type StateReader, subjectsOfRefused } from './refused-by-fd.ts';
import type { Scope } from './scope.ts';

export interface EventFilter {
  readonly call?: string | undefined;
  /** An errno's name, or `none` for calls that succeeded. */
  readonly errno?: string | undefined;
  readonly pid?: number | undefined;
  readonly comm?: string | undefined;
  readonly actor?: string | undefined;
  readonly source?: LedgerEvent['source'] | undefined;
  /** Whether the kernel answered otherwise than the rules would have. */
  readonly drift?: boolean | undefined;
  /** Events that touch this program, or a link that runs it. */
  readonly program?: Scope | undefined;
  /** Events that name this link. */
  readonly link?: number | undefined;
  /** Events that touch this cgroup or one below it. */
  readonly cgroup?: Scope | undefined;
  /** Earliest `at`, microseconds since the epoch. */
  readonly from?: number | undefined;
  /** Latest `at`, microseconds since the epoch. */
  readonly to?: number | undefined;
}

/** Stands for the absence of an errno. */
export const NO_ERRNO = 'none';

/**
 * The events of a page that are wanted. Pages must come in order, since scopes learn from them.
 *
 * @param page events without gaps
 */
export async function wantedOf(
  page: readonly LedgerEvent[],
  filter: EventFilter,
  stateAt: StateReader,
): Promise<readonly LedgerEvent[]> {
  const scopes = [filter.program, filter.cgroup].filter((scope) => scope !== undefined);
  const wanted: LedgerEvent[] = [];
  const unclear = new Map<LedgerEvent, readonly Scope[]>();
  for (const event of page) {
    // Every scope sees every event, before other conditions.
    const untouched = scopes.filter((scope) => !scope.touchedBy(event));
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
  const { call, errno, pid, comm, actor, source, drift, link, from, to } = filter;
  if (call !== undefined && event.call.name !== call) return false;
  if (errno !== undefined) {
    const got = 'errno' in event.outcome ? event.outcome.errno : NO_ERRNO;
    if (got !== errno) return false;
  }
  if (pid !== undefined && event.pid !== pid) return false;
  if (comm !== undefined && event.comm !== comm) return false;
  if (actor !== undefined && event.actor !== actor) return false;
  if (source !== undefined && event.source !== source) return false;
  if (drift !== undefined && (event.expected !== undefined) !== drift) return false;
  if (from !== undefined && event.at < from) return false;
  if (to !== undefined && event.at > to) return false;
  return link === undefined || namesObject(event, 'link', link);
}

/** Whether the filter lets everything pass. */
export function isOpen(filter: EventFilter): boolean {
  return Object.values(filter).every((condition) => condition === undefined);
}
