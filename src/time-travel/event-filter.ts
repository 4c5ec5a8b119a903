/** Which events a reader wants to see. All conditions must hold. */
import type { LedgerEvent } from '../events/event.ts';
import type { CgroupScope } from './cgroup-scope.ts';

export interface EventFilter {
  readonly call?: string | undefined;
  /** An errno's name, or `none` for calls that were done. */
  readonly errno?: string | undefined;
  readonly pid?: number | undefined;
  readonly comm?: string | undefined;
  readonly actor?: string | undefined;
  /** Events that name this program. */
  readonly program?: number | undefined;
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

type Fields = Readonly<Record<string, unknown>>;

/** Whether any effect, the call, its outputs or the refused objects carry one of the fields. */
function names(event: LedgerEvent, fields: readonly string[], id: number): boolean {
  const { outcome } = event;
  const places: Fields[] = [
    event.call as unknown as Fields,
    ...(event.effects as unknown as Fields[]),
  ];
  if ('errno' in outcome) places.push(outcome.about ?? {});
  return places.some((place) => fields.some((field) => place[field] === id));
}

function infoNames(event: LedgerEvent, kind: 'prog' | 'link', id: number): boolean {
  const { outcome } = event;
  if ('errno' in outcome) return false;
  if (outcome.info?.kind === kind && outcome.info.id === id) return true;
  return kind === 'prog' && (outcome.query?.prog_ids.includes(id) ?? false);
}

function pinNames(event: LedgerEvent, kind: 'prog' | 'link', id: number): boolean {
  return event.effects.some(
    (effect) =>
      (effect.type === 'PinCreated' || effect.type === 'FdOpened') &&
      effect.kind === kind &&
      effect.id === id,
  );
}

function namesProgram(event: LedgerEvent, id: number): boolean {
  return (
    names(event, ['prog_id', 'was_prog_id'], id) ||
    infoNames(event, 'prog', id) ||
    pinNames(event, 'prog', id) ||
    event.effects.some((e) => e.type === 'EffectiveSlotWritten' && e.prog_ids.includes(id))
  );
}

function namesLink(event: LedgerEvent, id: number): boolean {
  return (
    names(event, ['link_id'], id) || infoNames(event, 'link', id) || pinNames(event, 'link', id)
  );
}

/** Whether an event is wanted. */
export function matches(event: LedgerEvent, filter: EventFilter): boolean {
  const { call, errno, pid, comm, actor, program, link, cgroup, from, to } = filter;
  if (call !== undefined && event.call.name !== call) return false;
  if (errno !== undefined) {
    const got = 'errno' in event.outcome ? event.outcome.errno : NO_ERRNO;
    if (got !== errno) return false;
  }
  if (pid !== undefined && event.pid !== pid) return false;
  if (comm !== undefined && event.comm !== comm) return false;
  if (actor !== undefined && event.actor !== actor) return false;
  if (from !== undefined && event.at < from) return false;
  if (to !== undefined && event.at > to) return false;
  if (program !== undefined && !namesProgram(event, program)) return false;
  if (link !== undefined && !namesLink(event, link)) return false;
  return cgroup === undefined || cgroup.touchedBy(event);
}

/** Whether the filter lets everything pass. */
export function isOpen(filter: EventFilter): boolean {
  return Object.values(filter).every((condition) => condition === undefined);
}
