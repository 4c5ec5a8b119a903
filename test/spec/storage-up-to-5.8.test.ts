// Cgroup storage where it belongs to the entry: 5.7, 5.8 and the v2 series (semantics §25.6, read in
// the source of 5.7; no recording has it).

import { describe, expect, it } from 'vitest';
import type { Call } from '../../src/domain/call.ts';
import type { AttachFlagName } from '../../src/domain/flags.ts';
import { isRefusal } from '../../src/domain/outcome.ts';
import { randomFrom } from '../../src/recorders/generator/random.ts';
import { CLOSED, given, type World } from './given.ts';

const OLD = ['v2-series', '5.7', '5.8'] as const;

/** A world with storage map M, program a that uses it, and cgroups /c and /c/d. */
function withStorage(release: string): World {
  const world = given(release).cgroups('/c', '/c/d');
  world.map('M');
  world.prog('a', { map_fds: [world.at('M')] });
  return world;
}

/** User space writes a value into the storage of a cgroup. */
function write(world: World, path: string, value: number): void {
  const key = world.key(path);
  world.does({ name: 'map_update_elem', map_fd: world.at('M'), key, value });
}

describe.each(OLD)('on %s a storage', (release) => {
  it('is made, zeroed, by each successful attach, newest first', () => {
    const world = withStorage(release).has('/c', 'multi a').has('/c/d', 'multi a');
    expect(world.storages('M')).toEqual(['/c/d=0', '/c=0']);
  });

  it('is not made by an attach that fails', () => {
    const world = withStorage(release).has('/', 'none b');
    const attach = { target_path: '/c', attach_type: 'cgroup_inet_egress' } as const;
    const call = { name: 'prog_attach', ...attach, attach_bpf_fd: world.at('a') } as const;
    expect(world.asks(call)).toBe('EPERM');
    expect(world.storages('M')).toEqual([]);
  });

  it('goes with a detach, and a later attach starts from zero', () => {
    const world = withStorage(release).has('/c', 'multi a');
    write(world, '/c', 7);
    const place = { target_path: '/c', attach_type: 'cgroup_inet_egress' } as const;
    world.does({ name: 'prog_detach', ...place, attach_bpf_fd: world.at('a') });
    expect(world.storages('M')).toEqual([]);
    world.has('/c', 'multi a');
    expect(world.storages('M')).toEqual(['/c=0']);
  });

  it('goes with the last fd of a link, not before', () => {
    const world = withStorage(release).has('/c', 'multi link(a)');
    const fd = world.at('link(a)');
    const twin = world.does({ name: 'dup', fd });
    world.does({ name: 'close', fd });
    expect(world.storages('M')).toEqual(['/c=0']);
    world.does({ name: 'close', fd: twin });
    expect(world.storages('M')).toEqual([]);
  });

  it('goes with its cgroup, once for each entry', () => {
    const world = withStorage(release).has('/c/d', 'multi a link(a) link(a)').has('/c', 'multi a');
    world.does({ name: 'rmdir', path: '/c/d' });
    expect(world.storages('M')).toEqual(['/c=0']);
  });

  it('is lost when its program is attached once more in none mode', () => {
    const world = withStorage(release).has('/c', 'none a');
    write(world, '/c', 7);
    world.attach('/c', 'a');
    expect(world.storages('M')).toEqual(['/c=0']);
  });

  it('goes when another program overwrites the single entry', () => {
    const world = withStorage(release).has('/c', 'override a');
    world.attach('/c', 'b', ['override']);
    expect(world.list('/c')).toBe('override b');
    expect(world.storages('M')).toEqual([]);
  });

  it('goes with a replaced program, and the replacing one gets its own', () => {
    const world = withStorage(release).has('/c', 'multi x a');
    world.map('N');
    world.prog('n', { map_fds: [world.at('N')] });
    const place = { target_path: '/c', attach_type: 'cgroup_inet_egress' } as const;
    const programs = { attach_bpf_fd: world.at('n'), replace_bpf_fd: world.at('a') };
    world.does({ name: 'prog_attach', ...place, ...programs, flags: ['multi', 'replace'] });
    expect(world.storages('M')).toEqual([]);
    expect(world.storages('N')).toEqual(['/c=0']);
  });

  it('stays through LINK_UPDATE with its value, and the new program gets none', () => {
    const world = withStorage(release).has('/c', 'multi link(a)');
    write(world, '/c', 7);
    world.map('N');
    const newProg = world.prog('n', { map_fds: [world.at('N')] });
    world.does({ name: 'link_update', link_fd: world.at('link(a)'), new_prog_fd: newProg });
    expect(world.storages('M')).toEqual(['/c=7']);
    expect(world.storages('N')).toEqual([]);
    world.does({ name: 'close', fd: world.at('link(a)') });
    expect(world.storages('M')).toEqual([]);
  });

  it('is listed once for two entries of a program, and the oldest is the one seen', () => {
    const world = withStorage(release).has('/c', 'multi link(a) a');
    write(world, '/c', 7);
    expect(world.storages('M')).toEqual(['/c=7']);
    const place = { target_path: '/c', attach_type: 'cgroup_inet_egress' } as const;
    world.does({ name: 'prog_detach', ...place, attach_bpf_fd: world.at('a') });
    expect(world.storages('M')).toEqual(['/c=7']);
  });

  it('of the oldest entry gives way to the zeroed one of the next', () => {
    const world = withStorage(release).has('/c', 'multi link(a) a');
    write(world, '/c', 7);
    world.does({ name: 'close', fd: world.at('link(a)') });
    expect(world.list('/c')).toBe('multi a');
    expect(world.storages('M')).toEqual(['/c=0']);
  });

  it('ends with its map when the link outlasts the program that used it', () => {
    const world = withStorage(release).has('/c', 'multi link(a)');
    const link = world.at('link(a)');
    world.does({ name: 'link_update', link_fd: link, new_prog_fd: world.prog('b') });
    world.does({ name: 'close', fd: world.at('a') });
    const heir = world.does({ name: 'fork' });
    for (const fd of [link, world.at('M')]) world.does({ name: 'close', fd });
    world.does({ name: 'exit' }, heir);
    expect(world.kernel.maps.size).toBe(0);
    expect(world.list('/c')).toBe('empty');
  });

  it("cannot be had by a second program until the map's owner is freed", () => {
    const world = withStorage(release);
    const load = { name: 'prog_load', prog_type: 'cgroup_skb', map_fds: [world.at('M')] } as const;
    expect(world.asks(load)).toBe('EBUSY');
    world.does({ name: 'close', fd: world.at('a') });
    expect(world.asks(load)).toBe('ok');
  });
});

/** Which of M and N each entry has a storage in: by the program that it came with. */
function keysByEntries(world: World, cameWith: ReadonlyMap<number, string>): string[][] {
  const mapOf: Readonly<Record<string, number>> = { a: 0, b: 1 };
  const keys: [Set<string>, Set<string>] = [new Set(), new Set()];
  for (const { path, lists } of world.kernel.cgroups.values()) {
    for (const entry of lists.get('cgroup_inet_egress')?.entries ?? []) {
      const isLink = 'link_id' in entry;
      const program = isLink ? undefined : world.kernel.programs.get(entry.prog_id)?.prog_name;
      const map = mapOf[(isLink ? cameWith.get(entry.link_id) : program) ?? ''];
      if (map !== undefined) keys[map]?.add(path);
    }
  }
  return keys.map((paths) => [...paths].sort());
}

it.each(OLD)(
  'through a random history each entry has its storages, and nothing else has, on %s',
  (release) => {
    for (let seed = 1; seed <= 20; seed++) {
      const random = randomFrom(seed);
      const world = given(release).cgroups('/c', '/d');
      for (const [map, label] of [
        ['M', 'a'],
        ['N', 'b'],
      ] as const) {
        world.map(map);
        world.prog(label, { map_fds: [world.at(map)] });
      }
      world.prog('x');
      const cameWith = new Map<number, string>();
      const links: number[] = [];
      for (let step = 0; step < 200; step++) {
        const path = ['/c', '/d'][random.below(2)] ?? '/c';
        const label = ['a', 'b', 'x'][random.below(3)] ?? 'a';
        const fd = world.at(label);
        const place = { target_path: path, attach_type: 'cgroup_inet_egress' } as const;
        const other = world.at(['a', 'b', 'x'][random.below(3)] ?? 'a');
        const link = links[random.below(links.length + 1)] ?? CLOSED;
        const flags = [[], ['override'], ['multi'], ['multi', 'replace']][
          random.below(4)
        ] as AttachFlagName[];
        const calls: readonly Call[] = [
          { name: 'prog_attach', ...place, attach_bpf_fd: fd, replace_bpf_fd: other, flags },
          { name: 'prog_detach', ...place, attach_bpf_fd: fd },
          { name: 'link_create', ...place, prog_fd: fd, flags: random.below(2) === 0 ? [] : flags },
          { name: 'link_update', link_fd: link, new_prog_fd: fd },
          { name: 'close', fd: link },
          { name: random.below(4) === 0 ? 'rmdir' : 'mkdir', path },
        ];
        const call = calls[random.below(calls.length)] as Call;
        const { outcome, effects } = world.when(call);
        for (const effect of effects) {
          if (effect.type === 'LinkCreated') cameWith.set(effect.link_id, label);
        }
        if (call.name === 'link_create' && !isRefusal(outcome)) links.push(outcome.ret);
        if (call.name === 'close' && !isRefusal(outcome)) links.splice(links.indexOf(link), 1);
        const seen = ['M', 'N'].map((map) =>
          world
            .storages(map)
            .map((s) => s.replace(/=.*/u, ''))
            .sort(),
        );
        expect(seen, `seed ${seed}, step ${step}`).toEqual(keysByEntries(world, cameWith));
      }
    }
  },
);

it('in the v2 series a link that displaces a program frees its storage and makes a new one', () => {
  const world = withStorage('v2-series').has('/c', 'none a');
  write(world, '/c', 7);
  world.link('/c', 'a');
  expect(world.list('/c')).toBe('none link(a)');
  expect(world.storages('M')).toEqual(['/c=0']);
});

describe('from 5.9 on a storage', () => {
  it.each(['5.9', '5.10', '6.18', '7.3'])(
    'outlives its entries with its value on %s',
    (release) => {
      const world = withStorage(release).has('/c', 'multi link(a) a');
      write(world, '/c', 7);
      world.does({ name: 'close', fd: world.at('link(a)') });
      const place = { target_path: '/c', attach_type: 'cgroup_inet_egress' } as const;
      world.does({ name: 'prog_detach', ...place, attach_bpf_fd: world.at('a') });
      expect(world.storages('M')).toEqual(['/c=7']);
      world.does({ name: 'rmdir', path: '/c/d' });
      world.does({ name: 'rmdir', path: '/c' });
      expect(world.storages('M')).toEqual([]);
    },
  );
});
