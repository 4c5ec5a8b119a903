/**
 * The keys that signed checkpoints of a host, as they appear: a new one may sign while its log is
 * being read.
 */
import type { Queryable } from '../storage/database.ts';
import type { Checkpoint } from './checkpoint.ts';
import { readKeys } from './checkpoints.ts';
import type { PublicKey } from './signing-key.ts';

export class HostKeys {
  readonly #database: Queryable;
  readonly #hostId: number;
  readonly #met = new Set<string>();

  constructor(database: Queryable, hostId: number) {
    this.#database = database;
    this.#hostId = hostId;
  }

  /** The keys that are met for the first time, in the order of their ids. */
  async fresh(): Promise<PublicKey[]> {
    const keys = await readKeys(this.#database, this.#hostId);
    const fresh = keys.filter(({ key_id }) => !this.#met.has(key_id));
    for (const { key_id } of fresh) this.#met.add(key_id);
    return fresh;
  }

  /** Those of checkpoints that were just read. */
  async freshOf(checkpoints: readonly Checkpoint[]): Promise<PublicKey[]> {
    return checkpoints.every(({ key_id }) => this.#met.has(key_id)) ? [] : this.fresh();
  }
}
