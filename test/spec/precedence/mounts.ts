/** Mounts of the bpffs, and names that they cover: semantics §15. */
import type { World } from '../given.ts';
import type { Table } from './table.ts';

/** Another instance on /two with a pin and a third instance on /two/in; /two is open. */
function mounts(world: World): void {
  world.prog('a');
  for (const path of ['/dir', '/two', '/closed']) world.does({ name: 'bpffs_mkdir', path });
  world.does({ name: 'chmod', path: '/closed', mode: 0o700 });
  world.does({ name: 'obj_pin', bpf_fd: world.at('a'), path: '/a' });
  world.does({ name: 'mount', path: '/two' });
  world.does({ name: 'obj_pin', bpf_fd: world.at('a'), path: '/two/p' });
  world.does({ name: 'bpffs_mkdir', path: '/two/in' });
  world.does({ name: 'mount', path: '/two/in' });
  world.name('two', world.does({ name: 'open_other', kind: 'dir', path: '/two' }));
  world.name('user', world.does({ name: 'spawn', uid: 1000, caps: [] }));
}

const STATE =
  'On `/two` a second bpffs is mounted, with the pin `/two/p`, and on `/two/in` a third one; a directory ' +
  'is open in the second. `/dir` is empty, `/closed` has mode 0700, `/a` is a pin. All is of root; the ' +
  'caller has uid 1000 and no capability.';

const page = 'mounts';

const mount: Table = {
  page,
  title: 'mount',
  source: '`path_mount`, `do_new_mount`, `do_loopback`, `graft_tree`; semantics §15',
  state: STATE,
  given: mounts,
  call: 'mount pid = user; path = /x',
  rows: `
    | wrong first               | mended by             | all     |
    | there is no /x            | path = /dir           | ENOENT  |
    | mounts take CAP_SYS_ADMIN | no pid; path = /a     | EPERM   |
    | a pin is not a directory  | path = /dir; from = /x | ENOTDIR |
    | there is no /x to bind    | from = /a             | ENOENT  |
    | a pin on a directory      | path = /two/p; from = /two | ENOTDIR |
    | a directory on a pin      | from = /a             | ENOTDIR |
    | nothing                   | path = /dir; no from  | ok      |
    | nothing                   |                       | ok      |
  `,
};

const umount: Table = {
  page,
  title: 'umount',
  source: '`ksys_umount`, `can_umount`, `do_umount`; semantics §15',
  state: STATE,
  given: mounts,
  call: 'umount pid = user; path = /x; flags = 16',
  steps: {
    'umount /two/in': (world) => world.does({ name: 'umount', path: '/two/in' }),
    'the directory is closed': (world) => world.does({ name: 'close', fd: world.at('two') }),
  },
  rows: `
    | wrong first                  | mended by               | all    |
    | unknown flags                | flags = 0               | EINVAL |
    | there is no /x               | path = /dir             | ENOENT |
    | mounts take CAP_SYS_ADMIN    | no pid                  | EPERM  |
    | nothing is mounted on /dir   | path = /two             | EINVAL |
    | another mount stands on it   | umount /two/in          | EBUSY  |
    | a directory is open in it    | the directory is closed | EBUSY  |
    | nothing                      |                         | ok     |
  `,
};

const lazily: Table = {
  page,
  title: 'umount2 with MNT_DETACH, and names where nothing is mounted',
  source: '`umount_tree`, `bpf_obj_do_pin`; semantics §15',
  state: STATE,
  given: mounts,
  call: 'umount path = /; flags = 0',
  steps: { 'mount /': (world) => world.does({ name: 'mount', path: '/' }) },
  rows: `
    | wrong first                          | mended by                            | all    |
    | others stand on it                   | flags = 2                            | EBUSY  |
    | nothing                              | name = obj_pin; no flags; bpf_fd = a; path = /q | ok |
    | what is left is not a bpffs          | name = unlink; no bpf_fd; path = /a  | EPERM  |
    | nothing is there                     | mount /; path = /b                             | ENOENT |
    | nothing is in the new one            | name = obj_pin; bpf_fd = a; path = /q | ENOENT |
    | nothing                              |                                      | ok     |
  `,
};

const covered: Table = {
  page,
  title: 'Names that are mount points, and names of two mounts',
  source: '`is_local_mountpoint`, `do_renameat2`, `do_linkat`; semantics §15',
  state: STATE,
  given: mounts,
  call: 'bpffs_rmdir path = /two',
  rows: `
    | wrong first              | mended by                                  | all   |
    | a mount point stays      | name = rename; path = /two/in; to = /two/q | EBUSY |
    | and is not renamed       | path = /two/p; to = /q                     | EBUSY |
    | another mount            | name = link; to = /r                       | EXDEV |
    | another mount            | to = /two/q                                | EXDEV |
    | nothing                  | name = rename; path = /dir; to = /two      | ok    |
    | and is not renamed over  | path = /two/p; to = /two/r                 | EBUSY |
    | nothing                  |                                            | ok    |
  `,
};

const opened: Table = {
  page,
  title: 'open of a directory',
  source: '`do_open`, `may_open`; semantics §15',
  state: STATE,
  given: mounts,
  call: 'open_other pid = user; kind = dir; path = /x',
  rows: `
    | wrong first                    | mended by      | all     |
    | there is no /x                 | path = /a      | ENOENT  |
    | a pin is not a directory       | path = /closed | ENOTDIR |
    | the directory may not be read  | path = /two    | EACCES  |
    | nothing                        |                | ok      |
  `,
};

export const mountTables: readonly Table[] = [mount, umount, lazily, covered, opened];
