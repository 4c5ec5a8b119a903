/** The calls that a run makes for a program because it asks, by the names of the model. */
import type { Call } from '../domain/call.ts';

/** Those that `--fail` can refuse: the program waits for the answer. */
export const FALLIBLE = [
  ...(['prog_load', 'prog_attach', 'prog_detach', 'prog_query', 'prog_test_run'] as const),
  ...(['prog_bind_map', 'link_create', 'link_update', 'link_detach'] as const),
  ...(['foreign_link_create', 'iter_create', 'obj_pin', 'obj_get'] as const),
  ...(['obj_get_info_by_fd', 'prog_get_fd_by_id', 'link_get_fd_by_id'] as const),
  ...(['map_get_fd_by_id', 'btf_get_fd_by_id', 'prog_get_next_id', 'link_get_next_id'] as const),
  ...(['map_get_next_id', 'btf_get_next_id', 'task_fd_query', 'btf_load'] as const),
  ...(['enable_stats', 'map_create', 'map_freeze', 'map_lookup_elem'] as const),
  ...(['map_update_elem', 'map_delete_elem', 'map_lookup_and_delete_elem'] as const),
  ...(['map_get_next_key', 'map_lookup_batch', 'map_lookup_and_delete_batch'] as const),
  ...(['map_update_batch', 'map_delete_batch', 'open_cgroup', 'mkdir', 'rmdir'] as const),
  ...(['cgroup_chown', 'cgroup_chmod', 'cgroup_write', 'join', 'bpffs_mkdir'] as const),
  ...(['bpffs_rmdir', 'unlink', 'rename', 'link', 'symlink', 'chown', 'chmod'] as const),
  ...(['capset', 'setrlimit'] as const),
] as const;

export type Fallible = (typeof FALLIBLE)[number];

/**
 * What a program may be answered by the model. `umask` is told beside what it is of; `bpf` stands for
 * commands that the model knows by their numbers alone, and is no one call.
 */
export type AskedCall = Extract<Call, { readonly name: Fallible | 'umask' | 'bpf' }>;
