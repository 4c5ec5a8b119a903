/**
 * Deletes a host with all its rows, in one transaction: a reader finds the whole log or none, where a
 * log that goes piece by piece would look damaged. The database locks nobody else out meanwhile, since
 * it only marks the rows, a bounded number with each statement. It refuses whoever does not own the
 * tables, and rows whose deletion this transaction has not recorded (docs/adr/0044).
 */
import { oldestKept } from '../events/cuts.ts';
import { type Head, lockHead, readHead } from '../events/head.ts';
import { type HostDeletion, missingHost, recordDeletion } from '../events/host-deletions.ts';
import { noteOf } from '../events/proof/checkpoint.ts';
import { latestOfTree, readKeys } from '../events/proof/checkpoints.ts';
import { lastSharedPosition } from '../events/reading/host-line.ts';
import type { Database, Queryable } from '../events/storage/database.ts';
import { GROWN_CHANNEL } from '../events/writing/notifier.ts';
import { lockLooks } from './fleet/arriving.ts';
import { projector } from './projector.ts';
import { branchesThatRead } from './reading-branches.ts';

/** Positions whose rows one statement removes. */
const STEP = 20_000;

/** A host that can be deleted, and what would go. */
export type Deletable = Pick<
  HostDeletion,
  'host_id' | 'name' | 'log_id' | 'origin' | 'position' | 'events' | 'hash' | 'checkpoint'
> &
  Pick<HostDeletion, 'recorded_from' | 'recorded_to'>;

/** The host has branches, which read its rows. */
export class HasBranches extends Error {}

export interface DeletionRequest {
  readonly name: string;
  /** Who asks. */
  readonly actor: string;
  /** In words; may be empty. */
  readonly reason: string;
  /** Microseconds since the epoch. */
  readonly now: number;
  /** Hears how many positions of the log are removed, and of how many. */
  readonly progress?: (done: number, of: number) => void;
}

/**
 * What the deletion of a host would remove.
 *
 * @param name of a host or a branch, also of one that was dropped
 * @throws LogRefusal `no-such-host`
 * @throws HasBranches that names them
 */
export function readDeletable(database: Database, name: string): Promise<Deletable> {
  return database.transaction((tx) => findDeletable(tx, name, readHead));
}

/**
 * Deletes a host.
 *
 * @returns what was removed
 * @throws LogRefusal `no-such-host`
 * @throws HasBranches that names them; nothing is changed then
 */
export function deleteHost(database: Database, request: DeletionRequest): Promise<Deletable> {
  const { name, actor, reason, now, progress = () => undefined } = request;
  return database.transaction(async (tx) => {
    // Whoever makes a branch, a snapshot or a checkpoint of it holds this row (`holdHosts`).
    await tx.query('select host_id from hosts where name = $1 for update', [name]);
    const found = await findDeletable(tx, name, lockHead);
    await recordDeletion(tx, { ...found, actor, reason, deleted_at: now });
    for (const { table, position } of PLACED) {
      for (let from = 0; from <= found.position; from += STEP) {
        // Behind the head there may be rows where the log is damaged.
        const to = from + STEP > found.position ? Number.MAX_SAFE_INTEGER : from + STEP;
        await tx.query(
          `delete from "${table}" where host_id = $1 and ${position} > $2 and ${position} <= $3`,
          [found.host_id, from, to],
        );
        if (table === 'events') progress(Math.min(to, found.position), found.position);
      }
    }
    // From here on no look finds the host, and what the last one found goes too.
    await lockLooks(tx);
    for (const table of WHOLE) {
      await tx.query(`delete from "${table}" where host_id = $1`, [found.host_id]);
    }
    // The key of the request that made it, which belongs to no host.
    await tx.query(
      `delete from idempotency k using hosts h where k.host_id = 0 and h.host_id = $1
         and k.created_at = (extract(epoch from h.created_at) * 1000000)::int8`,
      [found.host_id],
    );
    await tx.query('delete from hosts where host_id = $1', [found.host_id]);
    // Followers look, and find that it is gone.
    await tx.query(`select pg_notify('${GROWN_CHANNEL}', $1::text)`, [String(found.host_id)]);
    return found;
  }, 'job');
}

/** Tables that may have a row or more for each event, and the column of its position. */
const PLACED: readonly { readonly table: string; readonly position: string }[] = [
  { table: 'events', position: 'position' },
  ...projector.tables.map(({ name }) => ({ table: name, position: 'position_from' })),
  { table: 'executor_reports', position: 'position' },
];

/** The rest. First those that hold the executor and the lease of a host off. */
const WHOLE = [
  ...['executors', 'executor_reports', 'executor_repairs', 'snapshots', 'segments', 'merkle_nodes'],
  ...['checkpoints', 'cuts', 'imports', 'idempotency', 'alert_spells', 'alert_deliveries'],
  ...['program_lives', 'entry_lives', 'cgroup_lives', 'lineages', 'heads'],
];

interface OwnHostRow {
  readonly host_id: number;
  readonly log_id: string | null;
  readonly origin: string | null;
}

async function findDeletable(
  tx: Queryable,
  name: string,
  headOf: (tx: Queryable, hostId: number) => Promise<Head>,
): Promise<Deletable> {
  const [host] = await tx.query<OwnHostRow>(
    `select h.host_id, h.log_id::text as log_id, o.name as origin
     from hosts h left join hosts o on o.host_id = h.origin_host_id where h.name = $1`,
    [name],
  );
  if (host === undefined) throw await missingHost(tx, { name });
  const { host_id } = host;
  const branches = await branchesThatRead(tx, { host_id, name });
  if (branches !== undefined) throw new HasBranches(branches);
  const { position, hash, recorded_at } = await headOf(tx, host_id);
  const [first] = await tx.query<{ readonly recorded_at: number }>(
    'select recorded_at from events where host_id = $1 order by position limit 1',
    [host_id],
  );
  return {
    ...{ ...host, name, position, hash },
    events:
      position -
      Math.max(await lastSharedPosition(tx, host_id), (await oldestKept(tx, host_id)) - 1),
    recorded_from: first?.recorded_at ?? null,
    recorded_to: recorded_at,
    checkpoint: await lastNote(tx, host_id),
  };
}

/** The last checkpoint that is a note. */
async function lastNote(tx: Queryable, hostId: number): Promise<string | null> {
  const checkpoint = await latestOfTree(tx, hostId);
  if (checkpoint === undefined) return null;
  const keys = await readKeys(tx, hostId);
  const key = keys.find(({ key_id }) => key_id === checkpoint.key_id);
  return (key && noteOf(checkpoint, key)) ?? null;
}
