// Directories of cgroups that others own, and what cgroup.kill ends (semantics §17).
import { describe, expect, it } from 'vitest';
import { ROOT_CAPABILITIES } from '../../src/domain/capability.ts';
import { given } from './given.ts';

describe('a cgroup', () => {
  it('belongs to who made it, with its control files, by the umask of that process', () => {
    const world = given();
    world.cgroups('/mine');
    world.does({ name: 'cgroup_chown', path: '/mine', uid: 1000 });
    const pid = world.does({ name: 'fork', uid: 1000, caps: [] });
    world.does({ name: 'umask', mask: 0o077 }, pid);
    const { effects } = world.when({ name: 'mkdir', path: '/mine/a' }, pid);
    expect(effects).toEqual([
      { type: 'CgroupMade', cgroup_id: 3, path: '/mine/a', uid: 1000, mode: 0o700 },
    ]);
    // To come from the root it would have to write to the root's own file.
    expect(world.asks({ name: 'join', path: '/mine/a' }, pid)).toBe('EACCES');
    world.does({ name: 'join', path: '/mine', target_pid: pid });
    expect(world.asks({ name: 'join', path: '/mine/a' }, pid)).toBe('EACCES');
    world.does({ name: 'cgroup_chown', path: '/mine/cgroup.procs', uid: 1000 });
    expect(world.asks({ name: 'join', path: '/mine/a' }, pid)).toBe('ok');
    expect(world.asks({ name: 'rmdir', path: '/mine/a' }, pid)).toBe('EBUSY');
  });

  it.each([
    ['all that root has', undefined, 'ok'],
    ['what passes over modes, and chown', ['chown'], 'EPERM'],
    ['CAP_FOWNER too', ['chown', 'fowner'], 'ok'],
  ] as const)(
    'of others, in a sticky directory, is removed by root with %s: %s',
    (_, more, answer) => {
      const world = given().cgroups('/d', '/d/x');
      for (const path of ['/d', '/d/x']) world.does({ name: 'cgroup_chown', path, uid: 1000 });
      world.does({ name: 'cgroup_chmod', path: '/d', mode: 0o1777 });
      const caps = more && [...ROOT_CAPABILITIES, ...more];
      const pid = world.does({ name: 'spawn', uid: 0, ...(caps && { caps }) });
      expect(world.asks({ name: 'rmdir', path: '/d/x' }, pid)).toBe(answer);
    },
  );

  it('that is threaded counts with its parent until it is removed', () => {
    const world = given().cgroups('/d', '/d/t', '/d/i');
    world.does({ name: 'cgroup_write', path: '/d/t/cgroup.type', value: 'threaded\n' });
    expect(world.asks({ name: 'join', path: '/d/i' })).toBe('EOPNOTSUPP');
    world.does({ name: 'rmdir', path: '/d/t' });
    expect(world.asks({ name: 'join', path: '/d/i' })).toBe('ok');
  });
});

describe('cgroup.kill', () => {
  it('ends who is in the cgroup and below, with what they held, and spares init', () => {
    const world = given().cgroups('/k', '/k/low', '/other');
    const inside = ['/k', '/k/low', '/other'].map((path) => {
      const pid = world.does({ name: 'fork' });
      world.does({ name: 'join', path, target_pid: pid });
      return pid;
    });
    world.does({ name: 'join', path: '/k' });
    const load = { name: 'prog_load', prog_type: 'cgroup_skb', prog_name: 'a' } as const;
    world.does(load, inside[1]);
    const { effects } = world.when({ name: 'cgroup_write', path: '/k/cgroup.kill', value: '1' });
    expect(effects).toEqual([
      { type: 'ProcessExited', pid: inside[0] },
      { type: 'ProcessExited', pid: inside[1] },
      { type: 'ProgFreed', prog_id: 1, reason: 'process_exited' },
    ]);
    expect([...world.kernel.processes.keys()]).toEqual([1, inside[2]]);
  });

  it('may end its writer', () => {
    const world = given().cgroups('/k');
    const pid = world.does({ name: 'fork' });
    world.does({ name: 'join', path: '/k', target_pid: pid });
    const kill = { name: 'cgroup_write', path: '/k/cgroup.kill', value: '1' } as const;
    expect(world.when(kill, pid).effects).toEqual([{ type: 'ProcessExited' }]);
    expect(world.kernel.processes.has(pid)).toBe(false);
  });
});
