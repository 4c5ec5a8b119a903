/** What exists, and where attrs end, by release (semantics §2.3, §5, D10, D12, D17, D19, D20). */
import { from57, type Specs } from '../boundary.ts';

export const ATTR_SPECS = {
  cgroup_bpf: {
    meaning:
      'the kernel is built with CONFIG_CGROUP_BPF; without it attach, detach, query, link and cgroup ' +
      'storage are EINVAL',
    source: 'v2 series, patch 1; include/linux/bpf-cgroup.h',
    boundaries: [from57(true)],
  },
  cgroup_kill: {
    meaning: 'cgroups have the control file cgroup.kill',
    source: 'semantics §17; cgroup_base_files',
    boundaries: [
      from57(false),
      { since: '5.14', value: true, evidence: 'remembered' },
      { since: '6.18.44', value: true, evidence: 'measured' },
    ],
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
      { since: '5.13', value: 39, evidence: 'remembered' },
      { since: '5.15', value: 42, evidence: 'remembered' },
      { since: '6.0', value: 44, evidence: 'remembered' },
      { since: '6.1', value: 44, evidence: 'measured' },
      { since: '6.6', value: 49, evidence: 'remembered' },
      { since: '6.7', value: 56, evidence: 'remembered' },
      { since: '6.10', value: 57, evidence: 'remembered' },
      { since: '6.13', value: 58, evidence: 'remembered' },
      { since: '6.18.44', value: 58, evidence: 'measured' },
      { since: '7.0', value: 59, evidence: 'remembered' },
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
  bpf_command_count: {
    meaning:
      'commands of bpf(2) from this number on are EINVAL; those below 36 that came later have switches of ' +
      'their own',
    source: 'enum bpf_cmd',
    boundaries: [
      from57(36),
      { since: '6.9', value: 37, evidence: 'remembered' },
      { since: '6.17', value: 38, evidence: 'remembered' },
      { since: '6.18.44', value: 38, evidence: 'measured' },
      { since: '7.0', value: 39, evidence: 'remembered' },
    ],
  },
  attr_bytes: {
    meaning:
      'bytes of the attr that every command has; a byte behind them that is not zero is E2BIG',
    source: 'semantics §5; union bpf_attr',
    boundaries: [
      from57(120),
      { since: '5.14', value: 128, evidence: 'remembered' },
      { since: '5.17', value: 144, evidence: 'remembered' },
      { since: '6.9', value: 152, evidence: 'remembered' },
      { since: '6.18', value: 168, evidence: 'measured' },
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
  packets_in_fragments: {
    meaning:
      'PROG_TEST_RUN makes fragments of a packet that a page has no room for; before, EINVAL',
    source: 'semantics §26; bpf_prog_test_run_skb',
    boundaries: [
      from57(false),
      { since: '6.18.44', value: false, evidence: 'measured' },
      { since: '6.19', value: true, evidence: 'remembered' },
    ],
  },
} as const satisfies Partial<Specs>;
