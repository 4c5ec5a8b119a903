/**
 * Stored states, from which a fold begins. A snapshot is only a shortcut, and it carries a
 * hash of its content and of its place: one that was changed, or is stored for another host or
 * position, is passed over.
 */
import { createHash } from 'node:crypto';
import { channel } from 'node:diagnostics_channel';
import { promisify } from 'node:util';
import { deflate, inflateSync } from 'node:zlib';
import type { Kernel } from '../../domain/kernel.ts';
import { snapshotOf } from '../../domain/snapshot.ts';
import { hexOf } from '../encoding/hex.ts';
import { holdHosts } from '../host-deletions.ts';
import type { Database, Queryable } from '../storage/database.ts';
import { OLDEST } from '../storage/oldest.ts';
import { formOf, type LineForm, lineText, queryLine, type Stretch } from './host-line.ts';

/**
 * The version of stored states. Raise it with every change of the kernel's tables or of `evolve`:
 * older snapshots are then ignored, and states come from the log again.
 */
export const SNAPSHOT_VERSION = 11;

/** The channel of `SnapshotFault`s: the reader of a state gets a sound state and need not know. */
export const SNAPSHOT_FAULTS = 'bpfledger:snapshot-faults';

/** A stored state whose hash is wrong. */
export interface SnapshotFault {
  readonly host_id: number;
  readonly position: number;
}

export interface StoredSnapshot {
  /** The host of the row: for a branch, perhaps an ancestor. */
  readonly host_id: number;
  readonly position: number;
  /** Deflated text. */
  readonly state: Uint8Array;
  /** Hexadecimal. */
  readonly hash: string;
  /** The chain's value at the position, hexadecimal; null inside an append. */
  readonly chain: string | null;
}

/** The text of the state that a snapshot holds. */
export function unpackState({ state }: StoredSnapshot): string {
  // Synchronously: parsing takes longer, and another thread takes at least a turn of the loop.
  return inflateSync(state).toString('utf8');
}

/** The text that a state is stored as. */
export function snapshotText(kernel: Kernel): string {
  return JSON.stringify(snapshotOf(kernel));
}

function snapshotHash(
  { host_id, position }: SnapshotFault,
  chain: string,
  state: Uint8Array,
): string {
  const head = ['bpfledger snapshot v1', host_id, SNAPSHOT_VERSION, position, chain];
  return createHash('sha256')
    .update(`${head.join('\n')}\n`)
    .update(state)
    .digest('hex');
}

/** Whether a snapshot is as it was stored, for this host and position of this chain. */
export function isSound(stored: StoredSnapshot): boolean {
  return stored.chain !== null && snapshotHash(stored, stored.chain, stored.state) === stored.hash;
}

const COLUMNS = `s.host_id, s.position, s.state, encode(s.hash, 'hex') as hash`;

/** The chain's value at a position of host `$1` where an append ends: a snapshot may be at a fork. */
const chainAt = ({ isBranch }: LineForm, position: string): string => {
  const owner = `coalesce((select l.ancestor_id from lineages l where l.host_id = $1
      and l.position_to >= ${position} order by l.position_to limit 1), $1)`;
  return `
  (select encode(b.hash, 'hex') from batches b where b.position_to = ${position}
    and b.host_id = ${isBranch ? owner : '$1'}) as chain`;
};

const LATEST = lineText((form) => {
  const own = `(select ${COLUMNS} from snapshots s
    where host_id = $1 and version = $2 and position <= $3 order by position desc limit 1)`;
  const ofLine = `(select * from (
      ${own}
      union all
      select below.* from lineages l cross join lateral (
        select ${COLUMNS} from snapshots s
        where host_id = l.ancestor_id and version = $2
          and position between l.position_from and least(l.position_to, $3)
        order by position desc limit 1) below
      where l.host_id = $1) every
    order by position desc limit 1)`;
  return `
  select found.*, ${chainAt(form, 'found.position')}, ${OLDEST} as oldest
  from (select) one left join ${form.isBranch ? ofLine : own} found on true`;
});

/** Where a fold may begin. */
interface LatestSnapshot {
  readonly snapshot: StoredSnapshot | undefined;
  /** The oldest position that is kept, read beside it: each query costs as much as the snapshot's. */
  readonly oldest: number;
}

/** What one look finds; without a snapshot its columns are null. */
type LatestRow = (StoredSnapshot | { readonly host_id: null }) & { readonly oldest: number };

/** The last sound snapshot at or before a position. */
export async function latestSnapshot(
  database: Queryable,
  hostId: number,
  position: number,
): Promise<LatestSnapshot> {
  for (let to = position; ; ) {
    const params = [hostId, SNAPSHOT_VERSION, to] as const;
    const [row] = await queryLine<LatestRow>(database, LATEST, params);
    if (row === undefined) throw new Error('a query without a condition gives a row');
    const { oldest } = row;
    if (row.host_id === null) return { snapshot: undefined, oldest };
    if (isSound(row)) return { snapshot: row, oldest };
    const fault: SnapshotFault = { host_id: row.host_id, position: row.position };
    channel(SNAPSHOT_FAULTS).publish(fault);
    to = row.position - 1;
  }
}

const FIRST = lineText(
  (form) => `select ${COLUMNS}, ${chainAt(form, 's.position')} from snapshots s
    where host_id = $2 and version = $3 and position between $4 and $5 order by position limit 1`,
);

/** The first snapshot within a stretch of a host's line, sound or not. */
export async function firstSnapshot(
  database: Queryable,
  hostId: number,
  { host_id: owner, from, to }: Stretch,
): Promise<StoredSnapshot | undefined> {
  const params = [hostId, owner, SNAPSHOT_VERSION, from, to] as const;
  const [row] = await queryLine<StoredSnapshot>(database, FIRST, params);
  return row;
}

export interface NewSnapshot {
  readonly position: number;
  /** The chain's value there. */
  readonly hash: Uint8Array;
  readonly text: string;
}

/**
 * Stores the text of the state at a position of the log that it is of; harmless when another process
 * did so already.
 */
export async function storeSnapshot(
  database: Database,
  hostId: number,
  { position, hash, text }: NewSnapshot,
): Promise<void> {
  const state = await promisify(deflate)(text);
  const chain = hexOf(hash);
  const store = await formOf(database, STORE, hostId);
  await database.transaction(async (tx) => {
    // A host that is deleted meanwhile gets none.
    await holdHosts(tx, [hostId]);
    await tx.query(store, [
      hostId,
      SNAPSHOT_VERSION,
      position,
      state.toString('base64'),
      snapshotHash({ host_id: hostId, position }, chain, state),
      chain,
    ]);
  });
}

// Only beside the event that it was taken after: the log may have gone back meanwhile.
const STORE = lineText(
  (form) => `
  insert into snapshots (host_id, version, position, state, hash)
  select $1::int8, $2::int4, $3::int8, decode($4, 'base64'), decode($5, 'hex')
  from (select ${chainAt(form, '$3::int8')}) there where there.chain = $6
  on conflict do nothing`,
);
