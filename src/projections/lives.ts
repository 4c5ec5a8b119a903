/**
 * Lives: from which position to which a thing was there, told from its first and newest versions,
 * also when it is gone by now.
 */
import type { Queryable } from '../events/database.ts';
import { at, type Moment } from './moment.ts';

export interface Life {
  readonly position_from: number;
  /** Position at which it ended; null while it is there. */
  readonly position_gone: number | null;
}

const lifeIn = (table: string, key: string): string => {
  const rows = `from ${table} where host_id = $1 and boot = $2 and position_from <= $3 and ${key}`;
  return `
  select position_from, (
    select case when gone then position_from end ${rows}
    order by position_from desc limit 1) as position_gone
  ${rows} order by position_from limit 1`;
};

const LIFE = {
  cgroup: lifeIn('cgroup_versions_of_line', 'cgroup_id = $4'),
  program: lifeIn('program_versions_of_line', 'prog_id = $4'),
  link: lifeIn('link_versions_of_line', 'link_id = $4'),
  map: lifeIn('map_versions_of_line', 'map_id = $4'),
} as const;

const PIN_LIFE = lifeIn('pin_versions_of_line', 'md5(path) = md5($4) and path = $4');

export type LivingKind = keyof typeof LIFE;

/** The life of an object of the moment's boot, until the moment; undefined when it never was. */
export async function lifeOf(
  database: Queryable,
  moment: Moment,
  { kind, id }: { readonly kind: LivingKind; readonly id: number },
): Promise<Life | undefined> {
  const [life] = await database.query<Life>(LIFE[kind], [...at(moment), id]);
  return life;
}

/** The life of the pins at a path, from the first one on; ended when the newest one did. */
export async function pinLife(
  database: Queryable,
  moment: Moment,
  path: string,
): Promise<Life | undefined> {
  const [life] = await database.query<Life>(PIN_LIFE, [...at(moment), path]);
  return life;
}

const PROGRAM_NAMES = `
  select distinct on (prog_id) prog_id, prog_name, tag from program_versions_of_line
  where host_id = $1 and boot = $2 and position_from <= $3 and prog_id = any($4::int8[])
    and not gone
  order by prog_id, position_from`;

export interface NamedProgram {
  readonly prog_id: number;
  readonly prog_name: string;
  readonly tag: string;
}

/** Names and tags of programs that were loaded in the moment's boot, living or not. */
export async function programNames(
  database: Queryable,
  moment: Moment,
  ids: Iterable<number>,
): Promise<Map<number, NamedProgram>> {
  const list = `{${[...new Set(ids)].join(',')}}`;
  const rows = await database.query<NamedProgram>(PROGRAM_NAMES, [...at(moment), list]);
  return new Map(rows.map((row) => [row.prog_id, row]));
}

const PATH_OF = `
  select path from cgroup_versions_of_line
  where host_id = $1 and boot = $2 and position_from <= $3 and cgroup_id = $4 and not gone
  order by position_from limit 1`;

/** The path of a cgroup of the moment's boot, also when it was removed since. */
export async function pathOfCgroup(
  database: Queryable,
  moment: Moment,
  cgroupId: number,
): Promise<string | undefined> {
  const [row] = await database.query<{ path: string }>(PATH_OF, [...at(moment), cgroupId]);
  return row?.path;
}
