/**
 * Commands of bpf(2) that give an fd or an answer and change nothing that is modelled: BTF_LOAD,
 * ENABLE_STATS, PROG_TEST_RUN (kernel/bpf/syscall.c).
 */
import type { Calls } from '../call.ts';
import { bpfCapable, type Caller, lowestFree, noFreeFd, progAt } from '../caller.ts';
import { type Decision, isRefused, refusal, refuse, succeed } from '../decision.ts';
import { sysAdminOnly } from '../privilege.ts';
import type { ProgType } from '../prog-type.ts';

/** Bytes of the shortest packet that a program is tried on. */
const ETH_HLEN = 14;
/** Types that are tried on a packet. */
const ON_PACKETS: readonly ProgType[] = [
  ...(['cgroup_skb', 'socket_filter', 'sched_cls', 'sched_act', 'xdp'] as const),
  ...(['lwt_in', 'lwt_out', 'lwt_xmit', 'flow_dissector'] as const),
];
/** Types with a `test_run` of their own; what it looks at is not modelled, so it is done. */
const TRIED_OTHERWISE: readonly ProgType[] = [
  ...(['raw_tracepoint', 'sk_lookup', 'tracing'] as const),
  ...(['syscall', 'netfilter', 'struct_ops'] as const),
];

export function btfLoad(caller: Caller): Decision {
  if (!bpfCapable(caller)) return refuse(refusal('EPERM', 'btf-needs-bpf', {}));
  return opened(caller, 'btf');
}

export function enableStats(caller: Caller, { type = 0 }: Calls['enable_stats']): Decision {
  const refused = sysAdminOnly(caller, 'enable_stats');
  if (refused !== undefined) return refuse(refused);
  if (type !== 0) return refuse(refusal('EINVAL', 'stats-unknown', { type }));
  return opened(caller, 'other');
}

export function progTestRun(caller: Caller, call: Calls['prog_test_run']): Decision {
  const program = progAt(caller, call.prog_fd ?? 0, 'prog_fd');
  if (isRefused(program)) return refuse(program);
  const { id: prog_id, prog_type } = program;
  const onPackets = ON_PACKETS.includes(prog_type);
  if (!onPackets && !TRIED_OTHERWISE.includes(prog_type)) {
    return refuse(refusal('ENOTSUPP', 'prog-cannot-be-tried', { prog_id, prog_type }));
  }
  const { data_size_in: bytes = 0 } = call;
  if (onPackets && bytes < ETH_HLEN) {
    return refuse(refusal('EINVAL', 'packet-too-short', { bytes, least: ETH_HLEN }));
  }
  // `bpf_prog_test_run_raw_tp` takes a context and no data.
  if (prog_type === 'raw_tracepoint' && bytes > 0) {
    return refuse(refusal('EINVAL', 'test-takes-no-data', { prog_id, bytes }));
  }
  return succeed();
}

function opened(caller: Caller, kind: 'btf' | 'other'): Decision {
  const fd = lowestFree(caller);
  if (fd === undefined) return refuse(noFreeFd(caller));
  return succeed([{ type: 'FdOpened', fd, kind, id: 0 }], fd);
}
