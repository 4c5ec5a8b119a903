// Capabilities about files, apart from those about bpf(2), and what they leave of a mode (semantics §18).
import { describe, expect, it } from 'vitest';
import { type FILE_CAPABILITIES, ROOT_CAPABILITIES } from '../../src/domain/capability.ts';
import { given, type World } from './given.ts';

/** A world with root's pin `/a`, and the mode that a name has there. */
function withPin(): { readonly world: World; readonly mode: (path: string) => string | undefined } {
  const world = given();
  world.prog('a');
  world.does({ name: 'obj_pin', bpf_fd: world.at('a'), path: '/a' });
  return { world, mode: (path) => world.kernel.bpffs.get(path)?.mode.toString(8) };
}

describe('root', () => {
  it('with all that it is told to have since the first release has those about files too', () => {
    const { world } = withPin();
    const pid = world.does({ name: 'fork', caps: ROOT_CAPABILITIES });
    expect(world.asks({ name: 'chown', path: '/a', uid: 1000 }, pid)).toBe('ok');
    expect(world.asks({ name: 'chmod', path: '/a', mode: 0o644 }, pid)).toBe('ok');
  });

  it('has of those about files what is told, where one is told', () => {
    const { world } = withPin();
    const pid = world.does({ name: 'fork', caps: [...ROOT_CAPABILITIES, 'fowner'] });
    expect(world.asks({ name: 'chown', path: '/a', uid: 1000 }, pid)).toBe('EPERM');
    world.does({ name: 'chown', path: '/a', uid: 1000 });
    expect(world.asks({ name: 'chmod', path: '/a', mode: 0o644 }, pid)).toBe('ok');
  });

  it('has them again after exec, but for those that left its bounding set', () => {
    const { world } = withPin();
    const pid = world.does({ name: 'fork', caps: [] });
    world.does({ name: 'exec' }, pid);
    expect(world.kernel.processes.get(pid)?.caps).toEqual(ROOT_CAPABILITIES);
    const bounding = [...ROOT_CAPABILITIES, 'chown'] as const;
    world.does({ name: 'capset', caps: [], bounding }, pid);
    world.does({ name: 'exec' }, pid);
    expect(world.kernel.processes.get(pid)?.caps).toEqual(bounding);
    const back = { name: 'capset', caps: [], bounding: ROOT_CAPABILITIES } as const;
    expect(world.asks(back, pid)).toBe('EPERM');
  });
});

describe('chown that takes a set-user-ID bit', () => {
  it.each([
    [['chown'], 'EPERM'],
    [['chown', 'fowner'], 'ok'],
  ] as const)('from a pin of others, with %s: %s', (more, answer) => {
    const { world } = withPin();
    world.does({ name: 'chown', path: '/a', uid: 1000 });
    world.does({ name: 'chmod', path: '/a', mode: 0o4755 });
    const pid = world.does({ name: 'spawn', uid: 0, caps: [...ROOT_CAPABILITIES, ...more] });
    expect(world.asks({ name: 'chown', path: '/a', uid: 1000 }, pid)).toBe(answer);
  });
});

describe('chown to uid -1', () => {
  it('leaves the owner as it is, whoever calls', () => {
    const { world } = withPin();
    world.cgroups('/c');
    const pid = world.does({ name: 'fork', uid: 1000, caps: [] });
    const uid = 2 ** 32 - 1;
    world.does({ name: 'chown', path: '/a', uid }, pid);
    world.does({ name: 'cgroup_chown', path: '/c', uid }, pid);
    expect(world.kernel.bpffs.get('/a')?.uid).toBe(0);
    const id = world.kernel.cgroupIds.get('/c') ?? 0;
    expect(world.kernel.cgroups.get(id)?.access.uid).toBe(0);
  });

  it('takes a set-user-ID bit, and so is EPERM to who may not', () => {
    const { world, mode } = withPin();
    world.does({ name: 'chmod', path: '/a', mode: 0o4755 });
    const pid = world.does({ name: 'fork', uid: 1000, caps: [] });
    const call = { name: 'chown', path: '/a', uid: 2 ** 32 - 1 } as const;
    expect(world.asks(call, pid)).toBe('EPERM');
    expect(world.asks(call)).toBe('ok');
    expect(mode('/a')).toBe('755');
  });
});

describe('another uid', () => {
  it('has no capability about files that is not told', () => {
    const { world } = withPin();
    const pid = world.does({ name: 'fork', uid: 1000, caps: ROOT_CAPABILITIES });
    expect(world.asks({ name: 'chmod', path: '/a', mode: 0o644 }, pid)).toBe('EPERM');
    world.does({ name: 'capset', uid: 1000, caps: ['fowner'] });
    expect(world.asks({ name: 'chmod', path: '/a', mode: 0o644 })).toBe('ok');
  });
});

describe('the mode of a pin', () => {
  it('is set-user-ID no more once it is given away, and set-group-ID if its group executes', () => {
    const { world, mode } = withPin();
    const modeOnceGiven = (bits: number) => {
      world.does({ name: 'chmod', path: '/a', mode: bits });
      const done = world.when({ name: 'chown', path: '/a', uid: 0 }).effects;
      return { mode: mode('/a'), effects: done.map(({ type }) => type) };
    };
    expect(modeOnceGiven(0o6755)).toEqual({
      mode: '755',
      effects: ['OwnerChanged', 'ModeChanged'],
    });
    expect(modeOnceGiven(0o2644)).toEqual({ mode: '2644', effects: ['OwnerChanged'] });
    world.does({ name: 'bpffs_mkdir', path: '/dir' });
    world.does({ name: 'chmod', path: '/dir', mode: 0o4755 });
    world.does({ name: 'chown', path: '/dir', uid: 7 });
    expect(mode('/dir')).toBe('4755');
  });

  it('is set-group-ID only by who is of the group, or has CAP_FSETID', () => {
    const { world, mode } = withPin();
    const set = (caps: readonly (typeof FILE_CAPABILITIES)[number][]) => {
      const pid = world.does({ name: 'fork', uid: 1000, caps });
      world.does({ name: 'chmod', path: '/a', mode: 0o2644 }, pid);
      return mode('/a');
    };
    expect(set(['fowner'])).toBe('644');
    expect(set(['fowner', 'fsetid'])).toBe('2644');
  });

  it.each([
    ['set-group-ID alone keeps it', 0o2666, [], '2666'],
    [
      'set-user-ID too loses both: its mode is written when it is of the new group',
      0o6666,
      [],
      '666',
    ],
    ['set-user-ID too, of who has CAP_FSETID, loses that alone', 0o6666, ['fsetid'], '2666'],
  ] as const)('that its owner gives to another group: %s', (_, bits, more, left) => {
    const { world, mode } = withPin();
    world.does({ name: 'chown', path: '/a', uid: 1000 });
    const pid = world.does({ name: 'fork', uid: 1000, caps: ['chown', ...more] });
    world.does({ name: 'chmod', path: '/a', mode: bits }, pid);
    world.does({ name: 'chown', path: '/a', uid: 7 }, pid);
    expect(mode('/a')).toBe(left);
  });

  it('that is set-user-ID keeps others from linking it, who may read and write it', () => {
    const { world } = withPin();
    world.does({ name: 'chmod', path: '/', mode: 0o777 });
    const pid = world.does({ name: 'fork', uid: 1000, caps: [] });
    const link = { name: 'link', path: '/a', to: '/b' } as const;
    world.does({ name: 'chmod', path: '/a', mode: 0o4666 });
    expect(world.asks(link, pid)).toBe('EPERM');
    world.does({ name: 'chmod', path: '/a', mode: 0o666 });
    expect(world.asks(link, pid)).toBe('ok');
  });
});
