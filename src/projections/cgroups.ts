/** Cgroups and their paths. A cgroup is made once and removed once. */
import type { Kernel } from '../domain/kernel.ts';
import { queryLine } from '../events/reading/host-line.ts';
import type { Queryable } from '../events/storage/database.ts';
import { sqlArray } from '../events/storage/sql-array.ts';
import { someOf } from './line.ts';
import { at, type Moment } from './moment.ts';
import { projection } from './projection.ts';
import { cgroupVersions } from './schema.ts';

export interface CgroupRow {
  readonly cgroup_id: number;
  /** 0 for the root. */
  readonly parent_id: number;
  readonly path: string;
  /** Position at which it was made. */
  readonly position_from: number;
}

export const cgroups = projection(cgroupVersions, (kernel: Kernel, cgroup_id: number) => {
  const cgroup = kernel.cgroups.get(cgroup_id);
  return {
    cgroup_id,
    parent_id: cgroup?.parent_id ?? null,
    path: cgroup?.path ?? null,
    gone: cgroup === undefined,
  };
});

const COLUMNS = 'cgroup_id, parent_id, path, position_from';

/** The cgroups among `$4` that are there, by id. */
const SOME = someOf({ table: 'cgroup_versions', columns: COLUMNS, key: 'cgroup_id' });

/** Those of some cgroups that are there, by id. */
export function cgroupsByIds(
  database: Queryable,
  moment: Moment,
  cgroupIds: readonly number[],
): Promise<CgroupRow[]> {
  return queryLine<CgroupRow>(database, SOME, [...at(moment), sqlArray(cgroupIds)]);
}
