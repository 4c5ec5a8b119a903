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

const NUMBERS_BY_NAME = new Map<string, number>(PROG_TYPE_NAMES.map((name, n) => [name, n]));

/** The UAPI number of a program type; -1 for an unknown name. */
export function progTypeNumber(type: ProgType): number {
  return typeof type === 'number' ? type : (NUMBERS_BY_NAME.get(type) ?? -1);
}

/** The canonical spelling of a program type: its name where it has one, else the number. */
export function progTypeOf(type: ProgType): ProgType {
  return typeof type === 'number' ? (PROG_TYPE_NAMES[type] ?? type) : type;
}
