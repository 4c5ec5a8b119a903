/** How programs and maps differ between releases (semantics D13, D24, §25). */
import { from57, type Specs } from '../boundary.ts';

export const OBJECT_SPECS = {
  memlock_is_charged: {
    meaning:
      'maps and programs count as locked memory of their user, and RLIMIT_MEMLOCK bounds it: EPERM; ' +
      'later, they are memory of a cgroup',
    source: 'semantics §18; bpf_map_charge_init, bpf_prog_charge_memlock',
    boundaries: [from57(true), { since: '5.11', value: false, evidence: 'read' }],
  },
  tag_is_sha256: {
    meaning: 'the program tag is made with SHA-256; before, with SHA-1',
    source: 'semantics D24',
    boundaries: [from57(false), { since: '6.18', value: true, evidence: 'measured' }],
  },
  bind_may_return_3: {
    meaning: 'the verifier lets bind4 and bind6 programs return 2 and 3',
    source: 'kernel-diffs, 5.10 -> 6.1',
    boundaries: [
      from57(false),
      { since: '5.10', value: false, evidence: 'measured' },
      { since: '5.12', value: true, evidence: 'remembered' },
      { since: '6.1', value: true, evidence: 'measured' },
    ],
  },
  prog_flags: {
    meaning: 'the flags of PROG_LOAD that exist, as a word; others are EINVAL',
    source: 'semantics §7; bpf_prog_load',
    boundaries: [
      from57(0xf),
      { since: '5.10', value: 0x1f, evidence: 'remembered' },
      { since: '5.18', value: 0x3f, evidence: 'remembered' },
      { since: '6.3', value: 0x7f, evidence: 'remembered' },
      { since: '6.8', value: 0xff, evidence: 'remembered' },
      { since: '6.9', value: 0x1_00ff, evidence: 'remembered' },
      { since: '6.18', value: 0x1_00ff, evidence: 'measured' },
    ],
  },
  fd_array: {
    meaning: 'instructions may name maps by their index in fd_array',
    source: 'semantics §7; union bpf_attr',
    boundaries: [
      from57(false),
      { since: '5.14', value: true, evidence: 'remembered' },
      { since: '6.18', value: true, evidence: 'measured' },
    ],
  },
  fd_array_cnt: {
    meaning:
      'PROG_LOAD takes fd_array_cnt; before, its bytes must be zero, where the attr has them',
    source: 'semantics §7; union bpf_attr',
    boundaries: [
      from57(false),
      { since: '6.14', value: true, evidence: 'remembered' },
      { since: '6.18', value: true, evidence: 'measured' },
    ],
  },
  rotating_log: {
    meaning:
      'the log of the verifier rotates: PROG_LOAD takes log_level without a buffer, level 8 and a buffer of ' +
      'any size, and gives log_true_size; before, a log wants a level up to 7 and a buffer of 128 bytes',
    source: 'semantics §7; bpf_vlog_init, union bpf_attr',
    boundaries: [
      from57(false),
      { since: '6.4', value: true, evidence: 'remembered' },
      { since: '6.18.44', value: true, evidence: 'measured' },
    ],
  },
  excl_prog_hash: {
    meaning:
      'MAP_CREATE takes excl_prog_hash; before, its bytes must be zero, where the attr has them',
    source: 'semantics §25; union bpf_attr',
    boundaries: [
      from57(false),
      { since: '6.18', value: true, evidence: 'remembered' },
      { since: '6.18.44', value: true, evidence: 'measured' },
    ],
  },
  btf_by_id_token: {
    meaning: 'BTF_GET_FD_BY_ID takes a token; before, its flag is EINVAL',
    source: 'semantics §30; bpf_btf_get_fd_by_id',
    boundaries: [
      from57(false),
      { since: '6.15', value: true, evidence: 'remembered' },
      { since: '6.18', value: true, evidence: 'measured' },
    ],
  },
  token_info: {
    meaning: 'OBJ_GET_INFO_BY_FD answers about tokens; before, it is EINVAL',
    source: 'semantics §30; bpf_token_get_info_by_fd',
    boundaries: [
      from57(false),
      { since: '6.17', value: true, evidence: 'remembered' },
      { since: '6.18', value: true, evidence: 'measured' },
    ],
  },
  map_type_count: {
    meaning: 'map types below this number exist; creating others is EINVAL',
    source: 'enum bpf_map_type',
    boundaries: [
      from57(27),
      { since: '5.8', value: 28, evidence: 'remembered' },
      { since: '5.10', value: 29, evidence: 'remembered' },
      { since: '5.11', value: 30, evidence: 'remembered' },
      { since: '5.16', value: 31, evidence: 'remembered' },
      { since: '6.1', value: 32, evidence: 'remembered' },
      { since: '6.2', value: 33, evidence: 'remembered' },
      { since: '6.9', value: 34, evidence: 'remembered' },
      { since: '6.18', value: 34, evidence: 'measured' },
      { since: '6.19', value: 35, evidence: 'remembered' },
    ],
  },
  late_array_flags: {
    meaning: 'arrays take INNER_MAP and perf event arrays PRESERVE_ELEMS; before, EINVAL',
    source: 'semantics §25.7; array_map_alloc_check',
    boundaries: [
      from57(false),
      { since: '5.10', value: true, evidence: 'remembered' },
      { since: '6.18.44', value: true, evidence: 'measured' },
    ],
  },
  ringbuf_overwrites: {
    meaning: 'ring buffers take RB_OVERWRITE; before, EINVAL',
    source: 'semantics §25.7; ringbuf_map_alloc',
    boundaries: [
      from57(false),
      { since: '6.18.44', value: false, evidence: 'measured' },
      { since: '6.19', value: true, evidence: 'remembered' },
    ],
  },
  hash_keys_fit_a_stack: {
    meaning: 'the key of a hash has at most 512 bytes; more is E2BIG',
    source: 'semantics §25.7; htab_map_alloc_check',
    boundaries: [
      from57(true),
      { since: '5.11', value: false, evidence: 'remembered' },
      { since: '6.18.44', value: false, evidence: 'measured' },
    ],
  },
  array_value_max: {
    meaning: 'largest value of an array, in bytes; more is E2BIG',
    source: 'semantics §25.7; array_map_alloc_check',
    boundaries: [
      from57(4_194_304),
      { since: '6.0', value: 2_147_483_647, evidence: 'remembered' },
      { since: '6.18.44', value: 2_147_483_647, evidence: 'measured' },
    ],
  },
  devmap_programs: {
    meaning: 'a devmap may have values of 8 bytes, which name a program',
    source: 'semantics §25.7; dev_map_init_map',
    boundaries: [
      from57(false),
      { since: '5.8', value: true, evidence: 'remembered' },
      { since: '6.18.44', value: true, evidence: 'measured' },
    ],
  },
  cpumap_programs: {
    meaning: 'a cpumap may have values of 8 bytes, which name a program',
    source: 'semantics §25.7; cpu_map_alloc',
    boundaries: [
      from57(false),
      { since: '5.9', value: true, evidence: 'remembered' },
      { since: '6.18.44', value: true, evidence: 'measured' },
    ],
  },
  percpu_value_too_large_errno: {
    meaning: 'the errno of a percpu map whose value is larger than 32768 bytes',
    source: 'semantics §25.7',
    boundaries: [
      from57('ENOMEM'),
      { since: '6.6.57', value: 'E2BIG', evidence: 'remembered' },
      { since: '6.12', value: 'E2BIG', evidence: 'remembered' },
      { since: '6.18', value: 'E2BIG', evidence: 'measured' },
    ],
  },
  prog_bind_map: {
    meaning: 'PROG_BIND_MAP exists; before, the command is EINVAL',
    source: 'semantics §25.2',
    boundaries: [from57(false), { since: '5.10', value: true, evidence: 'measured' }],
  },
  percpu_array_batches: {
    meaning: 'percpu arrays have MAP_LOOKUP_BATCH and MAP_UPDATE_BATCH; before, ENOTSUPP',
    source: 'semantics §25.9; percpu_array_map_ops',
    boundaries: [
      from57(false),
      { since: '5.13', value: true, evidence: 'remembered' },
      { since: '6.18', value: true, evidence: 'measured' },
    ],
  },
  map_of_maps_batches: {
    meaning: 'maps of maps have the commands on many elements; before, ENOTSUPP',
    source: 'semantics §25.9; array_of_maps_map_ops, htab_of_maps_map_ops',
    boundaries: [
      from57(false),
      { since: '5.19', value: true, evidence: 'remembered' },
      { since: '6.18', value: true, evidence: 'measured' },
    ],
  },
  lru_lets_go_by_size: {
    meaning:
      'a full LRU map lets go of a part of its elements, by its size and the CPUs; before, of up to 128',
    source: 'semantics §25.10; bpf_lru_populate',
    boundaries: [
      from57(false),
      { since: '6.16', value: true, evidence: 'remembered' },
      { since: '6.18.44', value: true, evidence: 'measured' },
    ],
  },
  hash_lookup_and_delete: {
    meaning: 'hashes have MAP_LOOKUP_AND_DELETE_ELEM; before, ENOTSUPP',
    source: 'semantics §25.4; map_lookup_and_delete_elem',
    boundaries: [
      from57(false),
      { since: '5.14', value: true, evidence: 'remembered' },
      { since: '6.18.44', value: true, evidence: 'measured' },
    ],
  },
  trie_batches: {
    meaning: 'tries have MAP_LOOKUP_BATCH, MAP_UPDATE_BATCH and MAP_DELETE_BATCH; before, ENOTSUPP',
    source: 'semantics §25.12; trie_map_ops',
    boundaries: [
      from57(false),
      { since: '5.13', value: true, evidence: 'remembered' },
      { since: '6.18.44', value: true, evidence: 'measured' },
    ],
  },
  trie_lookup_has_limit: {
    meaning: 'a lookup in a trie of a prefix longer than its keys is ENOENT; before, it finds',
    source: 'semantics §25.12; trie_lookup_elem, commit 9b75dbeb36fc and its stable copies',
    boundaries: [
      from57(false),
      { since: '5.10.209', value: true, evidence: 'remembered' },
      { since: '5.15.148', value: true, evidence: 'remembered' },
      { since: '6.1.75', value: true, evidence: 'remembered' },
      { since: '6.6.14', value: true, evidence: 'remembered' },
      { since: '6.7.2', value: true, evidence: 'read' },
      { since: '6.8', value: true, evidence: 'read' },
      { since: '6.18.44', value: true, evidence: 'measured' },
    ],
  },
  tries_are_exact: {
    meaning:
      'a trie looks at NOEXIST and EXIST, takes what is there when it is full, and knows the key that a next key follows; ' +
      'before, both flags do nothing, a full trie is ENOSPC, and a key may be taken for another of its length',
    source:
      'semantics §25.12; trie_update_elem, trie_get_next_key, commits eae6a075e953, 532d6b36b2bf, 27abc7b3fa2e and their stable copies',
    boundaries: [
      from57(false),
      { since: '5.10.231', value: true, evidence: 'remembered' },
      { since: '5.15.174', value: true, evidence: 'remembered' },
      { since: '6.1.120', value: true, evidence: 'read' },
      { since: '6.6.66', value: true, evidence: 'remembered' },
      { since: '6.12.5', value: true, evidence: 'remembered' },
      { since: '6.13', value: true, evidence: 'read' },
      { since: '6.18.44', value: true, evidence: 'measured' },
    ],
  },
  attach_target_may_be_btf: {
    meaning:
      'attach_prog_fd may be BTF, and is looked up before all else; before, it is EINVAL for all but ' +
      'tracing and ext, whose closed fd is EBADF once their attach type fits',
    source: 'semantics §25.7; bpf_prog_load, bpf_prog_load_check_attach',
    boundaries: [
      from57(false),
      { since: '5.11', value: true, evidence: 'read' },
      { since: '6.18.44', value: true, evidence: 'measured' },
    ],
  },
  kernel_btf_has_id: {
    meaning: 'the BTF of the kernel and of its modules has ids, the first ones',
    source: 'semantics §28; btf_parse_vmlinux, bpf_get_btf_vmlinux',
    boundaries: [
      from57(false),
      { since: '5.11', value: true, evidence: 'remembered' },
      { since: '6.18.44', value: true, evidence: 'measured' },
    ],
  },
  prog_array_compares_hook: {
    meaning: 'the programs of a prog_array must have one expected attach type',
    source: 'semantics §25.8; __bpf_prog_map_compatible',
    boundaries: [
      from57(false),
      { since: '6.18', value: true, evidence: 'remembered' },
      { since: '6.18.44', value: true, evidence: 'measured' },
    ],
  },
  prog_array_compares_storage: {
    meaning:
      'a program with cgroup storage is in a prog_array only if the first one has it as well',
    source: 'semantics §25.8; __bpf_prog_map_compatible',
    boundaries: [
      from57(false),
      { since: '6.17', value: true, evidence: 'remembered' },
      { since: '6.18.44', value: true, evidence: 'measured' },
    ],
  },
  inner_maps_of_any_entries: {
    meaning: 'most types of map fit into a map of maps with any number of entries',
    source: 'semantics §25.8; bpf_map_meta_equal',
    boundaries: [
      from57(false),
      { since: '5.10', value: true, evidence: 'remembered' },
      { since: '6.18.44', value: true, evidence: 'measured' },
    ],
  },
  storage_is_shared: {
    meaning: 'programs share a storage map, storages outlive a detach, and keys may have 8 bytes',
    source: 'semantics D13, §25.6',
    boundaries: [
      from57(false),
      { since: '5.9', value: true, evidence: 'remembered' },
      { since: '5.10', value: true, evidence: 'measured' },
    ],
  },
  storage_value_max: {
    meaning: 'largest value of a shared storage map, in bytes; more is E2BIG',
    source: 'semantics §25.1, §25.6; measured to the byte on 6.18.44, elsewhere by the sizes tried',
    boundaries: [
      from57(4096),
      { since: '5.10', value: 4096, evidence: 'measured' },
      { since: '5.15', value: 65_407, evidence: 'remembered' },
      { since: '6.1', value: 65_407, evidence: 'measured' },
    ],
  },
  percpu_storage_value_max: {
    meaning: 'largest value of a percpu storage map, in bytes; more is E2BIG',
    source: 'semantics §25.1, §25.6; measured to the byte on 6.18.44, elsewhere by the sizes tried',
    boundaries: [
      from57(4096),
      { since: '5.10', value: 4096, evidence: 'measured' },
      { since: '5.15', value: 32_768, evidence: 'remembered' },
      { since: '6.1', value: 32_768, evidence: 'measured' },
    ],
  },
} as const satisfies Partial<Specs>;
