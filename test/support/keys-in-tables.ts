// Everything that the tables of versions ever held until a moment, living or gone.

import type { AttachType } from '../../src/domain/attach-type.ts';
import type { Queryable } from '../../src/events/storage/database.ts';
import { type CgroupRow, cgroupsByIds } from '../../src/projections/cgroups.ts';
import { type EntryListRow, listsOf } from '../../src/projections/entries.ts';
import { type LinkRow, linksByIds } from '../../src/projections/links.ts';
import { type MapRow, mapsByIds } from '../../src/projections/maps.ts';
import { at, type Moment } from '../../src/projections/moment.ts';
import { type PinRow, pinsAtPaths } from '../../src/projections/pins.ts';
import { type ProgramRow, programsByIds } from '../../src/projections/programs.ts';
import { parseType } from '../../src/projections/spelling.ts';

async function keysIn<K extends string | number>(
  database: Queryable,
  moment: Moment,
  { table, column, where = 'true' }: { table: string; column: string; where?: string },
): Promise<K[]> {
  const rows = await database.query<{ key: K }>(
    `select distinct ${column} as key from ${table}_of_line
     where host_id = $1 and boot = $2 and position_from <= $3 and ${where}`,
    at(moment),
  );
  return rows.map(({ key }) => key);
}

/** The living cgroups, as the tables have them. */
export async function allCgroups(database: Queryable, moment: Moment): Promise<CgroupRow[]> {
  const ids = { table: 'cgroup_versions', column: 'cgroup_id' };
  return cgroupsByIds(database, moment, await keysIn(database, moment, ids));
}

/** The links. */
export async function allLinks(database: Queryable, moment: Moment): Promise<LinkRow[]> {
  const ids = { table: 'link_versions', column: 'link_id' };
  return linksByIds(database, moment, await keysIn(database, moment, ids));
}

/** The living programs. */
export async function allPrograms(database: Queryable, moment: Moment): Promise<ProgramRow[]> {
  const ids = { table: 'program_versions', column: 'prog_id' };
  return programsByIds(database, moment, await keysIn(database, moment, ids));
}

/** The living maps. */
export async function allMaps(database: Queryable, moment: Moment): Promise<MapRow[]> {
  const ids = { table: 'map_versions', column: 'map_id' };
  return mapsByIds(database, moment, await keysIn(database, moment, ids));
}

/** The pins. */
export async function allPins(database: Queryable, moment: Moment): Promise<PinRow[]> {
  const paths = { table: 'pin_versions', column: 'path' };
  return pinsAtPaths(database, moment, await keysIn(database, moment, paths));
}

/** The lists of a cgroup. */
export async function allLists(
  database: Queryable,
  moment: Moment,
  cgroup_id: number,
): Promise<EntryListRow[]> {
  const of = {
    table: 'entry_versions',
    column: 'attach_type',
    where: `cgroup_id = ${cgroup_id}`,
  };
  const spelt = await keysIn<string>(database, moment, of);
  const types = spelt.map((text): AttachType => parseType(text));
  return listsOf(database, moment, { cgroup_id, types });
}
