/**
 * The attach types: their UAPI numbers and, for those of cgroups, the program type that fits and
 * whether the program's expected attach type must be equal (semantics §2.3;
 * `attach_type_to_prog_type` and `bpf_prog_attach_check_attach_type` in kernel/bpf/syscall.c).
 */
import type { ProgTypeName } from './prog-type.ts';

/** How a program's `expected_attach_type` is compared at attach and link create. */
type ExpectedTypeCheck = 'equal' | 'enforced-only' | 'never';

interface CgroupHook {
  readonly progType: ProgTypeName;
  readonly expected: ExpectedTypeCheck;
}

/**
 * Every attach type of the UAPI up to 6.9, with its number. Those that came later are told by their
 * numbers: sessions of kprobes (56, 6.10), of uprobes (57, 6.13) and of functions (58, 7.0).
 */
export const ATTACH_TYPE_NUMBERS = {
  cgroup_inet_ingress: 0,
  cgroup_inet_egress: 1,
  cgroup_inet_sock_create: 2,
  cgroup_sock_ops: 3,
  sk_skb_stream_parser: 4,
  sk_skb_stream_verdict: 5,
  cgroup_device: 6,
  sk_msg_verdict: 7,
  cgroup_inet4_bind: 8,
  cgroup_inet6_bind: 9,
  cgroup_inet4_connect: 10,
  cgroup_inet6_connect: 11,
  cgroup_inet4_post_bind: 12,
  cgroup_inet6_post_bind: 13,
  cgroup_udp4_sendmsg: 14,
  cgroup_udp6_sendmsg: 15,
  lirc_mode2: 16,
  flow_dissector: 17,
  cgroup_sysctl: 18,
  cgroup_udp4_recvmsg: 19,
  cgroup_udp6_recvmsg: 20,
  cgroup_getsockopt: 21,
  cgroup_setsockopt: 22,
  trace_raw_tp: 23,
  trace_fentry: 24,
  trace_fexit: 25,
  modify_return: 26,
  lsm_mac: 27,
  trace_iter: 28,
  cgroup_inet4_getpeername: 29,
  cgroup_inet6_getpeername: 30,
  cgroup_inet4_getsockname: 31,
  cgroup_inet6_getsockname: 32,
  xdp_devmap: 33,
  cgroup_inet_sock_release: 34,
  xdp_cpumap: 35,
  sk_lookup: 36,
  xdp: 37,
  sk_skb_verdict: 38,
  sk_reuseport_select: 39,
  sk_reuseport_select_or_migrate: 40,
  perf_event: 41,
  trace_kprobe_multi: 42,
  lsm_cgroup: 43,
  struct_ops: 44,
  netfilter: 45,
  tcx_ingress: 46,
  tcx_egress: 47,
  trace_uprobe_multi: 48,
  cgroup_unix_connect: 49,
  cgroup_unix_sendmsg: 50,
  cgroup_unix_recvmsg: 51,
  cgroup_unix_getpeername: 52,
  cgroup_unix_getsockname: 53,
  netkit_primary: 54,
  netkit_peer: 55,
} as const;

export type AttachTypeName = keyof typeof ATTACH_TYPE_NUMBERS;

/** A known attach type by its name, any other 32-bit value by its number. */
export type AttachType = AttachTypeName | number;

const sockAddr: CgroupHook = { progType: 'cgroup_sock_addr', expected: 'equal' };
const sock: CgroupHook = { progType: 'cgroup_sock', expected: 'equal' };
const sockopt: CgroupHook = { progType: 'cgroup_sockopt', expected: 'equal' };

/** The cgroup attach types of §2.3, and the programs that fit each. */
export const CGROUP_HOOKS: { readonly [T in AttachTypeName]?: CgroupHook } = {
  cgroup_inet_ingress: { progType: 'cgroup_skb', expected: 'enforced-only' },
  cgroup_inet_egress: { progType: 'cgroup_skb', expected: 'enforced-only' },
  cgroup_inet_sock_create: sock,
  cgroup_sock_ops: { progType: 'sock_ops', expected: 'never' },
  cgroup_device: { progType: 'cgroup_device', expected: 'never' },
  cgroup_inet4_bind: sockAddr,
  cgroup_inet6_bind: sockAddr,
  cgroup_inet4_connect: sockAddr,
  cgroup_inet6_connect: sockAddr,
  cgroup_inet4_post_bind: sock,
  cgroup_inet6_post_bind: sock,
  cgroup_udp4_sendmsg: sockAddr,
  cgroup_udp6_sendmsg: sockAddr,
  cgroup_sysctl: { progType: 'cgroup_sysctl', expected: 'never' },
  cgroup_udp4_recvmsg: sockAddr,
  cgroup_udp6_recvmsg: sockAddr,
  cgroup_getsockopt: sockopt,
  cgroup_setsockopt: sockopt,
  cgroup_inet4_getpeername: sockAddr,
  cgroup_inet6_getpeername: sockAddr,
  cgroup_inet4_getsockname: sockAddr,
  cgroup_inet6_getsockname: sockAddr,
  cgroup_inet_sock_release: sock,
  cgroup_unix_connect: sockAddr,
  cgroup_unix_sendmsg: sockAddr,
  cgroup_unix_recvmsg: sockAddr,
  cgroup_unix_getpeername: sockAddr,
  cgroup_unix_getsockname: sockAddr,
};

/** Attach types that PROG_ATTACH knows but that belong to other subsystems: the type they want. */
export const FOREIGN_HOOKS: { readonly [T in AttachTypeName]?: ProgTypeName } = {
  sk_skb_stream_parser: 'sk_skb',
  sk_skb_stream_verdict: 'sk_skb',
  sk_skb_verdict: 'sk_skb',
  sk_msg_verdict: 'sk_msg',
  lirc_mode2: 'lirc_mode2',
  flow_dissector: 'flow_dissector',
  sk_lookup: 'sk_lookup',
  xdp: 'xdp',
  trace_raw_tp: 'tracing',
  trace_fentry: 'tracing',
  trace_fexit: 'tracing',
  modify_return: 'tracing',
  trace_iter: 'tracing',
  lsm_mac: 'lsm',
  tcx_ingress: 'sched_cls',
  tcx_egress: 'sched_cls',
  netkit_primary: 'sched_cls',
  netkit_peer: 'sched_cls',
};

const NAMES_BY_NUMBER = new Map<number, AttachTypeName>(
  Object.entries(ATTACH_TYPE_NUMBERS).map(([name, n]) => [n, name as AttachTypeName]),
);

/** The UAPI number of an attach type. */
export function attachTypeNumber(type: AttachType): number {
  return typeof type === 'number' ? type : ATTACH_TYPE_NUMBERS[type];
}

/** The canonical spelling of an attach type: its name where it has one, else the number. */
export function attachTypeOf(type: AttachType): AttachType {
  return typeof type === 'number' ? (NAMES_BY_NUMBER.get(type) ?? type) : type;
}
