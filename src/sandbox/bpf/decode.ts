/** A bpf(2) as the process made it, read as a call of the model. */
import type { Errno } from '../../domain/errno.ts';
import { gate } from '../../domain/privilege.ts';
import { refusalSentence } from '../../domain/refusal-sentence.ts';
import { bpfCommandOf } from '../../native/commands.ts';
import type { Memory } from '../notified.ts';
import type { Asking } from './asking.ts';
import { AttrBytes } from './attr-bytes.ts';
import { lastFieldEnd } from './attr-ends.ts';

import {
  mapCreate,
  mapDelete,
  mapFreeze,
  mapLookup,
  mapNextKey,
  mapTakeOut,
  mapUpdate,
} from './decode-map.ts';
import {
  btfById,
  btfLoad,
  decodePinCall,
  enableStats,
  fdById,
  infoByFd,
  iterCreate,
  linkCreate,
  linkDetach,
  linkUpdate,
  nextId,
  rawTracepointOpen,
} from './decode-object.ts';
import { progAttach, progBindMap, progLoad, progQuery, progTestRun } from './decode-prog.ts';
import { type Decoded, isCall, refuseDecoded } from './decoded.ts';
import { taskFdQuery } from './task-fd.ts';

const PAGE_BYTES = 4096;
/** A longer attr is refused unread. */
const SIZE_READ_MAX = PAGE_BYTES;
/** TOKEN_CREATE: from here on the model knows commands by their numbers alone. */
const FIRST_BY_NUMBER = 36;

/** The arguments of bpf(2). */
export interface BpfArguments {
  readonly command: number;
  readonly address: bigint;
  readonly size: number;
}

/** What was read: the attr, where it could be. */
export interface ReadCall {
  readonly command: string;
  readonly attr: AttrBytes;
  readonly decoded: Decoded;
}

/** Reads a call: its attr, and all that the attr points at. */
export function decodeBpf(asking: Asking, { command, address, size }: BpfArguments): ReadCall {
  const name = bpfCommandOf(command) ?? `command ${command}`;
  const { attr, fault } = readAttr(asking, address, size);
  const decoded =
    fault === undefined
      ? fieldsOf(asking, { command: name, cmd: command }, attr)
      : refuseDecoded(fault, 'the attr cannot be read');
  const shut = decoded.is === 'refused' ? shutGate(asking) : undefined;
  return { command: name, attr, decoded: shut ?? decoded };
}

/** The gate before all commands is asked before the attr is read. */
function shutGate({ kernel, pid }: Asking): Decoded | undefined {
  const process = kernel.processes.get(pid);
  if (process === undefined) return undefined;
  const shut = gate({ kernel, process, opened: undefined, granted: undefined }, undefined);
  return shut === undefined ? undefined : refuseDecoded(shut.errno, refusalSentence(shut));
}

/** A command by its name and its number. */
interface NumberedCommand {
  readonly command: string;
  readonly cmd: number;
}

function readAttr(
  { memory, kernel }: Asking,
  address: bigint,
  size: number,
): { readonly attr: AttrBytes; readonly fault?: Errno } {
  const union = kernel.switches.attr_bytes;
  const attr = new AttrBytes(address, size);
  if (size > SIZE_READ_MAX) return { attr, fault: 'E2BIG' };
  const fault = faultBeyond(memory, address + BigInt(union), size - union);
  if (fault !== undefined) return { attr, fault };
  return attr.readFrom(memory, union) ? { attr } : { attr, fault: 'EFAULT' };
}

/** What is wrong beyond the attr that the release has, which is read first (`bpf_check_uarg_tail_zero`). */
function faultBeyond(memory: Memory, address: bigint, length: number): Errno | undefined {
  for (let done = 0; done < length; ) {
    const at = address + BigInt(done);
    const step = Math.min(length - done, PAGE_BYTES - Number(at % BigInt(PAGE_BYTES)));
    const bytes = memory.read(at, step);
    if (bytes === undefined) return 'EFAULT';
    if (bytes.some((byte) => byte !== 0)) return 'E2BIG';
    done += step;
  }
  return undefined;
}

/** A command that the release lacks, or a probe for one: its attr has zeros alone. */
function byNumber(asking: Asking, { command, cmd }: NumberedCommand, attr: AttrBytes): Decoded {
  const isNew = cmd >= asking.kernel.switches.bpf_command_count;
  const isProbe = cmd >= FIRST_BY_NUMBER && !attr.reachesPast(0);
  if (!isNew && !isProbe) return { is: 'unknown', command };
  asking.look(0);
  return isCall({ name: 'bpf', cmd });
}

function fieldsOf(asking: Asking, { command, cmd }: NumberedCommand, attr: AttrBytes): Decoded {
  const end = lastFieldEnd(command, asking.kernel.boot.release);
  if (end !== undefined && attr.reachesPast(end)) {
    return refuseDecoded('EINVAL', `a byte after the last field of ${command} is not zero`);
  }
  switch (command) {
    case 'prog_load':
      return progLoad(asking, attr);
    case 'prog_attach':
    case 'prog_detach':
      return progAttach(command, attr);
    case 'prog_query':
      return progQuery(attr);
    case 'prog_bind_map':
      return progBindMap(attr);
    case 'prog_test_run':
      return progTestRun(attr);
    case 'link_create':
      return linkCreate(asking, attr);
    case 'link_update':
      return linkUpdate(attr);
    case 'link_detach':
      return linkDetach(attr);
    case 'iter_create':
      return iterCreate(attr);
    case 'raw_tracepoint_open':
      return rawTracepointOpen(asking, attr);
    case 'obj_pin':
    case 'obj_get':
      return decodePinCall(command, asking, attr);
    case 'obj_get_info_by_fd':
      return infoByFd(attr);
    case 'prog_get_fd_by_id':
      return fdById('prog', attr);
    case 'link_get_fd_by_id':
      return fdById('link', attr);
    case 'map_get_fd_by_id':
      return fdById('map', attr);
    case 'btf_get_fd_by_id':
      return btfById(attr);
    case 'btf_get_next_id':
      return nextId('btf', attr);
    case 'prog_get_next_id':
      return nextId('prog', attr);
    case 'link_get_next_id':
      return nextId('link', attr);
    case 'map_get_next_id':
      return nextId('map', attr);
    case 'btf_load':
      return btfLoad(asking, attr);
    case 'task_fd_query':
      return taskFdQuery(asking, attr);
    case 'enable_stats':
      return enableStats(attr);
    case 'map_create':
      return mapCreate(asking, attr);
    case 'map_freeze':
      return mapFreeze(attr);
    case 'map_lookup_elem':
      return mapLookup(asking, attr);
    case 'map_update_elem':
      return mapUpdate(asking, attr);
    case 'map_delete_elem':
      return mapDelete(asking, attr);
    case 'map_lookup_and_delete_elem':
      return mapTakeOut(asking, attr);
    case 'map_get_next_key':
      return mapNextKey(asking, attr);
    default:
      return byNumber(asking, { command, cmd }, attr);
  }
}
