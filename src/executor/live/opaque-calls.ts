/** Calls that give an fd or an answer and change nothing that is observed, and links of tracepoints. */
import type { CallOf } from '../../domain/call.ts';
import type { Decision } from '../../domain/decision.ts';
import { Attr } from '../../native/attr.ts';
import {
  BTF_LOAD,
  BY_ID,
  ENABLE_STATS,
  ITER_CREATE,
  PROG_TEST_RUN,
  RAW_TRACEPOINT_OPEN,
  TASK_FD_QUERY,
} from '../../native/attr-fields.ts';
import { BPF } from '../../native/commands.ts';
import { cString, SYS } from '../../native/syscall.ts';
import { realId } from './anchor.ts';
import { adopt, bpf } from './bpf.ts';
import { realBtfId } from './btf-info.ts';
import { runUnderConditions } from './conditions.ts';
import { adoptLink } from './link-calls.ts';
import { failWith, type LiveCaller, succeed } from './live-kernel.ts';
import { NEVER_OPEN, realFd } from './process.ts';
import { BTF, btfOf } from './types.ts';
import { Withheld } from './withheld.ts';

/** Bytes of types that the kernel takes (`BTF_MAX_SIZE`). */
const BTF_BYTES_MAX = 16 * 1024 * 1024;
/** A tracepoint that is hardly ever passed. */
const TRACEPOINT = cString('cgroup_remount');

/** @throws Withheld for links that would be attached to more than a tracepoint of ours */
export function foreignLinkCreate(
  caller: LiveCaller,
  call: CallOf<'foreign_link_create'>,
): Decision {
  if (call.attach_type !== 'trace_raw_tp') {
    throw new Withheld(`a link of ${call.attach_type} would be attached outside of the place`);
  }
  const { live, process } = caller;
  const attr = new Attr(live.kernel, call.attr_size)
    .pointer(RAW_TRACEPOINT_OPEN.name, TRACEPOINT)
    .u32(RAW_TRACEPOINT_OPEN.prog_fd, realFd(process, call.prog_fd));
  const answered = bpf(caller, 'raw_tracepoint_open', attr);
  if ('errno' in answered) return failWith(answered.errno);
  live.traces = true;
  return adoptLink(
    caller,
    adopt(caller, { real: answered.ret, cloexec: true, kind: 'link', id: 0 }),
  );
}

export function iterCreate(caller: LiveCaller, call: CallOf<'iter_create'>): Decision {
  const { live, process } = caller;
  const attr = new Attr(live.kernel, call.attr_size)
    .u32(ITER_CREATE.link_fd, realFd(process, call.link_fd))
    .u32(ITER_CREATE.flags, call.flags ?? 0);
  return opens(caller, 'iter_create', attr);
}

/** Types of ours in as many bytes as are told. What is too long for the kernel is not made here. */
export function btfLoad(caller: LiveCaller, call: CallOf<'btf_load'>): Decision {
  const { btf_size, attr_size } = call;
  const btf = btf_size === undefined ? BTF : btfOf(Math.min(btf_size, BTF_BYTES_MAX));
  const attr = new Attr(caller.live.kernel, attr_size)
    .pointer(BTF_LOAD.btf, btf)
    .u32(BTF_LOAD.btf_size, btf_size ?? btf.length);
  const answered = bpf(caller, 'btf_load', attr);
  if ('errno' in answered) return failWith(answered.errno);
  const { live } = caller;
  const id = live.nameNew('btf');
  live.ids.introduce('btf', realBtfId(live.kernel, answered.ret), id);
  live.describes = true;
  return succeedWithFd(caller, answered.ret, { kind: 'btf', id });
}

export function btfGetFdById(caller: LiveCaller, call: CallOf<'btf_get_fd_by_id'>): Decision {
  const { live } = caller;
  const attr = new Attr(live.kernel, call.attr_size)
    .u32(BY_ID.start_id, realId(live, 'btf', call.btf_id))
    .u32(BY_ID.open_flags, call.open_flags ?? 0);
  const answered = bpf(caller, 'btf_get_fd_by_id', attr);
  if ('errno' in answered) return failWith(answered.errno);
  const id = live.ids.idOf('btf', realBtfId(live.kernel, answered.ret));
  return succeedWithFd(caller, answered.ret, { kind: 'btf', id });
}

export function enableStats(caller: LiveCaller, call: CallOf<'enable_stats'>): Decision {
  return opens(
    caller,
    'enable_stats',
    new Attr(caller.live.kernel, call.attr_size).u32(ENABLE_STATS.type, call.type ?? 0),
  );
}

/** A pid that no process has. */
const NOBODY = 0x7fff_ffff;

/** All processes of the log are this one, so the fd of another is one of ours. */
export function taskFdQuery(caller: LiveCaller, call: CallOf<'task_fd_query'>): Decision {
  const { live } = caller;
  const target = live.processes.get(call.target_pid);
  const attr = new Attr(live.kernel, call.attr_size)
    .u32(TASK_FD_QUERY.pid, target === undefined ? NOBODY : process.pid)
    .u32(TASK_FD_QUERY.fd, target?.fds.get(call.target_fd)?.real ?? NEVER_OPEN)
    .u32(TASK_FD_QUERY.flags, call.flags ?? 0);
  const answered = bpf(caller, 'task_fd_query', attr);
  if ('errno' in answered) return failWith(answered.errno);
  return succeed([], 0, { prog_id: live.ids.idOf('prog', attr.readU32(TASK_FD_QUERY.prog_id)) });
}

/** @throws Withheld for commands whose zeros might do something */
export function byNumber(caller: LiveCaller, { cmd, attr_size }: CallOf<'bpf'>): Decision {
  if (cmd < BPF.token_create) throw new Withheld(`command ${cmd} of bpf(2) has a name`);
  const { kernel } = caller.live;
  const { buffer, size } = new Attr(kernel, attr_size);
  const answered = runUnderConditions(caller, () => kernel.call(SYS.bpf, cmd, buffer, size));
  return 'errno' in answered ? failWith(answered.errno) : succeed();
}

function opens(caller: LiveCaller, command: keyof typeof BPF, attr: Attr): Decision {
  const answered = bpf(caller, command, attr);
  if ('errno' in answered) return failWith(answered.errno);
  return succeedWithFd(caller, answered.ret, { kind: 'other', id: 0 });
}

function succeedWithFd(
  caller: LiveCaller,
  real: number,
  what: { readonly kind: 'btf' | 'other'; readonly id: number },
): Decision {
  const fd = adopt(caller, { real, cloexec: true, ...what });
  return succeed([{ type: 'FdOpened', fd, ...what }], fd);
}

export function progTestRun(caller: LiveCaller, call: CallOf<'prog_test_run'>): Decision {
  const { live, process } = caller;
  const bytes = call.data_size_in ?? 0;
  const packet = Buffer.alloc(bytes);
  const attr = new Attr(live.kernel, call.attr_size)
    .u32(PROG_TEST_RUN.prog_fd, realFd(process, call.prog_fd))
    .u32(PROG_TEST_RUN.data_size_in, bytes)
    .pointer(PROG_TEST_RUN.data_in, bytes === 0 ? undefined : packet);
  const answered = bpf(caller, 'prog_test_run', attr);
  return 'errno' in answered ? failWith(answered.errno) : succeed();
}

export function mapFreeze(caller: LiveCaller, call: CallOf<'map_freeze'>): Decision {
  const { live, process } = caller;
  const attr = new Attr(live.kernel, call.attr_size).u32(0, realFd(process, call.map_fd));
  const answered = bpf(caller, 'map_freeze', attr);
  return 'errno' in answered ? failWith(answered.errno) : succeed();
}
