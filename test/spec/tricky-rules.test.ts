// The rules that a model gets wrong most easily: semantics §23, one test for each number.
import { expect, it } from 'vitest';
import type { CallOf } from '../../src/domain/call.ts';
import type { AttachFlagName } from '../../src/domain/flags.ts';
import { CLOSED, given, type World } from './given.ts';

const TYPE = { attach_type: 'cgroup_inet_egress' } as const;

type Attach = Partial<CallOf<'prog_attach'>>;

function attachAnswer(world: World, label: string, more: Attach = {}): string {
  const program = { attach_bpf_fd: world.prog(label) };
  return world.asks({ name: 'prog_attach', target_path: '/c', ...TYPE, ...program, ...more });
}

function linkAnswer(world: World, label: string, flags: AttachFlagName[] = []): string {
  const prog_fd = world.prog(label);
  return world.asks({ name: 'link_create', target_path: '/c', ...TYPE, prog_fd, flags });
}

it('1. in none and override mode PROG_DETACH removes the entry whatever is named', () => {
  for (const mode of ['none', 'override']) {
    const world = given().cgroups('/c').has('/c', `${mode} a`);
    const call = { name: 'prog_detach', target_path: '/c', ...TYPE } as const;
    expect(world.asks({ ...call, attach_bpf_fd: CLOSED })).toBe('ok');
    expect(world.list('/c')).toBe('empty');
  }
});

it('2. the mode is forgotten when the list gets empty, and only then', () => {
  const world = given().cgroups('/c').has('/c', 'multi a b');
  const detach = { name: 'prog_detach', target_path: '/c', ...TYPE } as const;
  world.does({ ...detach, attach_bpf_fd: world.at('a') });
  expect(attachAnswer(world, 'c')).toBe('EPERM');
  world.does({ ...detach, attach_bpf_fd: world.at('b') });
  expect(attachAnswer(world, 'c')).toBe('ok');
});

it('3. the hierarchy check stops at the nearest ancestor that is multi or not empty', () => {
  const world = given().cgroups('/m', '/m/e', '/m/e/c');
  world.has('/m/e', 'multi x').has('/m', 'none a');
  const deep = { target_path: '/m/e/c', flags: ['multi'] } as const;
  expect(attachAnswer(world, 'c', deep)).toBe('ok');
  const detach = { name: 'prog_detach', ...TYPE } as const;
  world.does({ ...detach, target_path: '/m/e', attach_bpf_fd: world.at('x') });
  expect(attachAnswer(world, 'd', deep)).toBe('EPERM');
});

it('4. the check is made for REPLACE and for attaching again, never for LINK_UPDATE', () => {
  const world = given().cgroups('/c', '/c/d');
  world.has('/c/d', 'multi a link(l)').has('/c', 'none z');
  const there = { target_path: '/c/d', flags: ['multi', 'replace'] } as const;
  expect(attachAnswer(world, 'b', { ...there, replace_bpf_fd: world.at('a') })).toBe('EPERM');
  const update = { link_fd: world.at('link(l)'), new_prog_fd: world.at('b') };
  expect(world.asks({ name: 'link_update', ...update })).toBe('ok');
  const single = given().cgroups('/c', '/c/d').has('/c/d', 'none a').has('/c', 'none z');
  expect(attachAnswer(single, 'a', { target_path: '/c/d' })).toBe('EPERM');
});

it('5. a full list refuses REPLACE before it compares any program', () => {
  const world = given().cgroups('/c');
  for (let n = 1; n <= 64; n++) world.attach('/c', `e${n}`, ['multi']);
  const replace = { flags: ['multi', 'replace'], replace_bpf_fd: world.prog('absent') } as const;
  expect(attachAnswer(world, 'e1', replace)).toBe('E2BIG');
});

it('6. PROG_QUERY without enough room gives what fits, the total, and ENOSPC; room 0 is not an error', () => {
  const world = given().cgroups('/c').has('/c', 'multi a b');
  const query = { name: 'prog_query', target_path: '/c', ...TYPE } as const;
  const { outcome } = world.when({ ...query, prog_cnt: 1 });
  expect(outcome).toMatchObject({
    errno: 'ENOSPC',
    query: { prog_cnt: 2, prog_ids: [world.idOf('a')] },
  });
  for (const count of [{ prog_cnt: 0 }, { null_prog_ids: true }]) {
    expect(world.when({ ...query, ...count }).outcome).toMatchObject({
      ret: 0,
      query: { prog_cnt: 2, prog_ids: [] },
    });
  }
});

it('7. without CAP_NET_ADMIN a cgroup_skb attach is EINVAL and a link EPERM; detach is free', () => {
  const world = given().cgroups('/c').has('/c', 'multi a');
  const pid = world.does({ name: 'fork', caps: [] });
  const place = { target_path: '/c', ...TYPE };
  const attach_bpf_fd = world.at('a');
  expect(world.asks({ name: 'prog_attach', ...place, attach_bpf_fd }, pid)).toBe('EINVAL');
  expect(world.asks({ name: 'link_create', ...place, prog_fd: attach_bpf_fd }, pid)).toBe('EPERM');
  expect(world.asks({ name: 'prog_detach', ...place, attach_bpf_fd }, pid)).toBe('ok');
});

it("8. a removed cgroup's fd is ENOENT; its links are ENOLINK to update and 0 to detach", () => {
  const world = given().cgroups('/c').has('/c', 'multi link(a)');
  const target_fd = world.open('/c');
  world.does({ name: 'rmdir', path: '/c' });
  const prog = { attach_bpf_fd: world.at('a') };
  const place = { target_fd, ...TYPE };
  expect([
    world.asks({ name: 'prog_attach', ...place, ...prog }),
    world.asks({ name: 'prog_detach', ...place, ...prog }),
    world.asks({ name: 'prog_query', ...place }),
    world.asks({ name: 'link_create', ...place, prog_fd: world.at('a') }),
  ]).toEqual(['ENOENT', 'ENOENT', 'ENOENT', 'ENOENT']);
  const link_fd = world.at('link(a)');
  expect(world.asks({ name: 'link_update', link_fd, new_prog_fd: world.at('a') })).toBe('ENOLINK');
  expect(world.asks({ name: 'link_detach', link_fd })).toBe('ok');
});

it('9. LINK_UPDATE checks the program type alone, not the expected attach type', () => {
  const world = given();
  const load = { prog_type: 'cgroup_sock_addr' } as const;
  const bind = world.prog('bind', { ...load, expected_attach_type: 'cgroup_inet4_bind' });
  const connect = world.prog('conn', { ...load, expected_attach_type: 'cgroup_inet6_connect' });
  const place = { target_path: '/', attach_type: 'cgroup_inet4_bind' } as const;
  const link_fd = world.does({ name: 'link_create', ...place, prog_fd: bind });
  expect(world.asks({ name: 'link_update', link_fd, new_prog_fd: connect })).toBe('ok');
  const update = { name: 'link_update', link_fd, new_prog_fd: world.prog('skb') } as const;
  expect(world.asks(update)).toBe('EINVAL');
});

it('10. REPLACE never sees links, and links may run a program any number of times', () => {
  const world = given().cgroups('/c').has('/c', 'multi link(a) link(a) a');
  const replace = { flags: ['multi', 'replace'], replace_bpf_fd: world.at('a') } as const;
  expect(attachAnswer(world, 'b', replace)).toBe('ok');
  expect(world.list('/c')).toBe('multi link(a) link(a) b');
  expect(attachAnswer(world, 'c', replace)).toBe('ENOENT');
});

it('11. preorder reorders what is effective, not the list; REPLACE writes the bit anew', () => {
  const world = given().cgroups('/c').has('/c', 'multi a +b');
  expect(world.effective('/c')).toBe('b a');
  const { outcome } = world.when({ name: 'prog_query', target_path: '/c', ...TYPE });
  expect(outcome.query?.prog_ids).toEqual([world.idOf('a'), world.idOf('b')]);
  const replace = { flags: ['multi', 'replace'], replace_bpf_fd: world.at('b') } as const;
  expect(attachAnswer(world, 'c', replace)).toBe('ok');
  expect(world.list('/c')).toBe('multi a c');
});

it('12. anchors: links want the flag link and programs do not; preorder must match', () => {
  const world = given().cgroups('/c').has('/c', 'multi a link(l)');
  const beside = { relative_fd: world.at('a') };
  expect(attachAnswer(world, 'p', { flags: ['multi', 'before', 'link'], ...beside })).toBe(
    'EINVAL',
  );
  expect(attachAnswer(world, 'p', { flags: ['multi', 'before', 'preorder'], ...beside })).toBe(
    'EINVAL',
  );
  const absent = { flags: ['multi', 'before'] as const, relative_fd: world.at('l') };
  expect(attachAnswer(world, 'p', absent)).toBe('ENOENT');
  expect(attachAnswer(world, 'p', { flags: ['multi', 'before'], ...beside })).toBe('ok');
  expect(attachAnswer(world, 'q', { flags: ['multi', 'after'], ...beside })).toBe('ok');
  expect(world.list('/c')).toBe('multi p a q link(l)');
});

it('13. a LINK_CREATE that the list refuses burns a link id; an earlier refusal does not', () => {
  const world = given().cgroups('/c').has('/c', 'none a');
  expect(linkAnswer(world, 'b', ['multi'])).toBe('EINVAL');
  expect(linkAnswer(world, 'b')).toBe('EPERM');
  world.does({ name: 'mkdir', path: '/free' });
  world.link('/free', 'b');
  expect([...world.kernel.links.keys()]).toEqual([2]);
});

it('14. OBJ_PIN of a closed fd is EINVAL, OBJ_GET_INFO of one is EBADFD', () => {
  const world = given();
  expect(world.asks({ name: 'obj_pin', bpf_fd: CLOSED, path: '/p' })).toBe('EINVAL');
  expect(world.asks({ name: 'obj_get_info_by_fd', bpf_fd: CLOSED })).toBe('EBADFD');
});
