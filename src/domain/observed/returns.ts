/** What each call can give back: the meaning of its return value, and which object it tells of. */
import type { CallName, CallOf, FcntlCommand } from '../call.ts';
import type { Success } from '../outcome.ts';
import type { FdFact } from './observation.ts';

/** What a return value is: a new fd, a pid, the fd that was asked for, flags, or nothing. */
export type ReturnKind = 'fd' | 'pid' | 'asked' | 'flags' | 'zero';

const RETURNS: { readonly [N in Exclude<CallName, 'fcntl'>]: ReturnKind } = {
  ...{ spawn: 'pid', fork: 'pid', dup2: 'asked', dup3: 'asked' },
  ...{ open_cgroup: 'fd', open_other: 'fd', dup: 'fd', recv_fd: 'fd', pidfd_getfd: 'fd' },
  ...{ prog_load: 'fd', map_create: 'fd', btf_load: 'fd', enable_stats: 'fd' },
  ...{ link_create: 'fd', foreign_link_create: 'fd', iter_create: 'fd', obj_get: 'fd' },
  ...{ prog_get_fd_by_id: 'fd', link_get_fd_by_id: 'fd', map_get_fd_by_id: 'fd' },
  ...{ btf_get_fd_by_id: 'fd', btf_get_next_id: 'zero' },
  ...{ unshare: 'zero', setns: 'zero', exec: 'zero', exit: 'zero', kill: 'zero', capset: 'zero' },
  ...{ umask: 'flags', setrlimit: 'zero', join: 'zero', close: 'zero', close_range: 'zero' },
  ...{ send_fd: 'zero', mkdir: 'zero', rmdir: 'zero', bpffs_mkdir: 'zero', bpffs_rmdir: 'zero' },
  ...{ mount: 'zero', umount: 'zero', fsmount: 'fd', token_create: 'fd' },
  ...{
    unlink: 'zero',
    rename: 'zero',
    link: 'zero',
    symlink: 'zero',
    chown: 'zero',
    chmod: 'zero',
  },
  ...{ sysctl: 'zero', cgroup_chown: 'zero', cgroup_chmod: 'zero', cgroup_write: 'zero' },
  ...{ prog_attach: 'zero', prog_detach: 'zero', prog_query: 'zero', prog_test_run: 'zero' },
  ...{ prog_bind_map: 'zero', link_update: 'zero', link_detach: 'zero', obj_pin: 'zero' },
  ...{ obj_get_info_by_fd: 'zero', prog_get_next_id: 'zero', link_get_next_id: 'zero' },
  ...{ map_get_next_id: 'zero', map_freeze: 'zero', map_lookup_elem: 'zero' },
  ...{ map_update_elem: 'zero', map_delete_elem: 'zero', map_get_next_key: 'zero' },
  ...{ map_update_batch: 'zero', map_delete_batch: 'zero', map_lookup_batch: 'zero' },
  ...{ map_lookup_and_delete_batch: 'zero', map_lookup_and_delete_elem: 'zero' },
  ...{ task_fd_query: 'zero', bpf: 'zero' },
};

const FCNTL: { readonly [C in FcntlCommand]: ReturnKind } = {
  f_dupfd: 'fd',
  f_dupfd_cloexec: 'fd',
  f_getfd: 'flags',
  f_setfd: 'zero',
};

/** A call, as far as its return value depends on it. */
type Returning =
  | Pick<CallOf<Exclude<CallName, 'fcntl'>>, 'name'>
  | Pick<CallOf<'fcntl'>, 'name' | 'cmd'>;

/** What the return value of a call is. */
export function returnKind(call: Returning): ReturnKind {
  return call.name === 'fcntl' ? FCNTL[call.cmd] : RETURNS[call.name];
}

/** What an outcome can tell beside its return value. */
export type OutputName = Exclude<keyof Success, 'ret'>;

const ANY_OBJECT = ['prog_id', 'link_id', 'map_id'] as const;
const ANY_FILE = [...ANY_OBJECT, 'cgroup_id'] as const;

const OUTPUTS: { readonly [N in CallName]?: readonly OutputName[] } = {
  open_cgroup: ['cgroup_id'],
  mkdir: ['cgroup_id'],
  dup: ANY_FILE,
  fcntl: ANY_FILE,
  pidfd_getfd: ANY_FILE,
  foreign_link_create: ['link_id'],
  recv_fd: [...ANY_FILE, 'lost'],
  prog_load: ['prog_id'],
  link_create: ['link_id'],
  map_create: ['map_id'],
  obj_get: ANY_OBJECT,
  prog_get_fd_by_id: ['prog_id'],
  link_get_fd_by_id: ['link_id'],
  map_get_fd_by_id: ['map_id'],
  prog_query: ['query'],
  obj_get_info_by_fd: ['info'],
  prog_get_next_id: ['next_id'],
  link_get_next_id: ['next_id'],
  map_get_next_id: ['next_id'],
  btf_get_next_id: ['next_id'],
  map_lookup_elem: ['value'],
  map_lookup_and_delete_elem: ['value'],
  task_fd_query: ['prog_id'],
  map_get_next_key: ['next_key'],
  map_update_batch: ['batch'],
  map_delete_batch: ['batch'],
  map_lookup_batch: ['batch'],
  map_lookup_and_delete_batch: ['batch'],
};

/** What the outcome of a call can tell beside its return value. */
export function outputsOf(name: CallName): readonly OutputName[] {
  return OUTPUTS[name] ?? [];
}

const FILE_KINDS = ['prog', 'link', 'map', 'cgroup'] as const;

/**
 * What the fd that a call returns can be open on. A copy may be of anything, and so is what tells of
 * no object (a BTF, a directory) not narrowed, but that it is none.
 */
export function returnedKinds(name: CallName): readonly FdFact['kind'][] {
  const outputs = outputsOf(name);
  const told = FILE_KINDS.filter((kind) => outputs.includes(`${kind}_id`));
  const isOnlyThese = told.length > 0 && told.length < FILE_KINDS.length;
  return isOnlyThese ? told : [...told, 'bpffs', 'other'];
}
