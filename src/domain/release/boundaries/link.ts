/** How links differ between releases (semantics D4-D7, D11, D14, D15, D26, §19). */
import { from57, type Specs } from '../boundary.ts';

export const LINK_SPECS = {
  link_flags_choose_mode: {
    meaning: 'LINK_CREATE takes flags 0, override or multi, and they set the mode of the list',
    source: 'semantics §19.2; cover letter of the v2 series',
    v2: true,
    boundaries: [from57(false)],
  },
  link_unknown_flags_refused: {
    meaning: 'where links set the mode, LINK_CREATE refuses other flag bits with EINVAL',
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
      { since: '6.12.107', value: false, evidence: 'measured' },
      { since: '6.12.111', value: true, evidence: 'measured' },
      { since: '6.18.44', value: false, evidence: 'measured' },
      { since: '7.3', value: true, evidence: 'measured' },
    ],
  },
  link_update_checks_attach_type: {
    meaning:
      'LINK_UPDATE to a program of another expected attach type is EINVAL, as for LINK_CREATE',
    source: 'semantics §12; a build of 6.18.44 carries it as a backport',
    boundaries: [
      from57(false),
      { since: '5.10', value: false, evidence: 'measured' },
      { since: '7.3', value: false, evidence: 'measured' },
    ],
  },
  skb_links_fit_any_hook: {
    meaning: 'LINK_CREATE takes a cgroup_skb program for every cgroup hook',
    source: 'semantics D21',
    bug: true,
    boundaries: [
      from57(false),
      { since: '6.1', value: false, evidence: 'measured' },
      { since: '6.6', value: true, evidence: 'remembered' },
      { since: '6.6.33', value: false, evidence: 'remembered' },
      { since: '6.9', value: false, evidence: 'remembered' },
      { since: '6.12', value: false, evidence: 'measured' },
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
  netns_links: {
    meaning: 'LINK_CREATE takes flow dissectors, and programs of sk_lookup once there are such',
    source: 'semantics §26; netns_bpf_link_create',
    boundaries: [
      from57(false),
      { since: '5.8', value: true, evidence: 'remembered' },
      { since: '6.18.44', value: true, evidence: 'measured' },
    ],
  },
  sockmap_links: {
    meaning: 'LINK_CREATE takes programs of sockmaps',
    source: 'semantics §26; sock_map_link_create',
    boundaries: [
      from57(false),
      { since: '6.10', value: true, evidence: 'remembered' },
      { since: '6.18.44', value: true, evidence: 'measured' },
    ],
  },
} as const satisfies Partial<Specs>;
