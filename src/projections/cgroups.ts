/** Cgroups: which are there, under which path. A cgroup is made once and goes once. */
import type { Kernel } from '../domain/kernel.ts';
import type { Queryable } from '../events/database.ts';
import { at, checkedLimit, type Moment, type Page } from './moment.ts';
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

const LIVING = `
  select c.cgroup_id, c.parent_id, c.path, c.position_from
  from cgroup_versions_of_line c
  where c.host_id = $1 and c.boot = $2 and c.position_from <= $3 and not c.gone
    and not exists (
      select from cgroup_versions_of_line g
      where g.host_id = c.host_id and g.boot = c.boot and g.cgroup_id = c.cgroup_id
        and g.position_from > c.position_from and g.position_from <= $3)`;

const BY_ID = `${LIVING} and c.cgroup_id = $4`;

const BY_PATH = `${LIVING} and md5(c.path) = md5($4) and c.path = $4`;

const LIST = `${LIVING} and c.cgroup_id > $4
    and ($5::text is null or c.path = $5 or starts_with(c.path, rtrim($5, '/') || '/'))
  order by c.cgroup_id limit $6`;

/** The living cgroup with this id, or undefined. */
export async function cgroupById(
  database: Queryable,
  moment: Moment,
  cgroupId: number,
): Promise<CgroupRow | undefined> {
  const [row] = await database.query<CgroupRow>(BY_ID, [...at(moment), cgroupId]);
  return row;
}

/** The living cgroup at this path, or undefined. */
export async function cgroupByPath(
  database: Queryable,
  moment: Moment,
  path: string,
): Promise<CgroupRow | undefined> {
  const [row] = await database.query<CgroupRow>(BY_PATH, [...at(moment), path]);
  return row;
}

/** A page of the living cgroups by id; with `under`, that cgroup and those below it. */
export function listCgroups(
  database: Queryable,
  moment: Moment,
  page: Page<number> & { readonly under?: string | undefined },
): Promise<CgroupRow[]> {
  const { after = 0, under = null } = page;
  return database.query<CgroupRow>(LIST, [...at(moment), after, under, checkedLimit(page)]);
}
