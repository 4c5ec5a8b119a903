/** The rules about mounts and namespaces. */
import { rule } from './rule.ts';

export const NAMESPACE_RULES = {
  'mount-point': rule('§15', '{path} is a mount point'),
  'no-mount-point': rule('can_umount', 'nothing is mounted at {path}'),
  'mount-busy': rule(
    'do_umount',
    'on the mount at {path} stand {mounts} others, and {open} directories are open in it',
  ),
  'mount-needs-sys-admin': rule('may_mount', 'mounts take CAP_SYS_ADMIN'),

  'namespace-needs-sys-admin': rule(
    'unshare_nsproxy_namespaces §29',
    'a new or another namespace takes CAP_SYS_ADMIN',
  ),
  'thread-shares-root': rule(
    'copy_process §29',
    'a new thread has one root directory with its process, so it has no mount namespace of its own',
  ),
  'setns-without-pidfd': rule('__do_sys_setns §29', 'setns of this kernel takes no pidfd'),
  'setns-names-no-namespace': rule(
    'check_setns_flags §29',
    'the flags of setns name no namespace to enter',
  ),
  'may-not-enter-mounts': rule(
    'mntns_install §29',
    'another mount namespace is entered with CAP_SYS_ADMIN and CAP_SYS_CHROOT',
  ),
  'control-file-not-delegated': rule(
    'cgroup_file_write §29',
    '{file} of {path}, the root of the cgroup namespace, is not delegated',
  ),
  'cgroup-out-of-namespace': rule(
    'cgroup_procs_write_permission §29',
    'cgroup {path} is not below the root of the cgroup namespace',
  ),
  'root-is-shared': rule(
    'mntns_install §29',
    'threads {threads} have one root directory with the caller',
  ),
} as const;
