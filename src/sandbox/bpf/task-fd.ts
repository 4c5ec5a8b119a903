/** TASK_FD_QUERY: which program runs on what a process has open (`bpf_task_fd_query`). */
import type { CallOf } from '../../domain/call.ts';
import { TASK_FD_QUERY } from '../../native/attr-fields.ts';
import { refuse, type SyscallAnswer, type Write } from '../notified.ts';
import type { Asking } from './asking.ts';
import type { AttrBytes } from './attr-bytes.ts';
import type { Beside } from './beside.ts';
import { type Decoded, isCall, some } from './decoded.ts';

/** `BPF_FD_TYPE_RAW_TRACEPOINT`: no other kind of fd tells a program here. */
const RAW_TRACEPOINT = 0;
const NUL = Buffer.alloc(1);

export function taskFdQuery(asking: Asking, attr: AttrBytes): Decoded {
  const target_fd = attr.fd(TASK_FD_QUERY.fd);
  const tid = attr.fd(TASK_FD_QUERY.pid);
  const target_pid = asking.lookAt(tid, target_fd) ?? tid;
  const flags = some('flags', attr.u32(TASK_FD_QUERY.flags));
  return isCall({ name: 'task_fd_query', target_pid, target_fd, ...flags });
}

/**
 * Tells the program, and the name of its tracepoint with how long it is. Of a name that does not fit
 * there is as much as does, and the call fails with ENOSPC (`bpf_task_fd_query_copy`).
 */
export function taskFdAnswer(
  { kernel }: Asking,
  { tracepoints }: Beside,
  attr: AttrBytes,
  { call, prog_id }: { readonly call: CallOf<'task_fd_query'>; readonly prog_id: number },
): SyscallAnswer {
  const file = kernel.processes.get(call.target_pid)?.fds.get(call.target_fd)?.file;
  const link = file === undefined ? undefined : kernel.files.get(file);
  const name = Buffer.from(tracepoints.get(link?.id ?? 0) ?? '', 'latin1');
  const room = attr.u32(TASK_FD_QUERY.buf_len);
  const address = attr.pointer(TASK_FD_QUERY.buf);
  const isTold = room > 0 && address !== 0n;
  const bytes = Buffer.concat([name.subarray(0, Math.max(0, room - 1)), NUL]);
  const writes: Write[] = [
    { address: attr.at(TASK_FD_QUERY.buf_len), bytes: number(4, name.length) },
    ...(isTold ? [{ address, bytes }] : []),
    { address: attr.at(TASK_FD_QUERY.prog_id), bytes: number(4, prog_id) },
    { address: attr.at(TASK_FD_QUERY.fd_type), bytes: number(4, RAW_TRACEPOINT) },
    { address: attr.at(TASK_FD_QUERY.probe_offset), bytes: number(8, 0) },
    { address: attr.at(TASK_FD_QUERY.probe_addr), bytes: number(8, 0) },
  ];
  return isTold && room <= name.length
    ? refuse('ENOSPC', writes)
    : { is: 'returned', value: 0, writes };
}

function number(bytes: 4 | 8, value: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUInt32LE(value);
  return buffer;
}
