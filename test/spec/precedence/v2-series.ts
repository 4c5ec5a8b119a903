/** What 5.7 and the v2 series answer otherwise than 6.18: semantics §19, §20. */
import type { World } from '../given.ts';
import type { Table } from './table.ts';

export const V2_PAGE = 'v2-series';

/** /c multi a link(b), /n none p, /e empty, link(d) defunct, link pinned as /l, M a storage map. */
function lists(world: World): void {
  world.cgroups('/c', '/n', '/e', '/gone').map('M');
  const tag = { sha1: 'of SHA-1', sha256: 'of SHA-256' };
  world.prog('a', { map_fds: [world.at('M')], tag });
  world.has('/c', 'multi a link(b)').has('/n', 'none p').has('/gone', 'multi link(d)');
  world.does({ name: 'rmdir', path: '/gone' });
  world.does({ name: 'obj_pin', bpf_fd: world.at('link(b)'), path: '/l' });
  world.name('admin', world.does({ name: 'fork', caps: ['sys_admin'] }));
  world.name('nobody', world.does({ name: 'fork', caps: [] }));
}

const STATE =
  '`/c` holds `multi a link(b)`, `/n` holds `none p`, `/e` nothing; `link(d)` lost its cgroup; ' +
  'link(b) is pinned as `/l`; `a` uses the storage map `M`. `admin` has CAP_SYS_ADMIN alone, ' +
  '`nobody` no capability; `unprivileged_bpf_disabled` is 2. Each row starts from there.';

const TYPE = 'attach_type = cgroup_inet_egress';

const links: Table = {
  page: V2_PAGE,
  title: 'Links: the series, what was merged, and 6.18',
  source: 'semantics §19, §20; D3-D7, D14, D15, D23, D26',
  state: STATE,
  given: lists,
  rows: `
    | asked                                          | call                                                                      | v2-series | 5.7    | 6.18    |
    | a link without a mode, on nothing              | link_create target_path = /e; ${TYPE}; prog_fd = b                        | ok        | ok     | ok      |
    | an override link, on nothing                   | link_create target_path = /e; ${TYPE}; prog_fd = b; flags = override      | ok        | EINVAL | EINVAL  |
    | a multi link, on nothing                       | link_create target_path = /e; ${TYPE}; prog_fd = b; flags = multi         | ok        | EINVAL | EINVAL  |
    | a link where a program is exclusive            | link_create target_path = /n; ${TYPE}; prog_fd = b                        | ok        | EPERM  | EPERM   |
    | a link without a mode, in a multi list         | link_create target_path = /c; ${TYPE}; prog_fd = b                        | EPERM     | ok     | ok      |
    | a link with an unknown flag                    | link_create target_path = /e; ${TYPE}; prog_fd = b; flags = 0x100         | EINVAL    | EINVAL | EINVAL  |
    | a link before the others                       | link_create target_path = /c; ${TYPE}; prog_fd = b; flags = before        | EINVAL    | EINVAL | ok      |
    | a link that runs first                         | link_create target_path = /c; ${TYPE}; prog_fd = b; flags = preorder      | EINVAL    | EINVAL | ok      |
    | a link at revision 1                           | link_create target_path = /e; ${TYPE}; prog_fd = b; expected_revision = 1 | EINVAL    | EINVAL | ok      |
    | attach type and program are both wrong         | link_create target_path = /e; attach_type = 100; prog_fd = closed         | EINVAL    | EINVAL | EBADF   |
    | a link by CAP_SYS_ADMIN alone                  | link_create pid = admin; target_path = /e; ${TYPE}; prog_fd = b           | ok        | EPERM  | ok      |
    | update of a link that lost its cgroup          | link_update link_fd = link(d); new_prog_fd = b                            | EINVAL    | EINVAL | ENOLINK |
    | update naming the old program, without replace | link_update link_fd = link(b); new_prog_fd = b; old_prog_fd = b           | ok        | EINVAL | EINVAL  |
    | update to a program with other storage         | link_update link_fd = link(b); new_prog_fd = a                            | ok        | ok     | ok      |
    | LINK_DETACH                                    | link_detach link_fd = link(b)                                             | EINVAL    | EINVAL | ok      |
    | a link by its id                               | link_get_fd_by_id link_id = 1                                             | EINVAL    | EINVAL | ok      |
    | the first link                                 | link_get_next_id start_id = 0                                             | EINVAL    | EINVAL | ok      |
    | info on a link                                 | obj_get_info_by_fd bpf_fd = link(b)                                       | EINVAL    | EINVAL | ok      |
    | a link pin, to read only                       | obj_get path = /l; file_flags = 8                                         | ok        | ok     | EINVAL  |
    | a second pin of a link                         | obj_pin bpf_fd = link(b); path = /l2                                      | ok        | ok     | ok      |
  `,
};

const programs: Table = {
  page: V2_PAGE,
  title: 'Programs and queries: 5.7 and 6.18',
  source: 'semantics §19.1, §20; D8-D10, D12, D17-D19, D22-D24',
  state: STATE,
  given: lists,
  rows: `
    | asked                                    | call                                                                                                | v2-series        | 5.7              | 6.18                    |
    | a replaces itself                        | prog_attach target_path = /c; ${TYPE}; attach_bpf_fd = a; replace_bpf_fd = a; flags = multi+replace | EINVAL           | EINVAL           | ok                      |
    | replace what only a link runs            | prog_attach target_path = /c; ${TYPE}; attach_bpf_fd = p; replace_bpf_fd = b; flags = multi+replace | ENOENT           | ENOENT           | ENOENT                  |
    | b beside its link                        | prog_attach target_path = /c; ${TYPE}; attach_bpf_fd = b; flags = multi                             | ok               | ok               | ok                      |
    | a program that runs first                | prog_attach target_path = /c; ${TYPE}; attach_bpf_fd = p; flags = multi+preorder                    | EINVAL           | EINVAL           | ok                      |
    | a program after a                        | prog_attach target_path = /c; ${TYPE}; attach_bpf_fd = p; flags = multi+after; relative_fd = a      | EINVAL           | EINVAL           | ok                      |
    | a program at revision 1                  | prog_attach target_path = /e; ${TYPE}; attach_bpf_fd = p; expected_revision = 1                     | EINVAL           | EINVAL           | ok                      |
    | attach by CAP_SYS_ADMIN alone            | prog_attach pid = admin; target_path = /e; ${TYPE}; attach_bpf_fd = p                               | EPERM            | EPERM            | ok                      |
    | detach by CAP_SYS_ADMIN alone            | prog_detach pid = admin; target_path = /c; ${TYPE}; attach_bpf_fd = a                               | EPERM            | EPERM            | ok                      |
    | query by CAP_SYS_ADMIN alone             | prog_query pid = admin; target_path = /c; ${TYPE}                                                   | EPERM            | EPERM            | ok                      |
    | detach with a replace_bpf_fd             | prog_detach target_path = /c; ${TYPE}; attach_bpf_fd = a; replace_bpf_fd = 1                        | EINVAL           | EINVAL           | ok                      |
    | detach of b, which only a link runs      | prog_detach target_path = /c; ${TYPE}; attach_bpf_fd = b                                            | ENOENT           | ENOENT           | ENOENT                  |
    | what is attached                         | prog_query target_path = /c; ${TYPE}                                                                | ok, flags 2      | ok, flags 2      | ok, flags 2, revision 3 |
    | what is effective                        | prog_query target_path = /c; ${TYPE}; query_flags = effective                                       | ok, flags 2      | ok, flags 2      | ok, flags 0, revision 0 |
    | what is attached, with the flags of each | prog_query target_path = /c; ${TYPE}; prog_attach_flags = true                                      | EINVAL           | EINVAL           | ok                      |
    | info, by nobody                          | obj_get_info_by_fd pid = nobody; bpf_fd = a                                                         | EPERM            | EPERM            | ok                      |
    | the tag of a                             | obj_get_info_by_fd bpf_fd = a                                                                       | ok, tag of SHA-1 | ok, tag of SHA-1 | ok, tag of SHA-256      |
    | a getpeername4 program                   | prog_load prog_type = cgroup_sock_addr; expected_attach_type = cgroup_inet4_getpeername             | EINVAL           | EINVAL           | ok                      |
    | a sock_release program                   | prog_load prog_type = cgroup_sock; expected_attach_type = cgroup_inet_sock_release                  | EINVAL           | EINVAL           | ok                      |
    | a unix connect program                   | prog_load prog_type = cgroup_sock_addr; expected_attach_type = cgroup_unix_connect                  | EINVAL           | EINVAL           | ok                      |
    | a bind4 program that returns 3           | prog_load prog_type = cgroup_sock_addr; expected_attach_type = cgroup_inet4_bind; ret = 3           | EINVAL           | EINVAL           | ok                      |
    | a second program with the storage map M  | prog_load prog_type = cgroup_skb; map_fds = M                                                       | EBUSY            | EBUSY            | ok                      |
    | a storage map with 8 byte keys           | map_create map_type = cgroup_storage; key_size = 8; value_size = 8                                  | EINVAL           | EINVAL           | ok                      |
    | a storage map with values above a page   | map_create map_type = cgroup_storage; key_size = 16; value_size = 5000                              | E2BIG            | E2BIG            | ok                      |
    | a map bound to a program                 | prog_bind_map prog_fd = b; map_fd = M                                                               | EINVAL           | EINVAL           | ok                      |
    | a pin relative to a directory fd         | obj_pin bpf_fd = a; path = /a; file_flags = 16384                                                   | EINVAL           | EINVAL           | ok                      |
  `,
};

const builtWithout: Table = {
  page: 'built-without-cgroup-bpf',
  title: 'A kernel without CONFIG_CGROUP_BPF',
  source:
    'the stubs of include/linux/bpf-cgroup.h, include/linux/bpf_types.h; semantics §19 (the series ' +
    'mends the build of such a kernel)',
  state:
    '`/c` is an empty cgroup, `a` a sock_ops program. The checks before the cgroup is looked up ' +
    'stand; then every call on cgroups is EINVAL. Each row starts from there.',
  config: { switches: { cgroup_bpf: false } },
  given: (world) => void world.cgroups('/c').prog('a', { prog_type: 'sock_ops' }),
  rows: `
    | asked                                                 | call                                                                             | all    |
    | attach                                                | prog_attach target_path = /c; attach_type = cgroup_sock_ops; attach_bpf_fd = a                         | EINVAL |
    | attach of a closed fd                                 | prog_attach target_path = /c; attach_type = cgroup_sock_ops; attach_bpf_fd = closed                    | EBADF  |
    | attach to a closed target                             | prog_attach target_fd = closed; attach_type = cgroup_sock_ops; attach_bpf_fd = a                       | EINVAL |
    | detach                                                | prog_detach target_path = /c; attach_type = cgroup_sock_ops; attach_bpf_fd = a                         | EINVAL |
    | query                                                 | prog_query target_path = /c; attach_type = cgroup_sock_ops                                             | EINVAL |
    | link                                                  | link_create target_path = /c; attach_type = cgroup_sock_ops; prog_fd = a                               | EINVAL |
    | link of a closed fd                                   | link_create target_path = /c; attach_type = cgroup_sock_ops; prog_fd = closed                          | EBADF  |
    | load of sock_ops, which comes with networking | prog_load prog_type = sock_ops | ok     |
    | load of cgroup_skb | prog_load prog_type = cgroup_skb | EINVAL |
    | load of cgroup_sock_addr | prog_load prog_type = cgroup_sock_addr; expected_attach_type = cgroup_inet4_bind | EINVAL |
    | load of cgroup_device                                 | prog_load prog_type = cgroup_device                                              | EINVAL |
    | load of cgroup_sysctl                                 | prog_load prog_type = cgroup_sysctl                                              | EINVAL |
    | load of cgroup_sockopt                                | prog_load prog_type = cgroup_sockopt; expected_attach_type = cgroup_getsockopt   | EINVAL |
    | a storage map                                         | map_create map_type = cgroup_storage; key_size = 16; value_size = 8              | EINVAL |
    | a percpu storage map                                  | map_create map_type = percpu_cgroup_storage; key_size = 16; value_size = 8       | EINVAL |
    | a pin of the program                                  | obj_pin bpf_fd = a; path = /a                                                    | ok     |
  `,
};

export const v2SeriesTables: readonly Table[] = [links, programs, builtWithout];
