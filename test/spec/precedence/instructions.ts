/** PROG_LOAD with instructions: semantics §7 (`bpf_check` up to what the verifier alone can tell). */
import type { Table } from './table.ts';

const SIZES = { key_size: 4, value_size: 8 } as const;
/** Maps that one program may use, and one more. */
const MAPS = 65;

const form: Table = {
  page: 'prog_load',
  title: 'Instructions that are not a program, and maps that they name',
  source: '`check_subprogs`, `resolve_pseudo_ldimm64`, `check_cfg`, `do_check`; semantics §7',
  state: 'fd 3 is an array of one element of 8 bytes, fd 4 a hash; fd 999 is closed.',
  given(world) {
    world.map('A', { map_type: 'array', ...SIZES, max_entries: 1 });
    world.map('H', { map_type: 'hash', ...SIZES, max_entries: 4 });
  },
  call: 'prog_load prog_type = cgroup_skb; fd_array_cnt = 1073741824; insns = r0=1',
  rows: `
    | wrong first                                     | mended by                       | v2-series..5.13 | 5.14..6.8 | 6.9..6.13 | 6.14.. |
    | the attr ends before fd_array_cnt               | no fd_array_cnt                 | E2BIG | E2BIG | – | – |
    | there is no field fd_array_cnt                  | no fd_array_cnt                 | – | – | EINVAL | – |
    | fd_array_cnt is larger than any array           | fd_array_cnt = 1                | –      | – | – | EINVAL |
    | there is no fd_array                            | no fd_array_cnt                 | –      | – | – | EFAULT |
    | the last instruction does not end it            | insns = jump:5 exit             | EINVAL | EINVAL | EINVAL | EINVAL |
    | a jump leads behind the end                     | insns = fd:999 code:255 exit    | EINVAL | EINVAL | EINVAL | EINVAL |
    | a map fd is closed                              | insns = fd:1 r0=1 exit          | EBADF  | EBADF | EBADF | EBADF  |
    | a map fd is not a map                           | insns = idx:0 r0=1 exit         | EINVAL | EINVAL | EINVAL | EINVAL |
    | a map is named by index, and there are no fds   | insns = value:4 r0=1 exit       | EINVAL | EPROTO | EPROTO | EPROTO |
    | a hash has no address                           | insns = value:3+8 r0=1 exit     | EINVAL | EINVAL | EINVAL | EINVAL |
    | the address is behind the value                 | insns = code:255 fd:999 exit    | EINVAL | EINVAL | EINVAL | EINVAL |
    | an instruction is unknown; it stands before all | insns = r0=1 exit r0=1 exit     | EINVAL | EINVAL | EINVAL | EINVAL |
    | instructions are never reached                  | insns = helper:4 r0=1 exit      | EINVAL | EINVAL | EINVAL | EINVAL |
    | helper 4 is not for cgroup_skb                  | insns = r0=r3 exit              | EINVAL | EINVAL | EINVAL | EINVAL |
    | a register is read that holds nothing           | insns = if:5 r0=1 exit          | EACCES | EACCES | EACCES | EACCES |
    | a register is compared that holds nothing       | insns = if:1 r0=2 exit; ret = 2 | EACCES | EACCES | EACCES | EACCES |
    | it is said to return 2, after a comparison      | insns = context:4000 exit; no ret | EINVAL | EINVAL | EINVAL | EINVAL |
    | the context has no such field                   | insns = context:0 exit          | EACCES | EACCES | EACCES | EACCES |
    | the length of a packet may be anything          | insns = value:3+4 fd:4 r0=1 exit | EINVAL | EINVAL | EINVAL | EINVAL |
    | nothing                                         |                                 | ok     | ok | ok | ok     |
  `,
};

const sleepers: Table = {
  page: 'prog_load',
  title: 'Maps of a program that may sleep',
  source: '`check_map_prog_compatibility`; semantics §7',
  state: '`S` is cgroup storage, `H` a hash.',
  given(world) {
    world.map('S');
    world.map('H', { map_type: 'hash', ...SIZES, max_entries: 4 });
  },
  call: 'prog_load prog_type = cgroup_skb; prog_flags = 16; insns = fd:3 fd:999 r0=1 exit',
  rows: `
    | wrong first                     | mended by                         | 5.10.. |
    | it may not use cgroup storage   | insns = fd:4 fd:999 r0=1 exit     | EINVAL |
    | a map fd is closed              | insns = fd:4 r0=1 exit            | EBADF  |
    | programs of cgroups do not sleep | no prog_flags                    | EINVAL |
    | nothing                         |                                   | ok     |
  `,
};

const many: Table = {
  page: 'prog_load',
  title: 'More maps than a program may use',
  source: '`__add_used_map`; semantics §7',
  state: 'The fds from 3 on are 65 maps.',
  given(world) {
    const array = { map_type: 'array', ...SIZES, max_entries: 1 } as const;
    for (let i = 0; i < MAPS; i++) world.map(`M${i}`, array);
  },
  call: 'prog_load prog_type = cgroup_skb; insns = fd:3..67 r0=1 exit',
  rows: `
    | wrong first       | mended by                     | all   |
    | there are 65 maps | insns = fd:3..66 r0=1 exit    | E2BIG |
    | nothing           |                               | ok    |
  `,
};

const arena: Table = {
  page: 'prog_load',
  title: 'A program that names an arena',
  source: '`__add_used_map`; semantics §7',
  state:
    'fd 3 is an arena. The caller has CAP_BPF, and CAP_SYS_ADMIN once it is not a pid of its own.',
  given(world) {
    world.map('A', {
      map_type: 'arena',
      key_size: 0,
      value_size: 0,
      max_entries: 4,
      map_flags: 1024,
    });
    world.name('user', world.does({ name: 'fork', uid: 1000, caps: ['bpf'] }));
  },
  call: 'prog_load pid = user; prog_type = cgroup_skb; insns = fd:3 r0=1 exit',
  rows: `
    | wrong first                | mended by             | 6.9.. |
    | it wants CAP_PERFMON       | no pid                | EPERM        |
    | the arena was never mapped | insns = r0=1 exit     | EINVAL       |
    | nothing                    |                       | ok           |
  `,
};

const without: Table = {
  page: 'prog_load',
  title: 'Instructions of a caller without CAP_BPF',
  source: '`add_subprog_and_kfunc`, `check_cfg`, `cg_skb_is_valid_access`; semantics §7',
  state:
    '`caller` has no capability, and `unprivileged_bpf_disabled` is 0. `root` has all. ok may be ' +
    '`verified: false`.',
  config: { unprivileged_bpf_disabled: 0 },
  given(world) {
    world.name('caller', world.does({ name: 'fork', uid: 1000, caps: [] }));
    world.name('root', world.does({ name: 'fork' }));
  },
  rows: `
    | asked | call | 5.8.. |
    | a call of another function | prog_load pid = caller; prog_type = cgroup_skb; insns = call:2 r0=1 exit r0=1 exit | EPERM |
    | the same by root | prog_load pid = root; prog_type = cgroup_skb; insns = call:2 r0=1 exit r0=1 exit | ok |
    | a call that leads nowhere | prog_load pid = caller; prog_type = cgroup_skb; insns = call:200 r0=1 exit | EPERM |
    | the same by root | prog_load pid = root; prog_type = cgroup_skb; insns = call:200 r0=1 exit | EINVAL |
    | the address of a function, before maps are looked up | prog_load pid = caller; prog_type = cgroup_skb; insns = fd:999 func:2 r0=1 exit r0=1 exit | EPERM |
    | a function of the kernel | prog_load pid = caller; prog_type = cgroup_skb; insns = kfunc:7 r0=1 exit | EPERM |
    | a way back | prog_load pid = caller; prog_type = cgroup_skb; insns = r0=1 if0:-2 exit | EINVAL |
    | the same by root | prog_load pid = root; prog_type = cgroup_skb; insns = r0=1 if0:-2 exit | ok |
    | backwards, but no circle | prog_load pid = caller; prog_type = cgroup_skb; insns = jump:2 r0=1 exit jump:-3 | ok |
    | a call of 32-bit jumps calls no function, so a closed map comes first | prog_load pid = caller; prog_type = cgroup_skb; insns = fd:999 call32:1 r0=1 exit r0=1 exit | EBADF |
    | and is no instruction | prog_load pid = caller; prog_type = cgroup_skb; insns = call32:1 r0=1 exit | EINVAL |
    | a closed map comes before the ways | prog_load pid = caller; prog_type = cgroup_skb; insns = fd:999 r0=1 if0:-2 exit | EBADF |
    | the begin of the packet | prog_load pid = caller; prog_type = cgroup_skb; insns = context:76 r0=1 exit | EACCES |
    | the same by root | prog_load pid = root; prog_type = cgroup_skb; insns = context:76 r0=1 exit | ok |
    | half of that pointer on the stack | prog_load pid = root; prog_type = cgroup_skb; insns = packet:76 spill4 r0=1 exit | EACCES |
    | all of it | prog_load pid = root; prog_type = cgroup_skb; insns = packet:80 spill8 r0=1 exit | ok |
  `,
};

export const instructionTables: readonly Table[] = [form, sleepers, many, arena, without];
