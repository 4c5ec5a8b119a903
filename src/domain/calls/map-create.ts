/** MAP_CREATE and PROG_BIND_MAP (semantics §18, §25; `map_create`, `bpf_prog_bind_map`). */
import type { Calls } from '../call.ts';
import { bpfCapable, type Caller, lowestFree, mapAt, noFreeFd, progAt } from '../caller.ts';
import { type Decision, isRefused, refusal, refuse, succeed, unknownCommand } from '../decision.ts';
import { type MapType, mapTypeNumber, mapTypeOf } from '../map-type.ts';
import { badObjectName } from '../object-name.ts';
import type { Refusal } from '../outcome.ts';
import { creationGate } from '../privilege.ts';
import type { Switches } from '../release/switches.ts';

type Create = Required<Omit<Calls['map_create'], 'map_type'>> & { readonly map_type: MapType };

const NO_PREALLOC = 1;
const NUMA_NODE = 4;
const RDONLY = 8;
const WRONLY = 16;
const RDONLY_PROG = 128;
const WRONLY_PROG = 256;
const STORAGE_FLAGS = NUMA_NODE | RDONLY | WRONLY | RDONLY_PROG | WRONLY_PROG;
const NO_COMMON_LRU = 2;
const ZERO_SEED = 64;
const MMAPABLE = 1024;
const INNER_MAP = 4096;

/** Flags that a type takes (`HTAB_CREATE_FLAG_MASK`, `ARRAY_CREATE_FLAG_MASK` and their checks). */
function flagsOf(type: MapType): number {
  const percpu = type === 'percpu_hash' || type === 'percpu_array' || type === 'lru_percpu_hash';
  const common = percpu ? STORAGE_FLAGS & ~NUMA_NODE : STORAGE_FLAGS;
  if (type === 'array') return common | MMAPABLE | INNER_MAP;
  if (type === 'percpu_array') return common;
  const lru = type === 'lru_hash' || type === 'lru_percpu_hash';
  return common | NO_PREALLOC | ZERO_SEED | (lru ? NO_COMMON_LRU : 0);
}

/** Bytes of a trie's key: the prefix length, and what it is a prefix of. */
const TRIE_KEY_MIN = 5;
const TRIE_KEY_MAX = 260;

/** Types that callers without CAP_BPF may create when the sysctl is 0. */
const UNPRIVILEGED: readonly MapType[] = [
  'array',
  'percpu_array',
  'prog_array',
  'perf_event_array',
  'cgroup_array',
  'array_of_maps',
  'hash',
  'percpu_hash',
  'hash_of_maps',
  'ringbuf',
  'user_ringbuf',
  'cgroup_storage',
  'percpu_cgroup_storage',
];
const MODELLED: readonly MapType[] = [
  'hash',
  'array',
  'percpu_hash',
  'percpu_array',
  'lru_hash',
  'lru_percpu_hash',
  'lpm_trie',
  'cgroup_storage',
  'percpu_cgroup_storage',
];
const ARRAYS: readonly MapType[] = ['array', 'percpu_array'];

export function mapCreate(caller: Caller, call: Calls['map_create']): Decision {
  const create = withDefaults(call);
  const refused = admission(caller, create) ?? checkAlloc(caller, create);
  if (refused !== undefined) return refuse(refused);
  const badName = badObjectName(create.map_name, 'map_name');
  if (badName !== undefined) return refuse(badName);
  const fd = lowestFree(caller);
  if (fd === undefined) return refuse(noFreeFd(caller));
  const { map_flags, ...rest } = create;
  const access = accessOf(map_flags);
  const effect = { type: 'MapCreated', map_id: caller.kernel.counters.map, fd, ...rest } as const;
  return succeed([{ ...effect, ...access }], fd);
}

function withDefaults(call: Calls['map_create']): Create {
  return {
    map_type: mapTypeOf(mapTypeNumber(call.map_type)),
    key_size: call.key_size ?? 0,
    value_size: call.value_size ?? 0,
    max_entries: call.max_entries ?? 0,
    map_flags: call.map_flags ?? 0,
    map_name: call.map_name ?? '',
  };
}

/** From 6.9 on, the type and an array's form come before the privilege; before, after it. */
function admission(caller: Caller, create: Create): Refusal | undefined {
  const gated = creationGate(caller);
  const badForm = formOf(create, caller.kernel.switches);
  const first = caller.kernel.switches.form_before_privilege
    ? (badForm ?? gated)
    : (gated ?? badForm);
  if (first !== undefined || bpfCapable(caller)) return first;
  if (UNPRIVILEGED.includes(create.map_type)) return undefined;
  return refusal('EPERM', 'map-needs-bpf', { map_type: create.map_type });
}

/** `array_map_alloc_check` and the other `map_alloc_check` functions. */
function formOf(create: Create, switches: Switches): Refusal | undefined {
  const { map_type: type, map_flags: flags, max_entries: entries, key_size, value_size } = create;
  const about = { map_type: type };
  // `bpf_get_file_flag` comes before the type is looked at.
  if (both(flags, RDONLY, WRONLY)) return refusal('EINVAL', 'map-flags', { ...about, flags });
  if (!MODELLED.includes(type)) return refusal('EINVAL', 'map-type-unknown', about);
  if (isStorage(type)) {
    return switches.cgroup_bpf ? undefined : refusal('EINVAL', 'map-type-unknown', about);
  }
  // A trie has no check of its own before the privilege.
  if (type === 'lpm_trie') return undefined;
  if ((flags & ~flagsOf(type)) !== 0 || both(flags, RDONLY_PROG, WRONLY_PROG)) {
    return refusal('EINVAL', 'map-flags', { ...about, flags });
  }
  if (String(type).startsWith('lru_') && (flags & NO_PREALLOC) !== 0) {
    return refusal('ENOTSUPP', 'map-flags', { ...about, flags });
  }
  if (entries === 0)
    return refusal('EINVAL', 'map-max-entries', { ...about, max_entries: entries });
  const badKey = key_size === 0 || (ARRAYS.includes(type) && key_size !== 4);
  if (badKey) return refusal('EINVAL', 'map-key-size', { ...about, key_size });
  if (value_size === 0) return refusal('EINVAL', 'map-value-size', { ...about, value_size });
  return undefined;
}

/** Whether a flag word has two flags that exclude each other. */
function both(flags: number, one: number, other: number): boolean {
  return (flags & one) !== 0 && (flags & other) !== 0;
}

/** `cgroup_storage_map_alloc`, which comes after the privilege in every release (§25.1). */
function checkAlloc(caller: Caller, create: Create): Refusal | undefined {
  const { map_type: type, map_flags: flags, key_size, value_size, max_entries } = create;
  if (type === 'lpm_trie') return badTrie(create);
  if (!isStorage(type)) return undefined;
  const { switches } = caller.kernel;
  const about = { map_type: type };
  const keySizes = switches.storage_is_shared ? [8, 16] : [16];
  if (!keySizes.includes(key_size))
    return refusal('EINVAL', 'map-key-size', { ...about, key_size });
  if (value_size === 0) return refusal('EINVAL', 'map-value-size', { ...about, value_size });
  const limit =
    type === 'cgroup_storage' ? switches.storage_value_max : switches.percpu_storage_value_max;
  if (value_size > limit) {
    return refusal('E2BIG', 'map-value-too-large', { ...about, value_size, limit });
  }
  if ((flags & ~STORAGE_FLAGS) !== 0 || both(flags, RDONLY_PROG, WRONLY_PROG)) {
    return refusal('EINVAL', 'map-flags', { ...about, flags });
  }
  if (max_entries !== 0) return refusal('EINVAL', 'map-max-entries', { ...about, max_entries });
  return undefined;
}

/** `trie_alloc`: a key is a prefix length and 1 to 256 bytes, and nothing is preallocated. */
function badTrie({
  map_flags: flags,
  key_size,
  value_size,
  max_entries,
}: Create): Refusal | undefined {
  const about = { map_type: 'lpm_trie' };
  const inBounds = key_size >= TRIE_KEY_MIN && key_size <= TRIE_KEY_MAX;
  if (max_entries === 0) return refusal('EINVAL', 'map-max-entries', { ...about, max_entries });
  const allowed = (flags & NO_PREALLOC) !== 0 && !both(flags, RDONLY_PROG, WRONLY_PROG);
  if (!allowed || (flags & ~(STORAGE_FLAGS | NO_PREALLOC)) !== 0) {
    return refusal('EINVAL', 'map-flags', { ...about, flags });
  }
  if (!inBounds) return refusal('EINVAL', 'map-key-size', { ...about, key_size });
  if (value_size === 0) return refusal('EINVAL', 'map-value-size', { ...about, value_size });
  return undefined;
}

function isStorage(type: MapType): boolean {
  return type === 'cgroup_storage' || type === 'percpu_cgroup_storage';
}

function accessOf(flags: number): { access?: 'read' | 'write' } {
  if ((flags & RDONLY) !== 0) return { access: 'read' };
  return (flags & WRONLY) === 0 ? {} : { access: 'write' };
}

/** A reference only: attaching makes no storage for a bound map; binding twice succeeds (§25.2). */
export function progBindMap(caller: Caller, call: Calls['prog_bind_map']): Decision {
  if (!caller.kernel.switches.prog_bind_map) return unknownCommand('prog_bind_map');
  if ((call.flags ?? 0) !== 0) {
    return refuse(refusal('EINVAL', 'flags-unknown', { flags: call.flags ?? 0 }));
  }
  const program = progAt(caller, call.prog_fd ?? 0, 'prog_fd');
  if (isRefused(program)) return refuse(program);
  const found = mapAt(caller, call.map_fd ?? 0, 'map_fd');
  if (isRefused(found)) return refuse(found);
  if (program.map_ids.includes(found.map.id)) return succeed();
  return succeed([{ type: 'MapBound', prog_id: program.id, map_id: found.map.id }]);
}
