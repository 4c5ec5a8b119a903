/** Pins, ids and info on a live kernel. */

import type { CallOf } from '../../domain/call.ts';
import type { Decision } from '../../domain/decision.ts';
import type { ObjectKind } from '../../domain/effect.ts';
import type { IdKind } from '../../domain/ids.ts';
import { Attr } from '../../native/attr.ts';
import { BY_ID, INFO_BY_FD, OBJ } from '../../native/attr-fields.ts';
import type { BPF } from '../../native/commands.ts';
import { type Answered, cString, SYS } from '../../native/syscall.ts';
import { realId } from './anchor.ts';
import { AT_FDCWD, atSpot, type Spot, spotPath } from './beneath.ts';
import { adopt, bpf } from './bpf.ts';
import { btfInfoBuffer, decodeBtfInfo } from './btf-info.ts';
import { runUnderRights } from './conditions.ts';
import { atNode } from './file-calls.ts';
import { failWith, type LiveCaller, succeed } from './live-kernel.ts';
import { decodeInfo, INFO_BYTES, infoBuffer, kindOf, objectBehind } from './objects.ts';
import { type LiveProcess, realFd } from './process.ts';
import { Withheld } from './withheld.ts';

const PATH_FD = 1 << 14;
/** A path that is walked to from path_fd, so that what is not a directory is refused. */
const RELATIVE = cString('relative');
/** Ids stop below this (`INT_MAX`). */
const ID_END = 2 ** 31 - 1;
/** Longest info that the kernel looks at; above it, it answers E2BIG. */
const INFO_LEN_READ_MAX = 8192;

/** A path that leads nowhere: ENOENT, once the kernel has looked at all else. */
const NOWHERE = cString('');

export function objPin(caller: LiveCaller, call: CallOf<'obj_pin'>): Decision {
  const { kernel, bpffs } = caller.live;
  const pin = (name: Buffer) => callWithPath(caller, call, name);
  const makePin = (spot: Spot) => pin(cString(spotPath(spot)));
  const walked = atSpot(kernel, bpffs, call.path, makePin, (open) => {
    const opened = runUnderRights(caller, open);
    return 'ret' in opened ? opened : orElse(pin(NOWHERE), opened);
  });
  return 'errno' in walked ? failWith(walked.errno) : succeed();
}

export function objGet(caller: LiveCaller, call: CallOf<'obj_get'>): Decision {
  let asked: Answered | undefined;
  const walked = atNode(caller, call.path, (name) => {
    asked = callWithPath(caller, call, name);
    return asked;
  });
  return openObject(caller, asked ?? orElse(callWithPath(caller, call, NOWHERE), walked));
}

/** OBJ_PIN or OBJ_GET with a path of ours. */
function callWithPath(
  caller: LiveCaller,
  call: CallOf<'obj_pin'> | CallOf<'obj_get'>,
  name: Buffer,
): Answered {
  const { path_fd } = call;
  const kind = caller.process.fds.get(path_fd ?? 0)?.kind;
  const counts = ((call.file_flags ?? 0) & PATH_FD) !== 0;
  const isAbsolute = path_fd === undefined || !counts || kind === 'other' || kind === 'cgroup';
  const attr = new Attr(caller.live.kernel, call.attr_size)
    .pointer(OBJ.pathname, isAbsolute || path_fd === AT_FDCWD ? name : RELATIVE)
    .u32(OBJ.bpf_fd, realFd(caller.process, call.bpf_fd))
    .u32(OBJ.file_flags, call.file_flags ?? 0)
    .u32(OBJ.path_fd, pathFd(caller.process, call.path_fd));
  return bpf(caller, call.name, attr);
}

/** Our names are absolute, with which an open directory counts for nothing. */
function pathFd(process: LiveProcess, fd: number | undefined): number {
  return fd === AT_FDCWD ? fd : realFd(process, fd);
}

/** What the kernel says before it walks to a name, else why the walk ended. */
function orElse(nowhere: Answered, walked: Answered): Answered {
  return 'errno' in nowhere && nowhere.errno !== 'ENOENT' ? nowhere : walked;
}

/** PROG_, LINK_ and MAP_GET_FD_BY_ID. */
export function getFdById(
  caller: LiveCaller,
  kind: ObjectKind,
  id: number,
  { open_flags = 0, attr_size }: { readonly open_flags?: number; readonly attr_size?: number },
): Decision {
  const attr = new Attr(caller.live.kernel, attr_size)
    .u32(BY_ID.start_id, realId(caller.live, kind, id))
    .u32(BY_ID.open_flags, open_flags);
  return openObject(caller, bpf(caller, `${kind}_get_fd_by_id`, attr));
}

/**
 * Gives the process the fd of an object that a call opened.
 *
 * @throws Withheld when somebody else made the object
 */
function openObject(caller: LiveCaller, answered: Answered): Decision {
  if ('errno' in answered) return failWith(answered.errno);
  const { kind, id } = objectBehind(caller.live, answered.ret);
  if (id < 0) {
    caller.live.kernel.call(SYS.close, answered.ret);
    throw new Withheld(`it is a ${kind} that we did not make`);
  }
  const fd = adopt(caller, { real: answered.ret, cloexec: true, kind, id });
  return succeed([{ type: 'FdOpened', fd, kind, id }], fd);
}

/** PROG_, LINK_ and MAP_GET_NEXT_ID: walks over objects that others of this machine made. */
export function getNextId(
  caller: LiveCaller,
  kind: IdKind,
  start: number,
  attr_size: number | undefined,
): Decision {
  const command: keyof typeof BPF = `${kind}_get_next_id`;
  for (let from = realStart(caller, kind, start); ; ) {
    const attr = new Attr(caller.live.kernel, attr_size).u32(BY_ID.start_id, from);
    const answered = bpf(caller, command, attr);
    if ('errno' in answered) return failWith(answered.errno);
    from = attr.readU32(BY_ID.next_id);
    const next = caller.live.ids.idOf(kind, from);
    if (next > 0) return succeed([], 0, { next_id: next });
  }
}

/** The log's ids and the kernel's grow together, so the nearest smaller one stands for a gap. */
function realStart({ live }: LiveCaller, kind: IdKind, start: number): number {
  if (start === 0 || start >= ID_END) return start;
  let nearest = 0;
  for (const [id, real] of live.ids.all(kind)) if (id <= start) nearest = Math.max(nearest, real);
  return nearest;
}

export function objGetInfo(caller: LiveCaller, call: CallOf<'obj_get_info_by_fd'>): Decision {
  const { live, process } = caller;
  const bytes = call.info_len ?? INFO_BYTES;
  const named = process.fds.get(call.bpf_fd ?? 0);
  const kind = named === undefined ? undefined : kindOf(named.real);
  const read = Math.min(bytes, INFO_LEN_READ_MAX);
  const types = named?.kind === 'btf' ? btfInfoBuffer(live.kernel, read) : undefined;
  const buffers = types ?? infoBuffer(live.kernel, kind, read);
  const attr = new Attr(live.kernel, call.attr_size)
    .u32(INFO_BY_FD.bpf_fd, realFd(process, call.bpf_fd))
    .u32(INFO_BY_FD.info_len, bytes)
    .pointer(INFO_BY_FD.info, buffers.info);
  const answered = bpf(caller, 'obj_get_info_by_fd', attr);
  if ('errno' in answered) return failWith(answered.errno);
  if (types !== undefined) return succeed([], 0, { info: decodeBtfInfo(live, types) });
  if (kind === undefined) throw new Error('the kernel gave info on an fd that is not a BPF object');
  return succeed([], 0, { info: decodeInfo(live, kind, buffers) });
}
