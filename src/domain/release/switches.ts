/**
 * The switches: every point in which the modelled kernels differ, as data. Rules read a switch and
 * never a version. `boundaries.ts` says from which release on a switch has which value.
 */
import type { Errno } from '../errno.ts';

export interface Switches {
  /** The kernel is built with CONFIG_CGROUP_BPF. */
  readonly cgroup_bpf: boolean;

  /** Attach types below this number exist. */
  readonly attach_type_count: number;
  /** Program types below this number exist. */
  readonly prog_type_count: number;

  /** v2-series: a link's flags choose the list's mode (none, override or multi). */
  readonly link_flags_choose_mode: boolean;
  /** LINK_CREATE refuses flag bits that it does not know. */
  readonly link_unknown_flags_refused: boolean;
  /** v2-series: what a program or link gets that meets a link in a none or override list. */
  readonly link_conflict_errno: Errno;
  /** v2-series: what PROG_DETACH answers when the single entry is a link. */
  readonly link_prog_detach_errno: Errno;
  /** v2-series: LINK_UPDATE keeps the reference that it takes on the link. */
  readonly link_update_leaks_reference: boolean;

  /** Link ids, LINK_GET_FD_BY_ID, LINK_GET_NEXT_ID and info on links exist. */
  readonly link_ids: boolean;
  /** LINK_DETACH exists. */
  readonly link_detach: boolean;
  /** What LINK_UPDATE answers for a link that lost its cgroup. */
  readonly link_update_defunct_errno: Errno;
  /** LINK_UPDATE wants old_prog_fd to be 0 without the flag replace. */
  readonly link_update_old_prog_needs_replace: boolean;
  /** LINK_UPDATE wants the storage maps of the new program to be those of the current one. */
  readonly link_update_compares_storage: boolean;
  /** Bug: LINK_CREATE takes a CGROUP_SKB program for every cgroup hook. */
  readonly skb_links_fit_any_hook: boolean;
  /** LINK_CREATE checks the attach type before it looks at prog_fd. */
  readonly link_create_checks_type_first: boolean;
  /** OBJ_GET of a link refuses RDONLY and WRONLY. */
  readonly link_get_refuses_access_flags: boolean;

  /** PROG_ATTACH with multi and replace may replace a program by itself. */
  readonly replace_by_itself: boolean;
  /** The flag preorder in PROG_ATTACH. */
  readonly preorder: boolean;
  /** Anchors: the flags before, after, id and link, and preorder for links. */
  readonly anchors: boolean;
  /** expected_revision, and revision in PROG_QUERY. */
  readonly revisions: boolean;

  /** PROG_ATTACH looks a program up for the hooks of tracing and of LSM. */
  readonly attach_knows_tracing: boolean;
  /** PROG_QUERY takes the hooks of sockmaps, whose target is a map. */
  readonly sockmap_query: boolean;
  /** An effective query reports the mode of the cgroup's own list. */
  readonly effective_query_reports_mode: boolean;
  /** Bug: PROG_QUERY writes revision even past the end of a shorter attr. */
  readonly query_writes_revision_past_attr: boolean;
  /** Bug: LINK_UPDATE counts the effective slot in list order, without regard to preorder. */
  readonly link_update_miscounts_preorder: boolean;

  /** End of PROG_ATTACH's last field in the attr, in bytes. */
  readonly prog_attach_attr_end: number;
  /** End of PROG_DETACH's last field in the attr, in bytes. */
  readonly prog_detach_attr_end: number;
  /** End of PROG_QUERY's last field in the attr, in bytes. */
  readonly prog_query_attr_end: number;
  /** End of LINK_CREATE's last field in the attr, in bytes, the union of other links included. */
  readonly link_create_attr_end: number;
  /** OBJ_PIN and OBJ_GET know BPF_F_PATH_FD. */
  readonly path_fd: boolean;

  /** CAP_BPF exists. */
  readonly cap_bpf: boolean;
  /** PROG_ATTACH, PROG_DETACH and PROG_QUERY want CAP_NET_ADMIN before anything else. */
  readonly attach_needs_net_admin: boolean;
  /** LINK_CREATE wants CAP_NET_ADMIN before anything else. */
  readonly link_create_needs_net_admin: boolean;
  /** CAP_SYS_ADMIN stands in for CAP_NET_ADMIN in the attach, link and query checks. */
  readonly sys_admin_is_net_admin: boolean;
  /** unprivileged_bpf_disabled shuts every bpf command, not only PROG_LOAD and MAP_CREATE. */
  readonly gate_shuts_all_commands: boolean;
  /** PROG_LOAD and MAP_CREATE look at flags and types before they look at privileges. */
  readonly form_before_privilege: boolean;

  /** A program's tag is made with SHA-256; before, with SHA-1. */
  readonly tag_is_sha256: boolean;
  /** Programs for bind4 and bind6 may return 2 and 3. */
  readonly bind_may_return_3: boolean;

  /** Flags that PROG_LOAD knows, as a word. */
  readonly prog_flags: number;
  /** Instructions may name maps by their index in fd_array. */
  readonly fd_array: boolean;
  /** PROG_LOAD takes fd_array_cnt. */
  readonly fd_array_cnt: boolean;
  /** Map types below this number exist. */
  readonly map_type_count: number;
  /** What a percpu map with a value too large is refused with. */
  readonly percpu_value_too_large_errno: 'E2BIG' | 'ENOMEM';
  /** PROG_BIND_MAP exists. */
  readonly prog_bind_map: boolean;
  /** A storage map may be used by many programs; storages outlive a detach; 8 byte keys. */
  readonly storage_is_shared: boolean;
  /** Largest value of a shared storage map, in bytes. */
  readonly storage_value_max: number;
  /** Largest value of a percpu storage map, in bytes. */
  readonly percpu_storage_value_max: number;
}

export type SwitchName = keyof Switches;
