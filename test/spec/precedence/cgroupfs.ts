/** The hierarchy of cgroups as a file system, and its control files: semantics §17. */
import type { World } from '../given.ts';
import type { Table } from './table.ts';

/**
 * Root's /open and /closed (0700), the user's /mine with /mine/a in it. `in` is the user's process in
 * /mine, `user` one in the root.
 */
function delegation(world: World): void {
  world.cgroups('/open', '/open/x', '/closed', '/mine', '/mine/a', '/mine/b');
  world.does({ name: 'cgroup_chmod', path: '/closed', mode: 0o700 });
  for (const path of ['/mine', '/mine/cgroup.procs', '/mine/a', '/mine/a/cgroup.procs']) {
    world.does({ name: 'cgroup_chown', path, uid: 1000 });
  }
  world.name('user', world.does({ name: 'fork', uid: 1000, caps: [] }));
  world.name('in', world.does({ name: 'fork', uid: 1000, caps: [] }));
  world.does({ name: 'join', path: '/mine', target_pid: world.at('in') });
}

const STATE =
  '`/open` with `x` in it and `/closed`, of mode 0700, are of root. `/mine`, `/mine/a` and their ' +
  'cgroup.procs are of uid 1000, which the caller has, without a capability; `/mine/b` is of root.';

const directories: Table = {
  page: 'mkdir_rmdir',
  title: 'By somebody who is not root',
  source: '`may_create`, `may_delete`, `cgroup_mkdir`; semantics §17',
  state: STATE,
  given: delegation,
  call: 'mkdir pid = user; path = /closed/x',
  rows: `
    | wrong first                        | mended by                      | all     |
    | /closed may not be searched        | path = /open/cgroup.procs/x    | EACCES  |
    | a control file is not a directory  | path = /open/x                 | ENOTDIR |
    | /open/x exists                     | path = /open/cgroup.procs      | EEXIST  |
    | a control file has the name        | path = "/open/a\\nb"           | EEXIST  |
    | /open may not be written           | path = "/mine/a\\nb"           | EACCES  |
    | the name holds a newline           | path = /mine/c                 | EINVAL  |
    | nothing                            | name = rmdir; path = /open/y   | ok      |
    | there is no /open/y                | path = /open/cgroup.procs      | ENOENT  |
    | /open may not be written           | path = /mine/cgroup.procs      | EACCES  |
    | a control file is not a directory  | path = /mine                   | ENOTDIR |
    | the top may not be written         | path = /mine/c                 | EACCES  |
    | nothing                            |                                | ok      |
  `,
};

const sticky: Table = {
  page: 'mkdir_rmdir',
  title: 'A sticky directory, and one that may not be read',
  source: '`check_sticky`, `inode_permission`; semantics §17',
  state: `${STATE} \`/open\` has mode 1777, \`/closed\` 0711.`,
  given(world) {
    delegation(world);
    world.does({ name: 'cgroup_chmod', path: '/open', mode: 0o1777 });
    world.does({ name: 'cgroup_chmod', path: '/closed', mode: 0o711 });
  },
  call: 'rmdir pid = user; path = /open/cgroup.procs',
  rows: `
    | wrong first                        | mended by                            | all    |
    | /open is sticky, and the file of root | path = /open/x                      | EPERM  |
    | /open is sticky, and x of root     | no pid; name = mkdir; path = /open/y | EPERM  |
    | nothing                            | name = open_cgroup; path = /closed; pid = user | ok |
    | /closed may not be read            | no pid                               | EACCES |
    | nothing                            |                                      | ok     |
  `,
};

const owners: Table = {
  page: 'mkdir_rmdir',
  title: 'chown and chmod in the hierarchy of cgroups',
  source: '`setattr_prepare`, `kernfs_iop_setattr`; semantics §17',
  state: STATE,
  given: delegation,
  call: 'cgroup_chown pid = user; path = /open/cgroup.kill/x; uid = 0',
  rows: `
    | wrong first                       | mended by                              | v2-series..5.13 | 5.14..  |
    | a control file is not a directory | path = /open/cgroup.nothing            | ENOENT          | ENOTDIR |
    | there is no such control file     | path = /open                           | ENOENT          | ENOENT  |
    | the caller is not the owner       | path = /mine                           | EPERM           | EPERM   |
    | nobody gives away what is theirs  | uid = 1000                             | EPERM           | EPERM   |
    | nothing                           | name = cgroup_chmod; path = /mine/b/cgroup.procs; no uid; mode = 438 | ok | ok |
    | the caller is not the owner       | path = /mine/a/cgroup.procs            | EPERM           | EPERM   |
    | nothing                           |                                        | ok              | ok      |
  `,
};

const moving: Table = {
  page: 'mkdir_rmdir',
  title: 'Moving a process by somebody who is not root',
  source: '`cgroup_procs_write`, `cgroup_procs_write_permission`; semantics §17',
  state: `${STATE} \`in\` is in \`/mine\`, the caller in the root.`,
  given: delegation,
  call: 'join pid = user; path = /closed; target_pid = 4000',
  rows: `
    | wrong first                            | mended by         | all    |
    | /closed may not be searched            | path = /open      | EACCES |
    | cgroup.procs of /open is of root       | path = /mine/a    | EACCES |
    | there is no process 4000               | no target_pid     | ESRCH  |
    | it comes from the root, which is root's | target_pid = in  | EACCES |
    | nothing                                |                   | ok     |
  `,
};

/** /d has a threaded cgroup /d/t, beside it /d/i, below it /d/t/i; /full has a process below it. */
function threads(world: World): void {
  world.cgroups('/d', '/d/t', '/d/i', '/d/t/i', '/full', '/full/p', '/full/q', '/top');
  world.does({ name: 'cgroup_write', path: '/d/t/cgroup.type', value: 'threaded' });
  world.name('child', world.does({ name: 'fork' }));
  world.does({ name: 'join', path: '/full/p', target_pid: world.at('child') });
}

const THREADED_STATE =
  '`/d/t` is threaded, `/d/i` and `/d/t/i` are not. A process is in `/full/p`, none in `/full/q`.';

const types: Table = {
  page: 'mkdir_rmdir',
  title: 'cgroup.type, and who is moved where',
  source: '`cgroup_type_write`, `cgroup_enable_threaded`, `cgroup_migrate_vet_dst`; semantics §17',
  state: THREADED_STATE,
  given: threads,
  call: 'cgroup_write path = /full; value = "domain"',
  rows: `
    | wrong first                             | mended by                      | all        |
    | a directory is not written to           | path = /cgroup.type            | EISDIR     |
    | the root has no type                    | path = /full/p/cgroup.type     | ENOENT     |
    | there is no way back to a domain        | value = "threaded"             | EINVAL     |
    | it has a process                        | path = /full/q/cgroup.type     | EOPNOTSUPP |
    | a domain beside it has a process        | path = /d/t/cgroup.type        | EOPNOTSUPP |
    | nothing: it is threaded already         | path = /top/cgroup.type        | ok         |
    | nothing: the root may have both         | name = join; path = /d/i; no value | ok     |
    | beside a threaded one it is not a domain   | path = /d/t/i                  | EOPNOTSUPP |
    | below a threaded one it is not a domain | path = /d/t                    | EOPNOTSUPP |
    | nothing                                 |                                | ok         |
  `,
};

const kills: Table = {
  page: 'mkdir_rmdir',
  title: 'cgroup.kill and cgroup.freeze',
  source: '`cgroup_kill_write`, `cgroup_freeze_write`; semantics §17',
  state: `${THREADED_STATE} The user has uid 1000 and no capability.`,
  given(world) {
    threads(world);
    world.name('user', world.does({ name: 'fork', uid: 1000, caps: [] }));
  },
  call: 'cgroup_write pid = user; path = /d/t/cgroup.kill; value = "x"',
  rows: `
    | wrong first                     | mended by                             | v2-series..5.13 | 5.14..     |
    | there is no such file           | path = /d/cgroup.freeze               | ENOENT          | –          |
    | the caller may not write to it  | no pid                                | EACCES          | EACCES     |
    | it is not a number              | value = "2"                           | EINVAL          | EINVAL     |
    | a number that it does not take  | value = "1"                           | –               | ERANGE     |
    | a threaded one is not killed    | path = /full/cgroup.kill              | –               | EOPNOTSUPP |
    | nothing                         | path = /full/cgroup.freeze; value = "2" | –             | ok         |
    | a number that it does not take  | value = ""                            | ERANGE          | ERANGE     |
    | nothing, which changes nothing  | path = /full/cgroup.threads; value = "1" | ok           | ok         |
    | who is written there            |                                       | ENOTSUPP        | ENOTSUPP   |
  `,
};

const names: Table = {
  page: 'mkdir_rmdir',
  title: 'Files that a cgroup has by its kernel and its controllers',
  source: '`cgroup_base_files`, the `cftype` arrays of the controllers; semantics §17',
  state:
    '`/mine` and its cgroup.stat are of uid 1000, which `user` has. ENOTSUPP stands for a 422: ' +
    'whether the file is there, the kernel and its controllers decide.',
  given(world) {
    delegation(world);
    world.does({ name: 'cgroup_chown', path: '/mine/cgroup.stat', uid: 1000 });
  },
  rows: `
    | asked                               | call                                                        | all      |
    | of a controller that may be on      | cgroup_write path = /mine/memory.max; value = "1"           | ENOTSUPP |
    | to make one                         | mkdir path = /mine/pids.max                                 | ENOTSUPP |
    | of a size of huge pages             | mkdir path = /mine/hugetlb.2MB.max                          | ENOTSUPP |
    | what is not a size                  | mkdir path = /mine/hugetlb.big.max                          | ok       |
    | what looks like one                 | mkdir path = /mine/memory.slice                             | ok       |
    | of some kernels                     | rmdir path = /mine/cgroup.pressure                          | ENOTSUPP |
    | not at the root                     | cgroup_write path = /memory.max; value = "1"                | ENOENT   |
    | a name at the root                  | mkdir path = /memory.max                                    | ok       |
    | at the root too                     | cgroup_write path = /memory.stat; value = "1"               | ENOTSUPP |
    | at the root alone                   | mkdir path = /io.cost.qos                                   | ENOTSUPP |
    | and not below                       | mkdir path = /mine/io.cost.qos                              | ok       |
    | what is only read                   | cgroup_write path = /mine/cgroup.stat; value = "1"          | EINVAL   |
    | nothing, to what is only read       | cgroup_write path = /mine/cgroup.controllers; value = ""    | ok       |
    | of its owner                        | cgroup_write pid = user; path = /mine/cgroup.stat; value = "1" | EACCES |
    | a limit of the tree                 | cgroup_write path = /mine/cgroup.max.depth; value = "1"     | ENOTSUPP |
  `,
};

const SUBTREE = '/cgroup.subtree_control; value =';
const controllers: Table = {
  page: 'mkdir_rmdir',
  title: 'Controllers, and the processes beside them',
  source:
    '`cgroup_subtree_control_write`, `cgroup_vet_subtree_control_enable`, `cgroup_migrate_vet_dst`; ' +
    'measured on 6.18.44 with `hugetlb`; semantics §17',
  state:
    'The root has `hugetlb`, `cpu` and `pids`, and hands all on; `/a` and `/a/b` hand on `hugetlb`, `/t` ' +
    '`pids`. `/full` has a process, and so has `/pr`, which hands on `pids`. `/r` hands `cpu` on to ' +
    '`/r/t`, which is threaded. ENOTSUPP stands for a 422.',
  config: { cgroup_controllers: ['hugetlb', 'cpu', 'pids'] },
  given(world) {
    world.cgroups('/a', '/a/b', '/a/b/c', '/t', '/full', '/pr', '/pr/x', '/r', '/r/t', '/r/t/u');
    const set = (path: string, value: string) =>
      world.does({ name: 'cgroup_write', path: `${path}/cgroup.subtree_control`, value });
    set('', '+hugetlb +cpu +pids');
    set('/a', '+hugetlb');
    set('/a/b', '+hugetlb\n');
    set('/t', '+pids');
    set('/r', '+cpu');
    world.does({ name: 'cgroup_write', path: '/r/t/cgroup.type', value: 'threaded' });
    world.name('child', world.does({ name: 'fork' }));
    world.does({ name: 'join', path: '/full', target_pid: world.at('child') });
    world.name('other', world.does({ name: 'fork' }));
    world.does({ name: 'join', path: '/pr', target_pid: world.at('other') });
    set('/pr', '+pids');
    set('/r/t', '+cpu');
  },
  rows: `
    | asked                               | call                                                 | all        |
    | into one that hands on              | join path = /a                                       | EBUSY      |
    | what threads share out              | join path = /t                                       | ok         |
    | below, which hands on nothing       | join path = /a/b/c                                   | ok         |
    | one with a process                  | cgroup_write path = /full${SUBTREE} "+hugetlb"       | EBUSY      |
    | the same for threads alone          | cgroup_write path = /full${SUBTREE} "+pids"          | ok         |
    | then it is the root of threads      | cgroup_write path = /pr${SUBTREE} "+hugetlb"         | EOPNOTSUPP |
    | and nothing below is a domain       | join path = /pr/x                                    | EOPNOTSUPP |
    | what is not handed down             | cgroup_write path = /a/b${SUBTREE} "+pids"           | ENOENT     |
    | what is, whose controllers are on    | cgroup_write path = /a/b/c${SUBTREE} "+hugetlb\\n"     | ok         |
    | what is used below                  | cgroup_write path = /a${SUBTREE} "-hugetlb"          | EBUSY      |
    | what is not on                      | cgroup_write path = /a${SUBTREE} "-memory"           | ok         |
    | the last word counts                | cgroup_write path = /a${SUBTREE} "+cpu -cpu"         | ok         |
    | no controller                       | cgroup_write path = /a${SUBTREE} "-hugetlb +foo"     | EINVAL     |
    | without a sign                      | cgroup_write path = /a${SUBTREE} "hugetlb"           | EINVAL     |
    | one of which nobody told            | cgroup_write path = /a${SUBTREE} "+memory"           | ENOTSUPP   |
    | whose controllers are on            | cgroup_write path = /a/b/cgroup.type; value = "threaded" | EOPNOTSUPP |
    | a root of threads                   | cgroup_write path = /r${SUBTREE} "+hugetlb"          | EOPNOTSUPP |
    | what threads share out              | cgroup_write path = /r${SUBTREE} "+pids"             | ok         |
    | a threaded one hands it on          | cgroup_write path = /r/t${SUBTREE} "+cpu"            | ok         |
    | but nothing else                    | cgroup_write path = /r/t${SUBTREE} "+hugetlb"        | ENOENT     |
    | below threads                       | cgroup_write path = /r/t/u${SUBTREE} "+cpu"          | EOPNOTSUPP |
    | a file of a controller that is on   | mkdir path = /a/hugetlb.2MB.max                      | ENOTSUPP   |
    | of one that is not                  | mkdir path = /a/b/pids.max                           | ok         |
    | of one that the root has not        | cgroup_write path = /a/memory.max; value = "1"       | ENOENT     |
    | what needs none                     | mkdir path = /a/memory.pressure                      | ENOTSUPP   |
  `,
};

export const cgroupfsTables: readonly Table[] = [
  ...[directories, sticky, owners, moving],
  ...[names, types, controllers, kills],
];
