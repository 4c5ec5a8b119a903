/** The rules about what a load passes, about instructions, and about maps and their elements. */
import { rule } from './rule.ts';

export const CODE_AND_MAP_RULES = {
  'bytes-after-attr': rule(
    'bpf_check_uarg_tail_zero §5',
    'the attr of this kernel ends at byte {attr_bytes}, and a byte behind it is not zero',
  ),
  'log-fields': rule(
    'bpf_vlog_init §7',
    'log_level {log_level}, log_size {log_size} and {buffer} do not go together on this kernel',
  ),
  'log-too-short': rule(
    'bpf_vlog_finalize §7',
    'what the verifier prints takes more than the {log_size} bytes of the log',
  ),
  'exclusive-hash': rule(
    'map_create §25',
    'excl_prog_hash_size is {excl_prog_hash_size} with {hash}; a hash has 32 bytes',
  ),
  'helper-unknown-to-type': rule(
    'check_helper_call §7',
    'instruction {insn} calls helper {helper}, which a {prog_type} program may not call',
  ),
  'functions-need-bpf': rule(
    'add_subprog_and_kfunc §7',
    'instruction {insn} uses a function, which needs CAP_BPF',
  ),
  'instructions-malformed': rule('bpf_check §7', 'instruction {insn} {what}'),
  'instruction-not-allowed': rule('do_check §7', 'instruction {insn} {what}'),
  'fd-array-missing': rule(
    'add_used_map §7',
    'instruction {insn} names map {number} of an fd_array, and none is passed',
  ),
  'fd-array-short': rule(
    'process_fd_array §7',
    'fd_array_cnt is {fd_array_cnt}, and the fd_array has no fd there',
  ),
  'map-has-no-address': rule(
    'map_direct_value_addr §7',
    'instruction {insn} wants the address {offset} in the value of map {map_id}, a {map_type}',
  ),
  'arena-not-mapped': rule('__add_used_map §7', 'arena {map_id} was not mapped by its owner'),
  'fd-is-no-token': rule('bpf_token_get_from_fd §7', 'fd {fd} is not a BPF token'),
  'load-needs-btf': rule('check_attach_btf_id §7', 'a {prog_type} program is attached by BTF'),
  'btf-id-is-no-hook': rule(
    'bpf_check_attach_target §7',
    'attach_btf_id {attach_btf_id} is not a {what}',
  ),
  'replaces-kernel-function': rule('bpf_check_attach_target §7', 'Cannot replace kernel functions'),
  'btf-id-not-for-type': rule(
    'bpf_prog_load_check_attach §7',
    'attach_btf_id {attach_btf_id} is for types that are attached by BTF, not for {prog_type}; ids go up to 1048575',
  ),
  'sleepable-does-not-fit': rule(
    'check_attach_btf_id §7',
    'whether a {prog_type} program sleeps is not for the caller to choose',
  ),
  'btf-fd-not-open': rule('btf_get_by_fd', '{field} is fd {fd}, which is not open'),
  'btf-needs-bpf': rule('bpf_btf_load', 'loading BTF needs CAP_BPF'),
  'btf-too-large': rule('btf_parse', 'types of {btf_size} bytes; {limit} is the most'),
  'btf-holds-nothing': rule(
    'btf_parse_hdr',
    '{btf_size} bytes hold no types after the header of {header}',
  ),
  'btf-is-kernels': rule(
    'check_btf_info, map_create',
    '{field} is fd {fd}, whose BTF {btf_id} is the kernel’s, and describes no program or map of a user',
  ),
  'btf-fd-is-no-btf': rule('btf_get_by_fd', '{field} is fd {fd}, which is not BTF but {kind}'),
  'func-info-count': rule(
    'check_btf_func §7',
    'func_info describes {func_info_cnt} functions, and the program has {functions}',
  ),
  'btf-is-no-kernels': rule('bpf_prog_load §7', 'the BTF of fd {fd} is not the kernel’s'),
  'attach-target-does-not-fit': rule(
    'bpf_prog_load_check_attach §7',
    'a {prog_type} program is attached to no function of BTF and to no other program',
  ),
  'map-not-for-sleepers': rule(
    'check_map_prog_compatibility §7',
    'a program that may sleep cannot use map {map_id}, a {map_type}',
  ),
  'too-many-maps': rule('__add_used_map §7', 'the program uses more than {limit} maps'),

  'map-key-too-large': rule('§25.7', 'key_size {key_size} of {map_type} is above {limit}'),
  'map-entries-too-many': rule('§25.7', 'max_entries {max_entries} of {map_type} is above {limit}'),
  'map-needs-btf': rule('map_create §25.7', 'a map of type {map_type} needs BTF of its value'),
  'map-btf-ids': rule(
    'map_create §25.7',
    'a {map_type} map cannot have key type {btf_key_type_id}, value type {btf_value_type_id} and kernel type {btf_vmlinux_value_type_id}',
  ),
  'no-such-structure': rule(
    'bpf_struct_ops_find_value §25.7',
    'type {btf_vmlinux_value_type_id} of the kernel is not a structure that is made of programs',
  ),
  'map-takes-no-btf': rule('map_check_no_btf §25.7', 'keys of {map_type} have no BTF'),
  'map-extra': rule('map_create §25.7', 'map_extra {map_extra} does not fit {map_type}'),
  'numa-node': rule('map_create §25.7', 'there is no NUMA node {numa_node}'),
  'map-needs-net-admin': rule(
    'map_create §18',
    'creating a map of type {map_type} needs CAP_NET_ADMIN',
  ),
  'zero-seed-needs-sys-admin': rule('htab_map_alloc_check', 'map_flags {flags} need CAP_SYS_ADMIN'),
  'map-cannot-be-inner': rule(
    'bpf_map_meta_alloc §25.7',
    'map {map_id} is a {map_type}, which cannot be in a map',
  ),
  'map-type-unknown': rule('map_create §25', 'maps of type {map_type} cannot be created'),
  'map-flags': rule('map_alloc_check §25.1', 'map_flags {flags} are not allowed for {map_type}'),
  'map-key-size': rule('map_alloc_check §25.1', 'key_size {key_size} does not fit {map_type}'),
  'map-value-size': rule(
    'map_alloc_check §25.1',
    'value_size {value_size} does not fit {map_type}',
  ),
  'map-value-too-large': rule('§25.1', 'value_size {value_size} of {map_type} is above {limit}'),
  'map-max-entries': rule(
    'map_alloc_check §25.1',
    'max_entries {max_entries} does not fit {map_type}',
  ),
  'memlock-too-low': rule(
    'bpf_charge_memlock §18',
    '{what} locks {pages} pages of 4096 bytes; uid {uid} has {locked} locked, and RLIMIT_MEMLOCK of the caller allows {limit}',
  ),
  'map-locks-too-much': rule(
    'bpf_map_charge_init §18',
    'a {map_type} map of {max_entries} entries needs 4 GiB or more',
  ),
  'map-has-no-batch': rule(
    'bpf_map_do_batch §25.9',
    'a {map_type} such as map {map_id} has no {call} on this kernel',
  ),
  'map-lacks-command': rule(
    'map_lookup_and_delete_elem §25.4',
    'a {map_type} such as map {map_id} has no {call} on this kernel',
  ),
  'batch-at-end': rule(
    'generic_map_lookup_batch §25.9',
    'map {map_id} has no element after the {count} that were told',
  ),
  'map-full': rule(
    'htab_map_update_elem',
    'map {map_id} already has {max_entries} elements, its max_entries',
  ),
  'trie-full': rule(
    'trie_update_elem §25.12',
    'map {map_id} already has {max_entries} elements, its max_entries',
  ),
  'prefix-too-long': rule(
    'trie_update_elem §25.12',
    'a prefix of {prefixlen} bits is longer than the {limit} bits of the keys of map {map_id}',
  ),
  'queue-full': rule(
    'queue_stack_map_push_elem §25.11',
    'map {map_id} already has {max_entries} elements, its max_entries',
  ),
  'queue-empty': rule('__queue_map_get §25.11', 'map {map_id} has no element'),
  'map-has-no-keys': rule('__bpf_copy_key §25.11', 'a {map_type} such as map {map_id} has no keys'),
  'key-missing': rule('__bpf_copy_key §25.4', 'map {map_id} needs a key, and none is passed'),
  'index-out-of-range': rule('array_map_update_elem', 'the index is past the end of map {map_id}'),
  'program-unlike-owner': rule(
    'bpf_prog_map_compatible §25.8',
    'program {prog_id} is unlike the first program of prog_array {map_id}',
  ),
  'load-unlike-owner': rule(
    'bpf_check_tail_call §25.8',
    'prog_array {map_id} belongs to programs that are unlike this {prog_type} program',
  ),
  'map-unlike-inner': rule(
    'bpf_map_meta_equal §25.8',
    'map {inner_map_id} is unlike the map that map {map_id} was made with',
  ),
  'element-exists': rule('map_update_elem §25.4', 'map {map_id} already has that element'),
  'no-element': rule('map_lookup_elem §25.4', 'map {map_id} has no such element'),
  'no-next-key': rule('map_get_next_key §25.4', 'map {map_id} has no key after this one'),
  'elements-stay': rule(
    'map_delete_elem §25.4',
    'elements of {map_type} map {map_id} cannot be deleted',
  ),
} as const;
