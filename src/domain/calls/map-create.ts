/** MAP_CREATE (semantics §18, §25; `map_create`). */

import { FIRST_TYPE, heldBtf } from '../btf.ts';
import type { Calls } from '../call.ts';
import {
  bpfCapable,
  btfAt,
  type Caller,
  has,
  lowestFree,
  mapAt,
  netAdminCapable,
  noFreeFd,
} from '../caller.ts';
import { type Decision, isRefused, refusal, refuse, succeed } from '../decision.ts';
import { TOKEN_FD } from '../flags.ts';
import type { BpfMap } from '../kernel.ts';
import { type MapType, type MapTypeName, mapTypeNumber, mapTypeOf } from '../map-type.ts';
import { badExclusive, pastExclusive } from '../maps/exclusive.ts';
import {
  HASH_BYTES_MAX,
  MAP_FLAGS,
  type MapForm,
  mapFormOf,
  NET_ADMIN_MAPS,
  PERCPU_VALUE_MAX,
  TAKES_NO_BTF,
  UNPRIVILEGED_MAPS,
} from '../maps/forms.ts';
import { isHash, isLru, isMapOfMaps, isPercpu, isStorage } from '../maps/kinds.ts';
import { mapLocks } from '../memlock.ts';
import { nextObjectId } from '../next-id.ts';
import { badObjectName } from '../object-name.ts';
import type { Refusal } from '../outcome.ts';
import { creationGate } from '../privilege.ts';
import type { Switches } from '../release/switches.ts';
import { allowsMap, findAsked, hasTokens, pastToken, WITHOUT_TOKEN } from '../tokens.ts';

type Create = Required<Omit<Calls['map_create'], 'map_type' | UnkeptField>> & {
  readonly map_type: MapType;
  /** A token is told (6.9). */
  readonly token: boolean;
};

const { noPrealloc, numaNode, rdonly, wronly, rdonlyProg, wronlyProg, zeroSeed } = MAP_FLAGS;
/** Fields that are looked at in the call itself. */
type UnkeptField = 'attr_size' | 'excl_prog_hash' | 'excl_prog_hash_size';
/** `NUMA_NO_NODE`. */
const ANY_NODE = 2 ** 32 - 1;
const MAP_TOKEN_FD_OFFSET = 76;
const STORAGE_FLAGS = numaNode | rdonly | wronly | rdonlyProg | wronlyProg;

export function mapCreate(caller: Caller, call: Calls['map_create']): Decision {
  const create = withDefaults(caller, call);
  const refused =
    pastToken(caller.kernel, create.map_token_fd, MAP_TOKEN_FD_OFFSET) ??
    pastExclusive(caller.kernel.switches, call) ??
    admission(caller, create) ??
    lateForm(caller, create) ??
    mapLocks(caller, create);
  if (refused !== undefined) return refuse(refused);
  const badName = badObjectName(create.map_name, 'map_name');
  if (badName !== undefined) return refuse(badName);
  const btf = btfOf(caller, create);
  if (typeof btf !== 'number') return refuse(btf);
  const badHash = badExclusive(call);
  if (badHash !== undefined) return refuse(badHash);
  const map_id = nextObjectId(caller.kernel, 'map');
  const fd = lowestFree(caller);
  // The id is given out before the fd (`bpf_map_alloc_id`), and is not given out again.
  if (fd === undefined) return refuse(noFreeFd(caller), [{ type: 'MapIdBurned', map_id }]);
  const { map_type, key_size, value_size, max_entries, map_name } = create;
  const { map_flags } = create;
  const inner = innerOf(caller, create);
  // A map of maps holds that of the map it was made like, too (`bpf_map_meta_alloc`).
  const btf_ids = heldBtf(caller.kernel, [btf, inner?.btf_ids[0] ?? 0]);
  const kept = map_flags & ~(rdonly | wronly);
  const effect = {
    ...({ type: 'MapCreated', map_id, fd } as const),
    ...{ map_type, key_size, value_size, max_entries, map_name },
    ...accessOf(map_flags),
    ...(kept === 0 ? {} : { map_flags: kept }),
    ...(inner === undefined ? {} : { inner_map_id: inner.id }),
    ...(btf_ids.length === 0 ? {} : { btf_ids }),
  };
  return succeed([effect], fd);
}

function withDefaults({ kernel }: Caller, call: Calls['map_create']): Create {
  const flags = call.map_flags ?? 0;
  const token = (flags & TOKEN_FD) !== 0 && hasTokens(kernel.switches);
  return {
    token,
    map_type: mapTypeOf(mapTypeNumber(call.map_type)),
    key_size: call.key_size ?? 0,
    value_size: call.value_size ?? 0,
    max_entries: call.max_entries ?? 0,
    // `map_create` takes the flag out before the type looks at them.
    map_flags: token ? flags & ~TOKEN_FD : flags,
    map_name: call.map_name ?? '',
    inner_map_fd: call.inner_map_fd ?? 0,
    btf_fd: call.btf_fd ?? 0,
    btf_key_type_id: call.btf_key_type_id ?? 0,
    btf_value_type_id: call.btf_value_type_id ?? 0,
    btf_vmlinux_value_type_id: call.btf_vmlinux_value_type_id ?? 0,
    map_extra: call.map_extra ?? 0,
    numa_node: call.numa_node ?? 0,
    map_token_fd: call.map_token_fd ?? 0,
  };
}

/** From 6.5 on, the type and many a type's form come before the privilege; before, after it. */
function admission(caller: Caller, create: Create): Refusal | undefined {
  const { user, refused } = create.token
    ? findAsked(caller, create.map_token_fd, (token) =>
        allowsMap(token, mapTypeNumber(create.map_type)),
      )
    : WITHOUT_TOKEN;
  const passGate = creationGate(caller, user);
  const badForm = earlyForm(caller, create) ?? refused;
  const first = caller.kernel.switches.form_before_privilege
    ? (badForm ?? passGate)
    : (passGate ?? badForm);
  return first ?? refuseUnprivileged(caller, create.map_type as MapTypeName, user);
}

function refuseUnprivileged(
  caller: Caller,
  map_type: MapTypeName,
  user: number,
): Refusal | undefined {
  if (NET_ADMIN_MAPS.includes(map_type)) {
    return netAdminCapable(caller, user)
      ? undefined
      : refusal('EPERM', 'map-needs-net-admin', { map_type });
  }
  if (bpfCapable(caller, user) || UNPRIVILEGED_MAPS.includes(map_type)) return undefined;
  return refusal('EPERM', 'map-needs-bpf', { map_type });
}

/** What is refused before the caller is looked at: the type, and the form of most types. */
function earlyForm(caller: Caller, create: Create): Refusal | undefined {
  const { switches } = caller.kernel;
  const { map_type: type, map_flags: flags } = create;
  const about = { map_type: type };
  const bad = badTypeIds(create) ?? badExtra(create);
  if (bad !== undefined) return bad;
  // `bpf_get_file_flag` comes before the type is looked at.
  if (both(flags, rdonly, wronly)) return refusal('EINVAL', 'map-flags', { ...about, flags });
  const { numa_node } = create;
  if ((flags & numaNode) !== 0 && numa_node !== 0 && numa_node !== ANY_NODE) {
    return refusal('EINVAL', 'numa-node', { numa_node });
  }
  const isKnown = mapTypeNumber(type) > 0 && mapTypeNumber(type) < switches.map_type_count;
  if (!isKnown) return refusal('EINVAL', 'map-type-unknown', about);
  if (isStorage(type)) {
    return switches.cgroup_bpf ? undefined : refusal('EINVAL', 'map-type-unknown', about);
  }
  const form = mapFormOf(switches, type);
  if (form === undefined) return refusal('ENOTSUPP', 'not-modelled', { what: `a map of ${type}` });
  // Of what is looked at late, only a bloom filter's value is too large before.
  if (!form.early) return valueTooLarge(form, create);
  if (isHash(type) && (flags & zeroSeed) !== 0 && !has(caller, 'sys_admin')) {
    return refusal('EPERM', 'zero-seed-needs-sys-admin', { flags });
  }
  return refuseMalformed(form, create, switches);
}

/**
 * Which types of the kernel are structures that are made of programs is not told here; its first type is a
 * number (`bpf_struct_ops_map_alloc`, 5.7 to 7.3).
 */
function badStructure({ btf_vmlinux_value_type_id, map_flags }: Create): Refusal {
  const isOfModule = (map_flags & MAP_FLAGS.vtypeBtfObjFd) !== 0;
  if (btf_vmlinux_value_type_id === FIRST_TYPE && !isOfModule)
    return refusal('ENOTSUPP', 'no-such-structure', { btf_vmlinux_value_type_id });
  return refusal('ENOTSUPP', 'not-modelled', { what: 'a map of struct_ops' });
}

/** Which types of BTF may be told together. */
function badTypeIds(create: Create): Refusal | undefined {
  const { map_type, btf_key_type_id, btf_value_type_id, btf_vmlinux_value_type_id } = create;
  const ids = { btf_key_type_id, btf_value_type_id, btf_vmlinux_value_type_id };
  const isBad =
    btf_vmlinux_value_type_id === 0
      ? btf_key_type_id !== 0 && btf_value_type_id === 0
      : map_type !== 'struct_ops' || btf_key_type_id !== 0 || btf_value_type_id !== 0;
  return isBad ? refusal('EINVAL', 'map-btf-ids', { map_type, ...ids }) : undefined;
}

const HASH_FUNCTIONS_MAX = 15;

/** A number that only two types take (5.16); the address of an arena is not modelled. */
function badExtra({ map_type, map_extra }: Create): Refusal | undefined {
  if (map_extra === 0) return undefined;
  if (map_type === 'arena') {
    return refusal('ENOTSUPP', 'not-modelled', { what: 'the address of an arena' });
  }
  // Its own check comes with the rest of its form, after the privilege.
  if (map_type === 'bloom_filter') return undefined;
  return refusal('EINVAL', 'map-extra', { map_type, map_extra });
}

/** The id of the BTF that describes the map, 0 for none; which types are in it, is not told here. */
function btfOf(caller: Caller, create: Create): number | Refusal {
  const { map_type, btf_fd, btf_key_type_id, btf_value_type_id } = create;
  if (btf_key_type_id === 0 && btf_value_type_id === 0) return 0;
  const file = btfAt(caller, btf_fd, 'btf_fd');
  if (isRefused(file)) return file;
  if (!TAKES_NO_BTF.includes(map_type as MapTypeName)) return file.id;
  return refusal('ENOTSUPP', 'map-takes-no-btf', { map_type });
}

/** What a type's own check refuses, whatever the caller may do. */
function refuseMalformed(form: MapForm, create: Create, switches: Switches): Refusal | undefined {
  const { map_type, map_flags: flags, max_entries, key_size, value_size } = create;
  const about = { map_type };
  if (lacksBtf(form, create)) return refusal('EINVAL', 'map-needs-btf', about);
  const badFlags = flagFault(form, create);
  if (badFlags !== undefined) return refusal(badFlags, 'map-flags', { ...about, flags });
  if (!form.entries(max_entries)) {
    return refusal('EINVAL', 'map-max-entries', { ...about, max_entries });
  }
  if (!fitsKey(form, key_size)) return refusal('EINVAL', 'map-key-size', { ...about, key_size });
  if (!fitsValue(form, create)) {
    return refusal('EINVAL', 'map-value-size', { ...about, value_size });
  }
  const { map_extra } = create;
  if (map_type === 'bloom_filter' && map_extra > HASH_FUNCTIONS_MAX) {
    return refusal('EINVAL', 'map-extra', { ...about, map_extra });
  }
  return tooLarge(form, create, switches);
}

function lacksBtf({ btf }: MapForm, create: Create): boolean {
  if (create.map_type === 'struct_ops') return create.btf_vmlinux_value_type_id === 0;
  return btf === true && (create.btf_key_type_id === 0 || create.btf_value_type_id === 0);
}

function flagFault(form: MapForm, { map_type: type, map_flags: flags, numa_node }: Create) {
  // What hashes take is one mask, of which LRU and percpu maps refuse more, in this order.
  const lru = isLru(type);
  if ((flags & ~form.flags) !== 0 || both(flags, rdonlyProg, wronlyProg)) return 'EINVAL';
  if ((form.needs ?? 0) !== (flags & (form.needs ?? 0))) return 'EINVAL';
  if (lru && (flags & noPrealloc) !== 0) return 'ENOTSUPP';
  const isOnNode = (flags & numaNode) !== 0 && numa_node !== ANY_NODE;
  return isPercpu(type) && isOnNode ? 'EINVAL' : undefined;
}

function tooLarge(form: MapForm, create: Create, switches: Switches): Refusal | undefined {
  const { map_type, key_size, value_size, max_entries } = create;
  const value = (limit: number, errno: 'E2BIG' | 'ENOMEM' = 'E2BIG') =>
    refusal(errno, 'map-value-too-large', { map_type, value_size, limit });
  if (form.keyMax !== undefined && key_size > form.keyMax) {
    return refusal('E2BIG', 'map-key-too-large', { map_type, key_size, limit: form.keyMax });
  }
  const large = valueTooLarge(form, create);
  if (large !== undefined) return large;
  if (isHash(map_type) && key_size + value_size > HASH_BYTES_MAX) {
    return value(HASH_BYTES_MAX - key_size);
  }
  if (isPercpu(map_type) && value_size > PERCPU_VALUE_MAX) {
    return value(PERCPU_VALUE_MAX, switches.percpu_value_too_large_errno);
  }
  if (form.entriesMax === undefined || max_entries <= form.entriesMax) return undefined;
  const about = { map_type, max_entries, limit: form.entriesMax };
  return refusal('E2BIG', 'map-entries-too-many', about);
}

function valueTooLarge(
  { valueMax: limit }: MapForm,
  { map_type, value_size }: Create,
): Refusal | undefined {
  if (limit === undefined || value_size <= limit) return undefined;
  return refusal('E2BIG', 'map-value-too-large', { map_type, value_size, limit });
}

function fitsKey({ key }: MapForm, size: number): boolean {
  if (key === 'some') return size > 0;
  return typeof key === 'number' ? size === key : size >= key[0] && size <= key[1];
}

function fitsValue({ value }: MapForm, { value_size: size, map_flags }: Create): boolean {
  if (value === 'some') return size > 0;
  return typeof value === 'function' ? value(size, map_flags) : value.includes(size);
}

/** Whether a flag word has two flags that exclude each other. */
function both(flags: number, one: number, other: number): boolean {
  return (flags & one) !== 0 && (flags & other) !== 0;
}

/** What is refused after the privilege, in every release (`map_alloc` of the type). */
function lateForm(caller: Caller, create: Create): Refusal | undefined {
  const { map_type: type } = create;
  if (isStorage(type)) return badStorage(caller.kernel.switches, create);
  if (type === 'struct_ops') return badStructure(create);
  const form = mapFormOf(caller.kernel.switches, type);
  if (form?.early === false) return refuseMalformed(form, create, caller.kernel.switches);
  return isMapOfMaps(type) ? badInnerMap(caller, create) : undefined;
}

/** The map that tells what the maps in a map are like (`bpf_map_meta_alloc`); it is not kept. */
function badInnerMap(caller: Caller, { inner_map_fd }: Create): Refusal | undefined {
  const found = mapAt(caller, inner_map_fd, 'inner_map_fd');
  if (isRefused(found)) return found;
  const { id: map_id, map_type } = found.map;
  if (isMapOfMaps(map_type)) return refusal('EINVAL', 'map-cannot-be-inner', { map_id, map_type });
  if (!NEVER_INNER.includes(map_type)) return undefined;
  return refusal('ENOTSUPP', 'map-cannot-be-inner', { map_id, map_type });
}

/** The map that tells what the maps in a map of maps are like, which `badInnerMap` has looked at. */
function innerOf(caller: Caller, { map_type, inner_map_fd }: Create): BpfMap | undefined {
  if (!isMapOfMaps(map_type)) return undefined;
  const found = mapAt(caller, inner_map_fd, 'inner_map_fd');
  return isRefused(found) ? undefined : found.map;
}

const NEVER_INNER: readonly MapType[] = ['prog_array', 'cgroup_storage', 'percpu_cgroup_storage'];

/** `cgroup_storage_map_alloc` (§25.1). */
function badStorage(switches: Switches, create: Create): Refusal | undefined {
  const { map_type: type, map_flags: flags, key_size, value_size, max_entries } = create;
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
  if ((flags & ~STORAGE_FLAGS) !== 0 || both(flags, rdonlyProg, wronlyProg)) {
    return refusal('EINVAL', 'map-flags', { ...about, flags });
  }
  if (max_entries !== 0) return refusal('EINVAL', 'map-max-entries', { ...about, max_entries });
  return undefined;
}

function accessOf(flags: number): { access?: 'read' | 'write' } {
  if ((flags & rdonly) !== 0) return { access: 'read' };
  return (flags & wronly) === 0 ? {} : { access: 'write' };
}
