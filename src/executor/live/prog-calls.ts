/** PROG_LOAD, PROG_ATTACH, PROG_DETACH, PROG_QUERY and PROG_BIND_MAP on a live kernel. */
import { attachTypeNumber } from '../../domain/attach-type.ts';
import type { CallOf } from '../../domain/call.ts';
import { PROG_CNT_DEFAULT } from '../../domain/calls/prog-query.ts';
import type { Decision } from '../../domain/decision.ts';
import { flagWord } from '../../domain/flags.ts';
import type { QueryOutputs } from '../../domain/outcome.ts';
import { progTypeNumber } from '../../domain/prog-type.ts';
import { Attr } from '../../native/attr.ts';
import { PROG_ATTACH, PROG_BIND_MAP, PROG_LOAD, PROG_QUERY } from '../../native/attr-fields.ts';
import {
  assemble,
  INSN_BYTES,
  replaceMapFds,
  STACK_BYTES,
  type UsedMap,
} from '../../native/instructions.ts';
import { cString } from '../../native/syscall.ts';
import { anchorId, targetFd } from './anchor.ts';
import { askUninterrupted } from './ask-again.ts';
import { adopt, bpf, onTarget } from './bpf.ts';
import { failWith, type LiveCaller, succeed } from './live-kernel.ts';
import { objectBehind, realIdBehind } from './objects.ts';
import { realFd } from './process.ts';
import { FUNC_INFO, LINE_INFO, RECORDS } from './types.ts';
import { Withheld } from './withheld.ts';

/** Ids that a query buffer holds at most, whatever room the caller claims to have. */
const PROG_CNT_MAX = 4096;
/** Instructions above which the kernel answers E2BIG without reading them. */
const INSNS_MAX = 1_000_000;
/** Bytes of a log above which the kernel answers EINVAL and prints nothing. */
const LOG_SIZE_READ_MAX = 2 ** 30 - 1;
/** Bytes of a log that are there at most. */
const LOG_BYTES_MAX = 2 ** 24;
const LICENCE = cString('GPL');

export function progLoad(caller: LiveCaller, call: CallOf<'prog_load'>): Decision {
  const { live } = caller;
  const code =
    call.insns === undefined
      ? assemble(call.ret ?? 1, findMaps(caller, call))
      : replaceMapFds(Buffer.from(call.insns, 'base64'), (fd) => realFd(caller.process, fd));
  const count = call.insn_cnt ?? code.length / INSN_BYTES;
  const padding = Math.max(0, Math.min(count, INSNS_MAX) * INSN_BYTES - code.length);
  const insns = padding === 0 ? code : Buffer.concat([code, Buffer.alloc(padding)]);
  const attr = new Attr(live.kernel, call.attr_size)
    .u32(PROG_LOAD.prog_type, progTypeNumber(call.prog_type))
    .u32(PROG_LOAD.insn_cnt, count)
    .pointer(PROG_LOAD.insns, insns)
    .pointer(PROG_LOAD.license, LICENCE)
    .u32(PROG_LOAD.prog_flags, call.prog_flags ?? 0)
    .name(PROG_LOAD.prog_name, call.prog_name ?? '')
    .u32(PROG_LOAD.expected_attach_type, attachTypeNumber(call.expected_attach_type ?? 0))
    .u32(PROG_LOAD.attach_btf_id, call.attach_btf_id ?? 0)
    .u32(PROG_LOAD.attach_prog_fd, realFd(caller.process, call.attach_prog_fd))
    .pointer(PROG_LOAD.fd_array, fdArray(caller, call))
    .u32(PROG_LOAD.fd_array_cnt, call.fd_array_cnt ?? 0)
    .u32(PROG_LOAD.log_level, call.log_level ?? 0)
    .u32(PROG_LOAD.log_size, call.log_size ?? 0)
    .pointer(PROG_LOAD.log_buf, logBuffer(call))
    .u32(PROG_LOAD.log_true_size, call.log_true_size ?? 0)
    .u32(PROG_LOAD.signature_size, call.signature_size ?? 0)
    .u32(PROG_LOAD.keyring_id, call.keyring_id ?? 0);
  describe(caller, call, attr);
  const answered = askUninterrupted(() => bpf(caller, 'prog_load', attr));
  if ('errno' in answered) return failWith(answered.errno);
  const id = live.nameNew('prog');
  live.ids.introduce('prog', realIdBehind(live, answered.ret), id);
  const fd = adopt(caller, { real: answered.ret, cloexec: true, kind: 'prog', id });
  return adoptProgram(caller, call, { id, fd, real: answered.ret });
}

function adoptProgram(
  caller: LiveCaller,
  call: CallOf<'prog_load'>,
  { id, fd, real }: { readonly id: number; readonly fd: number; readonly real: number },
): Decision {
  const info = objectBehind(caller.live, real);
  if (info.kind !== 'prog') throw new Error('the fd of a loaded program is not a program');
  const { prog_type, tag, prog_name, created_by_uid: uid, map_ids } = info;
  const effect = {
    type: 'ProgLoaded',
    prog_id: id,
    fd,
    prog_type,
    expected_attach_type: call.expected_attach_type ?? 0,
    enforced: prog_type === 'cgroup_skb' && (call.ret ?? 1) > 1,
    prog_name,
    tag,
    uid,
    map_ids,
    storage_map_ids: map_ids.filter((map) => caller.live.mapForms.get(map)?.storage === true),
  } as const;
  const { attach_btf_id = 0 } = call;
  return succeed([attach_btf_id === 0 ? effect : { ...effect, attach_btf_id }], fd);
}

/** Functions and lines, by the types of `BTF`. */
function describe({ process }: LiveCaller, call: CallOf<'prog_load'>, attr: Attr): void {
  const { func_info_cnt = 0, line_info_cnt = 0 } = call;
  attr.u32(PROG_LOAD.prog_btf_fd, realFd(process, call.prog_btf_fd));
  if (func_info_cnt > 0) {
    attr
      .u32(PROG_LOAD.func_info_rec_size, FUNC_INFO.length / RECORDS)
      .pointer(PROG_LOAD.func_info, FUNC_INFO)
      .u32(PROG_LOAD.func_info_cnt, func_info_cnt);
  }
  if (line_info_cnt > 0) {
    attr
      .u32(PROG_LOAD.line_info_rec_size, LINE_INFO.length / RECORDS)
      .pointer(PROG_LOAD.line_info, LINE_INFO)
      .u32(PROG_LOAD.line_info_cnt, line_info_cnt);
  }
}

/**
 * Where the kernel may print as much as the call says.
 *
 * @throws Withheld for a buffer that we do not have
 */
function logBuffer({ log_buf, log_size = 0 }: CallOf<'prog_load'>): Buffer | undefined {
  if (log_buf !== true) return undefined;
  if (log_size > LOG_SIZE_READ_MAX) return Buffer.alloc(1);
  if (log_size > LOG_BYTES_MAX) throw new Withheld(`a log of ${log_size} bytes`);
  return Buffer.alloc(Math.max(log_size, 1));
}

/** Fds in an array lie in memory: 32 bits each. */
function fdArray({ process }: LiveCaller, call: CallOf<'prog_load'>): Buffer | undefined {
  if (call.fd_array === undefined) return undefined;
  const bytes = Buffer.alloc(4 * Math.max(call.fd_array.length, 1));
  for (const [i, fd] of call.fd_array.entries()) bytes.writeInt32LE(realFd(process, fd), 4 * i);
  return bytes;
}

function findMaps({ process, live }: LiveCaller, call: CallOf<'prog_load'>): UsedMap[] {
  return (call.map_fds ?? []).map((number) => {
    const named = process.fds.get(number);
    const form = named?.kind === 'map' ? live.mapForms.get(named.id) : undefined;
    const used = form?.storage === true ? 'storage' : 'lookup';
    // No program looks up a key that its stack cannot hold.
    const looks = form?.filled !== false && (form?.key_size ?? 0) <= STACK_BYTES;
    const use = call.map_ref_only === true || !looks ? 'mention' : used;
    // Instructions have no "none": fd 0 is a number like any other there, and stands as it is.
    return { fd: realFd(process, number), use, keyBytes: form?.key_size ?? 4 };
  });
}

export function progAttach(caller: LiveCaller, call: CallOf<'prog_attach'>): Decision {
  return attachOrDetach(caller, call, 'prog_attach');
}

export function progDetach(caller: LiveCaller, call: CallOf<'prog_detach'>): Decision {
  return attachOrDetach(caller, call, 'prog_detach');
}

function attachOrDetach(
  caller: LiveCaller,
  call: CallOf<'prog_attach'> | CallOf<'prog_detach'>,
  command: 'prog_attach' | 'prog_detach',
): Decision {
  const { process, live } = caller;
  return onTarget(caller, call, (target) => {
    const attr = new Attr(live.kernel, call.attr_size)
      .u32(PROG_ATTACH.target_fd, targetFd(process, target, call, PROG_ATTACH.attach_type))
      .u32(PROG_ATTACH.attach_bpf_fd, realFd(process, call.attach_bpf_fd))
      .u32(PROG_ATTACH.attach_type, attachTypeNumber(call.attach_type))
      .u32(PROG_ATTACH.attach_flags, flagWord(call.flags))
      .u32(PROG_ATTACH.replace_bpf_fd, realFd(process, call.replace_bpf_fd))
      .u32(PROG_ATTACH.relative_fd, anchorId(caller, call))
      .u64(PROG_ATTACH.expected_revision, call.expected_revision ?? 0);
    const answered = bpf(caller, command, attr);
    return 'errno' in answered ? failWith(answered.errno) : succeed();
  });
}

export function progQuery(caller: LiveCaller, call: CallOf<'prog_query'>): Decision {
  return onTarget(caller, call, (target) => {
    const { kernel } = caller.live;
    const room = call.prog_cnt ?? PROG_CNT_DEFAULT;
    const ids = Buffer.alloc(4 * Math.min(Math.max(room, 1), PROG_CNT_MAX));
    const flags = Buffer.alloc(ids.length, 0xff);
    const attr = new Attr(kernel, call.attr_size)
      .u32(PROG_QUERY.target_fd, targetFd(caller.process, target, call, PROG_QUERY.attach_type))
      .u32(PROG_QUERY.attach_type, attachTypeNumber(call.attach_type))
      .u32(PROG_QUERY.query_flags, flagWord(call.query_flags))
      .pointer(PROG_QUERY.prog_ids, call.null_prog_ids === true ? undefined : ids)
      .u32(PROG_QUERY.prog_cnt, room)
      .pointer(PROG_QUERY.prog_attach_flags, call.prog_attach_flags === true ? flags : undefined);
    const answered = bpf(caller, 'prog_query', attr);
    const wantsFlags = call.prog_attach_flags === true;
    const query = queryOutputs(caller, attr, ids, wantsFlags ? flags : undefined);
    if ('errno' in answered) {
      const { outcome } = failWith(answered.errno);
      return { outcome: { ...outcome, query }, effects: [] };
    }
    return succeed([], 0, { query });
  });
}

function queryOutputs(
  { live }: LiveCaller,
  attr: Attr,
  ids: Buffer,
  flags: Buffer | undefined,
): QueryOutputs {
  const written = words(ids).filter((id) => id !== 0);
  const revision = Number(attr.readU64(PROG_QUERY.revision));
  return {
    prog_cnt: attr.readU32(PROG_QUERY.prog_cnt),
    prog_ids: written.map((id) => live.ids.idOf('prog', id)),
    attach_flags: attr.readU32(PROG_QUERY.attach_flags),
    ...(flags === undefined
      ? {}
      : { prog_attach_flags: words(flags).filter((word) => word !== 0xffff_ffff) }),
    ...(revision === 0 ? {} : { revision }),
  };
}

function words(buffer: Buffer): number[] {
  return Array.from({ length: buffer.length / 4 }, (_, i) => buffer.readUInt32LE(4 * i));
}

export function progBindMap(caller: LiveCaller, call: CallOf<'prog_bind_map'>): Decision {
  const { process, live } = caller;
  const attr = new Attr(live.kernel, call.attr_size)
    .u32(PROG_BIND_MAP.prog_fd, realFd(process, call.prog_fd))
    .u32(PROG_BIND_MAP.map_fd, realFd(process, call.map_fd))
    .u32(PROG_BIND_MAP.flags, call.flags ?? 0);
  const answered = bpf(caller, 'prog_bind_map', attr);
  return 'errno' in answered ? failWith(answered.errno) : succeed();
}
