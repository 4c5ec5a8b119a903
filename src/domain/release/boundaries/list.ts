/** How lists, their order and queries differ between releases (semantics D8, D18, D22, D23, D25). */
import { from57, type Specs } from '../boundary.ts';

export const LIST_SPECS = {
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
      { since: '6.12.107', value: false, evidence: 'measured' },
      { since: '6.12.110', value: true, evidence: 'read' },
      { since: '6.12.111', value: true, evidence: 'measured' },
      { since: '6.17', value: true, evidence: 'measured' },
    ],
  },
  revisions: {
    meaning: 'expected_revision is compared and PROG_QUERY reports the revision',
    source: 'semantics D23; kernel-diffs',
    boundaries: [
      from57(false),
      { since: '6.12.107', value: false, evidence: 'measured' },
      { since: '6.12.110', value: true, evidence: 'read' },
      { since: '6.12.111', value: true, evidence: 'measured' },
      { since: '6.17', value: true, evidence: 'measured' },
    ],
  },
  attach_knows_tracing: {
    meaning:
      'PROG_ATTACH looks up the program for hooks of tracing and LSM; before, they are unknown',
    source: 'attach_type_to_prog_type',
    boundaries: [
      from57(false),
      { since: '5.19', value: true, evidence: 'remembered' },
      { since: '6.18', value: true, evidence: 'measured' },
    ],
  },
  sockmap_query: {
    meaning: 'PROG_QUERY takes the hooks of sockmaps; before, they are unknown to it',
    source: 'sock_map_bpf_prog_query',
    boundaries: [
      from57(false),
      { since: '5.18', value: true, evidence: 'remembered' },
      { since: '6.18.44', value: true, evidence: 'measured' },
    ],
  },
  effective_query_reports_mode: {
    meaning:
      "an effective PROG_QUERY reports the mode of the cgroup's own list; where it does not, it also " +
      'refuses prog_attach_flags',
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
      { since: '6.12.100', value: false, evidence: 'measured' },
      { since: '6.15', value: true, evidence: 'remembered' },
      { since: '6.16', value: true, evidence: 'measured' },
      { since: '6.18.44', value: false, evidence: 'measured' },
      { since: '7.0', value: false, evidence: 'remembered' },
      { since: '7.3', value: false, evidence: 'measured' },
    ],
  },
} as const satisfies Partial<Specs>;
