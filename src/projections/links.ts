/** Links: which program each runs, and where, until it is severed or freed. */
import type { AttachType } from '../domain/attach-type.ts';
import type { Kernel } from '../domain/kernel.ts';
import { queryLine } from '../events/reading/host-line.ts';
import type { Queryable } from '../events/storage/database.ts';
import { sqlArray } from '../events/storage/sql-array.ts';
import { someOf } from './line.ts';
import { at, type Moment } from './moment.ts';
import { projection } from './projection.ts';
import { linkVersions } from './schema.ts';
import { parseType, spellType } from './spelling.ts';

export interface LinkRow {
  readonly link_id: number;
  readonly prog_id: number;
  readonly attach_type: AttachType;
  /** 0 once the link is defunct. */
  readonly cgroup_id: number;
  /** Position from which it reads as it does here. */
  readonly position_from: number;
}

export const links = projection(linkVersions, (kernel: Kernel, link_id: number) => {
  const link = kernel.links.get(link_id);
  return {
    link_id,
    prog_id: link?.prog_id ?? null,
    attach_type: link === undefined ? null : spellType(link.attach_type),
    cgroup_id: link?.cgroup_id ?? null,
    gone: link === undefined,
  };
});

const COLUMNS = 'link_id, prog_id, attach_type, cgroup_id, position_from';

/** The links among `$4` that are there, by id. */
const SOME = someOf({ table: 'link_versions', columns: COLUMNS, key: 'link_id' });

type StoredLink = Omit<LinkRow, 'attach_type'> & { readonly attach_type: string };

/** Those of some links that are there, attached or defunct, by id. */
export async function linksByIds(
  database: Queryable,
  moment: Moment,
  linkIds: readonly number[],
): Promise<LinkRow[]> {
  const rows = await queryLine<StoredLink>(database, SOME, [...at(moment), sqlArray(linkIds)]);
  return rows.map((row) => ({ ...row, attach_type: parseType(row.attach_type) }));
}
