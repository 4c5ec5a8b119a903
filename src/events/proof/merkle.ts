/**
 * The Merkle tree over a log (RFC 6962, section 2.1): its leaves are the chain's values, the first
 * event's first. A short proof shows that an event is in a signed tree, or that one signed tree
 * continues another, to somebody who has neither the log nor trust in who keeps it. The tree of a
 * log that grew is computed from a compact range: the roots of the largest full subtrees, at most 53.
 */
import { sha256 } from '../encoding/sha256.ts';

/** The first bytes of what is hashed, so that a leaf is never taken for an inner node. */
const LEAF = Buffer.of(0);
const INNER = Buffer.of(1);

/** Of the levels above the leaves, each so many-th is stored: a node of it covers 256 of the one below. */
export const LEVEL_STEP = 8;
/** Leaves below a node of the first level that is stored. */
export const BLOCK_LEAVES = 2 ** LEVEL_STEP;

/** A full subtree of `2 ** level` leaves that ends with the leaf of a position. */
export interface MerkleNode {
  readonly level: number;
  /** The last event below it. */
  readonly position_to: number;
  readonly hash: Uint8Array;
}

/** The leaf of an event. @param value the chain's value there, 32 bytes */
export function leafHash(value: Uint8Array): Uint8Array {
  return sha256(Buffer.concat([LEAF, value]));
}

/** The node above two. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256(Buffer.concat([INNER, left, right]));
}

/** The tree of the first so many events, as far as it takes to go on with it. */
export class CompactRange {
  #size: number;
  /** Roots of full subtrees, the largest and first one first. */
  readonly #roots: Uint8Array[];

  /** @param roots of the full subtrees of a tree of that size, the largest first */
  constructor(size = 0, roots: readonly Uint8Array[] = []) {
    this.#size = size;
    this.#roots = [...roots];
  }

  /** Roots of its full subtrees, the largest first. */
  get roots(): readonly Uint8Array[] {
    return this.#roots;
  }

  /** How many leaves it has: the position of the last event. */
  get size(): number {
    return this.#size;
  }

  /**
   * Adds the next leaf.
   *
   * @param onStored gets each full subtree of a stored level that ends here
   */
  append(leaf: Uint8Array, onStored?: (node: MerkleNode) => void): void {
    let node = leaf;
    let level = 0;
    const position_to = this.#size + 1;
    // As in binary counting: each full subtree on the left of an equal one becomes one with it.
    for (let rest = this.#size; rest % 2 === 1; rest = (rest - 1) / 2) {
      node = nodeHash(this.#roots.pop() as Uint8Array, node);
      level++;
      if (level % LEVEL_STEP === 0) onStored?.({ level, position_to, hash: node });
    }
    this.#roots.push(node);
    this.#size = position_to;
  }

  /**
   * The root of the tree.
   *
   * @throws Error when it is empty: no event, no checkpoint
   */
  root(): Uint8Array {
    const last = this.#roots.at(-1);
    if (last === undefined) throw new Error('an empty tree has no root');
    return this.#roots.slice(0, -1).reduceRight((right, left) => nodeHash(left, right), last);
  }
}
