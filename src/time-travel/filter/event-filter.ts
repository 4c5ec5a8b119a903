/** Which events a reader wants to see. All conditions must hold. */
import type { LedgerEvent } from '../../events/event.ts';
import type { CgroupScope } from './cgroup-scope.ts';
import { namesObject } from './names.ts';
import type { ProgramScope } from './program-scope.ts';

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
  readonly program?: ProgramScope | undefined;
  /** Events that name this link. */
  readonly link?: number | undefined;
  /** Events that touch this cgroup or one below it. */
  readonly cgroup?: CgroupScope | undefined;
  /** Earliest `at`, microseconds since the epoch. */
  readonly from?: number | undefined;
  /** Latest `at`, microseconds since the epoch. */
  readonly to?: number | undefined;
}

/** Stands for the absence of an errno. */
export const NO_ERRNO = 'none';

/** Whether an event is wanted. */
export function matches(event: LedgerEvent, filter: EventFilter): boolean {
  const { call, errno, pid, comm, actor, source, drift, program, link, cgroup, from, to } = filter;
  // Scopes learn from events, so they see every event, before other conditions.
  const inProgram = program?.touchedBy(event) ?? true;
  const inCgroup = cgroup?.touchedBy(event) ?? true;
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
  if (link !== undefined && !namesObject(event, 'link', link)) return false;
  return inProgram && inCgroup;
}

/** Whether the filter lets everything pass. */
export function isOpen(filter: EventFilter): boolean {
  return Object.values(filter).every((condition) => condition === undefined);
}
