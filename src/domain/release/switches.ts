/**
 * The switches: every point in which the modelled kernels differ, as data. Rules read a switch and
 * never a version. What a switch means, and from which release on it has which value, is said in the
 * file of `boundaries/` that its group is named after.
 */
import type { Errno } from '../errno.ts';

export interface Switches {
  // attr.ts
  readonly cgroup_bpf: boolean;
  readonly cgroup_kill: boolean;
  readonly attach_type_count: number;
  readonly prog_type_count: number;
  readonly bpf_command_count: number;
  readonly attr_bytes: number;
  readonly prog_attach_attr_end: number;
  readonly prog_detach_attr_end: number;
  readonly prog_query_attr_end: number;
  readonly link_create_attr_end: number;
  readonly path_fd: boolean;
  readonly packets_in_fragments: boolean;

  // fd.ts
  readonly close_range: boolean;
  readonly close_range_cloexec: boolean;
  readonly setns_pidfd: boolean;

  // link.ts
  readonly link_flags_choose_mode: boolean;
  readonly link_unknown_flags_refused: boolean;
  readonly link_conflict_errno: Errno;
  readonly link_prog_detach_errno: Errno;
  readonly link_update_leaks_reference: boolean;
  readonly link_ids: boolean;
  readonly link_detach: boolean;
  readonly link_update_defunct_errno: Errno;
  readonly link_update_old_prog_needs_replace: boolean;
  readonly link_update_compares_storage: boolean;
  readonly link_update_checks_attach_type: boolean;
  readonly skb_links_fit_any_hook: boolean;
  readonly link_create_checks_type_first: boolean;
  readonly link_get_refuses_access_flags: boolean;
  readonly netns_links: boolean;
  readonly sockmap_links: boolean;

  // list.ts
  readonly replace_by_itself: boolean;
  readonly preorder: boolean;
  readonly anchors: boolean;
  readonly revisions: boolean;
  readonly attach_knows_tracing: boolean;
  readonly sockmap_query: boolean;
  readonly effective_query_reports_mode: boolean;
  readonly query_writes_revision_past_attr: boolean;
  readonly link_update_miscounts_preorder: boolean;

  // object.ts
  readonly memlock_is_charged: boolean;
  readonly tag_is_sha256: boolean;
  readonly bind_may_return_3: boolean;
  readonly prog_flags: number;
  readonly fd_array: boolean;
  readonly fd_array_cnt: boolean;
  readonly rotating_log: boolean;
  readonly excl_prog_hash: boolean;
  readonly btf_by_id_token: boolean;
  readonly token_info: boolean;
  readonly map_type_count: number;
  readonly late_array_flags: boolean;
  readonly ringbuf_overwrites: boolean;
  readonly hash_keys_fit_a_stack: boolean;
  readonly array_value_max: number;
  readonly devmap_programs: boolean;
  readonly cpumap_programs: boolean;
  readonly percpu_value_too_large_errno: 'E2BIG' | 'ENOMEM';
  readonly prog_bind_map: boolean;
  readonly percpu_array_batches: boolean;
  readonly map_of_maps_batches: boolean;
  readonly lru_lets_go_by_size: boolean;
  readonly hash_lookup_and_delete: boolean;
  readonly trie_batches: boolean;
  readonly trie_lookup_has_limit: boolean;
  readonly tries_are_exact: boolean;
  readonly kernel_btf_has_id: boolean;
  readonly attach_target_may_be_btf: boolean;
  readonly prog_array_compares_hook: boolean;
  readonly prog_array_compares_storage: boolean;
  readonly inner_maps_of_any_entries: boolean;
  readonly storage_is_shared: boolean;
  readonly storage_value_max: number;
  readonly percpu_storage_value_max: number;

  // privilege.ts
  readonly cap_bpf: boolean;
  readonly attach_needs_net_admin: boolean;
  readonly link_create_needs_net_admin: boolean;
  readonly sys_admin_is_net_admin: boolean;
  readonly lirc_needs_net_admin: boolean;
  readonly gate_shuts_all_commands: boolean;
  readonly unprivileged_sysctl_goes_back: boolean;
  readonly form_before_privilege: boolean;
}

export type SwitchName = keyof Switches;
