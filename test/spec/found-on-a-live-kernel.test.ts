// What the model got wrong until random calls were compared with a running 6.18.44.

import { describe, expect, it } from 'vitest';
import type { AttachTypeName } from '../../src/domain/attach-type.ts';
import type { Call, Calls } from '../../src/domain/call.ts';
import { ROOT_CAPABILITIES } from '../../src/domain/capability.ts';
import type { BootConfig } from '../../src/domain/release/config.ts';
import { CLOSED, given } from './given.ts';

describe('a name with a dot, which bpffs keeps to itself', () => {
  const calls: readonly Call[] = [
    { name: 'obj_get', path: '/a.b' },
    { name: 'unlink', path: '/a.b' },
    { name: 'bpffs_rmdir', path: '/a.b' },
    { name: 'chmod', path: '/a.b', mode: 0o700 },
    { name: 'rename', path: '/a.b', to: '/c' },
    { name: 'unlink', path: '/a.b/c' },
  ];
  it.each(calls)('$name of $path is EPERM though nothing has that name', (call) => {
    expect(given().asks(call)).toBe('EPERM');
  });
});

describe('the name of the bpffs itself, which stands on another file system', () => {
  it('cannot be renamed into the bpffs', () => {
    expect(given().asks({ name: 'rename', path: '/', to: '/d' })).toBe('EXDEV');
  });
  it('cannot be taken by a name of the bpffs, be it there or not', () => {
    expect(given().asks({ name: 'rename', path: '/nowhere', to: '/' })).toBe('EXDEV');
  });
  it('is reached after both directories were walked to', () => {
    expect(given().asks({ name: 'rename', path: '/nowhere/x', to: '/' })).toBe('ENOENT');
  });
  it('may be renamed to itself', () => {
    expect(given().asks({ name: 'rename', path: '/', to: '/' })).toBe('ok');
  });
});

describe('PROG_ATTACH of a flow dissector, which has no target but the network namespace', () => {
  it('is not modelled, for the kernel attaches it', () => {
    const world = given();
    const prog = world.does({ name: 'prog_load', prog_type: 'flow_dissector' });
    const attach = { name: 'prog_attach', attach_type: 'flow_dissector' } as const;
    expect(world.asks({ ...attach, attach_bpf_fd: prog, target_fd: 0 })).toBe('ENOTSUPP');
    expect(world.asks({ ...attach, attach_bpf_fd: prog, target_fd: prog })).toBe('EINVAL');
  });
});

describe('PROG_DETACH of hooks that are not a cgroup hook of a program that can be loaded', () => {
  const detach = { name: 'prog_detach', target_path: '/', attach_bpf_fd: CLOSED } as const;
  it('LSM_CGROUP: nothing is attached, whatever the fd', () => {
    expect(given().asks({ ...detach, attach_type: 'lsm_cgroup' })).toBe('ENOENT');
  });
  it('TCX: the program is looked up before the interface', () => {
    expect(given().asks({ ...detach, attach_type: 'tcx_ingress' })).toBe('EBADF');
  });
  it('TCX without a program: no interface has the number of the fd', () => {
    const call = { name: 'prog_detach', target_path: '/', attach_type: 'tcx_ingress' } as const;
    expect(given().asks(call)).toBe('ENODEV');
  });
  it('TCX without a program and without CAP_NET_ADMIN: whatever is there may not go', () => {
    const world = given();
    const user = world.does({ name: 'fork', uid: 1000, caps: [] });
    const call = { name: 'prog_detach', target_path: '/', attach_type: 'tcx_ingress' } as const;
    expect(world.asks(call, user)).toBe('EPERM');
  });
  it('a sockmap: the target is looked up', () => {
    const call = { name: 'prog_detach', target_fd: CLOSED, attach_type: 'sk_msg_verdict' } as const;
    expect(given().asks(call)).toBe('EBADF');
    expect(given().asks({ ...call, target_fd: 0 })).toBe('EINVAL');
  });
  it('a network namespace: the program is looked up when the target is 0', () => {
    const call = { name: 'prog_detach', attach_type: 'flow_dissector' } as const;
    expect(given().asks({ ...call, target_fd: 0, attach_bpf_fd: CLOSED })).toBe('EBADF');
    expect(given().asks({ ...call, target_fd: 1, attach_bpf_fd: CLOSED })).toBe('EINVAL');
  });
  it('neither is known to a kernel from before them', () => {
    expect(given('5.10').asks({ ...detach, attach_type: 'tcx_ingress' })).toBe('EINVAL');
    expect(given('5.10').asks({ ...detach, attach_type: 'lsm_cgroup' })).toBe('EINVAL');
  });
});

describe('PROG_QUERY of LSM_CGROUP', () => {
  const query = { name: 'prog_query', target_path: '/', attach_type: 'lsm_cgroup' } as const;
  it('wants room for flags when it would write ids', () => {
    expect(given().asks(query)).toBe('EINVAL');
  });
  it('wants none when there is no room for ids', () => {
    expect(given().asks({ ...query, prog_cnt: 0 })).toBe('ok');
    expect(given().asks({ ...query, null_prog_ids: true })).toBe('ok');
  });
});

describe('PROG_QUERY of network namespaces and sockmaps', () => {
  it.each(['sk_lookup', 'flow_dissector', 'sk_msg_verdict'] as const)(
    '%s: a closed target is EBADF, an open one not of its kind EINVAL',
    (attach_type) => {
      const query = { name: 'prog_query', attach_type } as const;
      expect(given().asks({ ...query, target_fd: CLOSED })).toBe('EBADF');
      expect(given().asks({ ...query, target_fd: 0 })).toBe('EINVAL');
    },
  );

  it.each([
    ['sockmap', 'ok'],
    ['sockhash', 'ok'],
    ['array', 'EOPNOTSUPP'],
  ] as const)('of a sockmap, its map must be one: %s is %s', (map_type, answer) => {
    const world = given();
    const form = { map_type, key_size: 4, value_size: 4, max_entries: 1 };
    expect(world.asks({ name: 'map_create', ...form })).toBe('ok');
    const query = { name: 'prog_query', attach_type: 'sk_msg_verdict', target_fd: 3 } as const;
    expect(world.asks(query)).toBe(answer);
  });
});

describe('an LPM trie', () => {
  const trie = { name: 'map_create', map_type: 'lpm_trie', key_size: 8, max_entries: 4 } as const;
  const made = { ...trie, value_size: 8, map_flags: 1 };
  it('is never preallocated', () => {
    expect(given().asks(made)).toBe('ok');
    expect(given().asks({ ...made, map_flags: 0 })).toBe('EINVAL');
  });
  it.each([
    [4, 'EINVAL'],
    [5, 'ok'],
    [260, 'ok'],
    [261, 'EINVAL'],
  ])('with a key of %i bytes: %s', (key_size, answer) => {
    expect(given().asks({ ...made, key_size })).toBe(answer);
  });
});

it('a map that is read-only and write-only is refused before the caller is looked at', () => {
  const world = given();
  const user = world.does({ name: 'fork', uid: 1000, caps: ['net_admin'] });
  const map = { key_size: 4, value_size: 8, max_entries: 4, map_flags: 24 };
  const create = { name: 'map_create', map_type: 'array', ...map } as const;
  expect(world.asks(create, user)).toBe('EINVAL');
  expect(world.asks({ ...create, map_flags: 8 }, user)).toBe('EPERM');
});

it.each([
  ['hash', 1024, 'EINVAL'],
  ['array', 1024, 'ok'],
  ['percpu_array', 4, 'EINVAL'],
  ['hash', 2, 'EINVAL'],
  ['lru_hash', 2, 'ok'],
  ['lru_hash', 1, 'ENOTSUPP'],
] as const)('%s with map_flags %i: %s', (map_type, map_flags, answer) => {
  const sizes = { key_size: 4, value_size: 8, max_entries: 4 };
  expect(given().asks({ name: 'map_create', map_type, ...sizes, map_flags })).toBe(answer);
});

describe('an id is given out before the fd', () => {
  const array = { map_type: 'array', key_size: 4, value_size: 8, max_entries: 1 } as const;
  const load = { name: 'prog_load', prog_type: 'cgroup_skb' } as const;
  it.each([
    ['a program', load],
    ['a map', { name: 'map_create', ...array } as const],
  ])('so %s that finds no free one uses up an id', (_, call) => {
    const world = given();
    world.does({ name: 'setrlimit', nofile: 3 });
    expect([world.asks(call), world.asks(call)]).toEqual(['EMFILE', 'EMFILE']);
    world.does({ name: 'setrlimit', nofile: 1024 });
    const bpf_fd = world.does(call);
    const { outcome } = world.when({ name: 'obj_get_info_by_fd', bpf_fd });
    expect(outcome).toMatchObject({ info: { id: 3 } });
  });
});

describe('a program of which the verifier alone can tell', () => {
  const load = { name: 'prog_load', prog_type: 'cgroup_skb' } as const;
  const code = (hex: string) => Buffer.from(hex, 'hex').toString('base64');
  it('is answered ok, and marked', () => {
    // if r1 == 0 goto +0; r0 = 1; exit
    const insns = code('1501000000000000b7000000010000009500000000000000');
    expect(given().when({ ...load, insns }).outcome).toMatchObject({ ret: 3, verified: false });
  });
  it('is not marked when it is known to its end', () => {
    const insns = code('b7000000010000009500000000000000');
    expect(given().when({ ...load, insns }).outcome).toEqual({ ret: 3 });
  });
  it('holds the maps that its instructions name', () => {
    const world = given();
    world.map('M');
    // r1 = map fd 3; r0 = 1; exit
    const insns = code('18110000030000000000000000000000b7000000010000009500000000000000');
    const bpf_fd = world.does({ ...load, insns });
    world.does({ name: 'close', fd: world.at('M') });
    const { outcome } = world.when({ name: 'obj_get_info_by_fd', bpf_fd });
    expect(outcome).toMatchObject({ info: { map_ids: [1] } });
    expect(world.kernel.maps.size).toBe(1);
  });
});

describe('hooks of other subsystems', () => {
  it.each(['trace_iter', 'trace_raw_tp', 'lsm_mac'] as const)(
    'PROG_ATTACH to %s looks up the program',
    (attach_type) => {
      const call = { name: 'prog_attach', target_path: '/', attach_bpf_fd: CLOSED } as const;
      expect(given().asks({ ...call, attach_type })).toBe('EBADF');
    },
  );
  it('a link to an event of perf finds none behind the fd of a cgroup', () => {
    const world = given();
    const prog_fd = world.does({ name: 'prog_load', prog_type: 'kprobe' });
    const call = { name: 'link_create', target_path: '/', attach_type: 'perf_event' } as const;
    expect(world.asks({ ...call, prog_fd })).toBe('EBADF');
    expect(world.asks({ ...call, prog_fd: world.prog('skb') })).toBe('EINVAL');
  });
});

describe('a cgroup_skb program linked to another hook (D21)', () => {
  const call = { name: 'link_create', target_path: '/', attach_type: 'cgroup_device' } as const;
  it.each([
    ['6.1', 'EINVAL'],
    ['6.6.20', 'ok'],
    ['6.6.40', 'EINVAL'],
    ['6.8', 'ok'],
    ['6.12', 'EINVAL'],
  ])('on %s: %s', (release, answer) => {
    const world = given(release);
    expect(world.asks({ ...call, prog_fd: world.prog('skb') })).toBe(answer);
  });
  it('but for one that is bound to its hook', () => {
    const world = given('6.8');
    expect(world.asks({ ...call, prog_fd: world.prog('bound', { ret: 2 }) })).toBe('EINVAL');
  });
});

it('exec of uid 0 gives back what it had given up; that of another uid takes all', () => {
  const world = given();
  const root = world.does({ name: 'fork' });
  world.does({ name: 'capset', caps: [] }, root);
  const user = world.does({ name: 'fork', uid: 1000, caps: ['bpf'] });
  for (const pid of [root, user]) world.does({ name: 'exec' }, pid);
  const caps = (pid: number) => world.kernel.processes.get(pid)?.caps;
  expect(caps(root)).toEqual(ROOT_CAPABILITIES);
  expect(caps(user)).toEqual([]);
});

it('exec of root in a container gives back what its bounding set has; of others what is ambient', () => {
  const world = given();
  const bounding = ['dac_override', 'sys_resource'] as const;
  const boxed = world.does({ name: 'fork' });
  world.does({ name: 'capset', caps: [], bounding }, boxed);
  const child = world.does({ name: 'fork' }, boxed);
  const user = world.does({ name: 'fork' });
  const sets = { caps: ['bpf'], inheritable: ['bpf', 'perfmon'], ambient: ['bpf'] } as const;
  world.does({ name: 'capset', uid: 1000, ...sets }, user);
  for (const pid of [child, user]) world.does({ name: 'exec' }, pid);
  const caps = (pid: number) => world.kernel.processes.get(pid)?.caps;
  expect([caps(child), caps(user)]).toEqual([bounding, ['bpf']]);
});

it('that a cgroup program may not sleep is found before its first instruction is followed', () => {
  // r0 = r3; exit
  const insns = Buffer.from('bf300000000000009500000000000000', 'hex').toString('base64');
  const load = { name: 'prog_load', prog_type: 'cgroup_skb', insns } as const;
  expect(given().asks(load)).toBe('EACCES');
  expect(given().asks({ ...load, prog_flags: 16 })).toBe('EINVAL');
});

it.each(['sk_lookup', 'syscall'] as const)(
  '%s wants CAP_BPF and not CAP_NET_ADMIN',
  (prog_type) => {
    const world = given();
    const user = world.does({ name: 'fork', uid: 1000, caps: ['bpf'] });
    expect(world.asks({ name: 'prog_load', prog_type }, user)).toBe('EINVAL');
  },
);

it('an LPM trie is asked for prefixes: what a number stands for is not modelled', () => {
  const world = given();
  const sizes = { key_size: 8, value_size: 8, max_entries: 4, map_flags: 1 } as const;
  const map_fd = world.map('T', { map_type: 'lpm_trie', ...sizes });
  const { outcome } = world.when({ name: 'map_lookup_elem', map_fd, key: 3 });
  expect(outcome).toMatchObject({ rule: 'not-modelled' });
});

it('a stack trace by build ids has 32 bytes a frame', () => {
  const create = {
    name: 'map_create',
    map_type: 'stack_trace',
    key_size: 4,
    max_entries: 4,
  } as const;
  const ids = { ...create, map_flags: 32 };
  expect(given().asks({ ...create, value_size: 8 })).toBe('ok');
  expect(given().asks({ ...ids, value_size: 8 })).toBe('EINVAL');
  expect(given().asks({ ...ids, value_size: 64 })).toBe('ok');
});

it('a bloom filter looks at map_extra after the privilege', () => {
  const world = given();
  const user = world.does({ name: 'fork', uid: 1000, caps: [] });
  const sizes = { key_size: 0, value_size: 4, max_entries: 4 } as const;
  const create = { name: 'map_create', map_type: 'bloom_filter', ...sizes, map_extra: 16 } as const;
  expect(world.asks(create, user)).toBe('EPERM');
  expect(world.asks(create)).toBe('EINVAL');
});

it('a cgroup that becomes threaded takes those below along into its domain', () => {
  const world = given();
  world.cgroups('/d', '/d/b', '/d/b/a', '/d/b/a/b', '/d/b/a/b/a');
  const thread = (path: string) =>
    world.asks({ name: 'cgroup_write', path: `${path}/cgroup.type`, value: 'threaded' });
  expect(['/d/b/a/b', '/d/b', '/d/b/a/b/a'].map(thread)).toEqual(['ok', 'ok', 'ok']);
});

it('a raw tracepoint takes no program of a perf event', () => {
  const world = given();
  const prog_fd = world.does({ name: 'prog_load', prog_type: 'perf_event' });
  const call = { name: 'foreign_link_create', prog_fd, attach_type: 'trace_raw_tp' } as const;
  expect(world.asks(call)).toBe('EINVAL');
});

describe('LINK_UPDATE on a build that checks the attach type', () => {
  const CHECKS = { switches: { link_update_checks_attach_type: true } } as const;

  /** Answers of an update of a link to a program that was loaded for something else. */
  function update(
    {
      attach_type,
      load,
      other,
    }: Record<'load' | 'other', Partial<Calls['prog_load']>> & {
      readonly attach_type: AttachTypeName;
    },
    config: Partial<BootConfig>,
  ): string {
    const world = given('6.18.44', config).cgroups('/c');
    const prog_type = 'cgroup_sock_addr';
    const prog_fd = world.does({ name: 'prog_load', prog_type, ...load });
    const new_prog_fd = world.does({ name: 'prog_load', prog_type, ...load, ...other });
    const place = { target_path: '/c', attach_type } as const;
    const link_fd = world.does({ name: 'link_create', ...place, prog_fd });
    return world.asks({ name: 'link_update', link_fd, new_prog_fd });
  }

  const SKB = { prog_type: 'cgroup_skb', expected_attach_type: 'cgroup_inet_egress' } as const;
  const SOCK = {
    prog_type: 'cgroup_sock',
    expected_attach_type: 'cgroup_inet_sock_create',
  } as const;
  const BIND = { expected_attach_type: 'cgroup_inet4_bind' } as const;

  it.each([
    ['EINVAL', 'cgroup_inet4_bind', BIND, { expected_attach_type: 'cgroup_inet6_bind' }],
    ['EINVAL', 'cgroup_inet_sock_create', SOCK, { expected_attach_type: 'cgroup_inet4_post_bind' }],
    ['ok', 'cgroup_inet_sock_create', SOCK, { expected_attach_type: 0 }],
    ['ok', 'cgroup_inet_ingress', SKB, {}],
    ['EINVAL', 'cgroup_inet_ingress', SKB, { ret: 2 }],
    ['ok', 'cgroup_inet_egress', SKB, { ret: 2 }],
    ['ok', 'cgroup_device', { prog_type: 'cgroup_device' }, { expected_attach_type: 8 }],
  ] as const)('is %s for a link on %s', (answer, attach_type, load, other) => {
    expect(update({ attach_type, load, other }, CHECKS)).toBe(answer);
    expect(update({ attach_type, load, other }, {})).toBe('ok');
  });

  it('looks at the program that the caller expects before', () => {
    const world = given('6.18.44', CHECKS).cgroups('/c');
    const load = { name: 'prog_load', prog_type: 'cgroup_sock_addr' } as const;
    const bind = () => world.does({ ...load, expected_attach_type: 'cgroup_inet4_bind' });
    const [prog_fd, old_prog_fd] = [bind(), bind()];
    const new_prog_fd = world.does({ ...load, expected_attach_type: 'cgroup_inet6_bind' });
    const place = { target_path: '/c', attach_type: 'cgroup_inet4_bind' } as const;
    const link_fd = world.does({ name: 'link_create', ...place, prog_fd });
    const call = { name: 'link_update', link_fd, new_prog_fd, flags: ['replace'] } as const;
    expect(world.asks({ ...call, old_prog_fd })).toBe('EPERM');
    expect(world.asks({ ...call, old_prog_fd: prog_fd })).toBe('EINVAL');
    world.does({ name: 'link_detach', link_fd });
    expect(world.asks({ ...call, old_prog_fd })).toBe('ENOLINK');
  });
});
