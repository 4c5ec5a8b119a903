/** Steps of maps and programs that types describe: those that are told fit whatever they describe. */
import { MAP_TYPE_NAMES, type MapTypeName } from '../../../domain/map-type.ts';
import type { Step } from '../../golden/scenario.ts';
import { type FdField, fdOf, oneOf, openFds, type Scene, wrongly } from '../scene.ts';

/** The type of a number of four bytes. */
const INT = 1;
/** Types whose keys and values may be four bytes. */
const OF_WORDS: readonly MapTypeName[] = [
  ...(['hash', 'array', 'percpu_hash', 'percpu_array', 'lru_hash', 'prog_array'] as const),
  ...([
    'perf_event_array',
    'devmap',
    'devmap_hash',
    'xskmap',
    'cpumap',
    'sockmap',
    'sockhash',
  ] as const),
];
const LOCAL: readonly MapTypeName[] = [
  ...(['sk_storage', 'inode_storage', 'task_storage', 'cgrp_storage'] as const),
];
const NO_PREALLOC = 1;
const ON_NODE = 4;

/** A map with types, or with something odd about what is told beside them. */
export function describedMap(scene: Scene, proc: string): Step {
  const { random } = scene;
  const fd = scene.fresh('M');
  const sizes = { key_size: 4, value_size: 4 };
  const types = { btf: typesOf(scene, proc), btf_key_type_id: INT, btf_value_type_id: INT };
  switch (random.below(5)) {
    case 0:
      return { op: 'map_create', proc, fd, map_type: random.pick(OF_WORDS), ...sizes, ...types };
    case 1: {
      const form = { max_entries: 0, map_flags: NO_PREALLOC, ...oddLocal(scene) };
      return {
        op: 'map_create',
        proc,
        fd,
        map_type: random.pick(LOCAL),
        ...sizes,
        ...form,
        ...types,
      };
    }
    case 2: {
      // Without a good fd no type is looked at, so any will do.
      const btf = notTypes(scene, proc);
      const btf_value_type_id = random.pick([0, INT, 99]);
      const map_type = random.pick(MAP_TYPE_NAMES.filter((type) => type !== 'arena'));
      return { op: 'map_create', proc, fd, map_type, btf, btf_key_type_id: 7, btf_value_type_id };
    }
    case 3: {
      const map_type = random.pick([
        'array',
        'hash',
        'percpu_hash',
        'percpu_array',
        'bloom_filter',
      ]);
      const node = { map_flags: ON_NODE, numa_node: random.pick([0, 1024, 2 ** 32 - 1]) };
      const key_size = map_type === 'bloom_filter' ? 0 : 4;
      return { op: 'map_create', proc, fd, map_type, ...sizes, key_size, ...node, ...extra(scene) };
    }
    default: {
      const map_type = random.pick(['array', 'struct_ops', 'bloom_filter']);
      const vmlinux = map_type === 'struct_ops' ? 0 : random.pick([0, 1, 99]);
      const ids = { btf_vmlinux_value_type_id: vmlinux, ...(random.chance(0.3) ? types : {}) };
      return { op: 'map_create', proc, fd, map_type, ...sizes, ...ids, ...extra(scene) };
    }
  }
}

function oddLocal({ random }: Scene): Readonly<Record<string, number>> {
  if (random.chance(0.5)) return {};
  return random.pick([
    { max_entries: 1 },
    { key_size: 8 },
    { value_size: 0 },
    { value_size: 2 ** 20 },
    { map_flags: 0 },
    { map_flags: 1 + 512 },
    { map_flags: 1 + 2 ** random.below(13) },
  ]);
}

function extra({ random }: Scene): { map_extra?: number } {
  return random.chance(0.4) ? { map_extra: random.pick([1, 3, 15, 16, 4096, 2 ** 32]) } : {};
}

/** What describes a program, and what it is told to be attached to. */
export function description(scene: Scene, proc: string): Readonly<Record<string, unknown>> {
  const { random, preset } = scene;
  if (preset.btf === 0 || !random.chance(preset.btf)) return {};
  if (random.chance(0.15)) return aim(scene, proc);
  // What is counted of an array a program holds, whether it names it or not.
  if (random.chance(0.25)) {
    const fds = [typesOf(scene, proc), typesOf(scene, proc)];
    return { fd_array: fds, fd_array_cnt: random.pick([1, 2]) };
  }
  const btf = random.chance(0.2) ? notTypes(scene, proc) : typesOf(scene, proc);
  return {
    ...{ btf, func_info_cnt: random.pick([0, 1, 1, 1, 2]) },
    ...(random.chance(0.5) ? { line_info_cnt: 1 } : {}),
  };
}

/** What no program here can be attached to: fds of every kind, and functions. */
function aim(scene: Scene, proc: string): Readonly<Record<string, unknown>> {
  const { random } = scene;
  const target = fdOf(scene, proc, random.pick(['prog', 'prog', 'btf', 'map', 'link']));
  const structures = { prog_type: 'struct_ops', expected_attach_type: null };
  return {
    ...(random.chance(0.7) ? { target } : {}),
    ...(random.chance(0.6) ? { attach_btf_id: random.pick([1, 5]) } : {}),
    ...(random.chance(0.3) ? structures : {}),
  };
}

/** An open fd of types; now and then another. */
function typesOf(scene: Scene, proc: string): FdField {
  const found = wrongly(scene) ? undefined : oneOf(scene, openFds(scene, proc, 'btf'));
  return found?.label ?? notTypes(scene, proc);
}

function notTypes(scene: Scene, proc: string): FdField {
  const others = openFds(scene, proc).filter(({ file }) => file.kind !== 'btf');
  return (scene.random.chance(0.6) ? oneOf(scene, others)?.label : undefined) ?? scene.fresh('X');
}
