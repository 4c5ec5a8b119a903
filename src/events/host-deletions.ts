/**
 * What stays of hosts that their owner deleted (docs/adr/0044): a row for each, which says which log it
 * was, how long, and what the chain's value was at its end. The host's other rows go in the transaction
 * that adds this one; only the owner of the tables may do either.
 */
import { bytesOf, hexOf } from './encoding/hex.ts';
import { LogRefusal } from './log-refusal.ts';
import { likesOf } from './name-patterns.ts';
import { IN_ORDER, type PageOrder, writeBothOrders } from './page-order.ts';
import type { Queryable } from './storage/database.ts';
import { sqlArray } from './storage/sql-array.ts';

/** Deletions in one page at most. */
const DELETIONS_PAGE_MAX = 1000;

export interface HostDeletion {
  readonly host_id: number;
  readonly name: string;
  /** Null for a host from before ids existed. */
  readonly log_id: string | null;
  /** For a branch: the name of its origin; null for other hosts. */
  readonly origin: string | null;
  /** Of its last event. */
  readonly position: number;
  /** Events that were removed; of a branch, those after the fork. */
  readonly events: number;
  /** The chain's value at its end. */
  readonly hash: Uint8Array;
  /** When the first of these events was recorded, microseconds since the epoch; null where there was none. */
  readonly recorded_from: number | null;
  /** When the last event was recorded, microseconds since the epoch. */
  readonly recorded_to: number;
  /** The last checkpoint, as a signed note; null when there was none of that form. */
  readonly checkpoint: string | null;
  /** Who deleted it, as the command tells: a user of the machine. */
  readonly actor: string;
  /** The user of the database, as the server tells. */
  readonly database_user: string;
  /** Microseconds since the epoch. */
  readonly deleted_at: number;
  /** In words; may be empty. */
  readonly reason: string;
}

const COLUMNS = `host_id, name, log_id::text as log_id, origin, position, events,
  encode(hash, 'hex') as hash, recorded_from, recorded_to, checkpoint, actor, database_user,
  deleted_at, reason`;

type HostDeletionRow = Omit<HostDeletion, 'hash'> & { readonly hash: string };

/** Records that a host is deleted: from here on, this transaction may remove its rows. */
export async function recordDeletion(
  tx: Queryable,
  deletion: Omit<HostDeletion, 'database_user'>,
): Promise<void> {
  const { host_id, name, log_id, origin, position, events, hash, checkpoint } = deletion;
  const { recorded_from, recorded_to, actor, deleted_at, reason } = deletion;
  await tx.query(
    `insert into host_deletions (host_id, name, log_id, origin, position, events, hash,
       recorded_from, recorded_to, checkpoint, actor, deleted_at, reason)
     values ($1, $2, $3, $4, $5, $6, decode($7, 'hex'), $8, $9, $10, $11, $12, $13)`,
    [
      ...[host_id, name, log_id, origin, position, events, hexOf(hash)],
      ...[recorded_from, recorded_to, checkpoint, actor, deleted_at, reason],
    ],
  );
}

/** Which deletions are meant. */
export interface DeletionQuestion {
  /** Of hosts whose names match one of each of these lists; `*` matches any part. */
  readonly may: readonly string[];
  readonly wanted?: readonly string[] | undefined;
}

/** Where a deletion is in their order. */
export type DeletionKey = Pick<HostDeletion, 'deleted_at' | 'host_id'>;

export interface DeletionPage {
  readonly after?: DeletionKey | undefined;
  /** Default: the oldest first. */
  readonly order?: PageOrder | undefined;
  /** Default and upper bound: `DELETIONS_PAGE_MAX`. */
  readonly limit?: number;
}

const MEANT = 'name like any ($1::text[]) and name like any ($2::text[])';
const LIST = writeBothOrders((order) => {
  const { beyond, sort } = IN_ORDER[order];
  return `select ${COLUMNS} from host_deletions where ${MEANT}
    and ($3::int8 is null or (deleted_at, host_id) ${beyond} ($3::int8, $4::int8))
    order by deleted_at ${sort}, host_id ${sort} limit $5`;
});

const patternsOf = ({ may, wanted = ['*'] }: DeletionQuestion) => [likesOf(may), likesOf(wanted)];

/** A page of deletions, in the order in which they were made. */
export async function listDeletions(
  database: Queryable,
  question: DeletionQuestion,
  { after, order = 'asc', limit = DELETIONS_PAGE_MAX }: DeletionPage = {},
): Promise<HostDeletion[]> {
  const rows = await database.query<HostDeletionRow>(LIST[order], [
    ...patternsOf(question),
    ...[after?.deleted_at ?? null, after?.host_id ?? null, Math.min(limit, DELETIONS_PAGE_MAX)],
  ]);
  return rows.map((row) => ({ ...row, hash: bytesOf(row.hash) }));
}

/** How many deletions all pages of a question have. */
export async function countDeletions(
  database: Queryable,
  question: DeletionQuestion,
): Promise<number> {
  const [row] = await database.query<{ readonly count: number }>(
    `select count(*)::int8 as count from host_deletions where ${MEANT}`,
    patternsOf(question),
  );
  return row?.count ?? 0;
}

interface Gone {
  readonly name: string;
  readonly events: number;
  readonly actor: string;
  readonly deleted_at: number;
}

/**
 * The refusal of a host that is not there. It tells when the host was deleted, if it was.
 *
 * @param asked the id, the name, or both, by which the host was looked for
 */
export async function missingHost(
  database: Queryable,
  asked: { readonly host_id?: number; readonly name?: string | undefined },
): Promise<LogRefusal> {
  const { host_id, name } = asked;
  const [gone] = await database.query<Gone>(
    `select name, events, actor, deleted_at from host_deletions
     where ($1::int8 is null or host_id = $1) and ($2::text is null or name = $2)
     order by deleted_at desc limit 1`,
    [host_id ?? null, name ?? null],
  );
  const host = name ?? gone?.name ?? String(host_id);
  if (gone === undefined) return new LogRefusal({ why: 'no-such-host', host });
  const { events, actor, deleted_at: at } = gone;
  return new LogRefusal({ why: 'no-such-host', host, deletion: { at, actor, events } });
}

interface HeldHost {
  readonly host_id: number;
}

const HOLD_ONE = 'select host_id from hosts where host_id = $1 for key share';
const HOLD =
  'select host_id from hosts where host_id = any($1::int8[]) order by host_id for key share';

/**
 * Keeps hosts from being deleted before the transaction ends.
 *
 * @returns the ids of those that are there
 */
export async function holdHosts(
  tx: Queryable,
  ids: readonly number[],
): Promise<ReadonlySet<number>> {
  const [one] = ids;
  // A list is planned anew each time, which costs more than the row; mostly it is one host.
  const rows = await (ids.length === 1
    ? tx.query<HeldHost>(HOLD_ONE, [one])
    : tx.query<HeldHost>(HOLD, [sqlArray(ids)]));
  return new Set(rows.map((row) => row.host_id));
}
