/** Links: which program each runs, and where, until it is severed or freed. */
import type { AttachType } from '../domain/attach-type.ts';
import type { Kernel } from '../domain/kernel.ts';
import type { Queryable } from '../events/database.ts';
import { at, checkedLimit, type Moment, type Page } from './moment.ts';
import { projection } from './projection.ts';
import { linkVersions } from './schema.ts';
import { spelled, unspelled } from './spelling.ts';

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
    attach_type: link === undefined ? null : spelled(link.attach_type),
    cgroup_id: link?.cgroup_id ?? null,
    gone: link === undefined,
  };
});

const COLUMNS = 'link_id, prog_id, attach_type, cgroup_id, position_from';

const ONE = `
  select ${COLUMNS} from (
    select * from link_versions_of_line
    where host_id = $1 and boot = $2 and position_from <= $3 and link_id = $4
    order by position_from desc limit 1) newest
  where not gone`;

const LIST = `
  select ${COLUMNS} from (
    select distinct on (link_id) * from link_versions_of_line
    where host_id = $1 and boot = $2 and position_from <= $3 and link_id > $4
    order by link_id, position_from desc) newest
  where not gone
    and ($5::int8 is null or prog_id = $5) and ($6::int8 is null or cgroup_id = $6)
  order by link_id limit $7`;

type Stored = Omit<LinkRow, 'attach_type'> & { readonly attach_type: string };

function read(row: Stored): LinkRow {
  return { ...row, attach_type: unspelled(row.attach_type) };
}

/** The link with this id, attached or defunct, or undefined. */
export async function linkById(
  database: Queryable,
  moment: Moment,
  linkId: number,
): Promise<LinkRow | undefined> {
  const [row] = await database.query<Stored>(ONE, [...at(moment), linkId]);
  return row && read(row);
}

/** A page of the links by id; with `prog_id` or `cgroup_id`, those that run it or stand there. */
export async function listLinks(
  database: Queryable,
  moment: Moment,
  page: Page<number> & {
    readonly prog_id?: number | undefined;
    readonly cgroup_id?: number | undefined;
  },
): Promise<LinkRow[]> {
  const { after = 0, prog_id = null, cgroup_id = null } = page;
  const params = [...at(moment), after, prog_id, cgroup_id, checkedLimit(page)];
  return (await database.query<Stored>(LIST, params)).map(read);
}
