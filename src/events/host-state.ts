/**
 * The state of a host's kernel at a position: the latest snapshot before it, and the fold of the
 * events since. A snapshot is only a shortcut; without any the whole log is folded.
 */

import { promisify } from 'node:util';
import { deflate, inflate, inflateSync } from 'node:zlib';
import { unbooted } from '../domain/boot.ts';
import { applyAll } from '../domain/evolve.ts';
import type { Kernel } from '../domain/kernel.ts';
import { restoredFrom, restoringFrom, type Snapshot, snapshotOf } from '../domain/snapshot.ts';
import { readChanges } from './change-reader.ts';
import { DamagedLog } from './damaged-log.ts';
import type { Queryable } from './database.ts';
import type { Change } from './event.ts';
import { inTurns, turn } from './turns.ts';

/**
 * What a stored state means. Raise it with every change of the kernel's tables or of `evolve`:
 * older snapshots are then passed over, and states come from the log again.
 */
const SNAPSHOT_VERSION = 3;

/** A state, and the position that it was folded up to. */
export interface Reached {
  readonly kernel: Kernel;
  readonly position: number;
}

/** The state after the event at `position`; a copy of the caller's own. */
export interface HostState extends Reached {
  /** Where the snapshot stood that it was built from; 0 for none. */
  readonly snapshotPosition: number;
}

/**
 * The state at `position`, or at the head if the log was shorter when it was read; 0 is before the
 * first boot.
 */
export async function loadState(
  database: Queryable,
  hostId: number,
  position: number,
): Promise<HostState> {
  const stored = await latestSnapshot(database, hostId, position);
  const from = stored?.position ?? 0;
  const pages = readChanges(database, hostId, { from: from + 1, to: position });
  // The database reads the first page while the snapshot is unpacked here.
  const first = pages.next();
  first.catch(() => undefined);
  const kernel = stored === undefined ? unbooted() : await restored(stored.state);
  let reached = from;
  for (let page = await first; !page.done; page = await pages.next()) {
    fold(kernel, page.value);
    reached = page.value.at(-1)?.position ?? reached;
  }
  return { kernel, position: reached, snapshotPosition: from };
}

/** Moves a state on towards a later position of its host, and tells which one it reached. */
export async function foldUpTo(
  database: Queryable,
  hostId: number,
  { kernel, position }: Reached,
  to: number,
): Promise<Reached> {
  let reached = position;
  for await (const changes of readChanges(database, hostId, { from: position + 1, to })) {
    fold(kernel, changes);
    reached = changes.at(-1)?.position ?? reached;
  }
  return { kernel, position: reached };
}

/**
 * Applies the events' effects in order.
 *
 * @throws DamagedLog on an effect that cannot be
 */
export function fold(kernel: Kernel, changes: readonly Change[]): void {
  for (const { position, pid, effects } of changes) {
    try {
      applyAll(kernel, effects, pid);
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new DamagedLog(position, why, { cause });
    }
  }
}

interface StoredSnapshot {
  readonly position: number;
  readonly state: Uint8Array;
}

/** Bytes of a packed state that is restored at once: a millisecond or two. */
const AT_ONCE_BYTES = 32 * 1024;

/** A small state at once: another thread takes no less than a turn of the loop. */
async function restored(state: Uint8Array): Promise<Kernel> {
  if (state.byteLength <= AT_ONCE_BYTES) return restoredFrom(parsed(inflateSync(state)));
  const text = await promisify(inflate)(state);
  await turn();
  return inTurns(restoringFrom(parsed(text)));
}

function parsed(text: Buffer): Snapshot {
  return JSON.parse(text.toString('utf8'));
}

async function latestSnapshot(
  database: Queryable,
  hostId: number,
  position: number,
): Promise<StoredSnapshot | undefined> {
  const [row] = await database.query<StoredSnapshot>(
    `select position, state from (
       (select position, state from snapshots
        where host_id = $1 and version = $2 and position <= $3 order by position desc limit 1)
       union all
       select s.position, s.state from lineages l cross join lateral (
         select position, state from snapshots
         where host_id = l.ancestor_id and version = $2
           and position between l.position_from and least(l.position_to, $3)
         order by position desc limit 1) s
       where l.host_id = $1) found
     order by position desc limit 1`,
    [hostId, SNAPSHOT_VERSION, position],
  );
  return row;
}

/** The text that a state is stored as. */
export function snapshotText(kernel: Kernel): string {
  return JSON.stringify(snapshotOf(kernel));
}

/** Stores the text of the state at a position; harmless when another process did so already. */
export async function storeSnapshot(
  database: Queryable,
  hostId: number,
  { position, text }: { readonly position: number; readonly text: string },
): Promise<void> {
  const state = (await promisify(deflate)(text)).toString('base64');
  await database.query(
    `insert into snapshots (host_id, version, position, state)
     values ($1, $2, $3, decode($4, 'base64')) on conflict do nothing`,
    [hostId, SNAPSHOT_VERSION, position, state],
  );
}
