/**
 * Lives: from which position to which an object existed, read from its first and newest versions,
 * also when it is gone by now.
 */
import { type LineText, lineText, queryLine } from '../events/reading/host-line.ts';
import type { Queryable } from '../events/storage/database.ts';
import { sqlArray } from '../events/storage/sql-array.ts';
import { firstOf, newestOf } from './line.ts';
import { at, type Moment } from './moment.ts';

export interface Life {
  readonly position_from: number;
  /** Position at which it ended; null while it is there. */
  readonly position_gone: number | null;
}

const lifeIn = (table: string, key: string): LineText => {
  const versions = { table, columns: 'position_from, gone', where: `boot = $2 and ${key}` };
  return lineText(
    (form) => `
  select first.position_from,
    case when newest.gone then newest.position_from end as position_gone
  from ${firstOf(form, versions)} first cross join ${newestOf(form, versions)} newest`,
  );
};

const LIFE = {
  cgroup: lifeIn('cgroup_versions', 'cgroup_id = $4'),
  program: lifeIn('program_versions', 'prog_id = $4'),
  link: lifeIn('link_versions', 'link_id = $4'),
  map: lifeIn('map_versions', 'map_id = $4'),
} as const;

const PIN_LIFE = lifeIn('pin_versions', 'md5(path) = md5($4) and path = $4');

export type LivingKind = keyof typeof LIFE;

/** The life of an object of the moment's boot, until the moment; undefined when it never existed. */
export async function lifeOf(
  database: Queryable,
  moment: Moment,
  { kind, id }: { readonly kind: LivingKind; readonly id: number },
): Promise<Life | undefined> {
  const [life] = await queryLine<Life>(database, LIFE[kind], [...at(moment), id]);
  return life;
}

/** The life of the pins at a path, from the first one on; ended when the newest one did. */
export async function pinLife(
  database: Queryable,
  moment: Moment,
  path: string,
): Promise<Life | undefined> {
  const [life] = await queryLine<Life>(database, PIN_LIFE, [...at(moment), path]);
  return life;
}

const NEWEST_AT_PATH = lineText(
  (form) =>
    `select cgroup_id from ${newestOf(form, {
      table: 'cgroup_versions',
      columns: 'cgroup_id, position_from',
      where: 'boot = $2 and md5(path) = md5($4) and path = $4',
    })} made`,
);

/** The life of the newest cgroup that a path had until the moment; undefined when it had none. */
export async function cgroupLife(
  database: Queryable,
  moment: Moment,
  path: string,
): Promise<Life | undefined> {
  const parameters = [...at(moment), path] as const;
  const [made] = await queryLine<{ cgroup_id: number }>(database, NEWEST_AT_PATH, parameters);
  return made && lifeOf(database, moment, { kind: 'cgroup', id: made.cgroup_id });
}

const PROGRAM_NAMES = lineText(
  (form) => `
  select loaded.* from unnest($4::int8[]) as wanted(id) cross join lateral ${firstOf(form, {
    table: 'program_versions',
    columns: 'prog_id, prog_name, tag, position_from',
    where: 'boot = $2 and prog_id = wanted.id',
  })} loaded`,
);

export interface NamedProgram {
  readonly prog_id: number;
  readonly prog_name: string;
  readonly tag: string;
  /** Position at which it was loaded. */
  readonly position_from: number;
}

/** Names and tags of programs that were loaded in the moment's boot, living or not. */
export async function programNames(
  database: Queryable,
  moment: Moment,
  ids: Iterable<number>,
): Promise<Map<number, NamedProgram>> {
  const list = sqlArray([...new Set(ids)]);
  const rows = await queryLine<NamedProgram>(database, PROGRAM_NAMES, [...at(moment), list]);
  return new Map(rows.map((row) => [row.prog_id, row]));
}

const PATH_OF = lineText(
  (form) =>
    `select path from ${firstOf(form, {
      table: 'cgroup_versions',
      columns: 'path, position_from',
      where: 'boot = $2 and cgroup_id = $4',
    })} made`,
);

/** The path of a cgroup of the moment's boot, also when it was removed since. */
export async function pathOfCgroup(
  database: Queryable,
  moment: Moment,
  cgroupId: number,
): Promise<string | undefined> {
  const [row] = await queryLine<{ path: string }>(database, PATH_OF, [...at(moment), cgroupId]);
  return row?.path;
}
