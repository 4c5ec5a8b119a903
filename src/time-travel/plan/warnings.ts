/**
 * Warnings with their origin in the log: the events that attached the entries that a plan
 * touches, and whether somebody else made them.
 */
import type { Effect } from '../../domain/effect.ts';
import type { Kernel } from '../../domain/kernel.ts';
import { indexOfLink, indexOfProg, listOf } from '../../domain/list.ts';
import type { LedgerEvent } from '../../events/event.ts';
import type { Queryable } from '../../events/storage/database.ts';
import { entriesSince, linksSince } from '../../projections/entry-origins.ts';
import type { Moment } from '../../projections/moment.ts';
import type { PlannedCall } from './planned-call.ts';
import type { EntryPlace, Notice, PlanWarning } from './warning.ts';

/** Warnings of one plan; more are left out, and the answer says so. */
const WARNINGS_MAX = 200;
/** Positions that one warning names. */
const POSITIONS_MAX = 64;

/** An existing entry that a call removes, or gives another program. */
export interface TakenEntry {
  readonly call: number;
  readonly entry: EntryPlace;
  /** The entry for people. */
  readonly text: string;
}

/** The entries among `places` that stand in a kernel. */
export function standingIn<T extends EntryPlace>(kernel: Kernel, places: readonly T[]): T[] {
  return places.filter((place) => {
    const cgroup = kernel.cgroups.get(place.cgroup_id);
    if (cgroup === undefined) return false;
    const list = listOf(cgroup, place.attach_type);
    const at =
      'link_id' in place ? indexOfLink(list, place.link_id) : indexOfProg(list, place.prog_id);
    return at >= 0;
  });
}

/** The entries that a call, by itself and not by way of an fd that closes, takes from a list. */
export function findTaken(before: Kernel, { call, effects }: PlannedCall): EntryPlace[] {
  switch (call.name) {
    case 'prog_attach':
    case 'prog_detach':
    case 'link_update':
    case 'link_detach':
      return effects.flatMap((effect) => findTakenIn(before, effect));
    default:
      return [];
  }
}

function findTakenIn(before: Kernel, effect: Effect): EntryPlace[] {
  switch (effect.type) {
    case 'EntryRemoved': {
      const { cgroup_id, attach_type } = effect;
      const holder =
        'link_id' in effect ? { link_id: effect.link_id } : { prog_id: effect.prog_id };
      return [{ cgroup_id, attach_type, ...holder }];
    }
    case 'EntryReplaced': {
      const { cgroup_id, attach_type, was_prog_id } = effect;
      return [{ cgroup_id, attach_type, prog_id: was_prog_id }];
    }
    case 'LinkUpdated': {
      const link = before.links.get(effect.link_id);
      if (link === undefined) return [];
      const { cgroup_id, attach_type } = link;
      return [{ cgroup_id, attach_type, link_id: effect.link_id }];
    }
    default:
      return [];
  }
}

interface WarningSource {
  readonly database: Queryable;
  /** Where the plan was made. */
  readonly moment: Moment;
  readonly eventAt: (position: number) => Promise<LedgerEvent>;
}

export interface Warned {
  readonly warnings: readonly PlanWarning[];
  /** There are more than `WARNINGS_MAX`. */
  readonly truncated: boolean;
}

/**
 * The warnings of a plan.
 *
 * @param actor who would record the calls
 * @param planned notices and taken entries, both with entries that exist at the moment
 */
export async function warningsOf(
  source: WarningSource,
  actor: string,
  planned: {
    readonly calls: readonly PlannedCall[];
    readonly notices: readonly Notice[];
    readonly taken: readonly TakenEntry[];
  },
): Promise<Warned> {
  const warnings: PlanWarning[] = [];
  const { notices, taken, calls } = planned;
  for (const { entries, ...notice } of notices.slice(0, WARNINGS_MAX)) {
    const positions: number[] = [];
    for (const entry of entries.slice(0, POSITIONS_MAX)) {
      positions.push(await findAttach(source, entry));
    }
    warnings.push({ ...notice, positions: [...new Set(positions)].sort((a, b) => a - b) });
  }
  for (const one of taken.slice(0, WARNINGS_MAX)) {
    const warning = await foreign(source, actor, one, calls[one.call]);
    if (warning !== undefined) warnings.push(warning);
  }
  const truncated =
    notices.length > WARNINGS_MAX || taken.length > WARNINGS_MAX || warnings.length > WARNINGS_MAX;
  const inOrder = warnings.sort((a, b) => a.call - b.call).slice(0, WARNINGS_MAX);
  return { warnings: inOrder, truncated };
}

/** The event that attached an entry. */
async function findAttach({ database, moment }: WarningSource, entry: EntryPlace): Promise<number> {
  const [position] =
    'link_id' in entry
      ? (await linksSince(database, moment, [entry.link_id])).map(({ created }) => created)
      : await entriesSince(database, moment, entry.attach_type, [entry]);
  if (position === undefined) throw new Error('an entry that stands was attached');
  return position;
}

/** A warning when another actor or another process attached an entry. */
async function foreign(
  source: WarningSource,
  actor: string,
  { call: index, entry, text }: TakenEntry,
  call: PlannedCall | undefined,
): Promise<PlanWarning | undefined> {
  if (call === undefined) return undefined;
  const position = await findAttach(source, entry);
  const maker = await source.eventAt(position);
  const sameName = maker.actor === actor && maker.comm === call.comm;
  if (maker.actor === actor && maker.pid === call.pid) return undefined;
  const does = call.call.name === 'link_update' || isReplace(call) ? 'replaces' : 'detaches';
  const sentence =
    `${call.comm}[${call.pid}] as ${actor} ${does} ${text}, which ` +
    `${sameName ? 'another process of that name, ' : ''}` +
    `${maker.comm}[${maker.pid}] as ${maker.actor}${sameName ? ',' : ''} attached`;
  const about = { ...entry, pid: maker.pid, comm: maker.comm, actor: maker.actor };
  return { call: index, kind: 'entry-of-another', sentence, about, positions: [position] };
}

function isReplace({ effects }: PlannedCall): boolean {
  return effects.some(({ type }) => type === 'EntryReplaced');
}
