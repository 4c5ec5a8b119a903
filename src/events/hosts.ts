/**
 * Hosts by name. A host is never renamed, so cached facts about it stay true until the database goes
 * back or the host is deleted, which a read of the head shows; a branch may be dropped, and is looked up
 * each time.
 */
import { missingHost } from './host-deletions.ts';
import { likesOf } from './name-patterns.ts';
import { IN_ORDER, type PageOrder, writeBothOrders } from './page-order.ts';
import { knowLine } from './reading/host-line.ts';
import type { ImportedLog } from './reading/imports.ts';
import type { Queryable } from './storage/database.ts';
import { sqlArray } from './storage/sql-array.ts';

/** Name of the constraint that refuses a name that was given before. */
export const NAME_CONSTRAINT = 'hosts_name_unique';
/** Hosts in one listing at most. */
const HOSTS_PAGE_MAX = 1000;
/** Names that are cached; beyond this number the oldest are forgotten. */
const REMEMBERED_MAX = 10_000;

export interface Host {
  readonly host_id: number;
  readonly name: string;
  /** Microseconds since the epoch. */
  readonly created_at: number;
  /** Position of the last event at the time of reading. */
  readonly position: number;
  /** Of the last event, microseconds since the epoch. */
  readonly recorded_at: number;
  /** For a branch: its origin; null for other hosts. */
  readonly origin: string | null;
  /** For a branch: the last position that it shares with its origin. */
  readonly origin_position: number | null;
  /** For a host that was imported; null for other hosts and for branches. */
  readonly imported: ImportedLog | null;
}

/** A page of hosts, in the order of their names by code point. */
export interface HostPageRequest {
  /** The name that the page starts after. */
  readonly after?: string | undefined;
  /** Default and upper bound: `HOSTS_PAGE_MAX`. */
  readonly limit?: number | undefined;
  /** Only names that match one of these; `*` matches any part. All names when left out. */
  readonly patterns?: readonly string[] | undefined;
  /** Only names that contain this text. */
  readonly search?: string | undefined;
  /** Default: ascending. */
  readonly order?: PageOrder | undefined;
}

const SELECT = `select h.host_id, h.name, t.position, t.recorded_at, o.name as origin,
  h.origin_position, (extract(epoch from h.created_at) * 1000000)::int8 as created_at,
  case when i.host_id is not null then json_build_object('position_to', i.position_to,
    'imported_at', i.imported_at, 'actor', i.actor, 'exported_as', i.exported_as,
    'key_ids', i.key_ids) end as imported
  from hosts h join heads t using (host_id) left join hosts o on o.host_id = h.origin_host_id
  left join imports i on i.host_id = h.host_id
  where h.dropped_at is null`;

const LIKE = `($1::text[] is null or h.name like any ($1::text[])) and strpos(h.name, $2) > 0`;
const PAGE = writeBothOrders((order) => {
  const { beyond, sort } = IN_ORDER[order];
  return `${LIKE} and h.name collate "C" ${beyond} $3
    order by h.name collate "C" ${sort} limit $4`;
});

/** Before the first name of each order: no name has a character as high as `~`. */
const BEFORE = { asc: '', desc: '~' } as const;

/** What {@link LIKE} is asked with. */
function likeParameters({ patterns, search = '' }: HostPageRequest) {
  return [patterns === undefined ? null : likesOf(patterns), search];
}

/** What {@link PAGE} is asked with. */
function pageParameters(page: HostPageRequest) {
  const { order = 'asc', after = BEFORE[order], limit = HOSTS_PAGE_MAX } = page;
  return [...likeParameters(page), after, Math.min(limit, HOSTS_PAGE_MAX)];
}

/** A page of hosts and branches. It is full, however few of many hosts the patterns match. */
export function listHosts(database: Queryable, page: HostPageRequest): Promise<Host[]> {
  const text = `${SELECT} and ${PAGE[page.order ?? 'asc']}`;
  return database.query<Host>(text, pageParameters(page));
}

/** How many hosts and branches all pages of the question have; of one host, its direct branches. */
export async function countHosts(
  database: Queryable,
  page: Pick<HostPageRequest, 'patterns' | 'search'>,
  originId?: number,
): Promise<number> {
  const [row] = await database.query<{ readonly count: number }>(
    `select count(*)::int8 as count from hosts h where h.dropped_at is null and ${LIKE}
       and ($3::int8 is null or h.origin_host_id = $3)`,
    [...likeParameters(page), originId ?? null],
  );
  return row?.count ?? 0;
}

/**
 * Ids of the hosts, without branches, whose names match one of each of the lists of patterns. Those that
 * were deleted are among them: a reader may be at an event of one, and goes on from there.
 */
export async function hostIdsLike(
  database: Queryable,
  may: readonly string[],
  wanted: readonly string[] = ['*'],
): Promise<number[]> {
  const rows = await database.query<{ readonly host_id: number }>(
    `select host_id from (
       select host_id, name from hosts where origin_host_id is null
       union all select host_id, name from host_deletions where origin is null) every
     where name like any ($1::text[]) and name like any ($2::text[]) order by host_id`,
    [likesOf(may), likesOf(wanted)],
  );
  return rows.map(({ host_id }) => host_id);
}

/** Names of hosts by id. */
export async function hostsByIds(
  database: Queryable,
  ids: readonly number[],
): Promise<Map<number, string>> {
  const rows = await database.query<{ readonly host_id: number; readonly name: string }>(
    'select host_id, name from hosts where host_id = any($1::int8[])',
    [sqlArray(ids)],
  );
  return new Map(rows.map(({ host_id, name }) => [host_id, name]));
}

/**
 * One host.
 *
 * @throws LogRefusal `no-such-host`
 */
export async function hostNamed(database: Queryable, name: string): Promise<Host> {
  const [host] = await database.query<Host>(`${SELECT} and h.name = $1`, [name]);
  if (host === undefined) throw await missingHost(database, { name });
  return host;
}

/** A page of the direct branches of a host. */
export function listBranches(
  database: Queryable,
  hostId: number,
  page: HostPageRequest,
): Promise<Host[]> {
  const text = `${SELECT} and h.origin_host_id = $5 and ${PAGE[page.order ?? 'asc']}`;
  return database.query<Host>(text, [...pageParameters(page), hostId]);
}

export interface HostIds {
  of(name: string): Promise<number>;
  /** Forgets the name of a host: an older copy of a database may have another one. */
  forget(hostId: number): void;
  /** What a host was asked for as. */
  nameOf(hostId: number): string | undefined;
}

/** A lookup from name to `host_id` that remembers. */
export function hostIds(database: Queryable): HostIds {
  const known = new Map<string, number>();
  /** Names by id, of branches too. */
  const names = new Map<number, string>();
  /** Concurrent lookups of a new name are one query. */
  const asked = new Map<string, Promise<number>>();

  async function of(name: string): Promise<number> {
    const others = known.has(name) ? undefined : asked.get(name);
    // What the question of another does not settle, such as a branch, may have changed since.
    if (others !== undefined) await others.catch(() => undefined);
    const remembered = known.get(name);
    if (remembered !== undefined) return remembered;
    const asking = ask(name);
    asked.set(name, asking);
    return asking.finally(() => {
      if (asked.get(name) === asking) asked.delete(name);
    });
  }

  async function ask(name: string): Promise<number> {
    const { host_id, origin } = await hostNamed(database, name);
    if (names.size >= REMEMBERED_MAX) names.clear();
    names.set(host_id, name);
    knowLine(database, host_id, origin !== null);
    if (origin !== null) return host_id;
    const [oldest] = known.keys();
    if (known.size >= REMEMBERED_MAX && oldest !== undefined) known.delete(oldest);
    known.set(name, host_id);
    return host_id;
  }
  return {
    of,
    nameOf: (hostId) => names.get(hostId),
    forget(hostId) {
      names.delete(hostId);
      for (const [name, id] of known) if (id === hostId) known.delete(name);
    },
  };
}
