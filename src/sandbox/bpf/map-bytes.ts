/**
 * The bytes of maps' elements. The model knows an element by a number and holds a number as its value;
 * a program has keys and values of any length. A longer key gets a number of its own here, and the
 * bytes of values are kept beside the model.
 */

import { attachTypeNumber, attachTypeOf } from '../../domain/attach-type.ts';
import type { MapKey } from '../../domain/call.ts';
import { isTrie, lookUpPrefix } from '../../domain/calls/trie-elements.ts';
import type { BpfMap } from '../../domain/kernel.ts';
import { isPrefix, prefixText } from '../../domain/maps/prefixes.ts';
import { isStorageMap } from '../../domain/storage.ts';

/** Bytes of a key that are its number. */
const NUMBER_BYTES = 4;
/** Bytes of a number, which is what the model keeps of a value. */
export const WORD = 8;
/** Numbers for long keys go down from here, away from those that are short. */
const LAST_NUMBER = 2 ** 32 - 1;

/** The lookup that found it said how long a prefix may be. */
const FOUND = { trie_lookup_has_limit: false };

interface Contents {
  readonly numbers: Map<string, number>;
  readonly keys: Map<number, Buffer>;
  readonly values: Map<string, Buffer>;
  nextNumber: number;
}

/** Bytes of a value as the calls pass it: one for each CPU that could be there, when it has as many. */
export function valueBytes(map: BpfMap, cpus: number): number {
  if (!String(map.map_type).includes('percpu')) return map.value_size;
  return Math.ceil(map.value_size / WORD) * WORD * cpus;
}

/** Where the elements of maps are that programs have in their memory. */
export interface SharedElements {
  read(map: BpfMap, key: MapKey): Buffer | undefined;
  write(map: BpfMap, key: MapKey, bytes: Buffer): void;
}

export class MapBytes {
  /** Asked first. */
  shared: SharedElements | undefined;
  readonly #maps = new Map<number, Contents>();

  /** The model's key for the bytes that a call passes. */
  keyOf(map: BpfMap, bytes: Buffer): MapKey {
    if (isStorageMap(map)) {
      const cgroup_id = Number(bytes.readBigUInt64LE(0));
      if (map.key_size === WORD) return { cgroup_id };
      return { cgroup_id, attach_type: attachTypeOf(bytes.readUInt32LE(WORD)) };
    }
    if (isTrie(map)) {
      const prefixlen = bytes.readUInt32LE(0);
      return { prefixlen, data: bytes.toString('hex', NUMBER_BYTES) };
    }
    const number = bytes.length >= NUMBER_BYTES ? bytes.readUInt32LE(0) : shortNumber(bytes);
    if (bytes.length <= NUMBER_BYTES) return number;
    return this.#numberOf(map, bytes, number);
  }

  /** The bytes of a key of the model. */
  bytesOf(map: BpfMap, key: MapKey): Buffer {
    const bytes = Buffer.alloc(map.key_size);
    if (isPrefix(key)) {
      bytes.writeUInt32LE(key.prefixlen, 0);
      bytes.write(key.data, NUMBER_BYTES, 'hex');
      return bytes;
    }
    if (typeof key !== 'number') {
      bytes.writeBigUInt64LE(BigInt(key.cgroup_id), 0);
      if (map.key_size > WORD) bytes.writeUInt32LE(attachTypeNumber(key.attach_type ?? 0), WORD);
      return bytes;
    }
    const long = this.#maps.get(map.id)?.keys.get(key);
    if (long !== undefined) return long;
    const word = Buffer.alloc(WORD);
    word.writeUInt32LE(key);
    word.copy(bytes);
    return bytes;
  }

  /** Keeps the bytes of a value. */
  keep(map: BpfMap, key: MapKey, value: Buffer): void {
    this.#contents(map.id).values.set(textOf(key), value);
    this.shared?.write(map, key, value);
  }

  /** The bytes of a value: those that were kept of its key, or those of the model's number. */
  valueOf(map: BpfMap, asked: MapKey | undefined, number: number, cpus: number): Buffer {
    // What was asked for begins with the prefix that was found.
    const key = isPrefix(asked) ? lookUpPrefix(FOUND, map, asked)?.key : asked;
    const shared = key === undefined ? undefined : this.shared?.read(map, key);
    if (shared !== undefined) return shared;
    const bytes = Buffer.alloc(valueBytes(map, cpus));
    const values = this.#maps.get(map.id)?.values;
    const kept = key === undefined ? undefined : values?.get(textOf(key));
    // The model may have changed the number since: a storage was made anew.
    if (kept !== undefined && numberIn(kept) === number) return kept;
    const word = Buffer.alloc(WORD);
    word.writeBigUInt64LE(BigInt(number));
    word.copy(bytes, 0, 0, Math.min(WORD, map.value_size));
    return bytes;
  }

  /** Lets go of maps that are not there any more. */
  forget(isThere: (mapId: number) => boolean): void {
    for (const id of this.#maps.keys()) if (!isThere(id)) this.#maps.delete(id);
  }

  #contents(mapId: number): Contents {
    const known = this.#maps.get(mapId);
    if (known !== undefined) return known;
    const contents: Contents = {
      numbers: new Map(),
      keys: new Map(),
      values: new Map(),
      nextNumber: LAST_NUMBER,
    };
    this.#maps.set(mapId, contents);
    return contents;
  }

  #numberOf(map: BpfMap, bytes: Buffer, wanted: number): number {
    const { numbers, keys } = this.#contents(map.id);
    const text = bytes.toString('hex');
    const known = numbers.get(text);
    if (known !== undefined) return known;
    const isShort = bytes.subarray(NUMBER_BYTES).every((byte) => byte === 0);
    const number = isShort && !keys.has(wanted) ? wanted : this.#freeNumber(map);
    numbers.set(text, number);
    keys.set(number, Buffer.from(bytes));
    return number;
  }

  #freeNumber(map: BpfMap): number {
    const contents = this.#contents(map.id);
    while (contents.keys.has(contents.nextNumber)) contents.nextNumber--;
    return contents.nextNumber--;
  }
}

/** What the model is told of a value: its first 8 bytes, as far as a number is exact. */
export function numberIn(value: Buffer): number {
  const word = Buffer.alloc(WORD);
  value.copy(word, 0, 0, WORD);
  return Number(BigInt.asUintN(53, word.readBigUInt64LE()));
}

function shortNumber(bytes: Buffer): number {
  const word = Buffer.alloc(NUMBER_BYTES);
  bytes.copy(word);
  return word.readUInt32LE();
}

function textOf(key: MapKey): string {
  if (isPrefix(key)) return prefixText(key);
  return typeof key === 'number' ? String(key) : `${key.cgroup_id}/${key.attach_type ?? ''}`;
}
