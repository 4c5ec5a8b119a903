/** The commands of bpf(2), as the UAPI numbers them (`enum bpf_cmd`). */
export const BPF = {
  map_create: 0,
  map_lookup_elem: 1,
  map_update_elem: 2,
  map_delete_elem: 3,
  map_get_next_key: 4,
  prog_load: 5,
  obj_pin: 6,
  obj_get: 7,
  prog_attach: 8,
  prog_detach: 9,
  prog_test_run: 10,
  prog_get_next_id: 11,
  map_get_next_id: 12,
  prog_get_fd_by_id: 13,
  map_get_fd_by_id: 14,
  obj_get_info_by_fd: 15,
  prog_query: 16,
  raw_tracepoint_open: 17,
  btf_load: 18,
  btf_get_fd_by_id: 19,
  task_fd_query: 20,
  map_lookup_and_delete_elem: 21,
  map_freeze: 22,
  btf_get_next_id: 23,
  map_lookup_batch: 24,
  map_lookup_and_delete_batch: 25,
  map_update_batch: 26,
  map_delete_batch: 27,
  link_create: 28,
  link_update: 29,
  link_get_fd_by_id: 30,
  link_get_next_id: 31,
  enable_stats: 32,
  iter_create: 33,
  link_detach: 34,
  prog_bind_map: 35,
  token_create: 36,
  prog_stream_read_by_fd: 37,
  prog_assoc_struct_ops: 38,
} as const;

export type BpfCommand = keyof typeof BPF;

const NAMES: ReadonlyMap<number, BpfCommand> = new Map(
  Object.entries(BPF).map(([name, number]) => [number, name as BpfCommand]),
);

/** The name of a command; undefined for one that no modelled kernel has. */
export function bpfCommandOf(number: number): BpfCommand | undefined {
  return NAMES.get(number);
}
