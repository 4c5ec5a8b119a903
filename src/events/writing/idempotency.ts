/**
 * Idempotency keys: the append itself writes them, so a key exists exactly when its
 * events are. Looked up only when an append ran against one, or when a keyed write would be
 * refused for a reason that its own first success may have brought about.
 */
import { LogRefusal } from '../log-refusal.ts';
import { readThrough } from '../reading/log-reader.ts';
import { markAt } from '../reading/mark-at.ts';
import type { Database, Queryable } from '../storage/database.ts';
import type { IdempotencyKey, Receipt } from '../submission.ts';

/** How long a key is honoured, in microseconds: 24 hours. */
const KEY_LIFETIME_US = 24 * 3600 * 1_000_000;

/** Keys removed by one statement of a sweep at most. */
const SWEEP_KEYS_MAX = 10_000;

/** `host_id` of keys of writes that belong to no host yet. */
export const NO_HOST = 0;

export interface KeyOwner {
  readonly hostId: number;
  readonly actor: string;
}

interface RecordedKey {
  readonly fingerprint: string;
  readonly position_from: number;
  readonly position_to: number;
}

/**
 * What was recorded under a key; undefined when nothing was.
 *
 * @throws LogRefusal `idempotency-mismatch` when the key was used for another request
 */
export async function findKey(
  database: Queryable,
  { hostId, actor }: KeyOwner,
  { key, line = 0, fingerprint }: IdempotencyKey,
): Promise<RecordedKey | undefined> {
  const [row] = await database.query<RecordedKey>(
    `select fingerprint, position_from, position_to from idempotency
     where host_id = $1 and principal = $2 and key = $3 and line = $4`,
    [hostId, actor, key, line],
  );
  if (row !== undefined && row.fingerprint !== fingerprint) {
    throw new LogRefusal({ why: 'idempotency-mismatch', key, line });
  }
  return row;
}

/**
 * The receipt of what was recorded under a key; undefined when nothing was. It is read in a transaction,
 * which no standby takes over: one that was behind has neither the key nor its events, and may have others
 * at their positions.
 */
export function findReceipt(
  database: Database,
  owner: KeyOwner,
  idempotency: IdempotencyKey,
): Promise<Receipt | undefined> {
  return database.transaction(async (tx) => {
    const recorded = await findKey(tx, owner, idempotency);
    if (recorded === undefined) return undefined;
    const { position_from: from, position_to: to } = recorded;
    const pages = [];
    for await (const page of readThrough(tx, owner.hostId, { from, to })) pages.push(page);
    return { events: pages.flat(), mark: await markAt(tx, owner.hostId, to), repeated: true };
  });
}

/**
 * Forgets keys that are older than their lifetime.
 *
 * @param now microseconds since the epoch
 * @returns how many were forgotten
 */
export async function sweepKeys(database: Queryable, now: number): Promise<number> {
  let swept = 0;
  for (;;) {
    const [row] = await database.query<{ gone: number }>(
      `with old as (
         select host_id, principal, key, line from idempotency where created_at < $1 limit $2
       ), gone as (
         delete from idempotency using old
         where idempotency.host_id = old.host_id and idempotency.principal = old.principal
           and idempotency.key = old.key and idempotency.line = old.line returning 1
       ) select count(*)::int4 as gone from gone`,
      [now - KEY_LIFETIME_US, SWEEP_KEYS_MAX],
    );
    const gone = row?.gone ?? 0;
    swept += gone;
    if (gone < SWEEP_KEYS_MAX) return swept;
  }
}
