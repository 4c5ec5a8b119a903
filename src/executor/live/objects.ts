/** The object behind a real fd, as the kernel describes it: its kind, its id, its info. */
import { readlinkSync } from 'node:fs';
import { attachTypeOf } from '../../domain/attach-type.ts';
import type { ObjectKind } from '../../domain/effect.ts';
import { mapTypeOf } from '../../domain/map-type.ts';
import type { IdentifiedInfo } from '../../domain/outcome.ts';
import { progTypeOf } from '../../domain/prog-type.ts';
import { ATTR_BYTES, Attr } from '../../native/attr.ts';
import { BPF } from '../../native/commands.ts';
import { cString, must, SYS, type SystemCalls } from '../../native/syscall.ts';
import { procPath } from './beneath.ts';
import type { LiveKernel } from './live-kernel.ts';

/** Bytes of the info buffer; every kernel's info structures are shorter. */
export const INFO_BYTES = 256;
/** Map ids that a program's info has room for. */
const MAP_IDS_MAX = 64;

/** `enum bpf_link_type`. */
const RAW_TRACEPOINT_LINK = 1;

/** A program's info: where the count and the list of its maps stand. */
const NR_MAP_IDS = 52;
const MAP_IDS = 56;

/** The names of the kernel's anonymous inodes, by kind of object. */
const INODES: Readonly<Record<string, ObjectKind>> = {
  'anon_inode:bpf-prog': 'prog',
  'anon_inode:bpf-map': 'map',
  'anon_inode:bpf_link': 'link',
  'anon_inode:bpf-link': 'link',
};

/** The kind of BPF object behind a real fd, if it is one. */
export function kindOf(realFd: number): ObjectKind | undefined {
  return INODES[readlinkSync(procPath(realFd))];
}

/** Memory that OBJ_GET_INFO_BY_FD writes into. */
export interface InfoBuffer {
  readonly info: Buffer;
  readonly mapIds: Buffer;
}

/** An info buffer for an object; a program's asks for its map ids too. */
export function infoBuffer(
  kernel: SystemCalls,
  kind: ObjectKind | undefined,
  bytes: number,
): InfoBuffer {
  const info = Buffer.alloc(Math.max(bytes, INFO_BYTES));
  const mapIds = Buffer.alloc(4 * MAP_IDS_MAX);
  if (kind === 'prog') {
    info.writeUInt32LE(MAP_IDS_MAX, NR_MAP_IDS);
    info.writeBigUInt64LE(kernel.address(mapIds), MAP_IDS);
  }
  return { info, mapIds };
}

/** Asks the kernel, as ourselves, about the object behind a real fd. */
export function objectBehind(live: LiveKernel, realFd: number): IdentifiedInfo {
  const kind = kindOf(realFd);
  if (kind === undefined) throw new Error(`fd ${realFd} is not a BPF object`);
  const { kernel } = live;
  const buffers = infoBuffer(kernel, kind, INFO_BYTES);
  const attr = new Attr(kernel).u32(0, realFd).u32(4, INFO_BYTES).pointer(8, buffers.info);
  const asked = kernel.call(SYS.bpf, BPF.obj_get_info_by_fd, attr.buffer, ATTR_BYTES);
  must(asked, `info on ${kind} fd ${realFd}`);
  return decodeInfo(live, kind, buffers);
}

/** Asks what is behind the pin that an fd was opened on; undefined when it is not a pin. */
export function objectBehindPin(live: LiveKernel, fd: number): IdentifiedInfo | undefined {
  const { kernel } = live;
  const attr = new Attr(kernel).pointer(0, cString(procPath(fd)));
  const opened = kernel.call(SYS.bpf, BPF.obj_get, attr.buffer, ATTR_BYTES);
  if ('errno' in opened) return undefined;
  try {
    return objectBehind(live, opened.ret);
  } finally {
    kernel.call(SYS.close, opened.ret);
  }
}

/** The kernel's own id of the object behind a real fd. */
export function realIdBehind(live: LiveKernel, realFd: number): number {
  const info = Buffer.alloc(INFO_BYTES);
  const attr = new Attr(live.kernel).u32(0, realFd).u32(4, INFO_BYTES).pointer(8, info);
  const asked = live.kernel.call(SYS.bpf, BPF.obj_get_info_by_fd, attr.buffer, ATTR_BYTES);
  must(asked, `info on fd ${realFd}`);
  // The id of a map, a program and a link is the second word of their info.
  return info.readUInt32LE(4);
}

/** How the kernel's ids are called: in a log, by the log's. */
export interface IdNames {
  readonly ids: Pick<LiveKernel['ids'], 'idOf'>;
  readonly cgroups: Pick<LiveKernel['cgroups'], 'idOf'>;
}

/** `struct bpf_link_info`, `bpf_prog_info` and `bpf_map_info`, with the log's ids. */
export function decodeInfo(
  { ids, cgroups }: IdNames,
  kind: ObjectKind,
  { info, mapIds }: InfoBuffer,
): IdentifiedInfo {
  const id = ids.idOf(kind, info.readUInt32LE(4));
  switch (kind) {
    case 'link': {
      const prog_id = ids.idOf('prog', info.readUInt32LE(8));
      if (info.readUInt32LE(0) === RAW_TRACEPOINT_LINK) {
        return { kind, id, prog_id, cgroup_id: 0, attach_type: 'trace_raw_tp' };
      }
      return {
        kind,
        id,
        prog_id,
        cgroup_id: cgroups.idOf(info.readBigUInt64LE(16)),
        attach_type: attachTypeOf(info.readUInt32LE(24)),
      };
    }
    case 'prog': {
      const maps = Math.min(info.readUInt32LE(NR_MAP_IDS), MAP_IDS_MAX);
      return {
        kind,
        id,
        prog_type: progTypeOf(info.readUInt32LE(0)),
        tag: info.toString('hex', 8, 16),
        prog_name: nameAt(info, 64),
        created_by_uid: info.readUInt32LE(48),
        map_ids: Array.from({ length: maps }, (_, i) =>
          ids.idOf('map', mapIds.readUInt32LE(4 * i)),
        ),
      };
    }
    case 'map':
      return {
        kind,
        id,
        map_type: mapTypeOf(info.readUInt32LE(0)),
        map_name: nameAt(info, 24),
        key_size: info.readUInt32LE(8),
        value_size: info.readUInt32LE(12),
        max_entries: info.readUInt32LE(16),
      };
    default:
      return kind satisfies never;
  }
}

function nameAt(info: Buffer, offset: number): string {
  return info.toString('latin1', offset, offset + 16).replace(/\0.*$/su, '');
}
