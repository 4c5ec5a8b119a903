/** Namespaces of mounts and cgroups: semantics §29. */
import type { World } from '../given.ts';
import type { Table } from './table.ts';

/** `user` has no rights, `apart` has namespaces of its own, and `thread` is a thread. */
function namespaces(world: World): void {
  world.name('user', world.does({ name: 'spawn', uid: 1000, caps: [] }));
  world.name('admin', world.does({ name: 'spawn', caps: ['sys_admin'] }));
  const both = { clone_newns: true, clone_newcgroup: true } as const;
  world.name('apart', world.does({ name: 'fork', ...both }));
  const thread = { clone_files: true, clone_thread: true } as const;
  const leader = world.does({ name: 'fork' });
  world.name('thread', world.does({ name: 'fork', ...thread }, leader));
}

const SEPARATED =
  '`user` has uid 1000 and no capability, `apart` is of root in namespaces of its own, `admin` is root ' +
  'with CAP_SYS_ADMIN alone, `thread` is a thread of a process of root.';

const unshare: Table = {
  page: 'namespaces',
  title: 'unshare and fork with new namespaces',
  source: '`ksys_unshare`, `copy_process`, `copy_namespaces`, `copy_cgroup_ns`; semantics §29',
  state: SEPARATED,
  given: namespaces,
  call: 'unshare pid = user; clone_newns = true',
  rows: `
    | wrong first                         | mended by                                | all    |
    | a new namespace takes CAP_SYS_ADMIN | name = fork; clone_thread = true         | EPERM  |
    | a thread has the root of its process | no clone_thread                         | EINVAL |
    | it takes CAP_SYS_ADMIN              | pid = thread                             | EPERM  |
    | nothing                             | pid = user; no clone_newns; clone_newcgroup = true | ok |
    | it takes CAP_SYS_ADMIN              | pid = admin                              | EPERM  |
    | nothing                             |                                          | ok     |
  `,
};

const enter: Table = {
  page: 'namespaces',
  title: 'setns with a pidfd',
  source:
    '`check_setns_flags`, `validate_nsset`, `mntns_install`, `cgroupns_install`; semantics §29',
  state: SEPARATED,
  given: namespaces,
  call: 'setns pid = user; target_pid = 9999',
  rows: `
    | wrong first                          | mended by                                  | 5.8..  |
    | no namespace is named                | clone_newns = true; clone_newcgroup = true | EINVAL |
    | no process 9999                      | target_pid = apart                         | ESRCH  |
    | a process with more rights           | pid = admin; target_pid = admin            | EPERM  |
    | mounts take CAP_SYS_CHROOT too       | pid = user; target_pid = user; no clone_newns | EPERM |
    | cgroups take CAP_SYS_ADMIN           | pid = thread; no clone_newcgroup; clone_newns = true | EPERM |
    | a thread is not alone with its root  | pid = apart; target_pid = 1                | EINVAL |
    | nothing                              |                                            | ok     |
  `,
};

const withoutPidfd: Table = {
  page: 'namespaces',
  title: 'setns of kernels before 5.8',
  source: '`__do_sys_setns`; semantics §29',
  state: SEPARATED,
  given: namespaces,
  call: 'setns target_pid = apart; clone_newcgroup = true',
  rows: `
    | wrong first                 | mended by | v2-series..5.7 | 5.8.. |
    | it takes no pidfd           |           | EINVAL         | ok    |
  `,
};

const delegated: Table = {
  page: 'namespaces',
  title: 'The root of a cgroup namespace, mounted with nsdelegate',
  source: '`cgroup_file_write`, `cgroup_procs_write_permission`; semantics §29',
  state:
    'cgroup2 is mounted with `nsdelegate`. `inside` is root in a cgroup namespace whose root is `/top`, ' +
    'with `/top/below`; `/outside/invalid` is beside a threaded cgroup. `user` is in the same namespace, ' +
    'with uid 1000, and may write to cgroup.procs of `/outside/invalid` alone.',
  config: { cgroup_nsdelegate: true },
  given(world) {
    world.cgroups('/top', '/top/below', '/outside', '/outside/invalid', '/outside/threaded');
    world.does({ name: 'cgroup_write', path: '/outside/threaded/cgroup.type', value: 'threaded' });
    world.does({ name: 'cgroup_chmod', path: '/outside/invalid/cgroup.procs', mode: 0o666 });
    const inside = world.does({ name: 'fork' });
    world.name('inside', inside);
    world.does({ name: 'join', path: '/top' }, inside);
    world.does({ name: 'unshare', clone_newcgroup: true }, inside);
    world.name('user', world.does({ name: 'fork', uid: 1000, caps: [] }, inside));
  },
  call: 'cgroup_write pid = inside; path = /top/cgroup.freeze; value = "7"',
  rows: `
    | wrong first                         | mended by                              | all        |
    | a file of the root is not delegated | path = /top/below/cgroup.freeze       | EPERM      |
    | 7 is neither 0 nor 1                | name = join; no value; pid = user; path = /outside/invalid | ERANGE |
    | the common ancestor is not writable | pid = inside                           | EACCES     |
    | it is outside of the namespace      | pid = 1                                | ENOENT     |
    | an invalid domain                   | pid = inside; path = /top/below       | EOPNOTSUPP |
    | nothing                             | target_pid = 1                         | ok         |
    | init is outside of the namespace    | pid = 1                                | ENOENT     |
    | nothing                             |                                        | ok         |
  `,
};

export const namespaceTables: readonly Table[] = [unshare, enter, withoutPidfd, delegated];
