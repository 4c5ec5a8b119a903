/** The rules about the hierarchy of cgroups, variables of the kernel, and what exec leaves. */
import { rule } from './rule.ts';

export const CGROUP_AND_CAPABILITY_RULES = {
  'sysctl-not-writable': rule('test_perm §18', 'only uid 0 writes to kernel.{variable}'),
  'sysctl-value': rule('bpf_unpriv_handler §18', 'kernel.{variable} does not take {value}'),
  'sysctl-locked': rule(
    'bpf_unpriv_handler §18',
    'kernel.{variable} is {now}, and stays so until the next boot',
  ),
  'cgroup-name-is-file': rule('cgroup_base_files §17', '{path} is a control file'),
  'no-such-control-file': rule('§17', 'there is no control file {path}'),
  'cgroup-not-readable': rule('inode_permission §17', 'the caller may not read cgroup {path}'),
  'control-file-not-writable': rule(
    'cgroup_procs_write_permission §17',
    'the caller may not write to {file} of cgroup {cgroup}',
  ),
  'cgroup-domain-invalid': rule(
    'cgroup_migrate_vet_dst §17',
    'cgroup {path} is beside or below threaded ones, and no domain that holds processes',
  ),
  'cgroup-cannot-be-threaded': rule(
    'cgroup_enable_threaded §17',
    'cgroup {path} has processes, or its parent cannot have threaded cgroups',
  ),
  'cgroup-hands-on-controllers': rule(
    'cgroup_migrate_vet_dst §17',
    'cgroup {path} has controllers on for those below it, so it holds no process',
  ),
  'cgroup-has-processes': rule(
    'cgroup_vet_subtree_control_enable §17',
    'cgroup {path} has processes, so it turns no controller on for those below it',
  ),
  'controllers-not-for-threads': rule(
    'cgroup_vet_subtree_control_enable §17',
    'cgroup {path} has threaded cgroups, or is one: these have no such controllers',
  ),
  'controller-not-available': rule(
    'cgroup_subtree_control_write §17',
    'cgroup {path} has no controller {controller}',
  ),
  'controller-in-use-below': rule(
    'cgroup_subtree_control_write §17',
    'a cgroup below {path} hands on {controller}',
  ),
  'cgroup-is-threaded': rule('cgroup_kill_write §17', 'cgroup {path} is threaded'),
  'value-not-taken': rule('§17', '{path} does not take "{value}"'),
  'cgroup-exists': rule('cgroup_mkdir §17', 'cgroup {path} exists'),
  'cgroup-name-newline': rule('cgroup_mkdir §17', 'the name of cgroup {path} holds a newline'),
  'cgroup-busy': rule(
    'cgroup_destroy_locked §17',
    '{path} is not empty: live processes {processes}, child cgroups {children}',
  ),
  'cgroup-root': rule('do_rmdir §17', 'the root cgroup is a mount point and cannot be removed'),

  'bounding-set-shrinks': rule(
    'cap_prctl_drop §18',
    'the bounding set of uid {uid} can only shrink, and only by root',
  ),
  'may-not-inherit': rule(
    'cap_capset §18',
    'what is inheritable is permitted to uid {uid}, or in its bounding set',
  ),
  'memlock-is-raised': rule(
    'do_prlimit §18',
    'RLIMIT_MEMLOCK is {now} bytes; only CAP_SYS_RESOURCE raises it to {memlock}',
  ),
  'may-not-be-ambient': rule(
    'cap_task_prctl §18',
    'what is ambient is permitted and inheritable to uid {uid}',
  ),
} as const;
