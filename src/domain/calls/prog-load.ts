/** PROG_LOAD: the checks of semantics §7 in the kernel's order (`bpf_prog_load`). */

import { withArticle } from '../article.ts';
import { type AttachType, attachTypeNumber, attachTypeOf } from '../attach-type.ts';
import { isKernelsBtf } from '../btf.ts';
import type { Calls } from '../call.ts';
import { bpfCapable, type Caller, fileAt, has, lowestFree, noFreeFd, progAt } from '../caller.ts';
import { verdict } from '../code/verdict.ts';
import { badLog, shortLog } from '../code/verifier-log.ts';
import { type Decision, isRefused, refusal, refuse, succeed } from '../decision.ts';
import { cgroupProgType } from '../fits.ts';
import { TOKEN_FD } from '../flags.ts';
import { NO_IDS } from '../ids.ts';
import type { BpfMap } from '../kernel.ts';
import { askOwners } from '../maps/holding.ts';
import { progLocks, progPages } from '../memlock.ts';
import { HOSTS_NAMESPACE } from '../namespace-row.ts';
import { nextObjectId } from '../next-id.ts';
import { badObjectName } from '../object-name.ts';
import { isUnmodelled, type Refusal } from '../outcome.ts';
import { creationGate, gate } from '../privilege.ts';
import { type ProgType, progTypeNumber, progTypeOf } from '../prog-type.ts';
import type { Switches } from '../release/switches.ts';
import { isStorageMap } from '../storage.ts';
import { allowsLoad, findAsked, WITHOUT_TOKEN } from '../tokens.ts';
import { unknownFields, unverifiable } from './prog-load-fields.ts';
import { badBtfId, foreignKind, NEEDS_BTF, refuseHook } from './prog-load-hook.ts';

type ProgLoad = Calls['prog_load'];

const kindOf = (type: ProgType): string => withArticle(`${type} program`);

/** Loads with a type that the kernel compares with the expected attach type (§7 row 5). */
const CHECKED_TYPES: readonly ProgType[] = [
  'cgroup_skb',
  'cgroup_sock',
  'cgroup_sock_addr',
  'cgroup_sockopt',
];

/** Types that need more than CAP_BPF: networking wants CAP_NET_ADMIN, tracing CAP_PERFMON. */
const PERFMON_TYPES: readonly ProgType[] = [
  'kprobe',
  'tracepoint',
  'perf_event',
  'raw_tracepoint',
  'raw_tracepoint_writable',
  'tracing',
  'lsm',
  'struct_ops',
  'ext',
];
/** Types that need neither (`is_net_admin_prog_type`, `is_perfmon_prog_type`). */
const BPF_ONLY_TYPES: readonly ProgType[] = [
  'unspec',
  'socket_filter',
  'cgroup_skb',
  'sk_reuseport',
  'sk_lookup',
  'syscall',
];

/** Types that only a kernel with CONFIG_CGROUP_BPF has; SOCK_OPS comes with networking. */
const CGROUP_BUILD_TYPES: readonly ProgType[] = [
  'cgroup_skb',
  'cgroup_sock',
  'cgroup_sock_addr',
  'cgroup_device',
  'cgroup_sysctl',
  'cgroup_sockopt',
];

/** `BPF_F_XDP_HAS_FRAGS` (5.18), which every type may have. */
const XDP_HAS_FRAGS = 32;

const INSNS_MAX = 1_000_000;
const INSNS_MAX_UNPRIVILEGED = 4096;

export function progLoad(caller: Caller, call: ProgLoad): Decision {
  const type = progTypeOf(call.prog_type);
  const expected = fixUpAttachType(type, call.expected_attach_type);
  const user = beforeVerifier(caller, call, { type, expected });
  if (typeof user !== 'number') return refuse(user);
  const { attach_btf_id: id = 0 } = call;
  const byBtf = id !== 0;
  const foreign = byBtf
    ? refuseHook(caller, { type, expected, id })
    : foreignKind(type, call.prog_flags ?? 0);
  const accepted = verdict(caller, { call, type, expected, foreign, user });
  const isSure = isRefused(accepted) ? !isUnmodelled(accepted) : accepted.verified && !byBtf;
  const short = shortLog(call, isSure);
  if (short !== undefined) return refuse(short);
  if (isRefused(accepted)) return refuse(accepted);
  const { maps, btfIds, returns } = accepted;
  const hasFrags = ((call.prog_flags ?? 0) & XDP_HAS_FRAGS) !== 0;
  const alike = { prog_type: type, expected_attach_type: expected };
  const program = hasFrags ? { ...alike, xdp_has_frags: true as const } : alike;
  const { unlike, owned } = askOwners(caller.kernel.switches, maps, program);
  if (unlike !== undefined) {
    const about = { map_id: unlike.id, prog_type: type };
    return refuse(refusal('EINVAL', 'load-unlike-owner', about), owned);
  }
  const prog_id = nextObjectId(caller.kernel, 'prog');
  const fd = lowestFree(caller);
  // The id is given out before the fd (`bpf_prog_alloc_id`), and is not given out again.
  if (fd === undefined)
    return refuse(noFreeFd(caller), [...owned, { type: 'ProgIdBurned', prog_id }]);

  const effect = {
    type: 'ProgLoaded',
    prog_id,
    fd,
    prog_type: type,
    expected_attach_type: expected,
    enforced: type === 'cgroup_skb' && returns !== undefined && returns > 1,
    prog_name: call.prog_name ?? '',
    tag: (caller.kernel.switches.tag_is_sha256 ? call.tag?.sha256 : call.tag?.sha1) ?? '',
    uid: caller.process.uid,
    map_ids: idsOf(maps),
    storage_map_ids: maps.length === 0 ? NO_IDS : idsOf(maps.filter((map) => isStorageMap(map))),
  } as const;
  const pages = caller.kernel.switches.memlock_is_charged ? progPages(insnCount(call)) : 1;
  const held = user === HOSTS_NAMESPACE ? effect : { ...effect, token_user_id: user };
  const described = btfIds.length === 0 ? held : { ...held, btf_ids: btfIds };
  const hooked = byBtf ? { ...described, attach_btf_id: id } : described;
  const loaded = hasFrags ? { ...hooked, xdp_has_frags: true as const } : hooked;
  return succeed(
    [pages > 1 ? { ...loaded, pages } : loaded],
    fd,
    isSure ? undefined : { verified: false },
  );
}

/** Whether the verifier sees the program, and so prints into the log that the call passes. */
export function reachesVerifier(caller: Caller, call: ProgLoad): boolean {
  if (gate(caller, call.attr_size) !== undefined) return false;
  const type = progTypeOf(call.prog_type);
  const expected = fixUpAttachType(type, call.expected_attach_type);
  return typeof beforeVerifier(caller, call, { type, expected }) === 'number';
}

/** What `bpf_prog_load` asks before `bpf_check`. It gives the user namespace of `admission`. */
function beforeVerifier(
  caller: Caller,
  call: ProgLoad,
  { type, expected }: { readonly type: ProgType; readonly expected: AttachType },
): number | Refusal {
  const user = admission(caller, call, expected);
  if (typeof user !== 'number') return user;
  const { attach_target_may_be_btf: mayBeBtf } = caller.kernel.switches;
  return (
    (mayBeBtf ? badTarget(caller, type, call) : undefined) ??
    badBtfId(type, call.attach_btf_id ?? 0) ??
    (mayBeBtf ? undefined : targetUnasked(type, call)) ??
    badExpectedType(caller, type, expected) ??
    (mayBeBtf ? undefined : badTargetProgram(caller, type, call)) ??
    progLocks(caller, insnCount(call)) ??
    unverifiable(call) ??
    unknownType(caller, type) ??
    badObjectName(call.prog_name ?? '', 'prog_name') ??
    badLog(caller.kernel.switches, call) ??
    user
  );
}

function idsOf(maps: readonly BpfMap[]): readonly number[] {
  return maps.length === 0 ? NO_IDS : maps.map((map) => map.id);
}

/**
 * Flags, gate, size and capabilities; the first two swapped places around 6.9. It gives the user namespace in
 * which capabilities are asked: that of a token which allows the load, else that of the host.
 */
function admission(caller: Caller, call: ProgLoad, expected: AttachType): number | Refusal {
  const flags = call.prog_flags ?? 0;
  const { switches } = caller.kernel;
  const isKnown = (flags & ~switches.prog_flags) === 0;
  const type = progTypeOf(call.prog_type);
  const { user, refused } =
    isKnown && (flags & TOKEN_FD) !== 0
      ? findAsked(caller, call.prog_token_fd ?? 0, (token) =>
          allowsLoad(caller.kernel, token, { type, expected }),
        )
      : WITHOUT_TOKEN;
  const badFlags = isKnown ? refused : refusal('EINVAL', 'prog-flags-unknown', { flags });
  const isAdmin = has(caller, 'sys_admin', user);
  const passGate = isAdmin ? undefined : creationGate(caller, user);
  const first = switches.form_before_privilege ? (badFlags ?? passGate) : (passGate ?? badFlags);
  const refuseCaller = isAdmin
    ? refuseSize(call, INSNS_MAX)
    : refuseUnprivileged(caller, call, user);
  return unknownFields(switches, call) ?? first ?? refuseCaller ?? user;
}

/** Whatever the count says, a program without instructions is none. */
function insnCount({ insns, insn_cnt = 2 }: ProgLoad): number {
  return insns === '' ? 0 : insn_cnt;
}

function refuseSize(call: ProgLoad, limit: number): Refusal | undefined {
  const insns = insnCount(call);
  if (insns > 0 && insns <= limit) return undefined;
  return refusal('E2BIG', 'too-many-instructions', { insns, limit });
}

/** What callers without CAP_SYS_ADMIN need, which stands in for all of it. */
function refuseUnprivileged(caller: Caller, call: ProgLoad, user: number): Refusal | undefined {
  const privileged = bpfCapable(caller, user);
  const tooLong = refuseSize(call, privileged ? INSNS_MAX : INSNS_MAX_UNPRIVILEGED);
  if (tooLong !== undefined) return tooLong;
  const name = progTypeOf(call.prog_type);
  if (name !== 'socket_filter' && name !== 'cgroup_skb' && !privileged) {
    return refusal('EPERM', 'load-needs-bpf', { prog_type: name });
  }
  if (needsNetAdmin(caller.kernel.switches, name) && !has(caller, 'net_admin', user)) {
    return refusal('EPERM', 'load-needs-net-admin', { prog_type: name });
  }
  if (PERFMON_TYPES.includes(name) && !has(caller, 'perfmon', user)) {
    return refusal('EPERM', 'load-needs-perfmon', { prog_type: name });
  }
  return undefined;
}

/** Types that the kernel does not have are in none of its lists; `ext` may replace any program, and is in both. */
function needsNetAdmin(switches: Switches, type: ProgType): boolean {
  if (progTypeNumber(type) >= switches.prog_type_count || BPF_ONLY_TYPES.includes(type))
    return false;
  if (type === 'lirc_mode2') return switches.lirc_needs_net_admin;
  return type === 'ext' || !PERFMON_TYPES.includes(type);
}

/** CGROUP_SOCK without an expected type means SOCK_CREATE (`bpf_prog_load_fixup_attach_type`). */
function fixUpAttachType(type: ProgType, expected: AttachType | undefined): AttachType {
  const named = attachTypeOf(expected ?? 0);
  if (type !== 'cgroup_sock' && type !== 'sk_reuseport') return named;
  if (attachTypeNumber(named) !== 0) return named;
  return type === 'cgroup_sock' ? 'cgroup_inet_sock_create' : 'sk_reuseport_select';
}

/**
 * Another program or BTF that a program is attached to. Only tracing and ext programs are attached to
 * programs (`bpf_prog_load_check_attach`), and that is not modelled.
 */
function badTarget(
  caller: Caller,
  type: ProgType,
  { attach_prog_fd = 0 }: ProgLoad,
): Refusal | undefined {
  if (attach_prog_fd === 0) return undefined;
  const target = fileAt(caller, attach_prog_fd);
  const isBtf = target?.kind === 'btf';
  if (isBtf && !isKernelsBtf(caller.kernel, target.id)) {
    return refusal('ENOTSUPP', 'btf-is-no-kernels', { fd: attach_prog_fd });
  }
  const takesBtf = type === 'struct_ops' || NEEDS_BTF.includes(type);
  const takesProg = type === 'tracing' || type === 'ext';
  if ((isBtf && takesBtf) || (target?.kind === 'prog' && takesProg)) {
    return refusal('ENOTSUPP', 'not-modelled', { what: `the target of ${kindOf(type)}` });
  }
  return refusal('EINVAL', 'attach-target-does-not-fit', { prog_type: type });
}

/** Up to 5.10: only tracing and ext programs have a target, whatever its fd is. */
function targetUnasked(type: ProgType, { attach_prog_fd = 0 }: ProgLoad): Refusal | undefined {
  if (attach_prog_fd === 0 || type === 'tracing' || type === 'ext') return undefined;
  return refusal('EINVAL', 'attach-target-does-not-fit', { prog_type: type });
}

/** Up to 5.10: the target is a program, and looked up late. */
function badTargetProgram(
  caller: Caller,
  type: ProgType,
  { attach_prog_fd = 0 }: ProgLoad,
): Refusal | undefined {
  if (attach_prog_fd === 0) return undefined;
  const target = progAt(caller, attach_prog_fd, 'attach_prog_fd');
  if (isRefused(target)) return target;
  return refusal('ENOTSUPP', 'not-modelled', { what: `the target of ${kindOf(type)}` });
}

/** `bpf_prog_load_check_attach`. */
function badExpectedType(
  caller: Caller,
  type: ProgType,
  expected: AttachType,
): Refusal | undefined {
  if (fitsType(caller, type, expected)) return undefined;
  const about = { prog_type: type, expected_attach_type: expected };
  return refusal('EINVAL', 'expected-type-does-not-fit', about);
}

function fitsType(caller: Caller, type: ProgType, expected: AttachType): boolean {
  const { switches } = caller.kernel;
  if (CHECKED_TYPES.includes(type)) return cgroupProgType(switches, expected) === type;
  switch (type) {
    case 'sk_lookup':
      return expected === 'sk_lookup';
    case 'netfilter':
      return expected === 'netfilter';
    case 'syscall':
    case 'ext':
      return attachTypeNumber(expected) === 0;
    case 'sk_reuseport':
      return switches.attach_type_count <= REUSEPORT_SELECT || REUSEPORT.includes(expected);
    default:
      return true;
  }
}

const REUSEPORT: readonly AttachType[] = ['sk_reuseport_select', 'sk_reuseport_select_or_migrate'];
/** From the kernel on that knows it, the type's hook is compared (5.14). */
const REUSEPORT_SELECT = 39;

function unknownType(caller: Caller, type: ProgType): Refusal | undefined {
  const { switches } = caller.kernel;
  const n = progTypeNumber(type);
  const isBuilt = switches.cgroup_bpf || !CGROUP_BUILD_TYPES.includes(type);
  if (n !== 0 && n < switches.prog_type_count && isBuilt) return undefined;
  return refusal('EINVAL', 'prog-type-unknown', { prog_type: type });
}
