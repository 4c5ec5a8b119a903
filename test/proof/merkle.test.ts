// The Merkle tree by itself: the roots that RFC 6962 gives, and proofs of every leaf and every growth of
// small trees, which the verifier takes as they are and in no other way.

import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { isSignedByLog, parseKey, parseNote } from '../../src/client/proof/note.ts';
import { checkGrowth, checkInclusion, leafHash as leafOf } from '../../src/client/proof/tree.ts';
import {
  CompactRange,
  leafHash,
  type MerkleNode,
  nodeHash,
} from '../../src/events/proof/merkle.ts';
import { consistencyHashes, inclusionHashes } from '../../src/events/proof/merkle-proof.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const sha256 = (text: string) => createHash('sha256').update(text).digest();

/** The root straight from the rule: MTH of RFC 6962, section 2.1. */
function rootOf(leaves: readonly Uint8Array[]): Uint8Array {
  if (leaves.length === 1) return leaves[0] as Uint8Array;
  let half = 1;
  while (half * 2 < leaves.length) half *= 2;
  return nodeHash(rootOf(leaves.slice(0, half)), rootOf(leaves.slice(half)));
}

/** The test tree of Certificate Transparency: its leaves, and its root of each size. */
const CT_LEAVES = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
];
const CT_ROOTS = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

it('has the roots of the test tree of Certificate Transparency', () => {
  const range = new CompactRange();
  const roots = CT_LEAVES.map((text) => {
    range.append(leafHash(Buffer.from(text, 'hex')));
    return hex(range.root());
  });
  expect(roots).toEqual(CT_ROOTS);
});

it('has no root while it is empty', () => {
  expect(() => new CompactRange().root()).toThrow('an empty tree has no root');
});

const LEAVES = Array.from({ length: 600 }, (_, i) => leafHash(sha256(`event ${i + 1}`)));

it('grows as if it were computed anew, and gives its full subtrees of 256 leaves', () => {
  const stored: MerkleNode[] = [];
  const range = new CompactRange();
  for (const [i, leaf] of LEAVES.entries()) {
    range.append(leaf, (node) => stored.push(node));
    if (i % 37 === 0 || i > 590) expect(range.root()).toEqual(rootOf(LEAVES.slice(0, i + 1)));
  }
  expect(stored).toEqual(
    [256, 512].map((position_to) => ({
      level: 8,
      position_to,
      hash: rootOf(LEAVES.slice(position_to - 256, position_to)),
    })),
  );
});

const nodeAt = async (level: number, index: number) =>
  rootOf(LEAVES.slice(index * 2 ** level, (index + 1) * 2 ** level));

/** The hashes with one changed, one left out, one added. */
function wrongHashes(hashes: readonly Uint8Array[]): (readonly Uint8Array[])[] {
  const other = sha256('another');
  return [
    ...hashes.map((_, i) => hashes.map((hash, j) => (i === j ? other : hash))),
    ...(hashes.length > 0 ? [hashes.slice(1), hashes.slice(0, -1)] : []),
    [...hashes, other],
    [other, ...hashes],
  ];
}

it('proves every leaf of trees of up to 40 leaves, and no other leaf', async () => {
  for (let size = 1; size <= 40; size++) {
    const tree = { size, root: rootOf(LEAVES.slice(0, size)) };
    for (let index = 0; index < size; index++) {
      const leaf = LEAVES[index] as Uint8Array;
      const hashes = await inclusionHashes(index, size, nodeAt);
      await checkInclusion(tree, { index, leaf }, hashes);
      const elsewhere = { index: (index + 1) % (size + 1), leaf };
      await expect(checkInclusion(tree, elsewhere, hashes)).rejects.toThrow();
      if (size % 13 > 0) continue;
      for (const wrong of wrongHashes(hashes)) {
        await expect(checkInclusion(tree, { index, leaf }, wrong)).rejects.toThrow();
      }
    }
  }
});

it('proves every growth of trees of up to 40 leaves, and no other history', async () => {
  for (let size = 1; size <= 40; size++) {
    const now = { size, root: rootOf(LEAVES.slice(0, size)) };
    for (let from = 1; from <= size; from++) {
      const old = { size: from, root: rootOf(LEAVES.slice(0, from)) };
      const hashes = await consistencyHashes(from, size, nodeAt);
      await checkGrowth(old, now, hashes);
      const rewritten = { size: from, root: sha256('another history') };
      await expect(checkGrowth(rewritten, now, hashes)).rejects.toThrow('rewritten');
      await expect(checkGrowth(old, { size, root: sha256('x') }, hashes)).rejects.toThrow();
      if (size % 13 > 0) continue;
      for (const wrong of wrongHashes(hashes)) {
        await expect(checkGrowth(old, now, wrong)).rejects.toThrow();
      }
    }
  }
});

it('makes the same leaf as the verifier, which computes it by other means', async () => {
  const value = sha256('an event');
  expect(hex(await leafOf(value))).toBe(hex(leafHash(value)));
});

it('takes the example of the specification of signed notes, and no changed one', async () => {
  const key = await parseKey(
    'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k',
  );
  const note =
    'This is an example message.\n\n— example.com/foo ' +
    'Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n';
  expect(await isSignedByLog(parseNote(note), key)).toBe(true);
  const changed = note.replace('example message', 'example massage');
  await expect(isSignedByLog(parseNote(changed), key)).rejects.toThrow('is wrong');
  const renamed = note.replace('— example.com/foo', '— example.com/bar');
  expect(await isSignedByLog(parseNote(renamed), key)).toBe(false);
});

it.each([
  ['no signatures', 'text\n', 'has no signatures'],
  ['no newline at the end', 'text\n\n— a AAAAAAAA', 'has no signatures'],
  ['a line that is none', 'text\n\nfoo\n', 'not a signature: foo'],
  ['a signature that is not base64', 'text\n\n— a A*AA\n', 'is not base64'],
  ['a signature that is too short', 'text\n\n— a AAAA\n', 'is too short'],
  ['more than it may have', `text\n\n${'— a AAAAAAAA\n'.repeat(65)}`, 'too many signatures'],
  ['more characters than it may have', `${'x'.repeat(70_000)}\n\n— a AAAAAAAA\n`, 'too long'],
])('refuses a note with %s', (_, note, why) => {
  expect(() => parseNote(note)).toThrow(why);
});
