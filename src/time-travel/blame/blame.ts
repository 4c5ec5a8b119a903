/**
 * Blame: for each slot of an effective array, the event that put it there, the load of the program
 * that it runs, and for a link its last update and who holds it open.
 */
import type { AttachType } from '../../domain/attach-type.ts';
import type { Slot } from '../../domain/effective.ts';
import type { Kernel } from '../../domain/kernel.ts';
import type { LedgerEvent } from '../../events/event.ts';
import type { Queryable } from '../../events/storage/database.ts';
import {
  entriesSince,
  findWrittenSince,
  type LinkOrigin,
  linksSince,
} from '../../projections/entry-origins.ts';
import { holdersOf } from '../../projections/holders.ts';
import { programNames } from '../../projections/lives.ts';
import type { Moment } from '../../projections/moment.ts';
import { type EventRef, eventRef } from '../wording/event-ref.ts';

export interface LinkHolders {
  readonly fds: readonly { readonly pid: number; readonly comm: string; readonly fd: number }[];
  /** Processes to which a copy of an fd is in flight. */
  readonly in_flight_to: readonly number[];
  readonly pins: readonly string[];
}

export interface BlamedSlot extends Slot {
  readonly prog_name: string;
  /** Who loaded the program. */
  readonly loaded_by: EventRef;
  /** Who attached the program, or created the link. */
  readonly put_by: EventRef;
  /** Who gave the link the program that it runs now; absent when it has its first one. */
  readonly updated_by?: EventRef;
  /** Who keeps the link alive. */
  readonly held_by?: LinkHolders;
}

interface BlameQuestion {
  readonly moment: Moment;
  readonly attach_type: AttachType;
  /** The cgroup whose array it is. */
  readonly cgroup_id: number;
  readonly slots: readonly Slot[];
  /** Who holds each link of the slots (`linkHolders`). */
  readonly holders: ReadonlyMap<number, LinkHolders>;
}

/** Who holds the links of some slots open; read off the kernel at the moment of the question. */
export function linkHolders(
  kernel: Kernel,
  slots: readonly Pick<Slot, 'link_id'>[],
): Map<number, LinkHolders> {
  const heldBy = holdersOf(kernel);
  const found = new Map<number, LinkHolders>();
  for (const { link_id } of slots) {
    if (link_id === undefined) continue;
    const { fds, in_flight_to, pins } = heldBy('link', link_id);
    const comm = (pid: number): string => kernel.processes.get(pid)?.comm ?? '';
    const named = fds.map(({ pid, fd }) => ({ pid, comm: comm(pid), fd }));
    found.set(link_id, { fds: named, in_flight_to, pins });
  }
  return found;
}

/** The slots of an array, each with its origin. */
export async function blameSlots(
  database: Queryable,
  eventsAt: (positions: readonly number[]) => Promise<readonly LedgerEvent[]>,
  { moment, attach_type, cgroup_id, slots, holders }: BlameQuestion,
): Promise<BlamedSlot[]> {
  if (slots.length === 0) return [];
  const ids = slots.map(({ prog_id }) => prog_id);
  const [programs, origins] = await Promise.all([
    programNames(database, moment, ids),
    originsOf(database, moment, { attach_type, at: cgroup_id, slots }),
  ]);
  const loads = [...programs.values()].map(({ position_from }) => position_from);
  const told = origins.flatMap(({ put, updated = put }) => [put, updated]);
  const events = await eventsAt([...new Set([...loads, ...told])]);
  const refs = new Map(events.map((event) => [event.position, eventRef(event)]));
  const ref = (position: number): EventRef => {
    const found = refs.get(position);
    if (found === undefined) throw new Error(`there is no event ${position}`);
    return found;
  };
  return slots.map((slot, i) => {
    const { prog_id, link_id } = slot;
    const program = programs.get(prog_id);
    const { put, updated } = origins[i] as SlotOrigin;
    const held_by = link_id === undefined ? undefined : holders.get(link_id);
    if (program === undefined) throw new Error(`program ${prog_id} was never loaded`);
    return {
      ...slot,
      prog_name: program.prog_name,
      loaded_by: ref(program.position_from),
      put_by: ref(put),
      ...(updated !== undefined && { updated_by: ref(updated) }),
      ...(held_by && { held_by }),
    };
  });
}

interface ArraySlots {
  readonly attach_type: AttachType;
  /** The cgroup in whose array the slots are. */
  readonly at: number;
  readonly slots: readonly Pick<Slot, 'prog_id' | 'link_id' | 'cgroup_id'>[];
}

/** The positions of the events that put a slot there, and that last changed its link's program. */
interface SlotOrigin {
  readonly put: number;
  readonly updated?: number;
}

/** The origin of each slot of an array, in their order: one query for each kind of slot. */
export async function originsOf(
  database: Queryable,
  moment: Moment,
  { attach_type, at, slots }: ArraySlots,
): Promise<SlotOrigin[]> {
  const linkIds = slots.flatMap(({ link_id }) => link_id ?? []);
  const direct = slots.flatMap(({ link_id, cgroup_id, prog_id }) =>
    link_id === undefined && cgroup_id !== undefined ? [{ cgroup_id, prog_id }] : [],
  );
  const [links, entries] = await Promise.all([
    linksSince(database, moment, linkIds),
    entriesSince(database, moment, attach_type, direct),
  ]);
  if (linkIds.length + direct.length < slots.length) {
    // An array that a kernel bug wrote was written as a whole.
    const put = await findWrittenSince(database, moment, { cgroup_id: at, attach_type });
    return slots.map(() => ({ put }));
  }
  const nextLink = links.values();
  const nextEntry = entries.values();
  return slots.map(({ link_id }) => {
    if (link_id === undefined) return { put: nextEntry.next().value as number };
    const { created, updated } = nextLink.next().value as LinkOrigin;
    return { put: created, ...(updated !== created && { updated }) };
  });
}
