// Programs of LSM_CGROUP (semantics §27): a list for each hook, ten hooks on one machine. The first test
// is the walk of the kernel's own selftest (prog_tests/lsm_cgroup.c) over attachments and queries.
import { describe, expect, it } from 'vitest';
import { effectiveArray } from '../../src/domain/effective.ts';
import type { AttachFlagName } from '../../src/domain/flags.ts';
import { restoreKernel, snapshotOf } from '../../src/domain/snapshot.ts';
import { given, type World } from './given.ts';

const LSM = { prog_type: 'lsm', expected_attach_type: 'lsm_cgroup' } as const;
/** Functions of hooks, by their BTF ids on some kernel. */
const [ALLOC, CLONE, POST_CREATE, BIND] = [101, 102, 103, 104] as const;

/** A program for a hook, under a label. */
const prog = (world: World, label: string, attach_btf_id: number) =>
  world.prog(label, { ...LSM, attach_btf_id });

const attach = (
  world: World,
  path: string,
  label: string,
  fields: {
    flags?: readonly AttachFlagName[];
    replace_bpf_fd?: number;
    expected_revision?: number;
  } = {},
) =>
  world.asks({
    ...{ name: 'prog_attach', target_path: path, attach_type: 'lsm_cgroup' },
    ...{ attach_bpf_fd: world.at(label), ...fields },
  });

const detach = (world: World, path: string, attach_bpf_fd: number) =>
  world.asks({ name: 'prog_detach', target_path: path, attach_type: 'lsm_cgroup', attach_bpf_fd });

/** Ids that a query tells, or what it says instead. */
function query(world: World, path: string, fields: { effective?: true; prog_cnt?: number } = {}) {
  const { effective, ...rest } = fields;
  const { outcome } = world.when({
    ...{ name: 'prog_query', target_path: path, attach_type: 'lsm_cgroup', ...rest },
    ...(effective ? { query_flags: ['effective'] } : { prog_attach_flags: true }),
  });
  return 'errno' in outcome ? { errno: outcome.errno, ...outcome.query } : outcome.query;
}

/** How many programs of a cgroup hook a function, and how many there are. */
function counts(world: World, path: string, btfId: number): readonly [number, number] {
  const ids = query(world, path)?.prog_ids ?? [];
  const hooks = ids.map((id) => world.kernel.programs.get(id)?.btf.attach_btf_id);
  return [hooks.filter((hook) => hook === btfId).length, ids.length];
}

it('walks as the selftest does', () => {
  const world = given().cgroups('/sock_policy', '/sock_policy_reuse', '/sock_policy_empty');
  for (const [label, hook] of [
    ['alloc', ALLOC],
    ['clone', CLONE],
    ['post_create', POST_CREATE],
    ['post_create2', POST_CREATE],
    ['bind', BIND],
    ['bind2', BIND],
  ] as const) {
    prog(world, label, hook);
  }
  const at = '/sock_policy';
  expect(counts(world, at, ALLOC)).toEqual([0, 0]);
  expect(attach(world, at, 'alloc')).toBe('ok');
  expect(counts(world, at, ALLOC)).toEqual([1, 1]);
  expect(attach(world, at, 'clone')).toBe('ok');
  expect(counts(world, at, CLONE)).toEqual([1, 2]);
  expect(attach(world, at, 'post_create')).toBe('ok');
  expect(counts(world, at, POST_CREATE)).toEqual([1, 3]);
  const replace_bpf_fd = world.at('post_create');
  expect(attach(world, at, 'post_create2', { replace_bpf_fd })).toBe('ok');
  expect(counts(world, at, POST_CREATE)).toEqual([1, 3]);
  const link = (path: string, label: string) => {
    const place = { target_path: path, attach_type: 'lsm_cgroup' } as const;
    return world.does({ name: 'link_create', ...place, prog_fd: world.at(label) });
  };
  const link_fd = link(at, 'bind');
  expect(counts(world, at, BIND)).toEqual([1, 4]);
  const [new_prog_fd, old_prog_fd] = [world.at('bind2'), world.at('bind')];
  const update = { name: 'link_update', link_fd, new_prog_fd } as const;
  expect(world.asks({ ...update, flags: ['replace'], old_prog_fd })).toBe('ok');
  expect(counts(world, at, BIND)).toEqual([1, 4]);
  expect(counts(world, '/sock_policy_reuse', BIND)).toEqual([0, 0]);
  link('/sock_policy_reuse', 'bind2');
  expect(counts(world, '/sock_policy_reuse', BIND)).toEqual([1, 1]);
  expect(counts(world, at, BIND)).toEqual([1, 4]);
  expect(counts(world, '/sock_policy_empty', BIND)).toEqual([0, 0]);
  expect(detach(world, at, world.at('post_create2'))).toBe('ok');
  expect(world.asks({ name: 'close', fd: link_fd })).toBe('ok');
  expect(detach(world, at, world.at('alloc'))).toBe('ok');
  expect(detach(world, at, world.at('clone'))).toBe('ok');
  expect(counts(world, at, BIND)).toEqual([0, 0]);
  // The other link is not closed: the cgroup lets go of it.
  expect(world.asks({ name: 'rmdir', path: '/sock_policy_reuse' })).toBe('ok');
  expect(world.kernel.links.size).toBe(1);
});

describe('each hook has a list of its own', () => {
  it('with a mode, an order and a hierarchy of its own', () => {
    const world = given().cgroups('/c', '/c/d');
    for (const label of ['a', 'a2']) prog(world, label, ALLOC);
    for (const label of ['b', 'b2']) prog(world, label, BIND);
    expect(attach(world, '/c', 'b')).toBe('ok');
    expect(attach(world, '/c', 'a', { flags: ['multi'] })).toBe('ok');
    expect(attach(world, '/c', 'a2', { flags: ['multi'] })).toBe('ok');
    expect(attach(world, '/c', 'b2', { flags: ['multi'] })).toBe('EPERM');
    const [b, a, a2] = ['b', 'a', 'a2'].map((label) => world.idOf(label));
    // The hook that came first has the first slot.
    expect(query(world, '/c')).toEqual({
      ...{ prog_cnt: 3, prog_ids: [b, a, a2], attach_flags: 0, prog_attach_flags: [0, 2, 2] },
    });
    // Below an exclusive entry of its hook none may come, of another hook it may.
    expect(attach(world, '/c/d', 'b2')).toBe('EPERM');
    expect(attach(world, '/c/d', 'a2', { flags: ['multi'] })).toBe('ok');
    expect(query(world, '/c/d', { effective: true })?.prog_ids).toEqual([b, a2, a, a2]);
    const array = effectiveArray(world.kernel, world.cgroup('/c/d'), 'lsm_cgroup');
    expect(array.map(({ prog_id, index }) => [prog_id, index])).toEqual([
      [b, 0],
      [a2, 0],
      [a, 1],
      [a2, 2],
    ]);
    expect(snapshotOf(restoreKernel(snapshotOf(world.kernel)))).toEqual(snapshotOf(world.kernel));
  });

  it('with a revision of its own', () => {
    const world = given().cgroups('/c');
    prog(world, 'a', ALLOC);
    prog(world, 'b', BIND);
    attach(world, '/c', 'a', { flags: ['multi'] });
    expect(attach(world, '/c', 'b', { expected_revision: 2 })).toBe('ESTALE');
    expect(attach(world, '/c', 'b', { expected_revision: 1 })).toBe('ok');
  });

  it('and a link stays on its hook', () => {
    const world = given().cgroups('/c');
    prog(world, 'a', ALLOC);
    const prog_fd = prog(world, 'b', BIND);
    const place = { target_path: '/c', attach_type: 'lsm_cgroup' } as const;
    const link_fd = world.does({ name: 'link_create', ...place, prog_fd });
    const update = { name: 'link_update', link_fd, new_prog_fd: world.at('a') } as const;
    expect(world.asks(update)).toBe('ENOENT');
  });
});

describe('a query', () => {
  it('of what is attached says that its buffer is short, an effective one only within a hook', () => {
    const world = given().cgroups('/c');
    prog(world, 'b', BIND);
    for (const label of ['a', 'a2']) prog(world, label, ALLOC);
    attach(world, '/c', 'b');
    for (const label of ['a', 'a2']) attach(world, '/c', label, { flags: ['multi'] });
    expect(query(world, '/c', { prog_cnt: 1 })).toMatchObject({ errno: 'ENOSPC', prog_cnt: 3 });
    const short = { effective: true } as const;
    expect(query(world, '/c', { ...short, prog_cnt: 1 })).toMatchObject({ prog_cnt: 3 });
    expect(query(world, '/c', { ...short, prog_cnt: 1 })).not.toHaveProperty('errno');
    expect(query(world, '/c', { ...short, prog_cnt: 2 })).toMatchObject({ errno: 'ENOSPC' });
  });
});

describe('ten slots', () => {
  it('are for ten hooks, and a slot is free with the last program of its hook', () => {
    const world = given().cgroups('/c', '/d');
    for (let i = 0; i < 11; i++) prog(world, `p${i}`, 100 + i);
    for (let i = 0; i < 10; i++) expect(attach(world, '/c', `p${i}`)).toBe('ok');
    expect(attach(world, '/d', 'p10')).toBe('EINVAL');
    expect(attach(world, '/d', 'p3')).toBe('ok');
    // Without a program the kernel looks for a free slot.
    expect(detach(world, '/c', 0)).toBe('EINVAL');
    expect(detach(world, '/c', world.at('p3'))).toBe('ok');
    expect(attach(world, '/d', 'p10')).toBe('EINVAL');
    expect(detach(world, '/d', world.at('p3'))).toBe('ok');
    expect(detach(world, '/d', world.at('p3'))).toBe('ENOENT');
    expect(attach(world, '/d', 'p10')).toBe('ok');
    const ids = ['p0', 'p1', 'p2', 'p4'].map((label) => world.idOf(label));
    expect(query(world, '/c')?.prog_ids?.slice(0, 4)).toEqual(ids);
  });
});

describe('a program of LSM_CGROUP', () => {
  it.each([
    ['6.0', 104, 'ok'],
    ['5.19', 104, 'EINVAL'],
    ['6.18', 0, 'EINVAL'],
    ['6.18', 2 ** 20, 'EINVAL'],
  ])('on %s with attach_btf_id %i: %s', (release, attach_btf_id, answer) => {
    expect(given(release).asks({ name: 'prog_load', ...LSM, attach_btf_id })).toBe(answer);
  });

  it('is not known to be one to the verifier, and tells its hook', () => {
    const world = given();
    const { outcome } = world.when({ name: 'prog_load', ...LSM, attach_btf_id: BIND });
    expect(outcome).toEqual({ ret: 3, verified: false });
    const info = world.when({ name: 'obj_get_info_by_fd', bpf_fd: 3 }).outcome;
    expect(info).toMatchObject({ info: { attach_btf_id: BIND } });
    expect(world.asks({ name: 'prog_load', ...LSM, attach_btf_id: BIND, ret: 2 })).toBe('EINVAL');
    const other = { name: 'prog_load', prog_type: 'cgroup_skb', attach_btf_id: BIND } as const;
    expect(world.asks(other)).toBe('EINVAL');
  });
});
