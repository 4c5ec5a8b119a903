/**
 * Prefixes, the keys of a trie (kernel/bpf/lpm_trie.c): how long, and the bytes of which they are the
 * first bits, from the highest bit of the first byte on. Bytes behind a prefix are kept and not compared.
 */
import type { MapKey, PrefixKey } from '../call.ts';

const NIBBLE_BITS = 4;

export function isPrefix(key: MapKey | undefined): key is PrefixKey {
  return typeof key === 'object' && 'prefixlen' in key;
}

/** How many of the first bits two keys have in common, up to the shorter one (`longest_prefix_match`). */
export function commonBits(one: PrefixKey, other: PrefixKey): number {
  const limit = Math.min(one.prefixlen, other.prefixlen, NIBBLE_BITS * one.data.length);
  for (let at = 0; at * NIBBLE_BITS < limit; at++) {
    const differ = nibble(one, at) ^ nibble(other, at);
    if (differ !== 0) return Math.min(limit, NIBBLE_BITS * at + Math.clz32(differ) - 28);
  }
  return limit;
}

/**
 * The order in which a kernel tells keys (`trie_get_next_key`): what is longer before what it begins with,
 * else by the first bit that differs.
 */
export function comparePrefixes(one: PrefixKey, other: PrefixKey): number {
  const common = commonBits(one, other);
  const isSame = common === Math.min(one.prefixlen, other.prefixlen);
  return isSame ? other.prefixlen - one.prefixlen : bitAt(one, common) - bitAt(other, common);
}

/** @param at a bit behind the data is 0 */
export function bitAt(key: PrefixKey, at: number): number {
  const shift = NIBBLE_BITS - 1 - (at % NIBBLE_BITS);
  return (nibble(key, Math.floor(at / NIBBLE_BITS)) >> shift) & 1;
}

function nibble({ data }: PrefixKey, at: number): number {
  return at < data.length ? Number.parseInt(data.charAt(at), 16) : 0;
}

/** A prefix without what stands behind it: the same text for the same element. */
export function prefixText(key: PrefixKey): string {
  const { prefixlen, data } = key;
  const whole = Math.floor(prefixlen / NIBBLE_BITS);
  const rest = prefixlen % NIBBLE_BITS;
  const mask = 0xf & ~(0xf >> rest);
  const last = rest === 0 ? '' : (nibble(key, whole) & mask).toString(16);
  return `${prefixlen}/${data.slice(0, whole)}${last}`;
}
