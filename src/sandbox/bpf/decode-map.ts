/** MAP_CREATE, MAP_FREEZE and the commands on one element as calls of the model. */
import type { MapKey } from '../../domain/call.ts';
import { isQueued } from '../../domain/calls/queued-elements.ts';
import type { BpfMap } from '../../domain/kernel.ts';
import { mapTypeOf } from '../../domain/map-type.ts';
import { heldKind } from '../../domain/maps/holding.ts';
import { ELEMENT, MAP_CREATE } from '../../native/attr-fields.ts';
import { type Asking, mapBehind } from './asking.ts';
import type { AttrBytes } from './attr-bytes.ts';
import { type Decoded, FAULT, isCall, nameField, refuseDecoded, some } from './decoded.ts';
import { numberIn, valueBytes, WORD } from './map-bytes.ts';

/** Bytes of a value that are read; no kernel passes more than a piece of its memory. */
const VALUE_BYTES_MAX = 32 * 1024 * 1024;

export function mapCreate(asking: Asking, attr: AttrBytes): Decoded {
  const token = attr.fd(MAP_CREATE.map_token_fd);
  asking.look(token);
  return isCall({
    name: 'map_create',
    map_type: mapTypeOf(attr.u32(MAP_CREATE.map_type)),
    ...some('key_size', attr.u32(MAP_CREATE.key_size)),
    ...some('value_size', attr.u32(MAP_CREATE.value_size)),
    ...some('max_entries', attr.u32(MAP_CREATE.max_entries)),
    ...some('map_flags', attr.u32(MAP_CREATE.map_flags)),
    ...some('inner_map_fd', attr.fd(MAP_CREATE.inner_map_fd)),
    ...nameField('map_name', attr.name(MAP_CREATE.map_name)),
    ...some('numa_node', attr.u32(MAP_CREATE.numa_node)),
    ...some('btf_fd', attr.fd(MAP_CREATE.btf_fd)),
    ...some('btf_key_type_id', attr.u32(MAP_CREATE.btf_key_type_id)),
    ...some('btf_value_type_id', attr.u32(MAP_CREATE.btf_value_type_id)),
    ...some('btf_vmlinux_value_type_id', attr.u32(MAP_CREATE.btf_vmlinux_value_type_id)),
    ...some('map_extra', attr.u64(MAP_CREATE.map_extra)),
    ...some('map_token_fd', token),
    ...(attr.pointer(MAP_CREATE.excl_prog_hash) !== 0n && { excl_prog_hash: true }),
    ...some('excl_prog_hash_size', attr.u32(MAP_CREATE.excl_prog_hash_size)),
  });
}

export function mapFreeze(attr: AttrBytes): Decoded {
  return isCall({ name: 'map_freeze', ...mapFd(attr) });
}

export function mapLookup(asking: Asking, attr: AttrBytes): Decoded {
  if (lookupFlagsRefused(asking, attr))
    return refuseDecoded('EINVAL', 'the lookup takes no such flags');
  const key = passedKey(asking, attr);
  return key === undefined ? FAULT : isCall({ name: 'map_lookup_elem', ...mapFd(attr), ...key });
}

/** Flags are looked at before the map, and the one that there is when the map is known. */
function lookupFlagsRefused(asking: Asking, attr: AttrBytes): boolean {
  const flags = attr.flags(ELEMENT.flags);
  if ((flags & ~LOCK) !== 0) return true;
  return flags !== 0 && mapBehind(asking, attr.fd(ELEMENT.map_fd)) !== undefined;
}

export function mapUpdate(asking: Asking, attr: AttrBytes): Decoded {
  const key = passedKey(asking, attr);
  if (key === undefined) return FAULT;
  const map = mapBehind(asking, attr.fd(ELEMENT.map_fd));
  // Longer values are kept by their keys, and a queue has none.
  if (map !== undefined && isQueued(map) && map.value_size > WORD) {
    return { is: 'unknown', command: 'map_update_elem' };
  }
  const value = map === undefined ? NO_VALUE : valueAt(asking, map, attr.pointer(ELEMENT.value));
  if (!Buffer.isBuffer(value)) return value;
  // What an array of programs or maps is to hold, its value names by an fd.
  const holds = map !== undefined && heldKind(map.map_type) !== undefined;
  if (holds && value.length === FD_BYTES) asking.look(value.readInt32LE(0));
  const call = { name: 'map_update_elem', ...mapFd(attr), ...key, value: numberIn(value) } as const;
  return isCall({ ...call, ...some('flags', attr.flags(ELEMENT.flags)) }, { value });
}

export function mapDelete(asking: Asking, attr: AttrBytes): Decoded {
  const key = keyIn(asking, attr);
  if (key === undefined) return FAULT;
  const call = { name: 'map_delete_elem', ...mapFd(attr), key } as const;
  // Whatever lies behind the key, where another command has its value, is refused.
  return isCall(attr.reachesPast(ELEMENT.value) ? { ...call, value: 0 } : call);
}

/** MAP_LOOKUP_AND_DELETE_ELEM. */
export function mapTakeOut(asking: Asking, attr: AttrBytes): Decoded {
  const key = passedKey(asking, attr);
  if (key === undefined) return FAULT;
  const call = { name: 'map_lookup_and_delete_elem', ...mapFd(attr), ...key } as const;
  return isCall({ ...call, ...some('flags', attr.flags(ELEMENT.flags)) });
}

export function mapNextKey(asking: Asking, attr: AttrBytes): Decoded {
  const call = { name: 'map_get_next_key', ...mapFd(attr) } as const;
  if (attr.pointer(ELEMENT.key) === 0n) return isCall(call);
  const key = keyIn(asking, attr);
  return key === undefined ? FAULT : isCall({ ...call, key });
}

function mapFd(attr: AttrBytes) {
  return some('map_fd', attr.fd(ELEMENT.map_fd));
}

/** The same, of a command that passes no key to a map without keys. */
function passedKey(asking: Asking, attr: AttrBytes): { readonly key?: MapKey } | undefined {
  const map = mapBehind(asking, attr.fd(ELEMENT.map_fd));
  if (map?.key_size === 0 && attr.pointer(ELEMENT.key) === 0n) return {};
  const key = keyIn(asking, attr);
  return key === undefined ? undefined : { key };
}

/** The key that a call passes; undefined where there is no such memory. */
function keyIn(asking: Asking, attr: AttrBytes): MapKey | undefined {
  const map = mapBehind(asking, attr.fd(ELEMENT.map_fd));
  // Of what is not a map, no key is read.
  if (map === undefined || map.key_size === 0) return 0;
  const bytes = asking.memory.read(attr.pointer(ELEMENT.key), map.key_size);
  return bytes === undefined ? undefined : asking.maps.keyOf(map, bytes);
}

const FD_BYTES = 4;
/** BPF_F_LOCK, which takes a value with a lock: there is none here. */
const LOCK = 4;
const NO_VALUE = Buffer.alloc(0);

/** The bytes of a value. */
function valueAt({ memory, cpus }: Asking, map: BpfMap, address: bigint): Buffer | Decoded {
  const bytes = valueBytes(map, cpus);
  if (bytes > VALUE_BYTES_MAX) return refuseDecoded('ENOMEM', 'a value of more than 32 MiB');
  return memory.read(address, bytes) ?? FAULT;
}
