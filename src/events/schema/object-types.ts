/** Program and map types: the ledger's names, the UAPI's, and numbers. */
import { z } from 'zod';
import { MAP_TYPE_NAMES, type MapType, mapTypeOf } from '../../domain/map-type.ts';
import { PROG_TYPE_NAMES, type ProgType, progTypeOf } from '../../domain/prog-type.ts';
import { spellingSchema } from './enumerated.ts';
import { U32_MAX } from './numbers.ts';

const anyOf = [
  { type: 'string' as const },
  { type: 'integer' as const, minimum: 0, maximum: U32_MAX },
];

function spellings<N extends string>(names: readonly N[], prefix: string): Map<string, N> {
  const all = new Map<string, N>();
  for (const name of names) all.set(name, name).set(`${prefix}${name}`, name);
  return all;
}

/** A program type in any spelling; the output is canonical. */
export const progTypeInput = spellingSchema<ProgType>({
  noun: 'program type',
  example: 'cgroup_skb',
  values: spellings(PROG_TYPE_NAMES, 'bpf_prog_type_'),
  ofNumber: progTypeOf,
}).meta({
  id: 'ProgTypeInput',
  description: 'A program type: `cgroup_skb`, `BPF_PROG_TYPE_CGROUP_SKB`, or its number.',
  anyOf,
});

/** A program type as the ledger spells it. */
export const progType = z
  .union([z.enum(PROG_TYPE_NAMES), z.int().min(0).max(U32_MAX)])
  .meta({ id: 'ProgType' });

/** A map type in any spelling; the output is canonical. */
export const mapTypeInput = spellingSchema<MapType>({
  noun: 'map type',
  example: 'cgroup_storage',
  values: spellings(MAP_TYPE_NAMES, 'bpf_map_type_'),
  ofNumber: mapTypeOf,
}).meta({
  id: 'MapTypeInput',
  description: 'A map type: `cgroup_storage`, `BPF_MAP_TYPE_CGROUP_STORAGE`, or its number.',
  anyOf,
});

/** A map type as the ledger spells it. */
export const mapType = z
  .union([z.enum(MAP_TYPE_NAMES), z.int().min(0).max(U32_MAX)])
  .meta({ id: 'MapType' });
