/**
 * The state of a host's kernel at a position: the latest snapshot before it, and the fold of the
 * events since. A snapshot is only a shortcut; without any the whole log is folded, from its first
 * event or from the state at its cut.
 */
import { promisify } from 'node:util';
import { inflate, inflateSync } from 'node:zlib';
import { emptyKernel } from '../../domain/boot.ts';
import { applyAll } from '../../domain/evolve.ts';
import type { Kernel } from '../../domain/kernel.ts';
import { STATE_ROWS_MAX, stateRows } from '../../domain/size.ts';
import { restoreKernel, restoreKernelInTurns, type Snapshot } from '../../domain/snapshot.ts';
import { type CutState, readCutState, refuseRemoved } from '../cuts.ts';
import type { FoldedEvent } from '../event.ts';
import { LogRefusal } from '../log-refusal.ts';
import type { Queryable } from '../storage/database.ts';
import { inTurns, turn } from '../turns.ts';
import { readChanges } from './change-reader.ts';
import { DamagedLog } from './damaged-log.ts';
import { latestSnapshot } from './snapshots.ts';

/** A state, and the position that it was folded up to. */
export interface Reached {
  readonly kernel: Kernel;
  readonly position: number;
}

/** The state after the event at `position`; the caller owns the copy. */
export interface HostState extends Reached {
  /** The position of the snapshot or the cut that it was built from; 0 for none. */
  readonly snapshotPosition: number;
}

/**
 * The state at `position`, or at the head if the log was shorter when it was read; 0 is before the
 * first boot.
 *
 * @throws LogRefusal `position-removed` for one before the log was cut
 */
export async function loadState(
  database: Queryable,
  hostId: number,
  position: number,
): Promise<HostState> {
  const stored = await beginOf(database, hostId, position);
  const from = stored?.position ?? 0;
  const pages = readChanges(database, hostId, { from: from + 1, to: position });
  // The database reads the first page while the snapshot is unpacked here.
  const first = pages.next();
  first.catch(() => undefined);
  const kernel = stored === undefined ? emptyKernel() : await restoreState(stored.state);
  let reached = from;
  for (let page = await first; !page.done; page = await pages.next()) {
    fold(kernel, page.value);
    reached = page.value.at(-1)?.position ?? reached;
  }
  return { kernel, position: reached, snapshotPosition: from };
}

/**
 * The state that a log which was cut begins with; undefined for a whole log.
 *
 * @throws DamagedLog when it is not a state any more
 */
export async function loadCutState(
  database: Queryable,
  hostId: number,
): Promise<Reached | undefined> {
  const cut = await readCutState(database, hostId);
  if (cut === undefined) return undefined;
  const { position } = cut;
  try {
    return { kernel: await restoreState(cut.state), position };
  } catch (cause) {
    throw new DamagedLog(position, 'the state at the cut cannot be read', { cause });
  }
}

/** The stored state that a fold begins with: before a cut there is none. */
async function beginOf(
  database: Queryable,
  hostId: number,
  position: number,
): Promise<CutState | undefined> {
  const { snapshot, oldest } = await latestSnapshot(database, hostId, position);
  refuseRemoved(position, oldest);
  // The state at a cut may be large, and is read where there is no later one.
  const isKept = oldest === 1 || (snapshot !== undefined && snapshot.position >= oldest);
  return isKept ? snapshot : readCutState(database, hostId);
}

/** Moves a state towards a later position of its host, and returns the position that it reached. */
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

/** An event adds few rows beside contents: the tables are counted after so many events. */
const COUNTED_EVENTS = 64;

/**
 * Applies the events' effects in order.
 *
 * @throws DamagedLog on an impossible effect
 * @throws LogRefusal `state-too-large`: the log was written before a host had a limit
 */
export function fold(kernel: Kernel, changes: readonly FoldedEvent[]): void {
  for (const { position, pid, effects } of changes) {
    try {
      applyAll(kernel, effects, pid);
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new DamagedLog(position, why, { cause });
    }
    const rows = position % COUNTED_EVENTS === 0 ? stateRows(kernel) : kernel.contents;
    if (rows > STATE_ROWS_MAX) {
      throw new LogRefusal({ why: 'state-too-large', position, limit: STATE_ROWS_MAX });
    }
  }
}

/** Bytes of a packed state that is restored in one piece: some three milliseconds. */
const ONE_PIECE_BYTES = 32 * 1024;

/** A small state is inflated synchronously: another thread takes at least a turn of the loop. */
async function restoreState(state: Uint8Array): Promise<Kernel> {
  if (state.byteLength <= ONE_PIECE_BYTES) return restoreKernel(parseSnapshot(inflateSync(state)));
  const text = await promisify(inflate)(state);
  await turn();
  return inTurns(restoreKernelInTurns(parseSnapshot(text)));
}

function parseSnapshot(text: Buffer): Snapshot {
  return JSON.parse(text.toString('utf8'));
}
