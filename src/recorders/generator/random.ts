/**
 * Random numbers from a seed (sfc32 of PractRand): equal seeds give equal sequences on every
 * machine, so a failure can be told as a seed.
 */

/** A stream of random numbers. */
export interface Random {
  /** From 0 to below 2^32. */
  word(): number;
  /** From 0 to below `end`. */
  below(end: number): number;
  /** From 0 to below 1. */
  fraction(): number;
  /** True with probability `odds`. */
  chance(odds: number): boolean;
  /** One of a list that is not empty. Throws when it is. */
  pick<T>(from: readonly T[]): T;
}

/** Words thrown away at the start, until the seed has reached all of the state. */
const WARM_UP = 15;

/**
 * A stream of its own for each pair of seed and name.
 *
 * @param seed any number; its low 32 bits count
 * @param name distinguishes streams of one seed
 */
export function randomFrom(seed: number, name = ''): Random {
  const word = words(seed >>> 0, hashOf(name));
  const fraction = () => word() / 2 ** 32;
  const below = (end: number) => Math.floor(fraction() * end);
  for (let i = 0; i < WARM_UP; i++) word();
  return {
    word,
    below,
    fraction,
    chance: (odds) => word() < odds * 2 ** 32,
    pick(from) {
      const index = below(from.length);
      if (index >= from.length) throw new Error('nothing to pick from');
      return from[index] as (typeof from)[number];
    },
  };
}

function words(first: number, second: number): () => number {
  let a = first;
  let b = second;
  let c = 0x9e3779b9;
  let counter = 1;
  return () => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return sum >>> 0;
  };
}

/** FNV-1a of a short name. */
function hashOf(name: string): number {
  let hash = 0x811c9dc5;
  for (const character of name) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  }
  return hash >>> 0;
}
