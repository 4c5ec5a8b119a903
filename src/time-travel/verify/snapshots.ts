/**
 * The fourth verdict: is each stored state the one that the log gives there? States are compared as
 * the log is folded for the outcomes.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Kernel } from '../../domain/kernel.ts';
import { type Stretch, stretchesOf } from '../../events/reading/lineage.ts';
import {
  firstSnapshot,
  isSound,
  type StoredSnapshot,
  snapshotText,
  unpacked,
} from '../../events/reading/snapshots.ts';
import type { Queryable } from '../../events/storage/database.ts';

/** Faults that a verdict lists; more are only counted. */
const FAULTS_MAX = 100;

export interface SnapshotsVerdict {
  readonly holds: boolean;
  /** Snapshots that were compared. */
  readonly count: number;
  readonly fault_count: number;
  /** The first `FAULTS_MAX` of them. */
  readonly faults: readonly SnapshotDifference[];
}

export interface SnapshotDifference {
  readonly position: number;
  readonly message: string;
}

/** The snapshots of a host's line, held against its states in order. */
export class SnapshotsBeside {
  readonly #database: Queryable;
  readonly #hostId: number;
  #stretches: readonly Stretch[] | undefined;
  #next: StoredSnapshot | undefined;
  #count = 0;
  #faultCount = 0;
  readonly #faults: SnapshotDifference[] = [];

  constructor(database: Queryable, hostId: number) {
    this.#database = database;
    this.#hostId = hostId;
  }

  /** The position of the next snapshot up to `to`; undefined when there is none. */
  async next(to: number): Promise<number | undefined> {
    if (this.#stretches === undefined) {
      this.#stretches = await stretchesOf(this.#database, this.#hostId, { from: 1, to });
      await this.#find();
    }
    return this.#next?.position;
  }

  /** The state at the position of the next snapshot. */
  async compare(kernel: Kernel): Promise<void> {
    const stored = this.#next;
    if (stored === undefined) return;
    this.#count++;
    const { position } = stored;
    // Inside an append nothing is kept of the chain, and such a snapshot is not read.
    if (stored.chain !== null && !isSound(stored)) {
      this.#fault(position, 'its hash is not that of this state at this position of this host');
    } else if (!isDeepStrictEqual(stateOf(stored), JSON.parse(snapshotText(kernel)))) {
      this.#fault(position, 'it is not the state that the log gives');
    }
    this.#stretches = (this.#stretches ?? [])
      .filter(({ to }) => to > position)
      .map((stretch) => ({ ...stretch, from: Math.max(stretch.from, position + 1) }));
    await this.#find();
  }

  verdict(): SnapshotsVerdict {
    return {
      holds: this.#faultCount === 0,
      count: this.#count,
      fault_count: this.#faultCount,
      faults: this.#faults,
    };
  }

  async #find(): Promise<void> {
    this.#next = undefined;
    for (const stretch of this.#stretches ?? []) {
      this.#next = await firstSnapshot(this.#database, this.#hostId, stretch);
      if (this.#next !== undefined) return;
    }
  }

  #fault(position: number, message: string): void {
    this.#faultCount++;
    if (this.#faults.length < FAULTS_MAX) this.#faults.push({ position, message });
  }
}

/** Equal states may be written in another order of their fields. */
function stateOf(stored: StoredSnapshot): unknown {
  try {
    return JSON.parse(unpacked(stored));
  } catch {
    return undefined;
  }
}
