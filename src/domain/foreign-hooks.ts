/**
 * Hooks of other subsystems: which programs a link of one takes, and what is said of a target that is
 * none (`bpf_prog_attach_check_attach_type` and `link_create` in kernel/bpf/syscall.c,
 * `sock_map_link_create`, `netns_bpf_link_create`, `bpf_perf_link_attach`; semantics §26).
 */
import { type AttachType, attachTypeNumber } from './attach-type.ts';
import { type Caller, fileAt } from './caller.ts';
import { refusal } from './decision.ts';
import type { Program } from './kernel.ts';
import type { Refusal } from './outcome.ts';
import type { ProgType, ProgTypeName } from './prog-type.ts';
import type { Switches } from './release/switches.ts';

const OF_PERF: readonly ProgTypeName[] = ['kprobe', 'tracepoint', 'perf_event'];
/** RAW_TRACEPOINT_OPEN, which has no attach type, and links of tracing to a tracepoint. */
const OF_TRACEPOINTS: readonly ProgTypeName[] = [
  ...(['raw_tracepoint', 'raw_tracepoint_writable', 'tracing', 'ext', 'lsm'] as const),
];

/** Hooks of many functions: the program was loaded for that, and for nothing else. */
const OF_MANY = [
  ...(['trace_kprobe_multi', 'trace_uprobe_multi', 56, 57] as const),
] as const satisfies readonly AttachType[];

const toEach = (types: readonly ProgTypeName[], hooks: readonly AttachType[]) =>
  hooks.map((hook) => [attachTypeNumber(hook), types] as const);

/** The program types of a hook, by its number. 56 to 58 have no name here: the sessions of kprobe and uprobe, fsession. */
const LINKED: ReadonlyMap<number, readonly ProgTypeName[]> = new Map([
  ...toEach(['sk_skb'], ['sk_skb_stream_parser', 'sk_skb_stream_verdict', 'sk_skb_verdict']),
  ...toEach(['sk_msg'], ['sk_msg_verdict']),
  ...toEach(['flow_dissector'], ['flow_dissector']),
  ...toEach(['sk_lookup'], ['sk_lookup']),
  ...toEach(['xdp'], ['xdp']),
  ...toEach(['netfilter'], ['netfilter']),
  ...toEach(['sched_cls'], ['tcx_ingress', 'tcx_egress', 'netkit_primary', 'netkit_peer']),
  ...toEach(['lsm'], ['lsm_mac']),
  ...toEach(['tracing'], ['trace_fentry', 'trace_fexit', 'modify_return', 'trace_iter', 58]),
  ...toEach(OF_TRACEPOINTS, ['trace_raw_tp']),
  ...toEach(OF_PERF, ['perf_event']),
  ...toEach(['kprobe'], OF_MANY),
]);

/** The program types of a link on a hook that this kernel can link to; none where it cannot. */
function linkedTypes(switches: Switches, type: AttachType): readonly ProgTypeName[] {
  if (attachTypeNumber(type) >= switches.attach_type_count) return [];
  if (isSockmapHook(type) && !switches.sockmap_links) return [];
  if (isOfNetwork(type) && !switches.netns_links) return [];
  return LINKED.get(attachTypeNumber(type)) ?? [];
}

/** Why a program is not linked to a hook of another subsystem, whatever the target. */
export function unfitForLink(
  switches: Switches,
  { id: prog_id, prog_type, expected_attach_type }: Program,
  attach_type: AttachType,
): Refusal | undefined {
  const types: readonly ProgType[] = linkedTypes(switches, attach_type);
  if (types.length === 0) return refusal('EINVAL', 'attach-type-unknown', { attach_type });
  if (!types.includes(prog_type)) {
    const about = { prog_id, prog_type, wanted: types.join(' or ') };
    return refusal('EINVAL', 'prog-type-differs', { field: 'prog_fd', ...about });
  }
  if (prog_type !== 'kprobe') return undefined;
  const [hook, loadedFor] = [attach_type, expected_attach_type].map(attachTypeNumber);
  const isOfMany = (number: number | undefined): boolean =>
    OF_MANY.some((many) => attachTypeNumber(many) === number);
  if (hook === loadedFor || !(isOfMany(hook) || isOfMany(loadedFor))) return undefined;
  const about = { prog_id, expected: expected_attach_type, attach_type };
  return refusal('EINVAL', 'expected-type-differs', about);
}

/** Why no link is made on a target that is a cgroup, or what else the model has. */
export function noLinkTarget(
  caller: Caller,
  attach_type: AttachType,
  { target, flags }: { readonly target: number; readonly flags: number },
): Refusal {
  const isChecked =
    attach_type === 'perf_event' || isSockmapHook(attach_type) || isOfNetwork(attach_type);
  if (isChecked || attach_type === 'netfilter') {
    if (flags !== 0) return refusal('EINVAL', 'flags-unknown', { flags: flags >>> 0 });
  }
  // What it is attached to stands in fields of its own.
  if (attach_type === 'netfilter') {
    return refusal('ENOTSUPP', 'not-modelled', { what: 'a link of netfilter' });
  }
  if (attach_type === 'perf_event') {
    return refusal('EBADF', 'target-is-no-perf-event', { fd: target });
  }
  return isChecked
    ? (notASockmap(caller, attach_type, target) ?? foreignTarget(attach_type))
    : foreignTarget(attach_type);
}

/** Why PROG_ATTACH to a sockmap fails: the target is there to be looked at (`sock_map_get_from_fd`). */
export function noSockmap(
  caller: Caller,
  attach_type: AttachType,
  { target, flags, replace }: Readonly<Record<'target' | 'flags' | 'replace', number>>,
): Refusal {
  if (flags !== 0 || replace !== 0) {
    return refusal('EINVAL', 'flags-unknown', { flags: flags >>> 0 });
  }
  const refused = notASockmap(caller, attach_type, target);
  if (refused !== undefined) return refused;
  const isMap = fileAt(caller, target)?.kind === 'map';
  return isMap
    ? refusal('EOPNOTSUPP', 'target-of-other-subsystem', { attach_type })
    : foreignTarget(attach_type);
}

/** What is told of an fd before its kind counts; of a sockmap, that it is one. */
function notASockmap(caller: Caller, attach_type: AttachType, target: number): Refusal | undefined {
  const file = fileAt(caller, target);
  if (file === undefined) return refusal('EBADF', 'target-fd-not-open', { fd: target });
  if (file.kind !== 'map' || !isSockmapHook(attach_type)) return undefined;
  const map_type = caller.kernel.maps.get(file.id)?.map_type;
  if (map_type !== 'sockmap' && map_type !== 'sockhash') return undefined;
  return refusal('ENOTSUPP', 'not-modelled', { what: `a program on a ${map_type}` });
}

/** Hooks of network interfaces, whose target is an interface index (6.6). */
export function isInterfaceHook(type: AttachType): boolean {
  return typeof type === 'string' && /^(tcx|netkit)_/u.test(type);
}

/** Hooks of sockmaps, whose target is a map. */
export function isSockmapHook(type: AttachType): boolean {
  return type === 'sk_msg_verdict' || (typeof type === 'string' && type.startsWith('sk_skb_'));
}

/** Hooks of network namespaces. */
function isOfNetwork(type: AttachType): boolean {
  return type === 'flow_dissector' || type === 'sk_lookup';
}

/** Another subsystem's hook looks for its own kind of target, which does not exist here. */
export function foreignTarget(type: AttachType): Refusal {
  const errno = isInterfaceHook(type) ? 'ENODEV' : 'EINVAL';
  return refusal(errno, 'target-of-other-subsystem', { attach_type: type });
}
