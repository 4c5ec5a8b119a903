/**
 * From which release on each switch has which value: the delta table of semantics §1 and
 * kernel-diffs, as data.
 *
 * `since` is a mainline series (`6.15`) or an exact stable update (`6.12.31`); the latter holds
 * for its own series alone, from that update on, and wins over the series.
 */
import type { Switches, SwitchName } from './switches.ts';

/** How a boundary is known: seen on a running kernel, read in source, or from memory (±1). */
export type Evidence = 'measured' | 'read' | 'remembered';

export interface Boundary<T> {
  readonly since: string;
  readonly value: T;
  readonly evidence: Evidence;
}

export interface SwitchSpec<T> {
  /** One sentence per value would be ideal; this one says what `true` or the value means. */
  readonly meaning: string;
  readonly source: string;
  /** A defect of the kernel rather than a rule. */
  readonly bug?: true;
  /** The value of `v2-series`, where it is not that of 5.7. */
  readonly v2?: T;
  /** First the value of 5.7. */
  readonly boundaries: readonly [Boundary<T>, ...Boundary<T>[]];
}

type Specs = { readonly [N in SwitchName]: SwitchSpec<Switches[N]> };

const from57 = <T>(value: T): Boundary<T> => ({ since: '5.7', value, evidence: 'read' });

export const SWITCH_SPECS: Specs = {
  cgroup_bpf: {
    meaning: 'the kernel is built with CONFIG_CGROUP_BPF; without it every attach is EINVAL',
    source: 'v2 series, patch 1; include/linux/bpf-cgroup.h',
    boundaries: [from57(true)],
  },
  attach_type_count: {
    meaning: 'attach types below this number exist; others are EINVAL',
    source: 'semantics §2.3, D10, D12, D17, D20; enum bpf_attach_type',
    v2: 27,
    boundaries: [
      from57(29),
      { since: '5.8', value: 34, evidence: 'remembered' },
      { since: '5.9', value: 38, evidence: 'remembered' },
      { since: '5.10', value: 38, evidence: 'measured' },
      { since: '5.15', value: 42, evidence: 'remembered' },
      { since: '6.0', value: 44, evidence: 'remembered' },
      { since: '6.1', value: 44, evidence: 'measured' },
      { since: '6.6', value: 49, evidence: 'remembered' },
      { since: '6.7', value: 56, evidence: 'remembered' },
      { since: '6.12', value: 56, evidence: 'measured' },
    ],
  },
  prog_type_count: {
    meaning: 'program types below this number exist; loading others is EINVAL',
    source: 'enum bpf_prog_type',
    boundaries: [
      from57(30),
      { since: '5.9', value: 31, evidence: 'remembered' },
      { since: '5.10', value: 31, evidence: 'measured' },
      { since: '5.14', value: 32, evidence: 'remembered' },
      { since: '6.4', value: 33, evidence: 'remembered' },
    ],
  },
  link_flags_choose_mode: {
    meaning: 'LINK_CREATE takes flags 0, override or multi, and they set the mode of the list',
    source: 'semantics §19.2; cover letter of the v2 series',
    v2: true,
    boundaries: [from57(false)],
  },
  link_unknown_flags_refused: {
    meaning: 'LINK_CREATE refuses flag bits that it does not know with EINVAL',
    source: 'semantics §19.2 row 5 (inferred for v2-series)',
    boundaries: [from57(true)],
  },
  link_conflict_errno: {
    meaning: 'errno of an attach or link that meets a link in a none or override list',
    source: 'semantics §19.5 (inferred; v2-series only)',
    boundaries: [from57('EPERM')],
  },
  link_prog_detach_errno: {
    meaning: 'errno of PROG_DETACH on a none or override list whose entry is a link',
    source: 'semantics §19.5 (inferred; v2-series only)',
    boundaries: [from57('EPERM')],
  },
  link_update_leaks_reference: {
    meaning: 'LINK_UPDATE never gives back its reference, so the link outlives its last fd',
    source: 'semantics D5, §19.4; off unless a host asks for it',
    bug: true,
    boundaries: [from57(false)],
  },
  link_ids: {
    meaning: 'links have ids, can be fetched by id, walked, and asked for info',
    source: 'semantics D7',
    v2: false,
    boundaries: [
      from57(false),
      { since: '5.8', value: true, evidence: 'read' },
      { since: '5.10', value: true, evidence: 'measured' },
    ],
  },
  link_detach: {
    meaning: 'LINK_DETACH exists; before, the command is EINVAL',
    source: 'semantics D11',
    boundaries: [
      from57(false),
      { since: '5.9', value: true, evidence: 'read' },
      { since: '5.10', value: true, evidence: 'measured' },
    ],
  },
  link_update_defunct_errno: {
    meaning: 'what LINK_UPDATE answers for a link that lost its cgroup',
    source: 'semantics D6',
    boundaries: [
      from57('EINVAL'),
      { since: '5.8', value: 'ENOLINK', evidence: 'read' },
      { since: '5.10', value: 'ENOLINK', evidence: 'measured' },
    ],
  },
  link_update_old_prog_needs_replace: {
    meaning: 'LINK_UPDATE refuses an old_prog_fd without the flag replace',
    source: 'semantics D5',
    v2: false,
    boundaries: [from57(true), { since: '5.10', value: true, evidence: 'measured' }],
  },
  link_update_compares_storage: {
    meaning: 'LINK_UPDATE to a program with other cgroup storage maps is EINVAL',
    source: 'semantics D26, §25.3',
    boundaries: [
      from57(false),
      { since: '5.10.262', value: false, evidence: 'measured' },
      { since: '6.1.192', value: true, evidence: 'measured' },
      { since: '6.12.94', value: false, evidence: 'measured' },
      { since: '6.12.117', value: true, evidence: 'measured' },
      { since: '6.18.44', value: false, evidence: 'measured' },
      { since: '7.3', value: true, evidence: 'measured' },
    ],
  },
  link_create_checks_type_first: {
    meaning: 'LINK_CREATE checks the attach type before prog_fd',
    source: 'semantics D14',
    boundaries: [from57(true), { since: '5.10', value: false, evidence: 'measured' }],
  },
  link_get_refuses_access_flags: {
    meaning: 'OBJ_GET of a link pin with RDONLY or WRONLY is EINVAL',
    source: 'semantics D15',
    boundaries: [
      from57(false),
      { since: '5.10.262', value: true, evidence: 'measured' },
      { since: '5.12', value: true, evidence: 'remembered' },
      { since: '6.1', value: true, evidence: 'measured' },
    ],
  },
  replace_by_itself: {
    meaning: 'PROG_ATTACH may replace a program by itself; before, EINVAL',
    source: 'semantics D8',
    boundaries: [
      from57(false),
      { since: '5.8', value: true, evidence: 'read' },
      { since: '5.10', value: true, evidence: 'measured' },
    ],
  },
  preorder: {
    meaning: 'PROG_ATTACH takes the flag preorder',
    source: 'semantics D22; kernel-diffs',
    boundaries: [
      from57(false),
      { since: '6.12.31', value: true, evidence: 'read' },
      { since: '6.12.94', value: true, evidence: 'measured' },
      { since: '6.15', value: true, evidence: 'remembered' },
      { since: '6.16', value: true, evidence: 'measured' },
    ],
  },
  anchors: {
    meaning: 'the flags before, after, id and link order entries, and links may be preorder',
    source: 'semantics D23; kernel-diffs',
    boundaries: [
      from57(false),
      { since: '6.12.110', value: true, evidence: 'read' },
      { since: '6.12.117', value: true, evidence: 'measured' },
      { since: '6.17', value: true, evidence: 'measured' },
    ],
  },
  revisions: {
    meaning: 'expected_revision is compared and PROG_QUERY reports the revision',
    source: 'semantics D23; kernel-diffs',
    boundaries: [
      from57(false),
      { since: '6.12.110', value: true, evidence: 'read' },
      { since: '6.12.117', value: true, evidence: 'measured' },
      { since: '6.17', value: true, evidence: 'measured' },
    ],
  },
  effective_query_reports_mode: {
    meaning: "an effective PROG_QUERY reports the mode of the cgroup's own list",
    source: 'semantics D18',
    boundaries: [
      from57(true),
      { since: '5.10', value: true, evidence: 'measured' },
      { since: '6.1', value: false, evidence: 'measured' },
    ],
  },
  query_writes_revision_past_attr: {
    meaning: 'PROG_QUERY writes revision at byte 56 even when the attr is shorter',
    source: 'kernel-diffs; opencontainers/cgroups#69',
    bug: true,
    boundaries: [
      from57(false),
      { since: '6.12.110', value: false, evidence: 'read' },
      { since: '6.17', value: true, evidence: 'measured' },
      { since: '6.18.44', value: false, evidence: 'measured' },
      { since: '7.2', value: false, evidence: 'remembered' },
      { since: '7.3', value: false, evidence: 'measured' },
    ],
  },
  link_update_miscounts_preorder: {
    meaning: 'LINK_UPDATE writes the effective slot counted in list order, ignoring preorder',
    source: 'semantics D25; kernel-diffs',
    bug: true,
    boundaries: [
      from57(false),
      { since: '6.12.31', value: true, evidence: 'read' },
      { since: '6.12.94', value: true, evidence: 'measured' },
      { since: '6.12.97', value: false, evidence: 'read' },
      { since: '6.12.117', value: false, evidence: 'measured' },
      { since: '6.15', value: true, evidence: 'remembered' },
      { since: '6.16', value: true, evidence: 'measured' },
      { since: '6.18.44', value: false, evidence: 'measured' },
      { since: '7.0', value: false, evidence: 'remembered' },
      { since: '7.3', value: false, evidence: 'measured' },
    ],
  },
  prog_attach_attr_end: {
    meaning: "where PROG_ATTACH's last field ends; bytes after it must be zero",
    source: 'semantics §5',
    boundaries: [
      from57(20),
      { since: '6.1', value: 20, evidence: 'measured' },
      { since: '6.6', value: 32, evidence: 'read' },
      { since: '6.12', value: 32, evidence: 'measured' },
    ],
  },
  prog_detach_attr_end: {
    meaning: "where PROG_DETACH's last field ends; bytes after it must be zero",
    source: 'semantics §5, §9',
    boundaries: [
      from57(12),
      { since: '6.1', value: 12, evidence: 'measured' },
      { since: '6.6', value: 32, evidence: 'read' },
      { since: '6.12', value: 32, evidence: 'measured' },
    ],
  },
  prog_query_attr_end: {
    meaning: "where PROG_QUERY's last field ends; bytes after it must be zero",
    source: 'semantics §5, D17',
    boundaries: [
      from57(28),
      { since: '5.10', value: 28, evidence: 'measured' },
      { since: '6.0', value: 40, evidence: 'remembered' },
      { since: '6.1', value: 40, evidence: 'measured' },
      { since: '6.6', value: 64, evidence: 'read' },
      { since: '6.12', value: 64, evidence: 'measured' },
    ],
  },
  link_create_attr_end: {
    meaning: "where LINK_CREATE's last field ends, the fields of other kinds of link included",
    source: 'semantics §5, D23; kernel-diffs',
    boundaries: [
      from57(16),
      { since: '5.9', value: 28, evidence: 'remembered' },
      { since: '5.10', value: 28, evidence: 'measured' },
      { since: '5.18', value: 48, evidence: 'remembered' },
      { since: '6.1', value: 48, evidence: 'measured' },
    ],
  },
  path_fd: {
    meaning: 'OBJ_PIN and OBJ_GET take BPF_F_PATH_FD',
    source: 'semantics D19',
    boundaries: [from57(false), { since: '6.5', value: true, evidence: 'remembered' }],
  },
  cap_bpf: {
    meaning: 'CAP_BPF exists and takes the place of CAP_SYS_ADMIN for loading',
    source: 'semantics D9, §18',
    boundaries: [
      from57(false),
      { since: '5.8', value: true, evidence: 'remembered' },
      { since: '5.10', value: true, evidence: 'measured' },
    ],
  },
  attach_needs_net_admin: {
    meaning: 'PROG_ATTACH and PROG_DETACH want CAP_NET_ADMIN before anything else',
    source: 'semantics D9, §18',
    boundaries: [
      from57(true),
      { since: '5.8', value: false, evidence: 'remembered' },
      { since: '5.10', value: false, evidence: 'measured' },
    ],
  },
  link_create_needs_net_admin: {
    meaning: 'LINK_CREATE wants CAP_NET_ADMIN before anything else',
    source: 'semantics §18, §20; review of the v3 series',
    v2: false,
    boundaries: [
      from57(true),
      { since: '5.8', value: false, evidence: 'remembered' },
      { since: '5.10', value: false, evidence: 'measured' },
    ],
  },
  sys_admin_is_net_admin: {
    meaning: 'CAP_SYS_ADMIN stands in for CAP_NET_ADMIN in attach, link create and query',
    source: 'semantics §18',
    boundaries: [
      from57(false),
      { since: '5.10', value: false, evidence: 'measured' },
      { since: '6.1', value: false, evidence: 'measured' },
      { since: '6.5', value: true, evidence: 'remembered' },
      { since: '6.12', value: true, evidence: 'measured' },
    ],
  },
  gate_shuts_all_commands: {
    meaning: 'unprivileged_bpf_disabled makes every bpf command EPERM, not only load and create',
    source: 'semantics D16, §18',
    boundaries: [
      from57(true),
      { since: '5.10', value: true, evidence: 'measured' },
      { since: '5.19', value: false, evidence: 'remembered' },
      { since: '6.1', value: false, evidence: 'measured' },
    ],
  },
  form_before_privilege: {
    meaning: 'PROG_LOAD and MAP_CREATE check flags and types before privileges',
    source: 'semantics §7, §18',
    boundaries: [
      from57(false),
      { since: '6.1', value: false, evidence: 'measured' },
      { since: '6.9', value: true, evidence: 'remembered' },
      { since: '6.12', value: true, evidence: 'measured' },
    ],
  },
  tag_is_sha256: {
    meaning: 'the program tag is made with SHA-256; before, with SHA-1',
    source: 'semantics D24',
    boundaries: [from57(false), { since: '6.18', value: true, evidence: 'measured' }],
  },
  bind_may_return_3: {
    meaning: 'the verifier lets bind4 and bind6 programs return 2 and 3',
    source: 'kernel-diffs, 5.10 -> 6.1',
    boundaries: [
      from57(false),
      { since: '5.10', value: false, evidence: 'measured' },
      { since: '5.12', value: true, evidence: 'remembered' },
      { since: '6.1', value: true, evidence: 'measured' },
    ],
  },
  storage_is_shared: {
    meaning: 'programs share a storage map, storages outlive a detach, and keys may have 8 bytes',
    source: 'semantics D13, §25.6',
    boundaries: [
      from57(false),
      { since: '5.9', value: true, evidence: 'remembered' },
      { since: '5.10', value: true, evidence: 'measured' },
    ],
  },
  storage_value_max: {
    meaning: 'largest value of a shared storage map, in bytes; more is E2BIG',
    source: 'semantics §25.1, §25.6; bounds between the sizes tried are inferred',
    boundaries: [
      from57(4096),
      { since: '5.10', value: 32_767, evidence: 'measured' },
      { since: '6.1', value: 4_194_304, evidence: 'measured' },
    ],
  },
  percpu_storage_value_max: {
    meaning: 'largest value of a percpu storage map, in bytes; more is E2BIG',
    source: 'semantics §25.1, §25.6; bounds between the sizes tried are inferred',
    boundaries: [
      from57(4096),
      { since: '5.10', value: 32_767, evidence: 'measured' },
      { since: '6.1', value: 32_768, evidence: 'measured' },
    ],
  },
};
