/** The cgroup tree and the bpffs as file systems: semantics §15, §17. */
import type { World } from '../given.ts';
import type { Table } from './table.ts';

const mkdir: Table = {
  page: 'mkdir_rmdir',
  title: 'mkdir and rmdir of a cgroup',
  source: '`cgroup_mkdir`, `cgroup_destroy_locked`; semantics §17',
  state: '`/c` exists; a process has moved into it.',
  given(world) {
    world.cgroups('/c');
    world.name('child', world.does({ name: 'fork' }));
    world.does({ name: 'join', path: '/c' }, world.at('child'));
  },
  call: 'mkdir path = /c',
  steps: {
    'rmdir /c/d': (world) => world.does({ name: 'rmdir', path: '/c/d' }),
    'the process exits': (world) => world.does({ name: 'exit' }, world.at('child')),
  },
  rows: `
    | wrong first                  | mended by               | all    |
    | /c exists                    | path = /x/y             | EEXIST |
    | the parent /x is missing     | path = "/c/a\\nb"       | ENOENT |
    | the name holds a newline     | path = /c/d             | EINVAL |
    | nothing                      | name = rmdir; path = /x | ok     |
    | there is no /x               | path = /                | ENOENT |
    | the root stays               | path = /c               | EBUSY  |
    | a process and a child cgroup | the process exits       | EBUSY  |
    | a child cgroup               | rmdir /c/d              | EBUSY  |
    | nothing                      |                         | ok     |
  `,
};

const join: Table = {
  page: 'mkdir_rmdir',
  title: 'Moving a process',
  source: 'write to cgroup.procs; semantics §17',
  state: '`/c` exists.',
  given: (world) => void world.cgroups('/c'),
  call: 'join path = /x',
  rows: `
    | wrong first    | mended by | all    |
    | there is no /x | path = /c | ENOENT |
    | nothing        |           | ok     |
  `,
};

/** Root's /dir with a pin in it, /empty, /mine of the user; `a` pinned as /a. */
function names(world: World): void {
  world.prog('a');
  for (const path of ['/dir', '/empty', '/closed']) world.does({ name: 'bpffs_mkdir', path });
  world.does({ name: 'chmod', path: '/closed', mode: 0o700 });
  for (const path of ['/a', '/b', '/dir/p']) {
    world.does({ name: 'obj_pin', bpf_fd: world.at('a'), path });
  }
  world.name('user', world.does({ name: 'fork', uid: 1000, caps: [] }));
}

const NAMES_STATE =
  '`/dir` holds the pin `p`, `/empty` nothing, `/closed` has mode 0700; `/a` and `/b` are pins. ' +
  'All is of root; the caller has uid 1000 and no capability.';

const bpffsMkdir: Table = {
  page: 'bpffs',
  title: 'mkdir',
  source: '`bpf_mkdir`, `bpf_lookup`; semantics §15',
  state: NAMES_STATE,
  given: names,
  call: 'bpffs_mkdir pid = user; path = /x/y',
  rows: `
    | wrong first                       | mended by        | all     |
    | the parent /x is missing          | path = /a/y      | ENOENT  |
    | a pin is no directory             | path = /closed/y | ENOTDIR |
    | the directory may not be searched | path = /         | EACCES  |
    | the top exists                    | path = /dir      | EEXIST  |
    | /dir exists                       | path = /x.y      | EEXIST  |
    | the name holds a dot              | path = /y        | EPERM   |
    | the top may not be written        | no pid           | EACCES  |
    | nothing                           |                  | ok      |
  `,
};

/** Root's pin /b has a second name /c; /sticky is open to all, with root's pin in it. */
function more(world: World): void {
  names(world);
  world.does({ name: 'link', path: '/b', to: '/c' });
  world.does({ name: 'bpffs_mkdir', path: '/sticky' });
  world.does({ name: 'obj_pin', bpf_fd: world.at('a'), path: '/sticky/p' });
  world.does({ name: 'chmod', path: '/sticky', mode: 0o1777 });
}

const MORE_STATE = `${NAMES_STATE} \`/c\` is a second name of \`/b\`; \`/sticky\` has mode 1777 and a pin of root.`;

const exchange: Table = {
  page: 'bpffs',
  title: 'renameat2',
  source: '`do_renameat2`, `vfs_rename`, `may_delete`; semantics §15',
  state: MORE_STATE,
  given: more,
  call: 'rename pid = user; path = /x; to = /y; flags = 3',
  rows: `
    | wrong first                             | mended by                       | all       |
    | NOREPLACE and EXCHANGE together         | flags = 2                       | EINVAL    |
    | there is no /x                          | path = /a                       | ENOENT    |
    | EXCHANGE needs a second name            | to = /b; flags = 1              | ENOENT    |
    | NOREPLACE does not take one             | path = /dir; to = /dir/p; flags = 2 | EEXIST |
    | a directory does not go below itself    | path = /b; to = /c              | EINVAL    |
    | nothing: two names of one pin           | path = /sticky/p; to = /sticky/q; no flags | ok |
    | the directory is sticky, the pin root's | pid = 1                         | EPERM     |
    | nothing                                 |                                 | ok        |
  `,
};

const link: Table = {
  page: 'bpffs',
  title: 'link and chown',
  source: '`do_linkat`, `may_linkat`, `vfs_link`, `chown_common`; semantics §15',
  state: MORE_STATE,
  given: more,
  call: 'link pid = user; path = /x; to = /c',
  rows: `
    | wrong first                               | mended by                       | all    |
    | there is no /x                            | path = /a                       | ENOENT |
    | the new name exists                       | to = /n.o                       | EEXIST |
    | the new name holds a dot                  | to = /n                         | EPERM  |
    | the pin is not the user's to open         | no pid; path = /dir             | EPERM  |
    | a directory                               | path = /a                       | EPERM  |
    | nothing                                   | name = chown; pid = user; path = /a; no to; uid = 1000 | ok |
    | only root gives away                      | pid = 1                         | EPERM  |
    | nothing: /n has the same owner            | pid = user                      | ok     |
    | nothing: it is the user's already         | uid = 0                         | ok     |
    | the user does not give away               |                                 | EPERM  |
  `,
};

const bpffsRmdir: Table = {
  page: 'bpffs',
  title: 'rmdir and unlink',
  source: '`vfs_rmdir`, `vfs_unlink`; semantics §15',
  state: NAMES_STATE,
  given: names,
  call: 'bpffs_rmdir pid = user; path = /x',
  rows: `
    | wrong first                | mended by                            | all       |
    | there is no /x             | path = /                             | ENOENT    |
    | the mount point stays      | path = /a                            | EBUSY     |
    | the top may not be written | no pid                               | EACCES    |
    | a pin is no directory      | path = /dir                          | ENOTDIR   |
    | /dir is not empty          | path = /empty                        | ENOTEMPTY |
    | nothing                    | name = unlink; pid = user; path = /x | ok        |
    | there is no /x             | path = /a                            | ENOENT    |
    | the top may not be written | no pid; path = /dir                  | EACCES    |
    | /dir is a directory        | path = /a                            | EISDIR    |
    | nothing                    |                                      | ok        |
  `,
};

const rename: Table = {
  page: 'bpffs',
  title: 'rename',
  source: '`do_renameat2`, `lock_rename`, `vfs_rename`; semantics §15',
  state: NAMES_STATE,
  given: names,
  call: 'rename pid = user; path = /x; to = /',
  rows: `
    | wrong first                               | mended by                | all       |
    | the mount point is of another file system | to = /closed/q           | EXDEV     |
    | the new directory may not be searched     | to = /dir/q.r            | EACCES    |
    | there is no /x                            | path = /dir              | ENOENT    |
    | the new name holds a dot                  | to = /dir/q              | EPERM     |
    | a directory cannot go below itself        | path = /dir/p; to = /dir | EINVAL    |
    | /dir holds what would replace it          | path = /empty; to = /a   | ENOTEMPTY |
    | the top may not be written                | no pid                   | EACCES    |
    | a directory cannot replace a pin          | path = /a; to = /empty   | ENOTDIR   |
    | a pin cannot replace a directory          | path = /empty; to = /dir | EISDIR    |
    | /dir is not empty                         | path = /a; to = /b       | ENOTEMPTY |
    | nothing: /b is replaced                   |                          | ok        |
  `,
};

const chmod: Table = {
  page: 'bpffs',
  title: 'chmod',
  source: '`chmod_common`',
  state: NAMES_STATE,
  given: names,
  call: 'chmod pid = user; path = /x; mode = 420',
  rows: `
    | wrong first                 | mended by | all    |
    | there is no /x              | path = /a | ENOENT |
    | the caller is not the owner | no pid    | EPERM  |
    | nothing                     |           | ok     |
  `,
};

export const treeTables: readonly Table[] = [
  ...[mkdir, join, bpffsMkdir, bpffsRmdir, rename, exchange, link, chmod],
];
