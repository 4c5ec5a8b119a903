/** The cgroup tree and the bpffs as file systems: semantics §15, §17. */
import { FILE_CAPABILITIES, ROOT_CAPABILITIES } from '../../../src/domain/capability.ts';
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
    | a pin is not a directory          | path = /closed/y | ENOTDIR |
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
    | a pin is not a directory   | path = /dir                          | ENOTDIR   |
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

/** Symlinks in the top and in /dir: to a pin, to themselves, to nothing, to the directory, out. */
function symlinks(world: World): void {
  names(world);
  const targets = { pin: 'a', loop: 'loop', gone: 'nothing', there: 'dir/', slash: 'a/' };
  for (const [name, target] of Object.entries({
    ...targets,
    out: '../x',
    dot: 'n.o',
    at: '/dir',
  })) {
    world.does({ name: 'symlink', path: `/${name}`, target });
  }
  world.does({ name: 'symlink', path: '/dir/up', target: '../dir/./p' });
  for (let i = 1; i <= 41; i++) {
    world.does({ name: 'symlink', path: `/l${i}`, target: i === 1 ? 'a' : `l${i - 1}` });
  }
  world.does({ name: 'chown', path: '/pin', uid: 7 });
}

const SYMLINKS_STATE =
  `${NAMES_STATE} Symlinks of root in the top: \`pin\` to \`a\`, which has uid 7, \`loop\` to itself, ` +
  '`gone` to nothing, `there` to `dir/`, `at` to `/dir`, `slash` to `a/`, `out` to `../x`, `dot` to ' +
  '`n.o`; `/dir/up` to `../dir/./p`; `l1` to `a`, and each of `l2` to `l41` to the one before it. ' +
  'ENOTSUPP stands for a 422.';

const madeSymlink: Table = {
  page: 'bpffs',
  title: 'symlink',
  source: '`do_symlinkat`, `bpf_symlink`; semantics §15',
  state: SYMLINKS_STATE,
  given: symlinks,
  call: 'symlink pid = user; path = /x/y; target = "a"',
  rows: `
    | wrong first                       | mended by        | all     |
    | the parent /x is missing          | path = /pin/y    | ENOENT  |
    | it leads to a pin                 | path = /loop/y   | ENOTDIR |
    | it leads to itself                | path = /closed/y | ELOOP   |
    | the directory may not be searched | path = /gone     | EACCES  |
    | the name is there, to nothing     | path = /x.y      | EEXIST  |
    | the name holds a dot              | path = /y        | EPERM   |
    | the top may not be written        | no pid           | EACCES  |
    | nothing                           |                  | ok      |
  `,
};

const overSymlinks: Table = {
  page: 'bpffs',
  title: 'Over symlinks',
  source: '`pick_link`, `link_path_walk`, `may_linkat`; semantics §15',
  state: SYMLINKS_STATE,
  config: { unprivileged_bpf_disabled: 0 },
  given: symlinks,
  rows: `
    | wrong first                               | mended by                                 | all      |
    | nothing: a pin is reached                 | obj_get path = /pin                       | ok       |
    | and a directory                           | obj_get path = /there/p                   | ok       |
    | an absolute target is one of the log      | obj_get path = /at/p                      | ok       |
    | a target with dots                        | obj_get path = /dir/up                    | ok       |
    | forty symlinks                            | obj_get path = /l40                       | ok       |
    | one too many                              | obj_get path = /l41                       | ELOOP    |
    | itself                                    | obj_get path = /loop                      | ELOOP    |
    | nothing there                             | obj_get path = /gone                      | ENOENT   |
    | nothing there, with a dot                 | obj_get path = /dot                       | EPERM    |
    | a pin is not a directory                  | obj_get path = /slash                     | ENOTDIR  |
    | where it leads is not modelled            | obj_get path = /out                       | ENOTSUPP |
    | a pin is not made at a symlink to nothing | obj_pin bpf_fd = a; path = /gone          | EEXIST   |
    | nothing: it is made below one             | obj_pin bpf_fd = a; path = /there/q       | ok       |
    | a symlink is not a directory              | bpffs_rmdir path = /there                 | ENOTDIR  |
    | nothing: the symlink goes                 | unlink path = /there                      | ok       |
    | nothing: it moves                         | rename path = /loop; to = /dir/loop       | ok       |
    | a directory does not replace it           | rename path = /empty; to = /gone          | ENOTDIR  |
    | it is not of the user, but its pin could be | link pid = user; path = /pin; to = /dir/l | EPERM  |
    | nothing: root gives it a second name      | link path = /gone; to = /dir/l            | ok       |
    | nothing: the mode is that of the pin      | chmod path = /pin; mode = 0               | ok       |
    | the pin is of 7                           | chmod pid = user; path = /pin; mode = 0   | EPERM    |
    | nothing is mounted on a symlink           | umount path = /there; flags = 8           | EINVAL   |
    | nor where it leads                        | umount path = /there                      | EINVAL   |
    | nothing: it is mounted on where it leads  | mount path = /there                       | ok       |
  `,
};

/** Processes of uid 1000 that have one capability each; `rootWith` and `rootWithout` are of uid 0. */
function capable(world: World): void {
  more(world);
  world.does({ name: 'chmod', path: '/dir', mode: 0o200 });
  for (const name of FILE_CAPABILITIES) {
    world.name(name, world.does({ name: 'fork', uid: 1000, caps: [name] }));
  }
  const caps = [...ROOT_CAPABILITIES, 'fowner'] as const;
  world.name('dac_override', world.does({ name: 'fork', uid: 1000, caps: ['dac_override'] }));
  world.name('owned', world.does({ name: 'fork', caps: [] }));
  world.does({ name: 'chown', path: '/b', uid: 1000 });
  world.name('rootWith', world.does({ name: 'fork', caps }));
}

const capabilities: Table = {
  page: 'bpffs',
  title: 'Which capability does what',
  source: '`generic_permission`, `inode_owner_or_capable`, `chown_ok`, `chgrp_ok`, `may_linkat`',
  state:
    `${MORE_STATE} \`/dir\` has mode 0200, \`/b\` is of uid 1000. Callers are of uid 1000, each with the ` +
    'capability of its name; `rootWith` is root with CAP_FOWNER and without CAP_CHOWN, `owned` root ' +
    'without a capability.',
  config: { unprivileged_bpf_disabled: 0 },
  given: capable,
  rows: `
    | wrong first                                      | mended by                                                | all    |
    | nothing: CAP_FOWNER stands for the owner         | chmod pid = fowner; path = /a; mode = 420                | ok     |
    | CAP_CHOWN does not                               | chmod pid = chown; path = /a; mode = 420                 | EPERM  |
    | CAP_DAC_OVERRIDE does not                        | chmod pid = dac_override; path = /a; mode = 420          | EPERM  |
    | nothing: root owns it, without a capability      | chmod pid = owned; path = /a; mode = 420                 | ok     |
    | root is not its owner, without a capability      | chmod pid = owned; path = /b; mode = 420                 | EPERM  |
    | nothing: root with CAP_FOWNER                    | chmod pid = rootWith; path = /b; mode = 420              | ok     |
    | nothing: CAP_CHOWN gives away                    | chown pid = chown; path = /a; uid = 7                    | ok     |
    | CAP_FOWNER does not                              | chown pid = fowner; path = /b; uid = 7                   | EPERM  |
    | root with CAP_FOWNER alone does not              | chown pid = rootWith; path = /a; uid = 7                 | EPERM  |
    | nothing: CAP_DAC_OVERRIDE writes                 | unlink pid = dac_override; path = /a                     | ok     |
    | CAP_DAC_READ_SEARCH does not                     | unlink pid = dac_read_search; path = /a                  | EACCES |
    | CAP_FOWNER does not                              | unlink pid = fowner; path = /a                           | EACCES |
    | nothing: CAP_DAC_READ_SEARCH reads               | obj_get pid = dac_read_search; path = /a; file_flags = 8 | ok     |
    | it does not write                                | obj_get pid = dac_read_search; path = /a                 | EACCES |
    | CAP_DAC_OVERRIDE does not see through stickiness | unlink pid = dac_override; path = /sticky/p              | EPERM  |
    | nothing: CAP_FOWNER does                         | unlink pid = fowner; path = /sticky/p                    | ok     |
    | nothing: CAP_DAC_READ_SEARCH searches            | obj_get pid = dac_read_search; path = /dir/p; file_flags = 8 | ok |
    | who may not search makes no names, though it may write | unlink pid = owned; path = /dir/p                  | EACCES |
    | nothing: CAP_FOWNER links what is another's      | link pid = fowner; path = /a; to = /sticky/l             | ok     |
    | CAP_DAC_READ_SEARCH does not                     | link pid = dac_read_search; path = /a; to = /sticky/l    | EPERM  |
  `,
};

export const treeTables: readonly Table[] = [
  ...[
    mkdir,
    join,
    bpffsMkdir,
    bpffsRmdir,
    rename,
    exchange,
    link,
    chmod,
    capabilities,
    madeSymlink,
  ],
  overSymlinks,
];
