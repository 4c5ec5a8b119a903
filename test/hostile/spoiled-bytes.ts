// Changes of a file that a line, a disk or an enemy makes: bytes flipped, cut, doubled, moved and taken
// from another file, numbers that are far too large.

import type { Random } from '../../src/recorders/generator/random.ts';

const HUGE = ['99999999999999999999', '-1', '4294967296', '1e308', '0', '00'];

type Change = (bytes: Buffer, random: Random, other: Buffer) => Buffer;

/** A place in the bytes, and some of those from there on. */
function part(bytes: Buffer, random: Random): readonly [from: number, to: number] {
  const from = random.below(bytes.length + 1);
  return [from, Math.min(bytes.length, from + random.below(random.pick([2, 20, 400])))];
}

const CHANGES: readonly Change[] = [
  (bytes, random) => {
    const flipped = Buffer.from(bytes);
    for (let i = 0; i <= random.below(4); i++) {
      const at = random.below(Math.max(1, bytes.length));
      flipped[at] = (flipped[at] ?? 0) ^ (1 << random.below(8));
    }
    return flipped;
  },
  (bytes, random) => bytes.subarray(0, random.below(bytes.length + 1)),
  (bytes, random) => {
    const [from, to] = part(bytes, random);
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
  },
  (bytes, random) => {
    const [from, to] = part(bytes, random);
    return Buffer.concat([bytes.subarray(0, to), bytes.subarray(from)]);
  },
  (bytes, random, other) => {
    const [from, to] = part(other, random);
    const [at] = part(bytes, random);
    return Buffer.concat([bytes.subarray(0, at), other.subarray(from, to), bytes.subarray(at)]);
  },
  (bytes, random) => {
    const text = bytes.toString('latin1');
    const numbers = [...text.matchAll(/\d+/gu)];
    if (numbers.length === 0) return bytes;
    const { index, 0: digits } = random.pick(numbers);
    const after = text.slice(index + digits.length);
    return Buffer.from(`${text.slice(0, index)}${random.pick(HUGE)}${after}`, 'latin1');
  },
  (bytes, random) => {
    const lines = bytes.toString('latin1').split('\n');
    const [a, b] = [random.below(lines.length), random.below(lines.length)];
    [lines[a], lines[b]] = [lines[b] ?? '', lines[a] ?? ''];
    return Buffer.from(lines.join('\n'), 'latin1');
  },
];

/** One to three changes of a file. */
export function spoiledBytes(bytes: Buffer, random: Random, other: Buffer): Buffer {
  let changed = bytes;
  for (let i = 0; i <= random.below(3); i++) {
    changed = random.pick(CHANGES)(changed, random, other);
  }
  return changed;
}
