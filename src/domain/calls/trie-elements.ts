/**
 * Elements of a trie, by the longest prefix (semantics §25.12; kernel/bpf/lpm_trie.c). Its elements stand
 * in the order in which a kernel tells them.
 */
import type { PrefixKey } from '../call.ts';
import { type Decision, refusal, refuse, succeed } from '../decision.ts';
import { elementOf, placeOf } from '../elements.ts';
import type { BpfMap, Element } from '../kernel.ts';
import { bitAt, commonBits, isPrefix } from '../maps/prefixes.ts';
import type { Refusal } from '../outcome.ts';
import type { Switches } from '../release/switches.ts';

const NOEXIST = 1;
const EXIST = 2;
/** Bytes of a key before the data: the length of the prefix. */
const LENGTH_BYTES = 4;
const BYTE_BITS = 8;

export function isTrie({ map_type }: Pick<BpfMap, 'map_type'>): boolean {
  return map_type === 'lpm_trie';
}

/** Digits of the data of a trie's keys. */
export function dataDigits({ key_size }: Pick<BpfMap, 'key_size'>): number {
  return 2 * (key_size - LENGTH_BYTES);
}

function longest({ key_size }: BpfMap): number {
  return BYTE_BITS * (key_size - LENGTH_BYTES);
}

/** The longest prefix that a key begins with (`trie_lookup_elem`). */
export function lookUpPrefix(
  switches: Pick<Switches, 'trie_lookup_has_limit'>,
  map: BpfMap,
  key: PrefixKey,
): Element | undefined {
  const limit = longest(map);
  if (key.prefixlen > limit && switches.trie_lookup_has_limit) return undefined;
  for (let prefixlen = Math.min(key.prefixlen, limit); prefixlen >= 0; prefixlen--) {
    const found = elementOf(map, { ...key, prefixlen });
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * `trie_update_elem`. Up to 6.12 a trie neither looks whether an element has to be there, nor knows, once it
 * is full, what is there already.
 */
export function updateRefused(
  switches: Switches,
  map: BpfMap,
  key: PrefixKey,
  flags: number,
): Refusal | undefined {
  const { id: map_id, max_entries } = map;
  if (flags > EXIST) return refusal('EINVAL', 'flags-unknown', { flags });
  if (key.prefixlen > longest(map)) return tooLong(map, key);
  const isFull = map.elements.length >= max_entries;
  const full = () => refusal('ENOSPC', 'trie-full', { map_id, max_entries });
  if (!switches.tries_are_exact) return isFull ? full() : undefined;
  if (elementOf(map, key) !== undefined) {
    return flags === NOEXIST ? refusal('EEXIST', 'element-exists', { map_id }) : undefined;
  }
  if (flags === EXIST) return refusal('ENOENT', 'no-element', { map_id });
  return isFull ? full() : undefined;
}

/** `trie_delete_elem`. */
export function deletePrefix(map: BpfMap, key: PrefixKey): Decision {
  if (key.prefixlen > longest(map)) return refuse(tooLong(map, key));
  const found = elementOf(map, key);
  if (found === undefined) return refuse(refusal('ENOENT', 'no-element', { map_id: map.id }));
  return succeed([{ type: 'ElementDeleted', map_id: map.id, key: found.key }]);
}

function tooLong(map: BpfMap, { prefixlen }: PrefixKey): Refusal {
  return refusal('EINVAL', 'prefix-too-long', { map_id: map.id, prefixlen, limit: longest(map) });
}

/** The key after one that is there; after any other, the first one (`trie_get_next_key`). */
export function nextPrefix(
  switches: Switches,
  map: BpfMap,
  key: PrefixKey | undefined,
): PrefixKey | undefined {
  const from = key === undefined || key.prefixlen > longest(map) ? undefined : key;
  const known = from === undefined || switches.tries_are_exact ? from : standInFor(map, from);
  const place = known === undefined ? undefined : placeOf(map, known);
  const next = map.elements[place?.isThere ? place.index + 1 : 0]?.key;
  return isPrefix(next) ? next : undefined;
}

/**
 * Up to 6.12 the walk to a key may end at a prefix of the same length that is another one, and goes on
 * behind that.
 */
function standInFor(map: BpfMap, key: PrefixKey): PrefixKey | undefined {
  let left = map.elements.flatMap((element) => (isPrefix(element.key) ? [element.key] : []));
  for (;;) {
    const [first] = left;
    if (first === undefined) return undefined;
    // The node above all that is left is what they have in common: one of them, or none.
    const length = Math.min(...left.map((one) => commonBits(first, one)));
    const own = left.find(({ prefixlen }) => prefixlen === length);
    if (length === key.prefixlen) return own;
    if (commonBits({ ...first, prefixlen: length }, key) !== length) return undefined;
    const side = bitAt(key, length);
    left = left.filter((one) => one !== own && bitAt(one, length) === side);
  }
}
