/**
 * The Merkle tree of a log from where this service signed it last up to the head: only the events
 * since then are read. What is stored of the tree is believed as far as it gives the root that was
 * signed; otherwise the tree grows from the first event again, or from where the log was cut.
 */
import { readCut } from '../cuts.ts';
import { chainHash } from '../encoding/hash-chain.ts';
import { sameBytes } from '../encoding/hex.ts';
import { isRemoved } from '../log-refusal.ts';
import { DamagedLog } from '../reading/damaged-log.ts';
import { headAt } from '../reading/head-at.ts';
import type { KnownHead } from '../reading/history.ts';
import { readUnbroken } from '../reading/log-reader.ts';
import type { Queryable } from '../storage/database.ts';
import { type Checkpoint, isSignedBy } from './checkpoint.ts';
import { latestOfTree } from './checkpoints.ts';
import { CompactRange, leafHash, type MerkleNode } from './merkle.ts';
import { MerkleReader } from './merkle-nodes.ts';
import type { PublicKey } from './signing-key.ts';

export class GrowingTree {
  readonly #hostId: number;
  readonly #range: CompactRange;
  /** The chain's value at the last leaf. */
  #hash: Uint8Array;
  /** The full subtrees of stored levels that it grew by. */
  readonly added: MerkleNode[] = [];

  private constructor(hostId: number, range: CompactRange, hash: Uint8Array) {
    this.#hostId = hostId;
    this.#range = range;
    this.#hash = hash;
  }

  /** The tree of a log as the last checkpoint of the key states it; empty when none does. */
  static async asSigned(database: Queryable, hostId: number, key: PublicKey): Promise<GrowingTree> {
    const signed = await latestOfTree(database, hostId, { key_id: key.key_id });
    if (signed !== undefined && isSignedBy(signed, key)) {
      const range = await storedRange(database, hostId, signed);
      if (range !== undefined) return new GrowingTree(hostId, range, signed.hash);
    }
    const cut = await readCut(database, hostId);
    if (cut !== undefined) {
      return new GrowingTree(hostId, new CompactRange(cut.position, cut.tree), cut.hash);
    }
    const { hash } = await headAt(database, hostId, 0);
    return new GrowingTree(hostId, new CompactRange(), hash);
  }

  /** Where it ends. */
  get stand(): KnownHead {
    return { position: this.#range.size, hash: this.#hash };
  }

  get root(): Uint8Array {
    return this.#range.root();
  }

  /**
   * Adds the events up to a position.
   *
   * @returns the chain's value there
   * @throws DamagedLog when an event is missing
   */
  async grow(database: Queryable, to: number): Promise<Uint8Array> {
    while (this.#range.size < to) {
      const range = { from: this.#range.size + 1, limit: to - this.#range.size };
      const rows = await readUnbroken(database, this.#hostId, range);
      if (rows.length === 0) throw new DamagedLog(range.from, 'missing from the log');
      for (const row of rows) {
        this.#hash = chainHash(this.#hash, row);
        this.#range.append(leafHash(this.#hash), (node) => this.added.push(node));
      }
    }
    return this.#hash;
  }
}

/** What is stored of a signed tree, if it gives the signed root. */
async function storedRange(
  database: Queryable,
  hostId: number,
  { position, chained }: Checkpoint,
): Promise<CompactRange | undefined> {
  try {
    const range = await new MerkleReader(database, hostId).range(position);
    return sameBytes(range.root(), chained?.root ?? new Uint8Array()) ? range : undefined;
  } catch (error) {
    // Of a key that signed before the log was cut, the tree is no longer there.
    if (error instanceof DamagedLog || isRemoved(error)) return undefined;
    throw error;
  }
}
