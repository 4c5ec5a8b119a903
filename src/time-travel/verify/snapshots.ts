/**
 * The fourth verdict: is each stored state the one that the log gives there? States are compared as
 * the log is folded for the outcomes.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Kernel } from '../../domain/kernel.ts';
import { stretchesOf } from '../../events/reading/host-line.ts';
import {
  firstSnapshot,
  isSound,
  type StoredSnapshot,
  snapshotText,
  unpackState,
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

/** The snapshots of a host's line between two positions, in order. */
export async function* snapshotsTo(
  database: Queryable,
  hostId: number,
  range: { readonly from: number; readonly to: number },
): AsyncGenerator<StoredSnapshot, undefined> {
  for (const stretch of await stretchesOf(database, hostId, range)) {
    for (let { from } = stretch; from <= stretch.to; ) {
      const stored = await firstSnapshot(database, hostId, { ...stretch, from });
      if (stored === undefined) break;
      yield stored;
      from = stored.position + 1;
    }
  }
}

/** The result of comparing snapshots with the states of a log. */
export class SnapshotsBeside {
  #count = 0;
  #faultCount = 0;
  readonly #faults: SnapshotDifference[] = [];

  /** Compares a snapshot with the state at its position. */
  compare(stored: StoredSnapshot, kernel: Kernel): void {
    this.#count++;
    const { position } = stored;
    // Inside an append there is no stored chain value, and such a snapshot is not read.
    if (stored.chain !== null && !isSound(stored)) {
      this.#fault(position, 'its hash is not that of this state at this position of this host');
    } else if (!isDeepStrictEqual(stateOf(stored), JSON.parse(snapshotText(kernel)))) {
      this.#fault(position, 'it is not the state that the log gives');
    }
  }

  verdict(): SnapshotsVerdict {
    return {
      holds: this.#faultCount === 0,
      count: this.#count,
      fault_count: this.#faultCount,
      faults: this.#faults,
    };
  }

  #fault(position: number, message: string): void {
    this.#faultCount++;
    if (this.#faults.length < FAULTS_MAX) this.#faults.push({ position, message });
  }
}

/** Equal states may be written in another order of their fields. */
function stateOf(stored: StoredSnapshot): unknown {
  try {
    return JSON.parse(unpackState(stored));
  } catch {
    return undefined;
  }
}
