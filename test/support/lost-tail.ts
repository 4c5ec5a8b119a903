// A database that went back: what an older copy of it holds. The rows are taken away as its owner
// can, with the triggers off, while the service has the log open.

import type { Database, Queryable } from '../../src/events/storage/database.ts';
import { projector } from '../../src/projections/projector.ts';

/** Work of somebody who may switch off what guards the log. */
export function asOwner<T>(database: Database, work: (tx: Queryable) => Promise<T>): Promise<T> {
  return database.transaction(async (tx) => {
    await tx.query('set local session_replication_role = replica');
    return work(tx);
  });
}

/** Tables whose rows stand at a position, and the column that says at which. */
const PLACED: readonly (readonly [table: string, position: string])[] = [
  ['events', 'position'],
  ['snapshots', 'position'],
  ['checkpoints', 'position'],
  ['merkle_nodes', 'position_to'],
  ['segments', 'position_to'],
  ['idempotency', 'position_to'],
  ['executor_reports', 'position'],
  ['executor_repairs', 'position'],
  ...projector.tables.map(({ name }): [string, string] => [name, 'position_from']),
];

/**
 * Takes a host's log back to a position where an append ended; its epoch stays.
 *
 * @param kept tables that keep their rows
 */
export async function loseTail(
  database: Database,
  hostId: number,
  to: number,
  kept: readonly string[] = [],
): Promise<void> {
  await asOwner(database, async (tx) => {
    for (const [table, position] of PLACED) {
      if (kept.includes(table)) continue;
      await tx.query(`delete from "${table}" where host_id = $1 and ${position} > $2`, [
        hostId,
        to,
      ]);
    }
    const [moved] = await tx.query(
      `update heads set position = b.position_to, hash = b.hash, recorded_at = b.recorded_at,
         at_max = b.at_max
       from batches b where heads.host_id = $1 and b.host_id = $1 and b.position_to = $2
       returning 1 as moved`,
      [hostId, to],
    );
    if (moved === undefined) throw new Error(`no append ended at ${to}`);
    await tx.query(
      'update executors set reported_position = least(reported_position, $2) where host_id = $1',
      [hostId, to],
    );
  });
}

/** Takes a host away as if it had never been made. */
export async function loseHost(database: Database, hostId: number): Promise<void> {
  await asOwner(database, async (tx) => {
    for (const [table] of PLACED) {
      await tx.query(`delete from "${table}" where host_id = $1`, [hostId]);
    }
    await tx.query(`delete from idempotency where host_id = 0`);
    for (const table of ['executors', 'heads', 'hosts']) {
      await tx.query(`delete from ${table} where host_id = $1`, [hostId]);
    }
  });
}

/** Gives a host another id: an older copy may give the same id to another name. */
export async function renumber(database: Database, from: number, to: number): Promise<void> {
  await asOwner(database, async (tx) => {
    for (const [table] of PLACED) {
      await tx.query(`update "${table}" set host_id = $2 where host_id = $1`, [from, to]);
    }
    await tx.query(
      `insert into hosts (host_id, name, created_at, log_id) overriding system value
       select $2, name || '-moved', created_at, log_id from hosts where host_id = $1`,
      [from, to],
    );
    await tx.query('update heads set host_id = $2 where host_id = $1', [from, to]);
    const [{ name } = { name: '' }] = await tx.query<{ name: string }>(
      'delete from hosts where host_id = $1 returning name',
      [from],
    );
    await tx.query('update hosts set name = $2 where host_id = $1', [to, name]);
  });
}
