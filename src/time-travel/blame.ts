/**
 * Blame: for each slot of an effective array, the event that put it there, the load of the program
 * that it runs, and for a link its last update and who holds it open.
 */
import type { AttachType } from '../domain/attach-type.ts';
import type { Slot } from '../domain/effective.ts';
import type { Kernel } from '../domain/kernel.ts';
import type { Queryable } from '../events/database.ts';
import type { LedgerEvent } from '../events/event.ts';
import { entrySince, linkSince, writtenSince } from '../projections/entry-origins.ts';
import { holdersOf } from '../projections/holders.ts';
import { lifeOf, programNames } from '../projections/lives.ts';
import type { Moment } from '../projections/moment.ts';
import { type EventRef, eventRef } from './event-ref.ts';

export interface LinkHolders {
  readonly fds: readonly { readonly pid: number; readonly comm: string; readonly fd: number }[];
  /** Processes to which a copy of an fd is on its way. */
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

interface Asked {
  readonly moment: Moment;
  readonly attach_type: AttachType;
  /** The cgroup whose array it is. */
  readonly cgroup_id: number;
  readonly slots: readonly Slot[];
  /** Who holds each link of the slots (`linkHolders`). */
  readonly holders: ReadonlyMap<number, LinkHolders>;
}

/** Who holds the links of an array open; read off the kernel at the moment of the question. */
export function linkHolders(kernel: Kernel, slots: readonly Slot[]): Map<number, LinkHolders> {
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

/** The slots of an array with where each comes from. */
export async function blamed(
  database: Queryable,
  eventAt: (position: number) => Promise<LedgerEvent>,
  { moment, attach_type, cgroup_id, slots, holders }: Asked,
): Promise<BlamedSlot[]> {
  const known = new Map<number, EventRef>();
  async function ref(position: number): Promise<EventRef> {
    const found = known.get(position) ?? eventRef(await eventAt(position));
    known.set(position, found);
    return found;
  }
  const names = await programNames(
    database,
    moment,
    slots.map(({ prog_id }) => prog_id),
  );
  const told: BlamedSlot[] = [];
  for (const slot of slots) {
    const { prog_id, link_id } = slot;
    const life = await lifeOf(database, moment, { kind: 'program', id: prog_id });
    if (life === undefined) throw new Error(`program ${prog_id} was never loaded`);
    const common = {
      ...slot,
      prog_name: names.get(prog_id)?.prog_name ?? '',
      loaded_by: await ref(life.position_from),
    };
    const { put, updated } = await originOf(database, moment, {
      ...{ attach_type, at: cgroup_id },
      slot,
    });
    const held_by = link_id === undefined ? undefined : holders.get(link_id);
    told.push({
      ...common,
      put_by: await ref(put),
      ...(updated !== undefined && { updated_by: await ref(updated) }),
      ...(held_by && { held_by }),
    });
  }
  return told;
}

interface Standing {
  readonly attach_type: AttachType;
  /** The cgroup in whose array the slot is. */
  readonly at: number;
  readonly slot: Pick<Slot, 'prog_id' | 'link_id' | 'cgroup_id'>;
}

/** The events that put a slot there, and that last changed the program of its link. */
export async function originOf(
  database: Queryable,
  moment: Moment,
  { attach_type, at, slot: { prog_id, link_id, cgroup_id } }: Standing,
): Promise<{ readonly put: number; readonly updated?: number }> {
  if (link_id !== undefined) {
    const { created, updated } = await linkSince(database, moment, link_id);
    return { put: created, ...(updated !== created && { updated }) };
  }
  if (cgroup_id === undefined) {
    return { put: await writtenSince(database, moment, { cgroup_id: at, attach_type }) };
  }
  return { put: await entrySince(database, moment, { cgroup_id, attach_type, prog_id }) };
}
