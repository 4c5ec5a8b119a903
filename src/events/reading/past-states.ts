/**
 * States at past positions, for reads of the past: all questions about one
 * position share one state, and a slightly later position is folded from there. The number of
 * rows in kept states is bounded; the state that was read longest ago is evicted first.
 */
import { type Kernel, layerOn } from '../../domain/kernel.ts';
import { stateRows } from '../../domain/size.ts';
import { isBefore } from '../cuts.ts';
import { readHead, type StoredHead } from '../head.ts';
import { LogRefusal } from '../log-refusal.ts';
import type { Queryable } from '../storage/database.ts';
import { DamagedLog } from './damaged-log.ts';
import { changeFromError, continues, type HistoryChange, type KnownHead } from './history.ts';
import { foldUpTo, loadState, type Reached } from './host-state.ts';
import { markAt } from './mark-at.ts';
import { SNAPSHOT_EVENTS_MIN } from './snapshot-interval.ts';

interface Kept {
  readonly hostId: number;
  readonly position: number;
  readonly kernel: Promise<Kernel>;
  readonly mark: Promise<string>;
  /** 0 while it is being read. */
  rows: number;
}

/** Milliseconds between two checks that a log is still the one whose states are kept. */
const CHECK_MS = 1000;
/** Hosts whose heads are remembered for this check. */
const HEADS_MAX = 10_000;

export interface PastStatesOptions {
  readonly database: Queryable;
  /** Of all states together; the newest one is kept even if it alone has more. */
  readonly rowsMax: number;
  readonly nowMs: () => number;
  /** What a host must be called, where it was asked for by name. */
  readonly nameOf?: (hostId: number) => string | undefined;
  /** Called when a log is not the one that it was; the receiver must make this forget it. */
  readonly onHistoryChanged: (change: HistoryChange) => void;
}

export class PastStates {
  readonly #database: Queryable;
  readonly #rowsMax: number;
  /**
   * Least recently used first. A list and no Set:
   * docs/performance.md#a-set-that-is-added-to-and-deleted-from
   */
  #kept: readonly Kept[] = [];
  #rows = 0;
  /** By host: its head at the last check, and the time of the check in milliseconds. */
  readonly #heads = new Map<number, { readonly head: KnownHead; readonly at: number }>();
  readonly #nowMs: () => number;
  readonly #nameOf: (hostId: number) => string | undefined;
  readonly #onHistoryChanged: (change: HistoryChange) => void;

  constructor({
    database,
    rowsMax,
    nowMs,
    nameOf = () => undefined,
    onHistoryChanged,
  }: PastStatesOptions) {
    this.#database = database;
    this.#rowsMax = rowsMax;
    this.#nowMs = nowMs;
    this.#nameOf = nameOf;
    this.#onHistoryChanged = onHistoryChanged;
  }

  /** Drops the states of a log that is another one now. */
  forget(hostId: number): void {
    this.#heads.delete(hostId);
    for (const kept of this.#kept) if (kept.hostId === hostId) this.#letGo(kept);
  }

  /** Checks now and then that the log is still the one of the kept states. */
  async #check(hostId: number): Promise<void> {
    const known = this.#heads.get(hostId);
    const now = this.#nowMs();
    if (known !== undefined && now - known.at < CHECK_MS) return;
    let head: StoredHead;
    try {
      head = await readHead(this.#database, hostId, this.#nameOf(hostId));
    } catch (error) {
      const gone = changeFromError(error);
      if (gone !== undefined && known !== undefined) {
        this.#onHistoryChanged({ host_id: hostId, known: known.head.position, ...gone });
      }
      throw error;
    }
    const goesOn = known && (await continues(this.#database, hostId, known.head, head));
    if (known !== undefined && goesOn === false) {
      const change = { host_id: hostId, known: known.head.position, head: head.position };
      this.#onHistoryChanged(change);
    }
    // Of a log that was cut, what was before the cut is not kept here either.
    for (const kept of this.#kept) {
      if (kept.hostId === hostId && isBefore(kept.position, head.oldest)) this.#letGo(kept);
    }
    if (this.#heads.size >= HEADS_MAX) this.#heads.clear();
    this.#heads.set(hostId, { head, at: now });
  }

  /**
   * Calls `read` with the state at a position and the mark of the history there. `read` must not
   * change or retain the kernel: other readers share it.
   *
   * @throws LogRefusal `no-such-position` for one after the head
   */
  async read<T>(
    hostId: number,
    position: number,
    read: (kernel: Kernel, mark: string) => T | Promise<T>,
  ): Promise<T> {
    await this.#check(hostId);
    const near = this.#nearest(hostId, position);
    if (near === undefined) return this.#fresh(hostId, position, read);
    this.#kept = [...this.#kept.filter((kept) => kept !== near), near];
    const below = await near.kernel.catch(() => undefined);
    // It was being read for somebody else, and how that failed is not about this position.
    if (below === undefined) return this.#fresh(hostId, position, read);
    if (near.position === position) return read(below, await near.mark);
    const kernel = layerOn(below);
    const from = { kernel, position: near.position };
    const reading = foldUpTo(this.#database, hostId, from, position);
    const state = this.#at(hostId, position, reading);
    const mark = this.#markBeside(state, hostId, position);
    return read(await state, await mark);
  }

  /**
   * A mark that is read beside a state: how the state fails is told first. The log may come to the
   * position between the two reads, so a mark that was not there yet is read again behind the state.
   */
  #markBeside(state: Promise<unknown>, hostId: number, position: number): Promise<string> {
    const mark = markAt(this.#database, hostId, position).catch(async (error: unknown) => {
      if (!(error instanceof DamagedLog)) throw error;
      await state;
      return markAt(this.#database, hostId, position);
    });
    mark.catch(() => undefined);
    return mark;
  }

  async #fresh<T>(
    hostId: number,
    position: number,
    read: (kernel: Kernel, mark: string) => T | Promise<T>,
  ): Promise<T> {
    const { kernel, mark } = this.#load(hostId, position);
    return read(await kernel, await mark);
  }

  /**
   * The kernel of a state that was read up to a position. A state that stops before it is of a log that
   * was shorter: unless that has come to the position since, there is no such state yet.
   */
  async #at(hostId: number, position: number, reading: Promise<Reached>): Promise<Kernel> {
    const state = await reading;
    if (state.position === position) return state.kernel;
    const { position: head } = await readHead(this.#database, hostId);
    if (position > head) throw new LogRefusal({ why: 'no-such-position', position, head });
    await foldUpTo(this.#database, hostId, state, position);
    return state.kernel;
  }

  /** The last state at or before a position from which a fold is short. */
  #nearest(hostId: number, position: number): Kept | undefined {
    let nearest: Kept | undefined;
    for (const kept of this.#kept) {
      if (kept.hostId !== hostId || kept.position > position) continue;
      if (position - kept.position >= SNAPSHOT_EVENTS_MIN) continue;
      if (nearest === undefined || kept.position > nearest.position) nearest = kept;
    }
    return nearest;
  }

  #load(hostId: number, position: number): Kept {
    const kernel = this.#at(hostId, position, loadState(this.#database, hostId, position));
    const mark = this.#markBeside(kernel, hostId, position);
    const kept: Kept = { hostId, position, kernel, mark, rows: 0 };
    this.#kept = [...this.#kept, kept];
    Promise.all([kernel, mark]).then(
      ([loaded]) => {
        if (!this.#kept.includes(kept)) return;
        kept.rows = stateRows(loaded);
        this.#rows += kept.rows;
        this.#makeRoom(kept);
      },
      () => this.#letGo(kept),
    );
    return kept;
  }

  #makeRoom(newest: Kept): void {
    for (const kept of this.#kept) {
      if (this.#rows <= this.#rowsMax) return;
      if (kept === newest || kept.rows === 0) continue;
      this.#letGo(kept);
    }
  }

  #letGo(gone: Kept): void {
    if (!this.#kept.includes(gone)) return;
    this.#kept = this.#kept.filter((kept) => kept !== gone);
    this.#rows -= gone.rows;
  }
}
