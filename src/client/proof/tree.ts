/**
 * Verifies proofs of a Merkle tree (RFC 6962; the algorithms are those of RFC 9162, sections 2.1.3.2
 * and 2.1.4.2). Numbers are halved by division: they may pass 32 bits.
 */
import { ProofRefused, same, sha256 } from './bytes.ts';

const LEAF = Uint8Array.of(0);
const INNER = Uint8Array.of(1);

const isOdd = (n: number) => n % 2 === 1;
const half = (n: number) => Math.floor(n / 2);

/** The tree's leaf of what it is over. */
export function leafHash(value: Uint8Array): Promise<Uint8Array> {
  return sha256(LEAF, value);
}

function above(left: Uint8Array, right: Uint8Array): Promise<Uint8Array> {
  return sha256(INNER, left, right);
}

export interface Tree {
  /** Leaves. */
  readonly size: number;
  readonly root: Uint8Array;
}

/**
 * Checks that a leaf is in a tree.
 *
 * @param index of the leaf, from 0
 * @throws ProofRefused when the hashes do not lead from the leaf to the root
 */
export async function checkInclusion(
  { size, root }: Tree,
  { index, leaf }: { readonly index: number; readonly leaf: Uint8Array },
  hashes: readonly Uint8Array[],
): Promise<void> {
  if (index >= size) throw new ProofRefused(`leaf ${index} is not in a tree of ${size} leaves`);
  let [at, last, hash] = [index, size - 1, leaf];
  for (const beside of hashes) {
    if (last === 0) throw new ProofRefused('the proof has more hashes than the tree has levels');
    if (isOdd(at) || at === last) {
      hash = await above(beside, hash);
      while (!isOdd(at) && at !== 0) [at, last] = [half(at), half(last)];
    } else {
      hash = await above(hash, beside);
    }
    [at, last] = [half(at), half(last)];
  }
  if (last !== 0 || !same(hash, root)) {
    throw new ProofRefused('the hashes do not lead from the event to the root of the checkpoint');
  }
}

/**
 * Checks that a tree continues an older one: the leaves of the old one are its first leaves.
 *
 * @throws ProofRefused when the hashes do not show it
 */
export async function checkGrowth(
  old: Tree,
  now: Tree,
  hashes: readonly Uint8Array[],
): Promise<void> {
  const inconsistentError = () =>
    new ProofRefused(
      `the tree of ${now.size} leaves is not shown to continue that of ${old.size}: either the proof ` +
        'is wrong, or the log was rewritten',
    );
  if (old.size > now.size) throw inconsistentError();
  if (old.size === now.size || old.size === 0) {
    if (hashes.length > 0 || (old.size > 0 && !same(old.root, now.root))) throw inconsistentError();
    return;
  }
  let [at, last] = [old.size - 1, now.size - 1];
  while (isOdd(at)) [at, last] = [half(at), half(last)];
  // When the old tree is a full subtree of the new one, its root is the first hash.
  const [first, ...rest] = at === 0 ? [old.root, ...hashes] : hashes;
  if (first === undefined) throw inconsistentError();
  let [oldHash, newHash] = [first, first];
  for (const beside of rest) {
    if (last === 0) throw inconsistentError();
    if (isOdd(at) || at === last) {
      oldHash = await above(beside, oldHash);
      newHash = await above(beside, newHash);
      while (!isOdd(at) && at !== 0) [at, last] = [half(at), half(last)];
    } else {
      newHash = await above(newHash, beside);
    }
    [at, last] = [half(at), half(last)];
  }
  if (last !== 0 || !same(oldHash, old.root) || !same(newHash, now.root)) throw inconsistentError();
}
