/** How many bytes an attr has, of every command of bpf(2): semantics §5, §18. */
import { unprivilegedCaller } from './callers.ts';
import type { Table } from './table.ts';

const moreThanAPage: Table = {
  page: 'attr',
  title: 'An attr of more than a page',
  source: '`bpf_check_uarg_tail_zero`, `__sys_bpf`; semantics §5 row 1',
  state:
    'Nothing is open but 0, 1 and 2; all that the calls name is wrong. Commands that a kernel does not ' +
    'have are refused for their attr too. Each row starts from there.',
  given: () => undefined,
  rows: `
    | command | call | all |
    | MAP_CREATE | map_create map_type = 99; attr_size = 4097 | E2BIG |
    | MAP_LOOKUP_ELEM | map_lookup_elem map_fd = closed; key = 0; attr_size = 4097 | E2BIG |
    | MAP_UPDATE_ELEM | map_update_elem map_fd = closed; key = 0; value = 0; attr_size = 4097 | E2BIG |
    | MAP_DELETE_ELEM | map_delete_elem map_fd = closed; key = 0; attr_size = 4097 | E2BIG |
    | MAP_GET_NEXT_KEY | map_get_next_key map_fd = closed; attr_size = 4097 | E2BIG |
    | PROG_LOAD | prog_load prog_type = 99; attr_size = 4097 | E2BIG |
    | OBJ_PIN | obj_pin bpf_fd = closed; path = /a; attr_size = 4097 | E2BIG |
    | OBJ_GET | obj_get path = /a; attr_size = 4097 | E2BIG |
    | PROG_ATTACH | prog_attach target_fd = closed; attach_type = 99; attr_size = 4097 | E2BIG |
    | PROG_DETACH | prog_detach target_fd = closed; attach_type = 99; attr_size = 4097 | E2BIG |
    | PROG_TEST_RUN | prog_test_run prog_fd = closed; attr_size = 4097 | E2BIG |
    | PROG_GET_NEXT_ID | prog_get_next_id start_id = 4294967295; attr_size = 4097 | E2BIG |
    | MAP_GET_NEXT_ID | map_get_next_id start_id = 4294967295; attr_size = 4097 | E2BIG |
    | PROG_GET_FD_BY_ID | prog_get_fd_by_id prog_id = 99; attr_size = 4097 | E2BIG |
    | MAP_GET_FD_BY_ID | map_get_fd_by_id map_id = 99; attr_size = 4097 | E2BIG |
    | OBJ_GET_INFO_BY_FD | obj_get_info_by_fd bpf_fd = closed; attr_size = 4097 | E2BIG |
    | PROG_QUERY | prog_query target_fd = closed; attach_type = 99; attr_size = 4097 | E2BIG |
    | RAW_TRACEPOINT_OPEN | foreign_link_create prog_fd = closed; attach_type = trace_raw_tp; attr_size = 4097 | E2BIG |
    | BTF_LOAD | btf_load btf_size = 0; attr_size = 4097 | E2BIG |
    | BTF_GET_FD_BY_ID | btf_get_fd_by_id btf_id = 99; attr_size = 4097 | E2BIG |
    | TASK_FD_QUERY | task_fd_query target_pid = 99; target_fd = closed; attr_size = 4097 | E2BIG |
    | MAP_LOOKUP_AND_DELETE_ELEM | map_lookup_and_delete_elem map_fd = closed; attr_size = 4097 | E2BIG |
    | MAP_FREEZE | map_freeze map_fd = closed; attr_size = 4097 | E2BIG |
    | BTF_GET_NEXT_ID | btf_get_next_id start_id = 4294967295; attr_size = 4097 | E2BIG |
    | MAP_LOOKUP_BATCH | map_lookup_batch map_fd = closed; attr_size = 4097 | E2BIG |
    | MAP_LOOKUP_AND_DELETE_BATCH | map_lookup_and_delete_batch map_fd = closed; attr_size = 4097 | E2BIG |
    | MAP_UPDATE_BATCH | map_update_batch map_fd = closed; attr_size = 4097 | E2BIG |
    | MAP_DELETE_BATCH | map_delete_batch map_fd = closed; attr_size = 4097 | E2BIG |
    | LINK_CREATE | link_create target_fd = closed; attach_type = 99; attr_size = 4097 | E2BIG |
    | LINK_UPDATE | link_update link_fd = closed; attr_size = 4097 | E2BIG |
    | LINK_GET_FD_BY_ID | link_get_fd_by_id link_id = 99; attr_size = 4097 | E2BIG |
    | LINK_GET_NEXT_ID | link_get_next_id start_id = 4294967295; attr_size = 4097 | E2BIG |
    | ENABLE_STATS | enable_stats type = 9; attr_size = 4097 | E2BIG |
    | ITER_CREATE | iter_create link_fd = closed; attr_size = 4097 | E2BIG |
    | LINK_DETACH | link_detach link_fd = closed; attr_size = 4097 | E2BIG |
    | PROG_BIND_MAP | prog_bind_map prog_fd = closed; attr_size = 4097 | E2BIG |
    | TOKEN_CREATE | token_create bpffs_fd = closed; attr_size = 4097 | E2BIG |
    | a number that no kernel has | bpf cmd = 9999; attr_size = 4097 | E2BIG |
  `,
};

const behindTheGate: Table = {
  page: 'attr',
  title: 'The gate comes first, where it is before all commands',
  source: '`__sys_bpf`; semantics §5 row 3, §18, D16',
  state:
    'The caller has no capability; `unprivileged_bpf_disabled` is 2. Each row starts from there.',
  given: unprivilegedCaller,
  rows: `
    | command | call | v2-series..5.18 | 5.19.. |
    | MAP_FREEZE | map_freeze pid = caller; map_fd = closed; attr_size = 4097 | EPERM | E2BIG |
    | ENABLE_STATS | enable_stats pid = caller; attr_size = 4097 | EPERM | E2BIG |
    | TOKEN_CREATE | token_create pid = caller; attr_size = 4097 | EPERM | E2BIG |
    | TOKEN_CREATE of a page | token_create pid = caller; bpffs_fd = closed; attr_size = 4096 | EPERM | – |
    | a number that no kernel has | bpf pid = caller; cmd = 9999; attr_size = 4096 | EPERM | EINVAL |
  `,
};

export const attrSizeTables: readonly Table[] = [moreThanAPage, behindTheGate];
