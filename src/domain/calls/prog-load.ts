/** PROG_LOAD: the checks of semantics §7 in the kernel's order (`bpf_prog_load`). */
import { type AttachType, attachTypeNumber, attachTypeOf, CGROUP_HOOKS } from '../attach-type.ts';
import type { Calls } from '../call.ts';
import { bpfCapable, type Caller, has, lowestFree, mapAt, noFreeFd } from '../caller.ts';
import { type Decision, isRefused, refusal, refuse, succeed } from '../decision.ts';
import { cgroupProgType } from '../fits.ts';
import type { BpfMap } from '../kernel.ts';
import { badObjectName } from '../object-name.ts';
import type { Refusal } from '../outcome.ts';
import { creationGate } from '../privilege.ts';
import { type ProgType, type ProgTypeName, progTypeNumber, progTypeOf } from '../prog-type.ts';
import { isStorageMap } from '../storage.ts';
import { returnRange } from '../verifier.ts';

type Load = Calls['prog_load'];

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
const BPF_ONLY_TYPES: readonly ProgType[] = ['socket_filter', 'cgroup_skb', 'sk_reuseport'];

/** Types that only a kernel with CONFIG_CGROUP_BPF has; the others come with networking. */
const CGROUP_BUILD_TYPES: readonly ProgType[] = [
  'cgroup_device',
  'cgroup_sysctl',
  'cgroup_sockopt',
];

const PROG_FLAGS = 0x1ff;
const INSNS_MAX = 1_000_000;
const INSNS_MAX_UNPRIVILEGED = 4096;

export function progLoad(caller: Caller, call: Load): Decision {
  const refused = admission(caller, call);
  if (refused !== undefined) return refuse(refused);
  const type = progTypeOf(call.prog_type);
  const expected = fixUpAttachType(type, call.expected_attach_type);
  const bad =
    badExpectedType(caller, type, expected) ??
    unknownType(caller, type) ??
    badObjectName(call.prog_name ?? '', 'prog_name');
  if (bad !== undefined) return refuse(bad);
  const maps = findMaps(caller, call);
  if (isRefused(maps)) return refuse(maps);
  const rejected = verify(caller, { call, type, expected, maps });
  if (rejected !== undefined) return refuse(rejected);
  const fd = lowestFree(caller);
  if (fd === undefined) return refuse(noFreeFd(caller));

  const effect = {
    type: 'ProgLoaded',
    prog_id: caller.kernel.counters.prog,
    fd,
    prog_type: type,
    expected_attach_type: expected,
    enforced: type === 'cgroup_skb' && (call.ret ?? 1) > 1,
    prog_name: call.prog_name ?? '',
    tag: (caller.kernel.switches.tag_is_sha256 ? call.tag?.sha256 : call.tag?.sha1) ?? '',
    uid: caller.process.uid,
    map_ids: idsOf(maps),
    storage_map_ids: idsOf(maps.filter((map) => isStorageMap(map))),
  } as const;
  return succeed([effect], fd);
}

/** Most programs use no map; all of them share one empty list. */
const NO_IDS: readonly number[] = [];

function idsOf(maps: readonly BpfMap[]): readonly number[] {
  return maps.length === 0 ? NO_IDS : maps.map((map) => map.id);
}

/** Flags, gate, size and capabilities; the first two swapped places around 6.9. */
function admission(caller: Caller, call: Load): Refusal | undefined {
  const flags = call.prog_flags ?? 0;
  const badFlags =
    (flags & ~PROG_FLAGS) === 0 ? undefined : refusal('EINVAL', 'prog-flags-unknown', { flags });
  const gated = creationGate(caller);
  const first = caller.kernel.switches.form_before_privilege
    ? (badFlags ?? gated)
    : (gated ?? badFlags);
  return first ?? unprivileged(caller, call);
}

function unprivileged(caller: Caller, call: Load): Refusal | undefined {
  const privileged = bpfCapable(caller);
  const insns = call.insn_cnt ?? 2;
  const insnsMax = privileged ? INSNS_MAX : INSNS_MAX_UNPRIVILEGED;
  if (insns === 0 || insns > insnsMax) {
    return refusal('E2BIG', 'too-many-instructions', { insns, limit: insnsMax });
  }
  const name = progTypeOf(call.prog_type);
  if (name !== 'socket_filter' && name !== 'cgroup_skb' && !privileged) {
    return refusal('EPERM', 'load-needs-bpf', { prog_type: name });
  }
  if (has(caller, 'sys_admin')) return undefined;
  if (typeof name === 'string' && PERFMON_TYPES.includes(name)) {
    return has(caller, 'perfmon')
      ? undefined
      : refusal('EPERM', 'load-needs-perfmon', { prog_type: name });
  }
  if (typeof name === 'string' && !BPF_ONLY_TYPES.includes(name) && name !== 'unspec') {
    return has(caller, 'net_admin')
      ? undefined
      : refusal('EPERM', 'load-needs-net-admin', { prog_type: name });
  }
  return undefined;
}

/** CGROUP_SOCK without an expected type means SOCK_CREATE (`bpf_prog_load_fixup_attach_type`). */
function fixUpAttachType(type: ProgType, expected: AttachType | undefined): AttachType {
  const named = attachTypeOf(expected ?? 0);
  return type === 'cgroup_sock' && attachTypeNumber(named) === 0
    ? 'cgroup_inet_sock_create'
    : named;
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
  if (type === 'sk_lookup') return expected === 'sk_lookup';
  if (!CHECKED_TYPES.includes(type)) return true;
  return cgroupProgType(caller.kernel.switches, expected) === type;
}

function unknownType(caller: Caller, type: ProgType): Refusal | undefined {
  const { switches } = caller.kernel;
  const n = progTypeNumber(type);
  const isBuilt = switches.cgroup_bpf || !CGROUP_BUILD_TYPES.includes(type);
  if (n !== 0 && n < switches.prog_type_count && isBuilt) return undefined;
  return refusal('EINVAL', 'prog-type-unknown', { prog_type: type });
}

/** The maps that the instructions name, each once; a program has at most one storage map a kind. */
function findMaps(caller: Caller, call: Load): BpfMap[] | Refusal {
  const maps: BpfMap[] = [];
  for (const fd of call.map_fds ?? []) {
    const found = mapAt(caller, fd, 'map_fds');
    if (isRefused(found)) return found;
    const { map } = found;
    if (maps.includes(map)) continue;
    if (isStorageMap(map) && maps.some((other) => other.map_type === map.map_type)) {
      return refusal('EBUSY', 'two-storage-maps', { map_id: map.id, map_type: map.map_type });
    }
    const owner = storageOwner(caller, map);
    if (owner !== undefined) {
      return refusal('EBUSY', 'storage-map-has-owner', { map_id: map.id, prog_id: owner });
    }
    maps.push(map);
  }
  return maps;
}

/** Up to 5.8 a storage map belongs to the first program loaded with it (§25.6). */
function storageOwner(caller: Caller, map: BpfMap): number | undefined {
  if (caller.kernel.switches.storage_is_shared || !isStorageMap(map)) return undefined;
  for (const program of caller.kernel.programs.values()) {
    if (program.storage_map_ids.includes(map.id)) return program.id;
  }
  return undefined;
}

interface Loaded {
  readonly call: Load;
  readonly type: ProgType;
  readonly expected: AttachType;
  readonly maps: readonly BpfMap[];
}

/** The verifier's answer to `r0 = ret; exit`, and to a helper call on storage. */
function verify(caller: Caller, { call, type, expected, maps }: Loaded): Refusal | undefined {
  const mayCall = typeof type === 'string' && STORAGE_HELPER_TYPES.includes(type);
  const storage = maps.find((map) => isStorageMap(map));
  if (storage !== undefined && call.map_ref_only !== true && !mayCall) {
    return refusal('EINVAL', 'helper-not-for-type', { prog_type: type, map_id: storage.id });
  }
  const ret = call.ret ?? 1;
  const range = returnRange(caller.kernel.switches, type, expected);
  if (range === undefined || (ret >= range.min && ret <= range.max)) return undefined;
  return refusal('EINVAL', 'return-out-of-range', { ret, min: range.min, max: range.max });
}

/** Types whose programs may call bpf_get_local_storage: all of cgroups', and SOCK_OPS. */
const STORAGE_HELPER_TYPES: readonly ProgTypeName[] = [
  ...new Set(Object.values(CGROUP_HOOKS).map((hook) => hook.progType)),
];
