/** LSM_CGROUP: semantics §27. */
import type { World } from '../given.ts';
import type { Table } from './table.ts';

const LSM = { prog_type: 'lsm', expected_attach_type: 'lsm_cgroup' } as const;
const TYPE = 'attach_type = lsm_cgroup';

/** Ten hooks have a program on `/c`; `other` hooks an eleventh function. */
function fullSlots(world: World): void {
  world.cgroups('/c', '/d');
  for (let hook = 0; hook < 10; hook++) {
    const attach_bpf_fd = world.prog(`on${hook}`, { ...LSM, attach_btf_id: 100 + hook });
    const place = { target_path: '/c', attach_type: 'lsm_cgroup', flags: ['multi'] } as const;
    world.does({ name: 'prog_attach', ...place, attach_bpf_fd });
  }
  world.prog('other', { ...LSM, attach_btf_id: 200 });
  const prog_fd = world.at('on0');
  const place = { target_path: '/d', attach_type: 'lsm_cgroup', prog_fd } as const;
  world.name('link', world.does({ name: 'link_create', ...place }));
}

const STATE =
  'Programs `on0` to `on9` are on `/c` for ten hooks, `link` runs `on0` on `/d`; `other` is for an ' +
  'eleventh hook. Each row starts from there.';

const slots: Table = {
  page: 'prog_attach',
  title: 'LSM_CGROUP, when ten hooks have programs',
  source: '`bpf_cgroup_atype_find`, `__cgroup_bpf_replace`; semantics §27, read, not measured',
  state: STATE,
  given: fullSlots,
  rows: `
    | asked                           | call                                                                          | 6.0..  |
    | an eleventh hook                | prog_attach target_path = /d; ${TYPE}; attach_bpf_fd = other                  | EINVAL |
    | the same with wrong flags       | prog_attach target_path = /d; ${TYPE}; attach_bpf_fd = other; flags = override+multi | EINVAL |
    | a link for it                   | link_create target_path = /d; ${TYPE}; prog_fd = other                        | EINVAL |
    | an update to it                 | link_update link_fd = link; new_prog_fd = other                               | EINVAL |
    | an update to another hook       | link_update link_fd = link; new_prog_fd = on1                                 | ENOENT |
    | an update on its hook           | link_update link_fd = link; new_prog_fd = on0                                 | ok     |
    | a hook that has a slot          | prog_attach target_path = /d; ${TYPE}; attach_bpf_fd = on1                    | ok     |
    | a program that is there already | prog_attach target_path = /c; ${TYPE}; attach_bpf_fd = on1; flags = multi     | EINVAL |
    | a detach that names none        | prog_detach target_path = /c; ${TYPE}; attach_bpf_fd = closed                 | EINVAL |
    | a detach of a hook without slot | prog_detach target_path = /c; ${TYPE}; attach_bpf_fd = other                  | EINVAL |
    | a detach where it is not        | prog_detach target_path = /d; ${TYPE}; attach_bpf_fd = on1                    | ENOENT |
    | a detach                        | prog_detach target_path = /c; ${TYPE}; attach_bpf_fd = on1                    | ok     |
  `,
};

const loads: Table = {
  page: 'prog_load',
  title: 'The hook of a program, by BTF',
  source: '`bpf_prog_load_check_attach`, `bpf_check_attach_target`; semantics §27',
  state:
    'Each row starts from a kernel that just booted. ENOTSUPP stands for a 422: nothing is recorded.',
  given: () => undefined,
  rows: `
    | asked                        | call                                                                                  | v2-series..5.19 | 6.0..    |
    | of LSM_CGROUP                | prog_load prog_type = lsm; expected_attach_type = lsm_cgroup; attach_btf_id = 104     | EINVAL          | ok       |
    | without a hook               | prog_load prog_type = lsm; expected_attach_type = lsm_cgroup                          | EINVAL          | EINVAL   |
    | it returns 2                 | prog_load prog_type = lsm; expected_attach_type = lsm_cgroup; attach_btf_id = 104; ret = 2 | EINVAL     | EINVAL   |
    | of a type without BTF        | prog_load prog_type = cgroup_skb; attach_btf_id = 104                                 | EINVAL          | EINVAL   |
    | an id that no BTF has        | prog_load prog_type = lsm; expected_attach_type = lsm_cgroup; attach_btf_id = 1048576 | EINVAL          | EINVAL   |
    | of LSM_MAC, not modelled     | prog_load prog_type = lsm; expected_attach_type = lsm_mac; attach_btf_id = 104        | ENOTSUPP        | ENOTSUPP |
    | a number is not a hook          | prog_load prog_type = lsm; expected_attach_type = modify_return; attach_btf_id = 1 | EINVAL   | EINVAL   |
    | nor a function that is traced | prog_load prog_type = tracing; expected_attach_type = trace_fentry; attach_btf_id = 1 | EINVAL     | EINVAL   |
    | nor a structure              | prog_load prog_type = struct_ops; attach_btf_id = 1                                   | ENOTSUPP        | ENOTSUPP |
    | another structure, not modelled | prog_load prog_type = struct_ops; attach_btf_id = 5                                | ENOTSUPP        | ENOTSUPP |
    | a function of the kernel is not replaced | prog_load prog_type = ext; attach_btf_id = 5                              | EINVAL          | EINVAL   |
  `,
};

export const lsmCgroupTables: readonly Table[] = [slots, loads];
