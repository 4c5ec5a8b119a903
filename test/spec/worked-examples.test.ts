// The worked examples of semantics §22, all seen on a running 6.18.
import { describe, expect, it } from 'vitest';
import type { AttachFlagName } from '../../src/domain/flags.ts';
import { CLOSED, given, type World } from './given.ts';

const TYPE = { attach_type: 'cgroup_inet_egress' } as const;

function attachAnswer(world: World, path: string, label: string, flags: AttachFlagName[]): string {
  const attach_bpf_fd = world.prog(label);
  return world.asks({ name: 'prog_attach', target_path: path, ...TYPE, attach_bpf_fd, flags });
}

function replaceAnswer(world: World, label: string, old: string): string {
  const programs = { attach_bpf_fd: world.prog(label), replace_bpf_fd: world.prog(old) };
  const place = { target_path: '/c', ...TYPE, flags: ['multi', 'replace'] } as const;
  return world.asks({ name: 'prog_attach', ...place, ...programs });
}

function detachAnswer(world: World, attach_bpf_fd?: number): string {
  const named = attach_bpf_fd === undefined ? {} : { attach_bpf_fd };
  return world.asks({ name: 'prog_detach', target_path: '/c', ...TYPE, ...named });
}

describe('below another list', () => {
  it('nothing attaches while an ancestor is exclusive', () => {
    const world = given().cgroups('/c').has('/', 'none a');
    expect(attachAnswer(world, '/c', 'b', ['multi'])).toBe('EPERM');
  });

  it('an exclusive child shuts the grandchild, although the root allows to override', () => {
    const world = given().cgroups('/c', '/c/d').has('/', 'override a').has('/c', 'none b');
    expect(attachAnswer(world, '/c/d', 'x', [])).toBe('EPERM');
    expect(world.effective('/c/d')).toBe('b');
  });

  it('a multi child makes an override root yield', () => {
    const world = given().cgroups('/c').has('/', 'override a').has('/c', 'multi b');
    expect(world.effective('/c')).toBe('b');
  });

  it('the nearest list runs, then the multi ones above it', () => {
    const world = given().cgroups('/c', '/c/d');
    world.has('/', 'multi a b').has('/c', 'override c').has('/c/d', 'none d');
    expect(world.effective('/c/d')).toBe('d a b');
  });

  it('preorder entries run first, from the root down; the others after, from below up', () => {
    const world = given().cgroups('/c');
    world.has('/', 'multi p1 p2 +p3 +p4').has('/c', 'multi p5 +p6 +p7');
    expect(world.effective('/c')).toBe('p3 p4 p6 p7 p5 p1 p2');
  });
});

describe('replacing', () => {
  it('keeps the place', () => {
    const world = given().cgroups('/c').has('/c', 'multi a b');
    expect(replaceAnswer(world, 'c', 'a')).toBe('ok');
    expect(world.list('/c')).toBe('multi c b');
  });

  it('by a program that is there already is EINVAL', () => {
    const world = given().cgroups('/c').has('/c', 'multi c b');
    expect(replaceAnswer(world, 'c', 'b')).toBe('EINVAL');
  });

  it('by itself is done, and counts as a change', () => {
    const world = given().cgroups('/c').has('/c', 'multi c b');
    const before = world.revision('/c');
    expect(replaceAnswer(world, 'c', 'c')).toBe('ok');
    expect(world.revision('/c')).toBe(before + 1);
  });

  it('in a list of 64 is E2BIG, while LINK_UPDATE still works', () => {
    const world = given().cgroups('/c').has('/c', 'multi a link(l)');
    for (let n = 2; n < 64; n++) world.attach('/c', `e${n}`, ['multi']);
    expect(replaceAnswer(world, 'x', 'a')).toBe('E2BIG');
    const update = { link_fd: world.at('link(l)'), new_prog_fd: world.at('x') };
    expect(world.asks({ name: 'link_update', ...update })).toBe('ok');
  });
});

describe('detaching', () => {
  it('never finds a program that only a link holds', () => {
    const world = given().cgroups('/c').has('/c', 'multi link(a)');
    expect(detachAnswer(world, world.at('a'))).toBe('ENOENT');
  });

  it('takes the program that is attached beside its own link', () => {
    const world = given().cgroups('/c').has('/c', 'multi link(a) a');
    expect(detachAnswer(world, world.at('a'))).toBe('ok');
    expect(world.list('/c')).toBe('multi link(a)');
  });

  it.each(['another program', 'a closed fd', 'nothing'])(
    'empties an exclusive list when it names %s',
    (named) => {
      const world = given().cgroups('/c').has('/c', 'none a');
      const fds = { 'another program': world.prog('b'), 'a closed fd': CLOSED };
      expect(detachAnswer(world, fds[named as keyof typeof fds])).toBe('ok');
      expect(world.list('/c')).toBe('empty');
    },
  );

  it.each(['none', 'override', 'multi'])('until the list is empty lets %s come', (mode) => {
    const world = given().cgroups('/c').has('/c', 'multi a b');
    for (const label of ['a', 'b']) detachAnswer(world, world.at(label));
    world.has('/c', `${mode} c`);
  });
});

it('a link of a removed cgroup is not updated, is detached in vain, shows no cgroup and closes', () => {
  const world = given().cgroups('/c').has('/c', 'multi link(a)');
  world.does({ name: 'rmdir', path: '/c' });
  const link_fd = world.at('link(a)');
  expect(world.asks({ name: 'link_update', link_fd, new_prog_fd: world.at('a') })).toBe('ENOLINK');
  expect(world.when({ name: 'link_detach', link_fd })).toEqual({
    outcome: { ret: 0 },
    effects: [],
  });
  const { outcome } = world.when({ name: 'obj_get_info_by_fd', bpf_fd: link_fd });
  expect(outcome).toMatchObject({ info: { cgroup_id: 0, prog_id: world.idOf('a') } });
  world.does({ name: 'close', fd: link_fd });
  expect(world.links()).toEqual([]);
});
