/** The chain's value at any position of a log, also inside an append. */
import { decodeEvent } from '../encoding/codec.ts';
import { chainHash } from '../encoding/hash-chain.ts';
import { bytesOf } from '../encoding/hex.ts';
import type { Head } from '../head.ts';
import type { Queryable } from '../storage/database.ts';
import { genesisOf, identityOf } from './birth.ts';
import { DamagedLog } from './damaged-log.ts';
import { stretchesOf } from './host-line.ts';
import { readUnbroken } from './log-reader.ts';

/**
 * The head as it was at a position: from the batch that ends before it, and the later events.
 *
 * @throws DamagedLog when events before it are missing
 * @throws LogRefusal `position-removed` when they were removed
 */
export async function headAt(database: Queryable, hostId: number, position: number): Promise<Head> {
  let head = await batchBefore(database, hostId, position);
  while (head.position < position) {
    const from = head.position + 1;
    const rows = await readUnbroken(database, hostId, { from, limit: position - head.position });
    if (rows.length === 0) throw new DamagedLog(from, 'missing from the log');
    for (const row of rows) {
      head = {
        position: row.position,
        epoch: 0,
        hash: chainHash(head.hash, row),
        recorded_at: row.recorded_at,
        at_max: Math.max(head.at_max, decodeEvent(row).at),
      };
    }
  }
  return head;
}

async function batchBefore(database: Queryable, hostId: number, position: number): Promise<Head> {
  const stretches = await stretchesOf(database, hostId, { from: 1, to: position });
  for (const { host_id, from, to } of stretches.reverse()) {
    const [batch] = await database.query<Omit<Head, 'hash'> & { readonly hash: string }>(
      `select position_to as position, 0 as epoch, encode(hash, 'hex') as hash, recorded_at, at_max
       from batches where host_id = $1 and position_to between $2 and $3
       order by position_to desc limit 1`,
      [host_id, from, to],
    );
    if (batch !== undefined) return { ...batch, hash: bytesOf(batch.hash) };
  }
  const { born } = await identityOf(database, hostId);
  return { position: 0, epoch: 0, hash: genesisOf(born), recorded_at: 0, at_max: 0 };
}
