/**
 * The rules that refuse calls: for each, its source and the sentence that says why, with the
 * objects involved in braces. Sections are those of docs/kernel-semantics.md.
 */
import { CGROUP_AND_CAPABILITY_RULES } from './cgroup-and-capability-rules.ts';
import { CODE_AND_MAP_RULES } from './code-and-map-rules.ts';
import { NAMESPACE_RULES } from './namespace-rules.ts';
import { type Rule, rule } from './rule.ts';
import { TOKEN_RULES } from './token-rules.ts';

export const RULES = {
  ...CODE_AND_MAP_RULES,
  ...CGROUP_AND_CAPABILITY_RULES,
  ...NAMESPACE_RULES,
  ...TOKEN_RULES,

  'no-such-process': rule(
    '§14',
    'there is no process {pid}; a living process can fork or spawn it',
  ),
  'pid-in-use': rule('§14', 'pid {pid} is taken by a living process'),
  'init-stays': rule(
    'do_exit: the kernel panics without init',
    'pid {pid} is init, which cannot end before a reboot',
  ),
  'credentials-cannot-grow': rule('§18', 'a process of uid {uid} cannot gain {wanted}'),

  'no-free-fd': rule('alloc_fd', 'process {pid} has no free fd below its limit of {nofile}'),
  'lsm-slots-taken': rule(
    'bpf_cgroup_atype_find §27',
    'programs on ten other hooks of LSM_CGROUP are attached, so there is no place for those of function {attach_btf_id}',
  ),
  'link-on-other-hook': rule(
    '__cgroup_bpf_replace §27',
    'link {link_id} is not on the hook of program {prog_id}',
  ),
  'stream-unknown': rule('bpf_prog_stream_read', 'program {prog_id} has no stream 0'),
  'fd-not-for-command': rule(
    '__sys_bpf',
    'command {cmd} of bpf(2) takes another kind of file than fd {fd}, which is open on a {kind}',
  ),
  'fd-tells-no-program': rule(
    'bpf_task_fd_query',
    'fd {fd} of process {pid} is open on a {kind}, of which no program is told',
  ),
  'fd-not-open': rule('fdget', 'fd {fd} is not open'),
  'dup-onto-itself': rule('ksys_dup3', 'dup3 refuses to copy fd {fd} onto itself'),
  'dup-from-over-limit': rule('f_dupfd', 'number {from} is not below the limit of {nofile}'),
  'range-is-backwards': rule('__close_range', 'the first fd, {first}, is above the last, {last}'),
  'no-such-call': rule('§14', 'this kernel has no system call {call}'),
  'may-not-trace': rule('ptrace_may_access', 'the caller may not trace process {pid}'),
  'may-not-kill': rule('kill_ok_by_cred', 'process {pid} has another uid'),
  'fd-over-limit': rule('ksys_dup3', 'fd {fd} is negative or not below the limit of {nofile}'),
  'nofile-over-nr-open': rule(
    'do_prlimit',
    'a limit of {nofile} fds is above fs.nr_open, {nr_open}',
  ),
  'mailbox-empty': rule('§14', 'no fd waits to be received'),
  'prog-fd-not-open': rule('bpf_prog_get §6', '{field} names fd {fd}, which is not open'),
  'prog-fd-is-no-program': rule(
    'bpf_prog_get §6',
    '{field} names fd {fd}, which is a {kind}, not a program',
  ),
  'prog-type-differs': rule(
    'bpf_prog_get_type §6',
    '{field} names program {prog_id} of type {prog_type}; {wanted} is needed',
  ),
  'link-fd-not-open': rule('bpf_link_get_from_fd §6', '{field} names fd {fd}, which is not open'),
  'link-fd-is-no-link': rule(
    'bpf_link_get_from_fd §6',
    '{field} names fd {fd}, which is a {kind}, not a link',
  ),
  'map-fd-not-open': rule('bpf_map_get §6', '{field} names fd {fd}, which is not open'),
  'map-fd-is-no-map': rule('bpf_map_get §6', '{field} names fd {fd}, which is a {kind}, not a map'),
  'map-fd-restricted': rule('§25.4', 'fd {fd} opens the map for {access} only'),
  'target-fd-not-open': rule('cgroup_get_from_fd §6', 'the target fd {fd} is not open'),
  'target-fd-is-no-cgroup': rule(
    'cgroup_get_from_fd §6',
    'the target fd {fd} is a {kind}, not a cgroup v2 directory',
  ),
  'target-cgroup-removed': rule(
    'cgroup_get_from_fd §6',
    'the target fd {fd} is the directory of cgroup {cgroup_id}, which was removed',
  ),

  'no-such-cgroup': rule('§17', 'there is no cgroup {path}'),

  'unprivileged-bpf-disabled': rule(
    '§18, §5',
    'unprivileged_bpf_disabled is {sysctl} and the caller lacks CAP_BPF',
  ),
  'needs-net-admin': rule('§18', '{call} needs CAP_NET_ADMIN'),
  'needs-sys-admin': rule('§18, §16', '{call} needs CAP_SYS_ADMIN'),
  'skb-attach-needs-net-admin': rule(
    'bpf_prog_attach_check_attach_type §8.1 row 5',
    'attaching cgroup_skb program {prog_id} needs CAP_NET_ADMIN; here the errno is EINVAL',
  ),
  'skb-link-needs-net-admin': rule(
    'bpf_prog_attach_check_attach_type §11 row 3',
    'linking cgroup_skb program {prog_id} needs CAP_NET_ADMIN',
  ),
  'load-needs-bpf': rule('bpf_prog_load §18', 'loading {prog_type} needs CAP_BPF'),
  'load-needs-net-admin': rule('bpf_prog_load §18', 'loading {prog_type} needs CAP_NET_ADMIN'),
  'load-needs-perfmon': rule('bpf_prog_load §18', 'loading {prog_type} needs CAP_PERFMON'),
  'map-needs-bpf': rule('map_create §18', 'creating a map of type {map_type} needs CAP_BPF'),

  'command-unknown': rule('__sys_bpf §5', 'this kernel has no command {command}'),
  'attr-too-large': rule(
    'bpf_check_uarg_tail_zero §5',
    'the attr has {attr_size} bytes; the kernel looks at {limit} at most',
  ),
  'bytes-after-last-field': rule(
    'CHECK_ATTR §5',
    'the attr has non-zero bytes after byte {last_byte}, the last byte that this command knows',
  ),
  'flags-unknown': rule('§8.1 row 3, §11 row 5', 'flags {flags} are unknown to this command'),
  'attach-type-unknown': rule(
    'attach_type_to_prog_type §2.3',
    'this command does not take attach type {attach_type} on this kernel',
  ),
  'anchor-fields-not-for-cgroups': rule(
    'bpf_prog_attach, 6.6-6.16',
    'this kernel does not take relative_fd and expected_revision for {attach_type}',
  ),
  'target-of-other-subsystem': rule(
    '§21',
    '{attach_type} is not a cgroup attach type; its target does not exist',
  ),
  'target-is-no-perf-event': rule('bpf_perf_link_attach', 'the target fd {fd} is not a perf event'),
  'built-without-cgroup-bpf': rule(
    'CONFIG_CGROUP_BPF, include/linux/bpf-cgroup.h',
    'this kernel is built without cgroup BPF',
  ),
  'expected-type-differs': rule(
    'bpf_prog_attach_check_attach_type §2.3',
    'program {prog_id} was loaded for {expected}, which does not fit {attach_type}',
  ),

  'prog-flags-unknown': rule('bpf_prog_load §7', 'prog_flags {flags} has unknown bits'),
  'too-many-instructions': rule(
    'bpf_prog_load §7',
    '{insns} instructions; 1 to {limit} are allowed',
  ),
  'expected-type-does-not-fit': rule(
    'bpf_prog_load_check_attach §7',
    'a {prog_type} program cannot be loaded for {expected_attach_type}',
  ),
  'prog-type-unknown': rule('find_prog_type §7', 'this kernel has no program type {prog_type}'),
  'object-name': rule(
    'bpf_obj_name_cpy §7',
    '{field} "{name}" is longer than 15 bytes, or has a character that is not a letter, digit, _ or .',
  ),
  'helper-not-for-type': rule(
    'check_helper_call §25.2',
    'a {prog_type} program may not call bpf_get_local_storage on map {map_id}',
  ),
  'return-out-of-range': rule(
    'check_return_code §7',
    'the program returns {ret}; the verifier allows {min} to {max} here',
  ),
  'told-return-out-of-range': rule(
    'check_return_code §7',
    'the program is said to return {ret}, and the verifier allows {min} to {max} here; what else it finds is not known',
  ),
  'two-storage-maps': rule(
    'bpf_cgroup_storage_assign §25.2',
    'map {map_id} would be a second {map_type} map of the program',
  ),
  'storage-map-has-owner': rule(
    'bpf_cgroup_storage_assign §25.6',
    'storage map {map_id} belongs to program {prog_id}; this kernel allows one program a map',
  ),

  'override-and-multi': rule(
    '__cgroup_bpf_attach §8.1 row 8',
    'override and multi exclude each other',
  ),
  'replace-needs-multi': rule('__cgroup_bpf_attach §8.1 row 8', 'replace needs multi'),
  'replace-with-anchor': rule(
    '__cgroup_bpf_attach §8.1 row 8',
    'replace cannot be combined with before or after',
  ),
  'link-cannot-replace': rule(
    '__cgroup_bpf_attach §19.2 row 7',
    'a link cannot name a program to replace',
  ),
  'revision-stale': rule(
    '__cgroup_bpf_attach §8.1 row 9',
    'expected_revision is {expected}, but the list is at revision {revision}',
  ),
  'hierarchy-exclusive-ancestor': rule(
    'hierarchy_allows_attach §4.1',
    '{ancestor} has a program attached without override or multi, so nothing can attach at {cgroup}',
  ),
  'list-mode-differs': rule(
    '__cgroup_bpf_attach §8.1 row 11',
    '{cgroup} already holds {mode} entries for {attach_type}; {requested} does not match',
  ),
  'list-full': rule(
    '__cgroup_bpf_attach §8.1 row 12',
    '{cgroup} already has {limit} entries, the most that a list can hold',
  ),
  'link-holds-single-entry': rule(
    '§19.3, §19.4 (v2-series)',
    'the single entry of {cgroup} is link {link_id}, which only its owner can remove',
  ),
  'program-already-attached': rule(
    'find_attach_entry §8.1 row 13',
    'program {prog_id} is already attached at {cgroup}',
  ),
  'replaced-program-not-attached': rule(
    'find_attach_entry §8.1 row 14',
    'program {prog_id}, which the call replaces, is not attached directly at {cgroup}',
  ),
  'before-and-after': rule(
    '§8.3 row 2',
    'before and after need an anchor when the list is not empty',
  ),
  'anchor-needs-one-side': rule(
    'get_prog_list §8.3 row 1',
    'an anchor needs either before or after',
  ),
  'anchor-of-other-kind': rule('§8.3 row 1', 'the anchor must be a {wanted}, like the new entry'),
  'anchor-id-unknown': rule('§8.3 row 3', 'no program or link has the id that the anchor names'),
  'anchor-link-fd-0': rule('§8.3 row 3', 'a link anchor cannot be fd 0'),
  'anchor-not-in-list': rule('§8.3 row 4', 'the anchor is not an entry of this list'),
  'anchor-preorder-differs': rule(
    '§8.3 row 5',
    'the anchor at index {index} and the new entry differ in preorder',
  ),

  'detach-takes-no-flags': rule(
    'bpf_prog_detach §9 row 2',
    'attach_flags and relative_fd must be 0',
  ),
  'detach-names-no-program': rule(
    '__cgroup_bpf_detach §9 row 7',
    'the list of {cgroup} for {attach_type} is multi, so the call must name a program',
  ),
  'program-not-attached': rule(
    'find_detach_entry §9 row 8',
    'program {prog_id} is not attached directly at {cgroup} for {attach_type}',
  ),
  'nothing-attached': rule(
    'find_detach_entry §9 row 6',
    'nothing is attached at {cgroup} for {attach_type}',
  ),

  'effective-query-takes-no-flags-buffer': rule(
    '__cgroup_bpf_query §10 row 4',
    'an effective query takes no prog_attach_flags buffer',
  ),
  'lsm-query-needs-flags-buffer': rule(
    '__cgroup_bpf_query §21',
    'a query of lsm_cgroup needs a prog_attach_flags buffer, and an effective query takes none',
  ),
  'query-buffer-short': rule(
    '__cgroup_bpf_query §10',
    'the buffer has room for {room} ids, and there are {programs}',
  ),

  'old-prog-without-replace': rule(
    'link_update §12 row 5',
    'old_prog_fd is {fd}, but the flag replace is not set',
  ),
  'link-defunct': rule('cgroup_bpf_replace §12 row 6', 'link {link_id} has lost its cgroup'),
  'link-runs-other-program': rule(
    'cgroup_bpf_replace §12 row 7',
    'link {link_id} runs program {prog_id}, not {expected}',
  ),
  'storage-maps-differ': rule(
    'D26 §12 row 9',
    'program {prog_id} uses other cgroup storage maps than program {current}',
  ),

  'no-such-path': rule('§15', 'there is no {path} on the bpffs'),
  'not-a-directory': rule('§15', '{path} is not a directory'),
  'is-a-directory': rule('§15', '{path} is a directory'),
  'directory-not-empty': rule('§15', '{path} is not empty'),
  'path-exists': rule('§15', '{path} exists'),
  'not-on-a-bpffs': rule('bpf_obj_do_pin §15', 'there is no bpffs where {path} would be'),
  'other-file-system': rule(
    'do_renameat2',
    '{path} and {to} are on two file systems: / is the mount point',
  ),
  'too-many-symlinks': rule('pick_link', 'more than {limit} symlinks on the way, at {path}'),
  'rename-into-itself': rule('lock_rename', '{to} is below {path}'),
  'name-with-dot': rule(
    'bpf_lookup §15',
    'the last name of {path} holds a dot, which bpffs refuses',
  ),
  'component-too-long': rule('§15', 'a component of {path} is longer than 255 bytes'),
  'directory-not-searchable': rule('§15', 'the caller may not search {path}'),
  'directory-not-readable': rule('may_open', 'the caller may not read {path}'),
  'directory-not-writable': rule('§15', 'the caller may not write in {path}'),
  'directory-is-sticky': rule(
    'may_delete',
    'the directory of {path} is sticky, and neither it nor the name is of the caller',
  ),
  'path-fd-without-flag': rule('bpf_obj_pin §15', 'path_fd needs the flag BPF_F_PATH_FD'),
  'path-fd-is-no-directory': rule('bpf_obj_pin §15', 'path_fd names fd {fd}, a {kind}'),
  'not-the-owner': rule('§15', 'uid {uid} does not own {path}'),
  'pin-needs-bpf-object': rule('bpf_obj_pin_user §15', 'fd {fd} is not a program, link or map'),
  'get-takes-no-fd': rule('bpf_obj_get §15', 'bpf_fd must be 0'),
  'rdonly-and-wronly': rule('bpf_get_file_flag §15', 'rdonly and wronly exclude each other'),
  'pin-not-permitted': rule(
    'bpf_obj_do_get §15',
    'the mode of {path} does not let the caller open it',
  ),
  'path-is-no-pin': rule('bpf_obj_do_get §15', '{path} is not a pin'),
  'link-has-no-access-mode': rule(
    'bpf_obj_get_user D15',
    '{path} is a link, which cannot be opened rdonly or wronly',
  ),

  'no-object-with-id': rule('§16', 'there is no {kind} with id {id}'),
  'no-id-after': rule('bpf_obj_get_next_id §16', 'no {kind} has an id above {start_id}'),
  'start-id-too-large': rule(
    'bpf_obj_get_next_id §16',
    'start_id {start_id} is not below 2^31 - 1',
  ),
  'info-fd-not-open': rule('bpf_obj_get_info_by_fd §16', 'fd {fd} is not open'),
  'info-needs-bpf-object': rule(
    'bpf_obj_get_info_by_fd §16',
    'fd {fd} is a {kind}, not a BPF object',
  ),
  'no-info-on-links': rule('D7', 'this kernel gives no info on links (fd {fd})'),
  'info-too-long': rule('bpf_check_uarg_tail_zero §16', 'info_len {info_len} is above {limit}'),

  'link-keeps-program': rule('link_update', 'a link such as {link_id} takes no other program'),
  'link-stays': rule('link_detach', 'link {link_id} is of a kind that cannot be detached'),
  'link-is-no-iterator': rule('bpf_iter_new_fd', 'link {link_id} is of no iterator'),
  'stats-unknown': rule('bpf_enable_stats', 'there are no statistics of type {type}'),
  'prog-cannot-be-tried': rule('bpf_prog_test_run', 'a {prog_type} program cannot be tried'),
  'test-takes-no-data': rule('bpf_prog_test_run', 'program {prog_id} is tried without data'),
  'packet-too-short': rule('bpf_test_init', 'a packet of {bytes} bytes; {least} is the least'),
  'packet-too-long': rule('bpf_test_init', 'a packet of {bytes} bytes; {most} is the most'),
  'map-frozen': rule('map_freeze', 'map {map_id} is frozen: no call changes it'),
  'not-modelled': rule('docs/coverage.md', 'what a kernel says to {what} is not modelled'),

  'beyond-these-rules': rule(
    'observed',
    "no rule of this release gives this errno here: an LSM, seccomp, lack of memory or a vendor's kernel may have refused the call",
  ),
  'kernel-said-so': rule('observed', 'a real kernel gave this errno; it does not say why'),
} as const satisfies Readonly<Record<string, Rule>>;

export type RuleName = keyof typeof RULES;
