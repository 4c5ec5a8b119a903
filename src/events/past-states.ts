/**
 * States at past positions, as those who look into the past read them: what is asked about one
 * position comes from one state, and a position a little later is folded on from there. What is
 * kept is bounded by its rows; what was read longest ago goes first.
 */
import { type Kernel, layered } from '../domain/kernel.ts';
import type { Queryable } from './database.ts';
import { foldUpTo, loadState } from './host-state.ts';
import { SNAPSHOT_EVENTS_MIN, stateRows } from './snapshot-interval.ts';

interface Kept {
  readonly hostId: number;
  readonly position: number;
  readonly kernel: Promise<Kernel>;
  /** 0 while it is being read. */
  rows: number;
}

export class PastStates {
  readonly #database: Queryable;
  readonly #rowsMax: number;
  /** Least recently used first. */
  readonly #kept = new Set<Kept>();
  #rows = 0;

  /** @param rowsMax of all states together, but for the newest, which may have more alone */
  constructor(database: Queryable, rowsMax: number) {
    this.#database = database;
    this.#rowsMax = rowsMax;
  }

  /**
   * Reads the state at a position, which must not be after the head. `read` works at once, changes
   * nothing and keeps nothing of the kernel: others read the same one.
   */
  async read<T>(hostId: number, position: number, read: (kernel: Kernel) => T): Promise<T> {
    const near = this.#nearest(hostId, position);
    if (near === undefined) return read(await this.#load(hostId, position).kernel);
    this.#kept.delete(near);
    this.#kept.add(near);
    if (near.position === position) return read(await near.kernel);
    const kernel = layered(await near.kernel);
    await foldUpTo(this.#database, hostId, { kernel, position: near.position }, position);
    return read(kernel);
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
    const kernel = loadState(this.#database, hostId, position).then((state) => state.kernel);
    const kept: Kept = { hostId, position, kernel, rows: 0 };
    this.#kept.add(kept);
    kernel.then(
      (loaded) => {
        kept.rows = stateRows(loaded);
        this.#rows += kept.rows;
        this.#makeRoom(kept);
      },
      () => this.#kept.delete(kept),
    );
    return kept;
  }

  #makeRoom(newest: Kept): void {
    for (const kept of this.#kept) {
      if (this.#rows <= this.#rowsMax) return;
      if (kept === newest || kept.rows === 0) continue;
      this.#kept.delete(kept);
      this.#rows -= kept.rows;
    }
  }
}
