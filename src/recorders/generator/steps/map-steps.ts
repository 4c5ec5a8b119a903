/** Steps of maps: making them, binding them to programs, and their elements. */

import type { AttachType } from '../../../domain/attach-type.ts';
import type { PrefixKey } from '../../../domain/call.ts';
import { isTrie } from '../../../domain/calls/trie-elements.ts';
import type { BpfMap } from '../../../domain/kernel.ts';
import { MAP_TYPE_NAMES, type MapTypeName } from '../../../domain/map-type.ts';
import { FILLED_MAPS } from '../../../domain/maps/forms.ts';
import { heldKind } from '../../../domain/maps/holding.ts';
import { isPrefix } from '../../../domain/maps/prefixes.ts';
import { isStorageMap } from '../../../domain/storage.ts';
import type { Step } from '../../golden/scenario.ts';
import type { Random } from '../random.ts';
import {
  cgroupPath,
  type FdField,
  fdOf,
  NOTHING,
  oneOf,
  openFds,
  type Scene,
  wrongly,
} from '../scene.ts';
import { describedMap } from './btf-steps.ts';
import { close, isFull } from './fd-steps.ts';

const STORAGES: readonly MapTypeName[] = ['cgroup_storage', 'percpu_cgroup_storage'];
const PLAIN: readonly MapTypeName[] = ['hash', 'array', 'lru_hash', 'percpu_hash', 'lpm_trie'];
const QUEUED: readonly MapTypeName[] = ['queue', 'stack'];

export function mapCreate(scene: Scene, proc: string): Step {
  if (isFull(scene, proc)) return close(scene, proc);
  const { random } = scene;
  if (scene.preset.tries > 0 && random.chance(scene.preset.tries)) return trie(scene, proc);
  if (scene.preset.holding > 0 && random.chance(scene.preset.holding))
    return holdingMap(scene, proc);
  if (scene.preset.btf > 0 && random.chance(scene.preset.btf)) return describedMap(scene, proc);
  if (random.chance(scene.preset.mapTypes)) return otherMap(scene, proc);
  const storage = random.chance(0.75);
  const map_type = random.pick(storage ? STORAGES : PLAIN.slice(0, 2));
  const odd = wrongly(scene) ? oddSize(scene) : {};
  if (random.chance(scene.preset.maps / 8)) return queue(scene, proc);
  const type = random.chance(0.05) ? random.pick(PLAIN) : map_type;
  const key = storage && random.chance(0.4) ? { key_size: random.pick([8, 16]) } : {};
  return { op: 'map_create', proc, fd: scene.fresh('M'), map_type: type, ...key, ...odd };
}

/** A queue or a stack, small enough to be full now and then. */
function queue(scene: Scene, proc: string): Step {
  const { random } = scene;
  const sizes = { key_size: 0, max_entries: random.pick([1, 2, 4]) };
  const map_type = random.pick(QUEUED);
  return { op: 'map_create', proc, fd: scene.fresh('M'), map_type, ...sizes };
}

/** A trie of short keys, small enough to be full now and then. */
function trie(scene: Scene, proc: string): Step {
  const { random } = scene;
  const sizes = { key_size: random.pick([5, 6, 8]), max_entries: random.pick([1, 4, 4, 16]) };
  const form = { map_type: 'lpm_trie', map_flags: 1, ...sizes };
  return { op: 'map_create', proc, fd: scene.fresh('M'), ...form };
}

/** Mostly one that is alike to others: bits behind the prefix may be set. */
function prefixKey({ random }: Scene, { key_size }: BpfMap): PrefixKey {
  const bytes = Array.from({ length: key_size - 4 }, () => random.pick(['00', '80', 'c0', 'ff']));
  const limit = 8 * bytes.length;
  const prefixlen = random.chance(0.05)
    ? random.pick([limit + 1, 2 ** 32 - 1])
    : random.pick([0, 1, 2, random.below(limit + 1), limit]);
  return { prefixlen, data: bytes.join('') };
}

/** A map that holds programs or maps; those to be held are often alike. */
function holdingMap(scene: Scene, proc: string): Step {
  const { random } = scene;
  const fd = scene.fresh('M');
  const map_type = random.pick([
    'prog_array',
    'prog_array',
    'array_of_maps',
    'hash_of_maps',
  ] as const);
  const sizes = { value_size: 4, max_entries: random.pick([1, 2, 4]) };
  if (map_type === 'prog_array') return { op: 'map_create', proc, fd, map_type, ...sizes };
  const inner = fdOf(scene, proc, 'map');
  return { op: 'map_create', proc, fd, map_type, ...sizes, inner };
}

/** A good map of each type: its sizes, its entries, and the flags that it needs. */
const GOOD: { readonly [T in MapTypeName]?: Readonly<Record<string, number>> } = {
  queue: { key_size: 0 },
  stack: { key_size: 0 },
  bloom_filter: { key_size: 0 },
  ringbuf: { key_size: 0, value_size: 0, max_entries: 4096 },
  user_ringbuf: { key_size: 0, value_size: 0, max_entries: 8192 },
  stack_trace: { value_size: 8 },
  lpm_trie: { key_size: 8, map_flags: 1 },
  arena: { key_size: 0, value_size: 0, map_flags: 1024 },
  ...Object.fromEntries(
    ['prog_array', 'perf_event_array', 'cgroup_array', 'array_of_maps', 'hash_of_maps'].map(
      (type) => [type, { value_size: 4 }],
    ),
  ),
  ...Object.fromEntries(
    ['sockmap', 'sockhash', 'xskmap', 'devmap', 'devmap_hash', 'cpumap', 'reuseport_sockarray'].map(
      (type) => [type, { value_size: 4 }],
    ),
  ),
};

/** A map of any type, good or with something about it that is odd for the type. */
function otherMap(scene: Scene, proc: string): Step {
  const { random } = scene;
  const map_type = random.pick(MAP_TYPE_NAMES);
  const odd: Readonly<Record<string, unknown>> = random.chance(0.5) ? oddForm(scene) : {};
  const form = { ...(GOOD[map_type] ?? {}), ...knowableFields(map_type, odd) };
  const inner = map_type.endsWith('_of_maps') ? { inner: fdOf(scene, proc, 'map') } : {};
  return { op: 'map_create', proc, fd: scene.fresh('M'), map_type, ...form, ...inner };
}

/**
 * What can be known: how many CPUs a kernel was built for, and what a list of elements for each CPU
 * lets go of, cannot.
 */
function knowableFields(type: MapTypeName, odd: Readonly<Record<string, unknown>>) {
  if (type === 'cpumap' && 'max_entries' in odd) return {};
  const perCpu = type.startsWith('lru_') && (Number(odd.map_flags ?? 0) & 2) !== 0;
  return perCpu ? {} : odd;
}

/** Sizes around those where some type says no; none that would take much memory. */
function oddForm({ random }: Scene): Readonly<Record<string, unknown>> {
  return random.pick([
    { key_size: random.pick([0, 1, 3, 4, 5, 8, 16, 260, 261, 512, 513]) },
    { value_size: random.pick([0, 1, 3, 4, 8, 12, 16, 1016, 1024, 32_768, 32_769, 40_000]) },
    { value_size: random.pick([65_407, 65_408, 4_194_024, 4_194_252, 4_194_305, 2 ** 31]) },
    { max_entries: random.pick([0, 1, 3, 4096, 4097, 8192]) },
    { map_flags: 2 ** random.below(20) },
    { map_flags: random.pick([3, 5, 9, 65, 129, 384, 1025, 1028, 4100, 132_096]) },
    { map_flags: random.below(8192) },
    oddHash(random),
  ]);
}

function oddSize({ random }: Scene): Readonly<Record<string, unknown>> {
  return random.pick([
    { key_size: random.pick([0, 3, 12, 20]) },
    { value_size: random.pick([0, 1, 4096, 32_768, 40_000]) },
    { max_entries: random.pick([0, 1, 7]) },
    { map_flags: random.pick([1, 2, 8, 16, 24, 128, 1024, 2 ** 31]) },
    { name: random.pick(['bad-name', '', 'sixteen_letters_']) },
    oddHash(random),
  ]);
}

/** The hash of the only program that may use the map, of a size that no hash has, or without one. */
function oddHash(random: Random): Readonly<Record<string, unknown>> {
  return random.pick([
    { excl_prog_hash: true, excl_prog_hash_size: random.pick([0, 31, 33]) },
    { excl_prog_hash_size: random.pick([1, 32]) },
  ]);
}

export function progBindMap(scene: Scene, proc: string): Step {
  const flags = wrongly(scene) ? { flags: 1 } : {};
  const prog = fdOf(scene, proc, 'prog');
  return { op: 'prog_bind_map', proc, prog, map: fdOf(scene, proc, 'map'), ...flags };
}

export function mapLookup(scene: Scene, proc: string): Step {
  if (lacksMap(scene, proc)) return mapCreate(scene, proc);
  return { op: 'map_lookup', proc, ...element(scene, proc) };
}

export function mapUpdate(scene: Scene, proc: string): Step {
  if (lacksMap(scene, proc)) return mapCreate(scene, proc);
  const { random } = scene;
  const flagged = random.chance(scene.preset.holding > 0 ? 0.08 : 0.3);
  const flags = flagged ? { flags: random.pick([1, 2, 2, 4, 8]) } : {};
  const place = element(scene, proc);
  const held = heldKindOf(scene, proc, place.fd);
  const value = held === undefined ? random.below(1000) : fdOf(scene, proc, held);
  return { op: 'map_update', proc, ...place, value: value ?? 0, ...flags };
}

export function mapDelete(scene: Scene, proc: string): Step {
  if (lacksMap(scene, proc)) return mapCreate(scene, proc);
  const pointer = scene.random.chance(0.8) ? { value: null } : {};
  const { fd, key } = element(scene, proc);
  return { op: 'map_delete', proc, fd, key: key ?? 0, ...pointer };
}

/** A look at an element that takes it out. */
export function mapTake(scene: Scene, proc: string): Step {
  if (lacksMap(scene, proc)) return mapCreate(scene, proc);
  const flags = wrongly(scene) ? { flags: scene.random.pick([1, 4]) } : {};
  return { op: 'map_take', proc, ...element(scene, proc), ...flags };
}

export function mapKeys(scene: Scene, proc: string): Step {
  if (lacksMap(scene, proc)) return mapCreate(scene, proc);
  const { fd } = element(scene, proc);
  return { op: 'map_keys', proc, fd };
}

/** Room for every element of a map that is made here. */
const ALL = 64;

/**
 * Many elements by one command. What an LRU map lets go of, and which part of a hash a look has room
 * for, is not known, so neither is asked.
 */
export function mapBatch(scene: Scene, proc: string): Step {
  if (lacksMap(scene, proc)) return mapCreate(scene, proc);
  const { random } = scene;
  const { fd } = element(scene, proc);
  const named = openFds(scene, proc, 'map').find(({ label }) => label === fd);
  const map = named && scene.kernel.maps.get(named.file.id);
  const type = map?.map_type;
  if (map !== undefined && isTrie(map))
    return { op: 'map_batch', proc, fd, ...prefixes(scene, map) };
  const isPlain = type === undefined || ['array', 'hash', 'percpu_hash'].includes(String(type));
  const command = isPlain
    ? random.pick(['update', 'update', 'delete', 'lookup', 'take'])
    : 'delete';
  const odd = random.chance(0.1) ? random.pick([{ flags: 1 }, { elem_flags: 4 }]) : {};
  const step = { op: 'map_batch', proc, fd, command, ...odd };
  if (command === 'lookup' || command === 'take') {
    const some = random.pick([0, 1, 3, 4]);
    return { ...step, count: type === 'array' ? some : ALL };
  }
  const keys = Array.from({ length: random.below(5) }, () => random.below(6));
  if (command === 'delete') return { ...step, keys };
  return { ...step, keys, values: keys.map(() => random.below(1000)) };
}

/** What a batch on a trie names; all of its keys are told in order. */
function prefixes(scene: Scene, map: BpfMap): Readonly<Record<string, unknown>> {
  const { random } = scene;
  const command = random.pick(['update', 'update', 'delete', 'lookup', 'lookup', 'take']);
  if (command === 'lookup' || command === 'take')
    return { command, count: random.pick([0, 1, 3, ALL]) };
  const keys = Array.from({ length: random.below(5) }, () => prefixKey(scene, map));
  if (command === 'delete') return { command, keys };
  return { command, keys, values: keys.map(() => random.below(1000)) };
}

/** What the elements of a map hold, if they hold objects. */
function heldKindOf(scene: Scene, proc: string, fd: FdField): 'prog' | 'map' | undefined {
  const named = openFds(scene, proc, 'map').find(({ label }) => label === fd);
  const map = named && scene.kernel.maps.get(named.file.id);
  return map && heldKind(map.map_type);
}

/** Whether a map has to be made first; now and then the step is made without. */
function lacksMap(scene: Scene, proc: string): boolean {
  return openFds(scene, proc, 'map').length === 0 && !wrongly(scene);
}

/** A map and a key of the kind that its keys are. */
function element(scene: Scene, proc: string): { fd: FdField; key: unknown } {
  const { random } = scene;
  const { maps } = scene.kernel;
  const others = openFds(scene, proc).filter(({ file }) => file.kind !== 'map');
  const filled = openFds(scene, proc, 'map').filter(({ file }) => isFilled(maps.get(file.id)));
  const holding = filled.filter(({ file }) => heldKind(maps.get(file.id)?.map_type ?? 0));
  const wanted = scene.preset.holding > 0 && holding.length > 0 && random.chance(0.85);
  const open = wanted ? holding : filled;
  const found = wrongly(scene) ? undefined : oneOf(scene, open);
  const map = found === undefined ? undefined : maps.get(found.file.id);
  const fd =
    found?.label ?? (random.chance(0.5) ? NOTHING : (oneOf(scene, others)?.label ?? NOTHING));
  // A queue has no keys, and refuses one.
  if (map?.key_size === 0 && !random.chance(0.1)) return { fd, key: null };
  if (map !== undefined && isTrie(map)) return { fd, key: prefixKey(scene, map) };
  if (map === undefined || !isStorageMap(map))
    return { fd, key: scene.random.below(wanted ? 3 : 6) };
  return { fd, key: storageKey(scene, map) };
}

function isFilled(map: BpfMap | undefined): boolean {
  return map !== undefined && FILLED_MAPS.includes(map.map_type as MapTypeName);
}

/** Mostly one that is there: user space makes no storage. */
function storageKey(scene: Scene, map: BpfMap): { cg: string; attach_type?: AttachType } {
  const { random, labels } = scene;
  const key = wrongly(scene) ? undefined : oneOf(scene, map.elements)?.key;
  if (key === undefined || typeof key === 'number' || isPrefix(key)) {
    return { cg: cgroupPath(scene), attach_type: random.pick(scene.types) };
  }
  const cg = labels.path(key.cgroup_id) ?? '/gone';
  return key.attach_type === undefined ? { cg } : { cg, attach_type: key.attach_type };
}
