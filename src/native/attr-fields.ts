/**
 * Where the fields of `union bpf_attr` stand, command by command (include/uapi/linux/bpf.h). Those who
 * write an attr and those who read one use these names and no number of their own.
 */
export const MAP_CREATE = {
  map_type: 0,
  key_size: 4,
  value_size: 8,
  max_entries: 12,
  map_flags: 16,
  inner_map_fd: 20,
  numa_node: 24,
  map_name: 28,
  btf_fd: 48,
  btf_key_type_id: 52,
  btf_value_type_id: 56,
  btf_vmlinux_value_type_id: 60,
  map_extra: 64,
  map_token_fd: 76,
  excl_prog_hash: 80,
  excl_prog_hash_size: 88,
} as const;

/** The commands on one element. */
export const ELEMENT = { map_fd: 0, key: 8, value: 16, next_key: 16, flags: 24 } as const;

/** The commands on many elements. */
export const BATCH = {
  in_batch: 0,
  out_batch: 8,
  keys: 16,
  values: 24,
  count: 32,
  map_fd: 36,
  elem_flags: 40,
  flags: 48,
} as const;

export const PROG_LOAD = {
  prog_type: 0,
  insn_cnt: 4,
  insns: 8,
  license: 16,
  log_level: 24,
  log_size: 28,
  log_buf: 32,
  prog_flags: 44,
  prog_name: 48,
  prog_ifindex: 64,
  expected_attach_type: 68,
  prog_btf_fd: 72,
  func_info_rec_size: 76,
  func_info: 80,
  func_info_cnt: 88,
  line_info_rec_size: 92,
  line_info: 96,
  line_info_cnt: 104,
  attach_btf_id: 108,
  attach_prog_fd: 112,
  core_relo_cnt: 116,
  fd_array: 120,
  log_true_size: 140,
  prog_token_fd: 144,
  fd_array_cnt: 148,
  signature: 152,
  signature_size: 160,
  keyring_id: 164,
} as const;

/** PROG_ATTACH and PROG_DETACH. */
export const PROG_ATTACH = {
  target_fd: 0,
  attach_bpf_fd: 4,
  attach_type: 8,
  attach_flags: 12,
  replace_bpf_fd: 16,
  relative_fd: 20,
  expected_revision: 24,
} as const;

export const PROG_QUERY = {
  target_fd: 0,
  attach_type: 4,
  query_flags: 8,
  attach_flags: 12,
  prog_ids: 16,
  prog_cnt: 24,
  prog_attach_flags: 32,
  revision: 56,
} as const;

export const PROG_BIND_MAP = { prog_fd: 0, map_fd: 4, flags: 8 } as const;

export const PROG_TEST_RUN = {
  prog_fd: 0,
  retval: 4,
  data_size_in: 8,
  data_size_out: 12,
  data_in: 16,
  data_out: 24,
  duration: 36,
} as const;

export const LINK_CREATE = {
  prog_fd: 0,
  target_fd: 4,
  attach_type: 8,
  flags: 12,
  relative_fd: 16,
  expected_revision: 24,
} as const;

export const LINK_UPDATE = { link_fd: 0, new_prog_fd: 4, flags: 8, old_prog_fd: 12 } as const;
export const LINK_DETACH = { link_fd: 0 } as const;
export const ITER_CREATE = { link_fd: 0, flags: 4 } as const;
export const RAW_TRACEPOINT_OPEN = { name: 0, prog_fd: 8 } as const;
export const TASK_FD_QUERY = {
  pid: 0,
  fd: 4,
  flags: 8,
  buf_len: 12,
  buf: 16,
  prog_id: 24,
  fd_type: 28,
  probe_offset: 32,
  probe_addr: 40,
} as const;
export const ENABLE_STATS = { type: 0 } as const;

/** OBJ_PIN and OBJ_GET. */
export const OBJ = { pathname: 0, bpf_fd: 8, file_flags: 12, path_fd: 16 } as const;

/** The commands that look an id up, or the one after it. */
export const BY_ID = { start_id: 0, next_id: 4, open_flags: 8 } as const;

export const INFO_BY_FD = { bpf_fd: 0, info_len: 4, info: 8 } as const;

export const BTF_LOAD = {
  btf: 0,
  btf_log_buf: 8,
  btf_size: 16,
  btf_log_size: 20,
  btf_log_level: 24,
  btf_log_true_size: 28,
} as const;

/** Bytes of a name in an attr or an info structure, its NUL included (`BPF_OBJ_NAME_LEN`). */
export const NAME_BYTES = 16;
