/**
 * Which nodes a proof consists of (RFC 6962, sections 2.1.1 and 2.1.2), as ranges of leaves, and
 * their hashes. Leaves count from 0 here, as in the RFC: the leaf of position 1 is leaf 0.
 */
import { nodeHash } from './merkle.ts';

/** Leaves `from` to `to - 1`. */
interface Leaves {
  readonly from: number;
  readonly to: number;
}

/** Gives the root of a full subtree: of the leaves from `index * 2 ** level` on. */
export type NodeAt = (level: number, index: number) => Promise<Uint8Array>;

/** The largest power of two below a number, which is at least 2. */
function split(count: number): number {
  let half = 1;
  while (half * 2 < count) half *= 2;
  return half;
}

/** From the sibling of the leaf up to the child of the root. */
function pathOf(leaf: number, { from, to }: Leaves): Leaves[] {
  if (to - from === 1) return [];
  const middle = from + split(to - from);
  return leaf < middle
    ? [...pathOf(leaf, { from, to: middle }), { from: middle, to }]
    : [...pathOf(leaf, { from: middle, to }), { from, to: middle }];
}

/** @param whole the verifier knows the hash of these leaves, if all of them are of the old tree */
function growthOf(oldTo: number, { from, to }: Leaves, whole: boolean): Leaves[] {
  if (oldTo === to) return whole ? [] : [{ from, to }];
  const middle = from + split(to - from);
  return oldTo <= middle
    ? [...growthOf(oldTo, { from, to: middle }, whole), { from: middle, to }]
    : [...growthOf(oldTo, { from: middle, to }, false), { from, to: middle }];
}

/** The root of the tree of some leaves. They begin where such a tree may begin in a larger one. */
async function hashOf({ from, to }: Leaves, nodeAt: NodeAt): Promise<Uint8Array> {
  let [level, count] = [0, 1];
  while (count < to - from) {
    count *= 2;
    level++;
  }
  if (count === to - from) return nodeAt(level, from / count);
  const middle = from + split(to - from);
  const left = await hashOf({ from, to: middle }, nodeAt);
  return nodeHash(left, await hashOf({ from: middle, to }, nodeAt));
}

async function hashesOf(ranges: readonly Leaves[], nodeAt: NodeAt): Promise<Uint8Array[]> {
  const hashes: Uint8Array[] = [];
  for (const range of ranges) hashes.push(await hashOf(range, nodeAt));
  return hashes;
}

/** Shows that leaf `leaf` is in the tree of the first `size` leaves. */
export function inclusionHashes(leaf: number, size: number, nodeAt: NodeAt): Promise<Uint8Array[]> {
  return hashesOf(pathOf(leaf, { from: 0, to: size }), nodeAt);
}

/** Shows that the tree of `size` leaves continues that of the first `old`. @param old from 1 */
export function consistencyHashes(
  old: number,
  size: number,
  nodeAt: NodeAt,
): Promise<Uint8Array[]> {
  return hashesOf(growthOf(old, { from: 0, to: size }, true), nodeAt);
}
