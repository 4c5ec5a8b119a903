// Effective arrays at a moment (semantics §4), derived in one statement from the lists of a cgroup
// and its ancestors, in another way than the model derives them: equal arrays mean that the tables
// of lists and of written arrays hold what the kernel held.

import type { AttachType } from '../../src/domain/attach-type.ts';
import type { Slot } from '../../src/domain/effective.ts';
import type { Queryable } from '../../src/events/storage/database.ts';
import { at, type Moment } from '../../src/projections/moment.ts';
import { spellType } from '../../src/projections/spelling.ts';

/** The chain of a cgroup: itself (depth 0), its parent, and so on up to the root. */
const CHAIN = `
  chain as (
    select c.cgroup_id, c.parent_id, 0 as depth from cgroup_versions_of_line c
    where c.host_id = $1 and c.boot = $2 and c.cgroup_id = $4 and c.position_from <= $3
      and not c.gone and not exists (
        select from cgroup_versions_of_line g
        where g.host_id = $1 and g.boot = $2 and g.cgroup_id = $4
          and g.gone and g.position_from between c.position_from and $3)
    union all
    select parent.cgroup_id, parent.parent_id, chain.depth + 1
    from chain join cgroup_versions_of_line parent
      on parent.host_id = $1 and parent.boot = $2 and parent.cgroup_id = chain.parent_id
      and not parent.gone and parent.position_from <= $3 and not exists (
        select from cgroup_versions_of_line g
        where g.host_id = $1 and g.boot = $2 and g.cgroup_id = parent.cgroup_id
          and g.gone and g.position_from between parent.position_from and $3)
    where chain.parent_id <> 0)`;

/** The lists with entries along the chain. The nearest contributes, and those in multi mode. */
const LEVELS = `
  levels as (
    select chain.depth, chain.cgroup_id, list.mode, list.entries,
      min(chain.depth) over () as nearest
    from chain cross join lateral (
      select mode, entries from entry_versions_of_line e
      where e.host_id = $1 and e.boot = $2 and e.cgroup_id = chain.cgroup_id
        and e.attach_type = $5 and e.position_from <= $3
      order by e.position_from desc limit 1) list
    where list.entries <> '[]')`;

/** The array that stands written at the cgroup, unless a list at or above it changed since. */
const WRITTEN = `
  written as (
    select array_row.prog_ids from (
      select position_from, prog_ids from written_array_versions_of_line w
      where w.host_id = $1 and w.boot = $2 and w.cgroup_id = $4 and w.attach_type = $5
        and w.position_from <= $3
      order by w.position_from desc limit 1) array_row
    where array_row.prog_ids is not null and not exists (
      select from chain join written_array_versions_of_line recomputed
        on recomputed.host_id = $1 and recomputed.boot = $2
        and recomputed.cgroup_id = chain.cgroup_id and recomputed.attach_type = $5
        and recomputed.position_from > array_row.position_from
        and recomputed.position_from <= $3 and recomputed.prog_ids is null))`;

const EFFECTIVE = `
  with recursive ${CHAIN}, ${LEVELS}, ${WRITTEN}
  select prog_id::int8 as prog_id, null::int8 as cgroup_id, null::int4 as index,
    null::int8 as link_id, false as preorder, true as written, 0 as depth, nth
  from written cross join json_array_elements_text(prog_ids::json)
    with ordinality as slot(prog_id, nth)
  union all
  select (entry ->> 'prog_id')::int8, cgroup_id, (nth - 1)::int4,
    (entry ->> 'link_id')::int8, entry ->> 'preorder' is not null, false,
    case when entry ->> 'preorder' is null then depth else -depth end, nth
  from levels cross join json_array_elements(entries::json) with ordinality as slot(entry, nth)
  where (mode = 'multi' or depth = nearest) and not exists (select from written)
  order by preorder desc, depth, nth`;

interface Stored {
  readonly prog_id: number;
  readonly cgroup_id: number;
  readonly index: number;
  readonly link_id: number | null;
  readonly preorder: boolean;
  readonly written: boolean;
}

function read(row: Stored): Slot {
  if (row.written) return { prog_id: row.prog_id };
  return {
    prog_id: row.prog_id,
    cgroup_id: row.cgroup_id,
    index: row.index,
    ...(row.link_id !== null && { link_id: row.link_id }),
    ...(row.preorder && { preorder: true as const }),
  };
}

/**
 * What runs on a living cgroup for an attach type, in order, each slot with the entry it comes
 * from. Empty for a cgroup that is not there.
 */
export async function effectiveArrayAt(
  database: Queryable,
  moment: Moment,
  place: { readonly cgroup_id: number; readonly attach_type: AttachType },
): Promise<Slot[]> {
  const params = [...at(moment), place.cgroup_id, spellType(place.attach_type)];
  return (await database.query<Stored>(EFFECTIVE, params)).map(read);
}
