/** What callers need, by release (semantics D9, D16, §18). */
import { from57, type Specs } from '../boundary.ts';

export const PRIVILEGE_SPECS = {
  cap_bpf: {
    meaning:
      'CAP_BPF exists and takes the place of CAP_SYS_ADMIN for loading; a link of a cgroup_skb ' +
      'program wants CAP_NET_ADMIN',
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
    meaning: 'CAP_SYS_ADMIN stands in for CAP_NET_ADMIN in attach, detach, link create and query',
    source: 'semantics §18',
    boundaries: [
      from57(false),
      { since: '5.10', value: false, evidence: 'measured' },
      { since: '6.1', value: false, evidence: 'measured' },
      { since: '6.9', value: true, evidence: 'remembered' },
      { since: '6.12', value: true, evidence: 'measured' },
    ],
  },
  lirc_needs_net_admin: {
    meaning: 'a program of lirc_mode2 wants CAP_NET_ADMIN beside CAP_BPF',
    source: 'semantics §18; is_net_admin_prog_type, commit 69a8c792cd95',
    boundaries: [from57(true), { since: '6.4', value: false, evidence: 'remembered' }],
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
  unprivileged_sysctl_goes_back: {
    meaning:
      'unprivileged_bpf_disabled takes 0, 1 and 2 while the kernel runs, unless it is 1; before, it ' +
      'takes 1 alone',
    source: 'semantics §18; bpf_unpriv_handler',
    boundaries: [
      from57(false),
      { since: '5.10.262', value: true, evidence: 'read' },
      { since: '5.13', value: true, evidence: 'remembered' },
    ],
  },
  form_before_privilege: {
    meaning: 'PROG_LOAD and MAP_CREATE check flags and types before privileges',
    source: 'semantics §7, §18',
    boundaries: [
      from57(false),
      { since: '6.1', value: false, evidence: 'measured' },
      { since: '6.5', value: true, evidence: 'remembered' },
      { since: '6.12', value: true, evidence: 'measured' },
    ],
  },
} as const satisfies Partial<Specs>;
