/** Which hosts ever had something: who has not needs no further look. */
import type { Queryable } from '../../events/storage/database.ts';
import { ConditionList } from './lasting.ts';
import type { ProgramMatch } from './program-lives.ts';

/** A program by tag and name, or the cgroup at a path. */
export type EverWanted = { readonly programs: ProgramMatch } | { readonly path: string };

/**
 * Those of some hosts that had it, by what arrived so far.
 *
 * @param hosts ids; all when left out
 * @param limit how many are looked for; all when left out
 */
export async function hostsEverWith(
  database: Queryable,
  hosts: readonly number[] | undefined,
  wanted: EverWanted,
  limit?: number,
): Promise<ReadonlySet<number>> {
  const list = new ConditionList('l').hosts(hosts);
  let table: string;
  if ('path' in wanted) {
    table = 'cgroup_lives';
    const path = list.value(wanted.path, 'text');
    list.and(`md5(l.path) = md5(${path}) and l.path = ${path}`);
  } else {
    table = 'program_lives';
    list.among('tag', wanted.programs.tags).among('prog_name', wanted.programs.names);
  }
  const rows = await list.query<{ readonly host_id: number }>(
    database,
    `select distinct l.host_id from ${table} l where ${list.text}
     limit ${list.value(limit ?? null, 'int8')}`,
  );
  return new Set(rows.map(({ host_id }) => host_id));
}
