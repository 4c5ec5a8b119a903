/** The program types of the UAPI, in number order (`enum bpf_prog_type`). */
export const PROG_TYPE_NAMES = [
  'unspec',
  'socket_filter',
  'kprobe',
  'sched_cls',
  'sched_act',
  'tracepoint',
  'xdp',
  'perf_event',
  'cgroup_skb',
  'cgroup_sock',
  'lwt_in',
  'lwt_out',
  'lwt_xmit',
  'sock_ops',
  'sk_skb',
  'cgroup_device',
  'sk_msg',
  'raw_tracepoint',
  'cgroup_sock_addr',
  'lwt_seg6local',
  'lirc_mode2',
  'sk_reuseport',
  'flow_dissector',
  'cgroup_sysctl',
  'raw_tracepoint_writable',
  'cgroup_sockopt',
  'tracing',
  'struct_ops',
  'ext',
  'lsm',
  'sk_lookup',
  'syscall',
  'netfilter',
] as const;

export type ProgTypeName = (typeof PROG_TYPE_NAMES)[number];

/** A known program type by its name, any other 32-bit value by its number. */
export type ProgType = ProgTypeName | number;

/** The UAPI number of a program type. */
export function progTypeNumber(type: ProgType): number {
  return typeof type === 'number' ? type : PROG_TYPE_NAMES.indexOf(type);
}

/** The canonical spelling of a program type: its name where it has one, else the number. */
export function progTypeOf(n: number): ProgType {
  return PROG_TYPE_NAMES[n] ?? n;
}
