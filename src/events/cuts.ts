/**
 * Where a log is cut (docs/adr/0034): events before the cut were removed, and the state there is what the
 * log begins with. The event at the cut is kept, and those before it that the rows of what lived there
 * name. Whoever reads further back is refused.
 */
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { deflate, inflateSync } from 'node:zlib';
import { bytesOf, hexOf, sameBytes } from './encoding/hex.ts';
import type { Head } from './head.ts';
import { LogRefusal } from './log-refusal.ts';
import { DamagedLog } from './reading/damaged-log.ts';
import { SNAPSHOT_VERSION } from './reading/snapshots.ts';
import type { Queryable } from './storage/database.ts';
import { OLDEST } from './storage/oldest.ts';

/** Bytes of a root in `tree`. */
const ROOT_BYTES = 32;

/** The point at which a log is cut. */
export type CutPoint = Omit<Head, 'epoch'>;

export interface Cut extends CutPoint {
  /** Roots of the full subtrees of the tree up to there, the largest first. */
  readonly tree: readonly Uint8Array[];
  /** SHA-256 of the text of the state there. */
  readonly state_hash: Uint8Array;
  /** Who cut it, as the command tells: a user of the machine. */
  readonly actor: string;
  /** The user of the database, as the server tells. */
  readonly database_user: string;
  /** Microseconds since the epoch. */
  readonly cut_at: number;
  /** In words; may be empty. */
  readonly reason: string;
}

interface CutRow extends Omit<Cut, 'hash' | 'tree' | 'state_hash'> {
  readonly hash: string;
  readonly tree: string;
  readonly state_hash: string;
}

const COLUMNS = `position, encode(hash, 'hex') as hash, recorded_at, at_max,
  encode(tree, 'hex') as tree, encode(state_hash, 'hex') as state_hash, actor, database_user,
  cut_at, reason`;

function cutOf({ hash, tree, state_hash, ...row }: CutRow): Cut {
  const bytes = { hash: bytesOf(hash), state_hash: bytesOf(state_hash) };
  return { ...row, ...bytes, tree: rootsOf(bytesOf(tree)) };
}

/** The roots that bytes are, one behind the other. */
export function rootsOf(bytes: Uint8Array): Uint8Array[] {
  return Array.from({ length: bytes.length / ROOT_BYTES }, (_, i) =>
    bytes.subarray(i * ROOT_BYTES, (i + 1) * ROOT_BYTES),
  );
}

/** Where a host's log is cut; undefined for a whole log. */
export async function readCut(database: Queryable, hostId: number): Promise<Cut | undefined> {
  const [row] = await database.query<CutRow>(
    `select ${COLUMNS} from cuts where host_id = $1 order by position desc limit 1`,
    [hostId],
  );
  return row && cutOf(row);
}

/** All cuts of a host, the oldest first. */
export async function listCuts(database: Queryable, hostId: number): Promise<Cut[]> {
  const rows = await database.query<CutRow>(
    `select ${COLUMNS} from cuts where host_id = $1 order by position`,
    [hostId],
  );
  return rows.map(cutOf);
}

/** The oldest position of a log that is kept: 1, or where it was cut. */
export async function oldestKept(database: Queryable, hostId: number): Promise<number> {
  const [row] = await database.query<{ readonly oldest: number }>(`select ${OLDEST} as oldest`, [
    hostId,
  ]);
  return row?.oldest ?? 1;
}

/** Whether a position is before the oldest that is kept; a whole log has a state before its first event. */
export function isBefore(position: number, oldest: number): boolean {
  return oldest > 1 && position < oldest;
}

/** Refuses a position that was removed. */
export function refuseRemoved(position: number, oldest: number): void {
  if (isBefore(position, oldest))
    throw new LogRefusal({ why: 'position-removed', position, oldest });
}

/**
 * Refuses a position of a log that was removed.
 *
 * @throws LogRefusal `position-removed`
 */
export async function requireKept(
  database: Queryable,
  hostId: number,
  position: number,
): Promise<void> {
  refuseRemoved(position, await oldestKept(database, hostId));
}

/** The state at a cut. */
export interface CutState {
  readonly position: number;
  /** Deflated text. */
  readonly state: Uint8Array;
}

/**
 * The state that a log begins with; undefined for a whole log. It is not a shortcut as a snapshot is: without
 * it, nothing of the log can be read.
 *
 * @throws DamagedLog for a state of another version
 */
export async function readCutState(
  database: Queryable,
  hostId: number,
): Promise<CutState | undefined> {
  const [row] = await database.query<CutState & { readonly version: number }>(
    'select position, version, state from cuts where host_id = $1 order by position desc limit 1',
    [hostId],
  );
  if (row === undefined) return undefined;
  if (row.version !== SNAPSHOT_VERSION) {
    const versions = `the state at the cut has version ${row.version}, and this program reads ${SNAPSHOT_VERSION}`;
    throw new DamagedLog(row.position, versions);
  }
  return row;
}

/** SHA-256 of the text of a state. */
export function stateHash(text: string): Uint8Array {
  return createHash('sha256').update(text).digest();
}

/** Whether a text is that of the state at a cut. */
export function isStateOf({ state_hash }: Pick<Cut, 'state_hash'>, text: string): boolean {
  return sameBytes(stateHash(text), state_hash);
}

/** Whether the state that is stored at a cut is the one that the log was cut with. */
export async function hasItsState(
  database: Queryable,
  hostId: number,
  cut: Pick<Cut, 'state_hash'>,
): Promise<boolean> {
  const stored = await readCutState(database, hostId);
  try {
    return stored !== undefined && isStateOf(cut, inflateSync(stored.state).toString('utf8'));
  } catch {
    // It cannot be unpacked.
    return false;
  }
}

/** A cut that is not stored yet. */
export type NewCut = Omit<Cut, 'database_user' | 'state_hash'> & {
  /** The text of the state there. */
  readonly text: string;
};

/** Records that a log is cut: from here on, its events before the position may go. */
export async function storeCut(tx: Queryable, hostId: number, cut: NewCut): Promise<void> {
  const { position, hash, recorded_at, at_max, tree, text, actor, cut_at, reason } = cut;
  const state = await promisify(deflate)(text);
  await tx.query(
    `insert into cuts (host_id, position, hash, recorded_at, at_max, tree, version, state,
       state_hash, actor, cut_at, reason)
     values ($1, $2, decode($3, 'hex'), $4, $5, decode($6, 'hex'), $7, decode($8, 'base64'),
       decode($9, 'hex'), $10, $11, $12)`,
    [
      ...[hostId, position, hexOf(hash), recorded_at, at_max, hexOf(Buffer.concat(tree))],
      ...[
        SNAPSHOT_VERSION,
        state.toString('base64'),
        hexOf(stateHash(text)),
        actor,
        cut_at,
        reason,
      ],
    ],
  );
}

/** Begins a branch with the cut of its origin. */
export async function inheritCut(tx: Queryable, hostId: number, originId: number): Promise<void> {
  await tx.query(
    `insert into cuts (host_id, position, hash, recorded_at, at_max, tree, version, state,
       state_hash, actor, cut_at, reason)
     select $1, position, hash, recorded_at, at_max, tree, version, state, state_hash, actor,
       cut_at, reason
     from cuts where host_id = $2 order by position desc limit 1`,
    [hostId, originId],
  );
}
