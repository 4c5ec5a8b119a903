/**
 * How one field stands in an event's text. A coder turns a value into JSON and back; both
 * directions are exact, and equal values give equal text. No coder uses `null`: it marks an
 * absent field.
 */

import { attachTypeNumber, attachTypeOf } from '../../domain/attach-type.ts';
import type { MapKey } from '../../domain/call.ts';
import { ATTACH_FLAG_BITS, flagWord, QUERY_FLAG_BITS } from '../../domain/flags.ts';
import { mapTypeNumber, mapTypeOf } from '../../domain/map-type.ts';
import { isPrefix } from '../../domain/maps/prefixes.ts';
import { progTypeNumber, progTypeOf } from '../../domain/prog-type.ts';

export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };

export interface FieldCoder<T> {
  readonly encode: (value: T) => Json;
  readonly decode: (json: Json) => T;
}

/** A stored row is not an event: it is damaged, or newer than this program. */
export class UnreadableEvent extends Error {}

const asItIs = (json: Json): Json => json;

/** A number, a string or a list of numbers, as JSON has it. */
export function plain<T extends Json>(): FieldCoder<T> {
  return { encode: asItIs, decode: asItIs as (json: Json) => T };
}

/** Whether values stand in JSON as they are, so that there is nothing to decode. */
export function isPlain({ decode }: FieldCoder<unknown>): boolean {
  return decode === asItIs;
}

/** A structure that the program does not know field by field: an object, its keys sorted. */
export function sortedCoder<T extends object>(): FieldCoder<T> {
  return { encode: (value) => sortKeys(value), decode: (json) => json as T };
}

function sortKeys(value: unknown): Json {
  if (typeof value !== 'object' || value === null) return value as Json;
  if (Array.isArray(value)) return value.map(sortKeys);
  const known = Object.entries(value).filter(([, field]) => field !== undefined);
  return Object.fromEntries(
    known.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, field]) => [key, sortKeys(field)]),
  );
}

export function bool<T extends boolean>(): FieldCoder<T> {
  return { encode: (value) => (value ? 1 : 0), decode: (json) => (json === 1) as T };
}

/** A name by its number in one of the tables of `names.ts`. */
export function nameCoder<T extends string>(codes: Readonly<Record<T, number>>): FieldCoder<T> {
  const names: T[] = [];
  for (const [name, code] of Object.entries(codes) as [T, number][]) {
    if (names[code] !== undefined) throw new Error(`${name} and ${names[code]} share a number`);
    names[code] = name;
  }
  return {
    encode: (name) => codes[name],
    decode(json) {
      const name = names[json as number];
      if (name === undefined) throw new UnreadableEvent(`no name has the number ${String(json)}`);
      return name;
    },
  };
}

export function listOf<T>(item: FieldCoder<T>): FieldCoder<readonly T[]> {
  return {
    encode: (values) => values.map(item.encode),
    decode: (json) => (json as readonly Json[]).map(item.decode),
  };
}

/** A UAPI number. One that has a name but was given as a number keeps that form, as a string. */
function uapiCoder<T extends string | number>(
  numberOf: (value: T) => number,
  fromNumber: (n: number) => T,
): FieldCoder<T> {
  return {
    encode(value) {
      const n = numberOf(value);
      return fromNumber(n) === value ? n : String(n);
    },
    decode: (json) => (typeof json === 'string' ? (Number(json) as T) : fromNumber(json as number)),
  };
}

export const attachType = uapiCoder(attachTypeNumber, attachTypeOf);
export const progType = uapiCoder(progTypeNumber, progTypeOf);
export const mapType = uapiCoder(mapTypeNumber, mapTypeOf);

/** A flag list: its word if it is spelled canonically (names in bit order), else as it was given. */
function flags<Name extends string>(
  bits: Readonly<Record<Name, number>>,
): FieldCoder<readonly (Name | number)[]> {
  const named = Object.entries(bits) as [Name, number][];
  const listOfWord = (word: number) => {
    const list: (Name | number)[] = named.filter(([, bit]) => word & bit).map(([name]) => name);
    const rest = named.reduce((left, [, bit]) => left & ~bit, word) >>> 0;
    return rest === 0 ? list : [...list, rest];
  };
  return {
    encode(list) {
      const word = flagWord(list as Parameters<typeof flagWord>[0]);
      const canonical = listOfWord(word);
      const same = list.length === canonical.length && list.every((f, i) => f === canonical[i]);
      return same ? word : list;
    },
    decode: (json) => (typeof json === 'number' ? listOfWord(json) : (json as (Name | number)[])),
  };
}

export const attachFlags = flags(ATTACH_FLAG_BITS);
export const queryFlags = flags(QUERY_FLAG_BITS);

export const mapKey: FieldCoder<MapKey> = {
  encode(key) {
    if (typeof key === 'number') return key;
    if (isPrefix(key)) return [key.data, key.prefixlen];
    if (key.attach_type === undefined) return [key.cgroup_id];
    return [key.cgroup_id, attachType.encode(key.attach_type)];
  },
  decode(json) {
    if (typeof json === 'number') return json;
    const [cgroup, attach] = json as readonly Json[];
    if (typeof cgroup === 'string') return { prefixlen: attach as number, data: cgroup };
    const key = { cgroup_id: cgroup as number };
    return attach === undefined ? key : { ...key, attach_type: attachType.decode(attach) };
  },
};
