/** Differences on the wire. */
import { z } from 'zod';
import { attachType } from '../../events/schema/attach-type.ts';
import { position } from './event.ts';
import { wireEventRef } from './event-ref.ts';
import { listedEntry, reflected, slotFields, worldState } from './reads.ts';

const n = z.int();
const because = z.array(position);

/** Changes of an ordered sequence: `place` counts from 0. */
function sequenceOf<T extends z.ZodType>(item: T) {
  return z.array(
    z.discriminatedUnion('change', [
      z.strictObject({ change: z.literal('added'), place: n, is: item }),
      z.strictObject({ change: z.literal('removed'), was_place: n, was: item }),
      z.strictObject({
        change: z.enum(['changed', 'moved']),
        was_place: n,
        place: n,
        was: item,
        is: item,
      }),
    ]),
  );
}

/** Changes of a table: added and removed rows, and the changed fields of others. */
function rowsOf<T extends z.ZodRawShape>(row: z.ZodObject<T>) {
  const caused = z.strictObject({ ...row.shape, because });
  const some = z.strictObject(row.shape).partial();
  return z.strictObject({
    added: z.array(caused),
    removed: z.array(caused),
    changed: z.array(
      z.strictObject({ key: z.union([n, z.string()]), was: some, is: some, because }),
    ),
  });
}

const world = worldState.shape;
const { attached: _, effective: __, ...cgroupRow } = world.cgroups.element.shape;
const { index: ___, ...slotHolder } = slotFields;
const place = { cgroup_id: n, path: z.string(), attach_type: attachType };
const listHead = z.strictObject({ mode: z.enum(['none', 'override', 'multi']), revision: n });

const listChange = z
  .strictObject({
    ...place,
    was: listHead.exactOptional(),
    is: listHead.exactOptional(),
    entries: sequenceOf(listedEntry),
    because,
  })
  .meta({ id: 'ListChange' });

const arrayChange = z
  .strictObject({
    ...place,
    slots: sequenceOf(z.strictObject(slotHolder)),
    same_in: z.array(n),
    because,
  })
  .meta({
    id: 'ArrayChange',
    description:
      '`same_in`: cgroups below it whose arrays were the same and changed in the same way.',
  });

/** What …/diff answers. */
export const diffAnswer = z
  .strictObject({
    ...reflected,
    from: position,
    to: position,
    against: z.string().exactOptional().describe('The host that the position `from` belongs to.'),
    boot: z.strictObject({ was: world.boot, is: world.boot }).exactOptional(),
    cgroups: rowsOf(z.object(cgroupRow)),
    lists: z.array(listChange),
    effective: z.array(arrayChange),
    programs: rowsOf(world.programs.element),
    links: rowsOf(world.links.element),
    maps: rowsOf(world.maps.element),
    bpffs: rowsOf(world.bpffs.element),
    processes: rowsOf(world.processes.element),
    events: z.array(wireEventRef),
  })
  .meta({
    id: 'Diff',
    description:
      'Applied to the state at `from`, it gives the state at `to`. `because` of each change has the ' +
      'positions of the newest 100 events that made it, and `events` has these events. After a ' +
      'reboot (`boot`) everything before it is removed and everything after it is added.',
  });
