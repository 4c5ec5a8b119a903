/**
 * What OBJ_GET_INFO_BY_FD writes: `struct bpf_prog_info`, `bpf_map_info`, `bpf_link_info`,
 * `bpf_btf_info`.
 */

import { attachTypeNumber } from '../../domain/attach-type.ts';
import { mapTypeNumber } from '../../domain/map-type.ts';
import type { ObjectInfo, TokenInfo } from '../../domain/outcome.ts';
import { progTypeNumber } from '../../domain/prog-type.ts';
import { INFO_BY_FD, NAME_BYTES } from '../../native/attr-fields.ts';
import type { Write } from '../notified.ts';
import type { Asking } from './asking.ts';
import type { AttrBytes } from './attr-bytes.ts';
import { infoBytes } from './attr-ends.ts';
import type { Beside } from './beside.ts';

/** Longer than every info structure: what a release has of it is written. */
const LONGEST = 256;

/** Fields of `struct bpf_prog_info`. */
const PROG = {
  type: 0,
  id: 4,
  tag: 8,
  jited_prog_len: 16,
  xlated_prog_len: 20,
  xlated_prog_insns: 32,
  load_time: 40,
  created_by_uid: 48,
  nr_map_ids: 52,
  map_ids: 56,
  name: 64,
  gpl_compatible: 84,
  nr_jited_ksyms: 104,
  nr_jited_func_lens: 108,
  func_info_rec_size: 132,
  line_info_rec_size: 172,
  jited_line_info_rec_size: 176,
  nr_prog_tags: 180,
  prog_tags: 184,
  verified_insns: 216,
  attach_btf_obj_id: 220,
  attach_btf_id: 224,
} as const;
/** The first BTF that there is is the kernel's own. */
const KERNELS_BTF = 1;
const FUNC_INFO_BYTES = 8;
const LINE_INFO_BYTES = 16;
const JITED_LINE_INFO_BYTES = 8;

const MAP = {
  type: 0,
  id: 4,
  key_size: 8,
  value_size: 12,
  max_entries: 16,
  map_flags: 20,
  name: 24,
} as const;

const LINK = { type: 0, id: 4, prog_id: 8, cgroup_id: 16, attach_type: 24 } as const;
/** `enum bpf_link_type`, by attach type; the hooks of cgroups are one. */
const LINK_TYPES: Readonly<Record<string, number>> = {
  trace_raw_tp: 1,
  trace_iter: 4,
  flow_dissector: 5,
  sk_lookup: 5,
  xdp: 6,
  perf_event: 7,
  trace_kprobe_multi: 8,
  netfilter: 10,
  tcx_ingress: 11,
  tcx_egress: 11,
  trace_uprobe_multi: 12,
  netkit_primary: 13,
  netkit_peer: 13,
};
const CGROUP_LINK = 3;
const TRACING_LINK = 2;
/** Where links on interfaces and of tracing have their attach type. */
const OTHER_ATTACH_TYPE: Readonly<Record<number, number>> = { 2: 16, 5: 20, 11: 20, 13: 20 };

const BTF = { btf: 0, btf_size: 8, id: 12, name: 16, name_len: 24, kernel_btf: 28 } as const;

/** The bytes to write for an info, and the attr's new length. */
export function infoWrites(
  asking: Asking,
  beside: Beside,
  attr: AttrBytes,
  info: ObjectInfo,
): Write[] | undefined {
  const { bytes, given, room } = start(asking, attr, info.kind);
  if (given === undefined) return undefined;
  switch (info.kind) {
    case 'prog':
      return [...fillProg(beside, bytes, given, info), ...finish(attr, bytes, room)];
    case 'map':
      fillMap(beside, bytes, info);
      return finish(attr, bytes, room);
    case 'link':
      fillLink(bytes, info);
      return finish(attr, bytes, room);
    case 'btf':
      return [
        ...fillTypes(beside.typesOf(asking.kernel, info.id), bytes, given, info),
        ...finish(attr, bytes, room),
      ];
    case 'token':
      fillToken(bytes, info);
      return finish(attr, bytes, room);
    default:
      return info satisfies never;
  }
}

/** The structure as the caller passed it: lengths and pointers that it asks by. */
function start({ memory, kernel }: Asking, attr: AttrBytes, kind: ObjectInfo['kind']) {
  const room = Math.min(attr.u32(INFO_BY_FD.info_len), infoBytes(kind, kernel.boot.release));
  const read = memory.read(attr.pointer(INFO_BY_FD.info), room);
  const given = Buffer.alloc(LONGEST);
  read?.copy(given);
  // What a caller does not ask by stays as it was: the kernel fills its own structure from zeros.
  const bytes = Buffer.alloc(LONGEST);
  return { bytes, given: read === undefined ? undefined : given, room };
}

function finish(attr: AttrBytes, bytes: Buffer, room: number): Write[] {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(room);
  return [
    { address: attr.pointer(INFO_BY_FD.info), bytes: bytes.subarray(0, room) },
    { address: attr.at(INFO_BY_FD.info_len), bytes: length },
  ];
}

function fillProg(
  beside: Beside,
  bytes: Buffer,
  given: Buffer,
  info: Extract<ObjectInfo, { readonly kind: 'prog' }>,
): Write[] {
  const facts = beside.programs.get(info.id);
  const insns = facts?.insns ?? Buffer.alloc(0);
  const tag = Buffer.from(info.tag, 'hex');
  bytes.writeUInt32LE(progTypeNumber(info.prog_type), PROG.type);
  bytes.writeUInt32LE(info.id, PROG.id);
  tag.copy(bytes, PROG.tag);
  bytes.writeUInt32LE(insns.length, PROG.xlated_prog_len);
  bytes.writeBigUInt64LE(facts?.loadedAt ?? 0n, PROG.load_time);
  bytes.writeUInt32LE(info.created_by_uid, PROG.created_by_uid);
  bytes.writeUInt32LE(info.map_ids.length, PROG.nr_map_ids);
  if (info.attach_btf_id !== undefined) {
    bytes.writeUInt32LE(KERNELS_BTF, PROG.attach_btf_obj_id);
    bytes.writeUInt32LE(info.attach_btf_id, PROG.attach_btf_id);
  }
  bytes.write(info.prog_name, PROG.name, NAME_BYTES - 1, 'latin1');
  bytes.writeUInt32LE(facts?.gpl === false ? 0 : 1, PROG.gpl_compatible);
  for (const one of [PROG.nr_jited_ksyms, PROG.nr_jited_func_lens, PROG.nr_prog_tags]) {
    bytes.writeUInt32LE(1, one);
  }
  bytes.writeUInt32LE(FUNC_INFO_BYTES, PROG.func_info_rec_size);
  bytes.writeUInt32LE(LINE_INFO_BYTES, PROG.line_info_rec_size);
  bytes.writeUInt32LE(JITED_LINE_INFO_BYTES, PROG.jited_line_info_rec_size);
  bytes.writeUInt32LE(insns.length / 8, PROG.verified_insns);
  for (const pointer of [PROG.map_ids, PROG.xlated_prog_insns, PROG.prog_tags]) {
    given.copy(bytes, pointer, pointer, pointer + 8);
  }
  const ids = Buffer.alloc(4 * info.map_ids.length);
  for (const [i, id] of info.map_ids.entries()) ids.writeUInt32LE(id, 4 * i);
  const room = (count: number, size: number) => size * given.readUInt32LE(count);
  const at = (pointer: number) => given.readBigUInt64LE(pointer);
  return [
    ...array(at(PROG.map_ids), ids.subarray(0, room(PROG.nr_map_ids, 4))),
    ...array(at(PROG.xlated_prog_insns), insns.subarray(0, room(PROG.xlated_prog_len, 1))),
    ...array(at(PROG.prog_tags), tag.subarray(0, room(PROG.nr_prog_tags, 8))),
  ];
}

/** Of a kernel that tells no name it has the structure's first 16 bytes alone. */
function fillTypes(
  types: Buffer | undefined,
  bytes: Buffer,
  given: Buffer,
  { id, name = '', kernel_btf = false }: Extract<ObjectInfo, { readonly kind: 'btf' }>,
): Write[] {
  const known = types ?? Buffer.alloc(0);
  const wanted = Math.min(given.readUInt32LE(BTF.btf_size), known.length);
  bytes.writeUInt32LE(known.length, BTF.btf_size);
  bytes.writeUInt32LE(id, BTF.id);
  bytes.writeUInt32LE(name.length, BTF.name_len);
  bytes.writeUInt32LE(kernel_btf ? 1 : 0, BTF.kernel_btf);
  // The kernel writes back the structure that it read, with the caller's pointers.
  for (const pointer of [BTF.btf, BTF.name]) given.copy(bytes, pointer, pointer, pointer + 8);
  const text = Buffer.from(`${name}\0`);
  const isRoom = given.readUInt32LE(BTF.name_len) >= text.length;
  return [
    ...array(given.readBigUInt64LE(BTF.btf), known.subarray(0, wanted)),
    ...(isRoom ? array(given.readBigUInt64LE(BTF.name), text) : []),
  ];
}

function array(address: bigint, bytes: Buffer): Write[] {
  return address === 0n || bytes.length === 0 ? [] : [{ address, bytes }];
}

function fillMap(
  beside: Beside,
  bytes: Buffer,
  info: Extract<ObjectInfo, { readonly kind: 'map' }>,
): void {
  bytes.writeUInt32LE(mapTypeNumber(info.map_type), MAP.type);
  bytes.writeUInt32LE(info.id, MAP.id);
  bytes.writeUInt32LE(info.key_size, MAP.key_size);
  bytes.writeUInt32LE(info.value_size, MAP.value_size);
  bytes.writeUInt32LE(info.max_entries, MAP.max_entries);
  bytes.writeUInt32LE(beside.mapFlags.get(info.id) ?? 0, MAP.map_flags);
  bytes.write(info.map_name, MAP.name, NAME_BYTES - 1, 'latin1');
}

/** `struct bpf_token_info`. */
function fillToken(bytes: Buffer, info: TokenInfo): void {
  const { allowed_cmds, allowed_maps, allowed_progs, allowed_attachs } = info;
  [allowed_cmds, allowed_maps, allowed_progs, allowed_attachs].forEach((set, i) => {
    bytes.writeBigUInt64LE(BigInt(set), 8 * i);
  });
}

function fillLink(bytes: Buffer, info: Extract<ObjectInfo, { readonly kind: 'link' }>): void {
  const { attach_type } = info;
  const foreign = typeof attach_type === 'string' ? LINK_TYPES[attach_type] : undefined;
  const type = foreign ?? (isTracing(attach_type) ? TRACING_LINK : CGROUP_LINK);
  bytes.writeUInt32LE(type, LINK.type);
  bytes.writeUInt32LE(info.id, LINK.id);
  bytes.writeUInt32LE(info.prog_id, LINK.prog_id);
  if (type !== CGROUP_LINK) {
    const at = OTHER_ATTACH_TYPE[type];
    if (at !== undefined) bytes.writeUInt32LE(attachTypeNumber(attach_type), at);
    return;
  }
  bytes.writeBigUInt64LE(BigInt(info.cgroup_id), LINK.cgroup_id);
  bytes.writeUInt32LE(attachTypeNumber(attach_type), LINK.attach_type);
}

function isTracing(type: string | number): boolean {
  return /^(trace_|modify_return|lsm_mac|lsm_cgroup)/u.test(String(type));
}
