/** MAP_CREATE and elements of maps on a live kernel. */

import { attachTypeNumber, attachTypeOf } from '../../domain/attach-type.ts';
import type { CallOf, MapKey } from '../../domain/call.ts';
import type { Decision } from '../../domain/decision.ts';
import { type MapType, type MapTypeName, mapTypeNumber } from '../../domain/map-type.ts';
import { FILLED_MAPS } from '../../domain/maps/forms.ts';
import { heldKind } from '../../domain/maps/holding.ts';
import { isPrefix } from '../../domain/maps/prefixes.ts';
import { Attr } from '../../native/attr.ts';
import { ELEMENT, MAP_CREATE } from '../../native/attr-fields.ts';
import { possibleCpus } from '../../native/possible-cpus.ts';
import { adopt, bpf } from './bpf.ts';
import {
  failWith,
  type LiveCaller,
  type LiveKernel,
  type MapForm,
  succeed,
} from './live-kernel.ts';
import { objectBehind, realIdBehind } from './objects.ts';
import { realFd } from './process.ts';

const STORAGE_TYPES: readonly unknown[] = ['cgroup_storage', 'percpu_cgroup_storage'];
/** A hash of SHA-256 that no program has. */
const NO_HASH = Buffer.alloc(32);
/** Bytes of a key and of a value that the fields of a call can hold. */
const WORD = 8;
/** Of a prefix, before its data. */
const LENGTH_BYTES = 4;
/** Key and value of a call on something that is not a map: never read. */
const NO_FORM: MapForm = {
  ...{ storage: false, trie: false, percpu: false, filled: true, held: undefined },
  ...{ key_size: 16, value_size: WORD },
};

export function mapCreate(caller: LiveCaller, call: CallOf<'map_create'>): Decision {
  const { live } = caller;
  const attr = new Attr(live.kernel, call.attr_size)
    .u32(MAP_CREATE.map_type, mapTypeNumber(call.map_type))
    .u32(MAP_CREATE.key_size, call.key_size ?? 0)
    .u32(MAP_CREATE.value_size, call.value_size ?? 0)
    .u32(MAP_CREATE.max_entries, call.max_entries ?? 0)
    .u32(MAP_CREATE.map_flags, call.map_flags ?? 0)
    .u32(MAP_CREATE.inner_map_fd, realFd(caller.process, call.inner_map_fd))
    .u32(MAP_CREATE.numa_node, call.numa_node ?? 0)
    .name(MAP_CREATE.map_name, call.map_name ?? '')
    .u32(MAP_CREATE.btf_fd, realFd(caller.process, call.btf_fd))
    .u32(MAP_CREATE.btf_key_type_id, call.btf_key_type_id ?? 0)
    .u32(MAP_CREATE.btf_value_type_id, call.btf_value_type_id ?? 0)
    .u32(MAP_CREATE.btf_vmlinux_value_type_id, call.btf_vmlinux_value_type_id ?? 0)
    .u64(MAP_CREATE.map_extra, call.map_extra ?? 0)
    .pointer(MAP_CREATE.excl_prog_hash, call.excl_prog_hash === true ? NO_HASH : undefined)
    .u32(MAP_CREATE.excl_prog_hash_size, call.excl_prog_hash_size ?? 0);
  const answered = bpf(caller, 'map_create', attr);
  if ('errno' in answered) return failWith(answered.errno);
  const id = live.nameNew('map');
  live.ids.introduce('map', realIdBehind(live, answered.ret), id);
  const info = objectBehind(live, answered.ret);
  if (info.kind !== 'map') throw new Error('a created map is not a map');
  const layout = formOf(info);
  live.mapForms.set(id, layout);
  if (layout.held !== undefined) live.holds = true;
  const fd = adopt(caller, { real: answered.ret, cloexec: true, kind: 'map', id });
  const { map_type, key_size, value_size, max_entries, map_name } = info;
  const form = { map_type, key_size, value_size, max_entries, map_name };
  return succeed([{ type: 'MapCreated', map_id: id, fd, ...form }], fd);
}

/** How a map's keys and values are laid out. */
export function formOf(info: {
  readonly map_type: MapType;
  readonly key_size: number;
  readonly value_size: number;
}): MapForm {
  const { map_type, key_size, value_size } = info;
  const percpu = String(map_type).includes('percpu');
  const storage = STORAGE_TYPES.includes(map_type);
  const held = heldKind(map_type);
  // What no program looks up by a number: its elements are held objects, in a queue, or in a trie.
  const trie = map_type === 'lpm_trie';
  const isKeyed = held === undefined && key_size > 0 && !trie;
  const filled = isKeyed && FILLED_MAPS.includes(map_type as MapTypeName);
  return { storage, trie, percpu, filled, held, key_size, value_size };
}

export function mapLookup(caller: LiveCaller, call: CallOf<'map_lookup_elem'>): Decision {
  const form = formAt(caller, call.map_fd);
  const value = valueBuffer(form, 0);
  const attr = elementAttr(caller, call, keyOrNone(caller.live, form, call.key), value);
  const answered = bpf(caller, 'map_lookup_elem', attr);
  if ('errno' in answered) return failWith(answered.errno);
  const found = Number(value.readBigUInt64LE(0));
  const { held } = form;
  return succeed([], 0, {
    value: held === undefined ? found : caller.live.ids.idOf(held, found),
  });
}

export function mapUpdate(caller: LiveCaller, call: CallOf<'map_update_elem'>): Decision {
  const form = formAt(caller, call.map_fd);
  const value =
    form.held === undefined
      ? valueBuffer(form, call.value)
      : fdBuffer(realFd(caller.process, call.value % 2 ** 32));
  const key = keyOrNone(caller.live, form, call.key);
  const attr = elementAttr(caller, call, key, value).u64(ELEMENT.flags, call.flags ?? 0);
  const answered = bpf(caller, 'map_update_elem', attr);
  return 'errno' in answered ? failWith(answered.errno) : succeed();
}

export function mapDelete(caller: LiveCaller, call: CallOf<'map_delete_elem'>): Decision {
  const form = formAt(caller, call.map_fd);
  const value = call.value === undefined ? undefined : valueBuffer(form, call.value);
  const attr = elementAttr(caller, call, keyOrNone(caller.live, form, call.key), value);
  const answered = bpf(caller, 'map_delete_elem', attr);
  return 'errno' in answered ? failWith(answered.errno) : succeed();
}

export function mapLookupAndDelete(
  caller: LiveCaller,
  call: CallOf<'map_lookup_and_delete_elem'>,
): Decision {
  const form = formAt(caller, call.map_fd);
  const value = valueBuffer(form, 0);
  const attr = elementAttr(caller, call, keyOrNone(caller.live, form, call.key), value);
  const answered = bpf(
    caller,
    'map_lookup_and_delete_elem',
    attr.u64(ELEMENT.flags, call.flags ?? 0),
  );
  if ('errno' in answered) return failWith(answered.errno);
  return succeed([], 0, { value: Number(value.readBigUInt64LE(0)) });
}

export function mapNextKey(caller: LiveCaller, call: CallOf<'map_get_next_key'>): Decision {
  const form = formAt(caller, call.map_fd);
  const key = keyOrNone(caller.live, form, call.key);
  const next = Buffer.alloc(Math.max(form.key_size, 2 * WORD));
  const answered = bpf(caller, 'map_get_next_key', elementAttr(caller, call, key, next));
  if ('errno' in answered) return failWith(answered.errno);
  return succeed([], 0, { next_key: keyOf(caller.live, form, next) });
}

/** How the map behind an fd lays out its keys and values. */
export function formAt({ process, live }: LiveCaller, number: number | undefined): MapForm {
  const fd = process.fds.get(number ?? 0);
  return (fd?.kind === 'map' ? live.mapForms.get(fd.id) : undefined) ?? NO_FORM;
}

function elementAttr(
  { process, live }: LiveCaller,
  { map_fd, attr_size }: { readonly map_fd?: number; readonly attr_size?: number },
  key: Buffer | undefined,
  value: Buffer | undefined,
): Attr {
  return new Attr(live.kernel, attr_size)
    .u32(ELEMENT.map_fd, realFd(process, map_fd))
    .pointer(ELEMENT.key, key)
    .pointer(ELEMENT.value, value);
}

function keyOrNone(live: LiveKernel, form: MapForm, key: MapKey | undefined): Buffer | undefined {
  return key === undefined ? undefined : keyBytes(live, form, key);
}

/** A storage's key is a cgroup and mostly an attach type; another one starts with a number. */
export function keyBytes({ cgroups }: LiveKernel, form: MapForm, key: MapKey): Buffer {
  const bytes = Buffer.alloc(Math.max(form.key_size, 2 * WORD));
  if (isPrefix(key)) {
    bytes.writeUInt32LE(key.prefixlen, 0);
    bytes.write(key.data, LENGTH_BYTES, 'hex');
    return bytes;
  }
  if (typeof key === 'number') {
    // The first bytes of a storage's key are a cgroup's id, however the caller says them.
    const word = form.storage ? BigInt.asUintN(64, cgroups.inodeOf(key)) : BigInt(key);
    bytes.writeBigUInt64LE(word, 0);
    return bytes;
  }
  bytes.writeBigUInt64LE(BigInt.asUintN(64, cgroups.inodeOf(key.cgroup_id)), 0);
  bytes.writeUInt32LE(attachTypeNumber(key.attach_type ?? 0), WORD);
  return bytes;
}

/** The key that the kernel wrote, in the form of the log. */
export function keyOf({ cgroups }: LiveKernel, form: MapForm, bytes: Buffer): MapKey {
  if (form.trie) {
    const data = bytes.toString('hex', LENGTH_BYTES, form.key_size);
    return { prefixlen: bytes.readUInt32LE(0), data };
  }
  if (!form.storage) {
    const visible = Buffer.alloc(WORD);
    bytes.copy(visible, 0, 0, Math.min(form.key_size, WORD));
    return Number(visible.readBigUInt64LE(0));
  }
  const cgroup_id = cgroups.idOf(bytes.readBigUInt64LE(0));
  if (form.key_size === WORD) return { cgroup_id };
  return { cgroup_id, attach_type: attachTypeOf(bytes.readUInt32LE(WORD)) };
}

/** The value of an element that is to hold an object: an fd. */
export function fdBuffer(fd: number): Buffer {
  const bytes = Buffer.alloc(WORD);
  bytes.writeInt32LE(fd, 0);
  return bytes;
}

/** Room for a value, of every possible CPU when it has one each; all are filled alike. */
export function valueBuffer(form: MapForm, value: number): Buffer {
  const rounded = Math.ceil(form.value_size / WORD) * WORD;
  const slots = form.percpu ? possibleCpus() : 1;
  const bytes = Buffer.alloc(Math.max(rounded, WORD) * slots);
  const visible = Buffer.alloc(WORD);
  visible.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value)));
  for (let slot = 0; slot < slots; slot++) {
    visible.copy(bytes, slot * rounded, 0, Math.min(form.value_size, WORD));
  }
  return bytes;
}
