// Namespaces: which mounts a process sees, and what goes with the last process of one (semantics §29).
import { describe, expect, it } from 'vitest';
import type { Call } from '../../src/domain/call.ts';
import { isEventual } from '../../src/domain/eventual.ts';
import { HOSTS_NAMESPACES } from '../../src/domain/namespace-row.ts';
import { restoreKernel, snapshotOf } from '../../src/domain/snapshot.ts';
import { given, type World } from './given.ts';

function effectsOf(world: World, call: Call, pid?: number): string[] {
  const { effects } = world.when(call, pid);
  return effects.map((effect) => `${isEventual(call.name, effect) ? '~' : ''}${effect.type}`);
}

const APART = { name: 'fork', clone_newns: true } as const;

/** A child in a mount namespace of its own, in which a second instance on /two holds program a alone. */
function apart(): { world: World; child: number } {
  const world = given();
  world.prog('a');
  world.does({ name: 'bpffs_mkdir', path: '/two' });
  const child = world.does(APART);
  world.does({ name: 'mount', path: '/two' }, child);
  world.does({ name: 'obj_pin', bpf_fd: world.at('a'), path: '/two/p' }, child);
  world.does({ name: 'close', fd: world.at('a') }, child);
  world.does({ name: 'close', fd: world.at('a') });
  return { world, child };
}

const FREED = ['BpffsUnmounted', 'BpffsUnmounted', 'PinRemoved', '~ProgFreed', 'DirectoryRemoved'];

describe('a mount namespace', () => {
  it('has copies of the mounts, and those of each namespace change alone', () => {
    const { world, child } = apart();
    expect(world.asks({ name: 'obj_get', path: '/two/p' })).toBe('ENOENT');
    expect(world.asks({ name: 'obj_get', path: '/two/p' }, child)).toBe('ok');
    expect(world.asks({ name: 'umount', path: '/two' })).toBe('EINVAL');
    world.does({ name: 'bpffs_mkdir', path: '/seen' });
    expect(world.asks({ name: 'bpffs_mkdir', path: '/seen' }, child)).toBe('EEXIST');
    world.does({ name: 'umount', path: '/' });
    expect(world.asks({ name: 'bpffs_rmdir', path: '/seen' })).toBe('ENOENT');
    expect(world.asks({ name: 'bpffs_rmdir', path: '/seen' }, child)).toBe('ok');
  });

  it('goes with its last process, and with it what only its mounts kept', () => {
    const { world, child } = apart();
    const second = world.does({ name: 'fork' }, child);
    expect(effectsOf(world, { name: 'exit' }, child)).toEqual(['ProcessExited']);
    expect(effectsOf(world, { name: 'exit' }, second)).toEqual(['ProcessExited', ...FREED]);
    expect(world.kernel.namespaces.size).toBe(0);
    expect(world.kernel.mounts.size).toBe(1);
  });

  it('goes when its last process enters another one', () => {
    const { world, child } = apart();
    const back = { name: 'setns', target_pid: 1, clone_newns: true } as const;
    expect(effectsOf(world, back, child)).toEqual(['NamespaceEntered', ...FREED]);
    expect(world.kernel.processes.get(child)?.namespaces).toBe(HOSTS_NAMESPACES);
  });

  it('goes when its last process makes another one, whose copies keep the instances', () => {
    const { world, child } = apart();
    const effects = effectsOf(world, { name: 'unshare', clone_newns: true }, child);
    const copied = ['NamespaceMade', 'BpffsMounted', 'BpffsMounted', 'NamespaceEntered'];
    expect(effects).toEqual([...copied, 'BpffsUnmounted', 'BpffsUnmounted']);
    expect(world.asks({ name: 'obj_get', path: '/two/p' }, child)).toBe('ok');
    expect(world.kernel.namespaces.size).toBe(1);
  });

  it('leaves a mount to the directories that are open in it', () => {
    const { world, child } = apart();
    const fd = world.does({ name: 'open_other', kind: 'dir', path: '/two' }, child);
    world.does({ name: 'send_fd', fd, to_pid: 1 }, child);
    const received = world.does({ name: 'recv_fd' });
    expect(effectsOf(world, { name: 'kill', to_pid: child })).toEqual([
      ...['~ProcessExited', 'BpffsUnmounted', 'BpffsUnmounted'],
    ]);
    expect(effectsOf(world, { name: 'close', fd: received })).toEqual([
      'FdClosed',
      ...FREED.slice(2),
    ]);
  });

  it('has what it mounted on a name while the name is there', () => {
    const { world, child } = apart();
    expect(world.asks({ name: 'bpffs_rmdir', path: '/two' }, child)).toBe('EBUSY');
    const removed = { name: 'bpffs_rmdir', path: '/two' } as const;
    const ended = FREED.slice(1);
    expect(effectsOf(world, removed)).toEqual([...ended, 'DirectoryRemoved']);
    expect(world.asks({ name: 'obj_get', path: '/two/p' }, child)).toBe('ENOENT');
  });

  it('sees what is mounted move with a directory that another namespace renames', () => {
    const { world, child } = apart();
    world.does({ name: 'rename', path: '/two', to: '/three' });
    expect(world.asks({ name: 'obj_get', path: '/three/p' }, child)).toBe('ok');
  });

  it('leaves open what would stay mounted below an open directory', () => {
    const { world, child } = apart();
    world.does({ name: 'bpffs_mkdir', path: '/two/in' }, child);
    world.does({ name: 'mount', path: '/two/in' }, child);
    world.does({ name: 'open_other', kind: 'dir', path: '/two' }, child);
    expect(world.asks({ name: 'bpffs_rmdir', path: '/two' })).toBe('ENOTSUPP');
  });

  it('loses what stands on one name by two mounts when the name goes', () => {
    const world = given();
    world.does({ name: 'bpffs_mkdir', path: '/d' });
    const child = world.does(APART);
    for (const path of ['/d', '/d/d']) world.does({ name: 'mount', path, from: '/' }, child);
    const { effects } = world.when({ name: 'bpffs_rmdir', path: '/d' });
    expect(effects.length).toBe(3);
    expect(world.kernel.mounts.size).toBe(2);
  });

  it('is the same in a restored state', () => {
    const { world, child } = apart();
    world.does({ name: 'unshare', clone_newcgroup: true }, child);
    const snapshot = JSON.parse(JSON.stringify(snapshotOf(world.kernel)));
    const restored = restoreKernel(snapshot);
    expect(snapshotOf(restored)).toEqual(snapshotOf(world.kernel));
    const kinds = world.when({ name: 'exit' }, child).effects.map(({ type }) => type);
    expect(kinds).toEqual(['ProcessExited', ...FREED.map((type) => type.replace('~', ''))]);
    expect(world.kernel.counters.namespace).toBe(3);
  });

  it('leaves no trace in the snapshots of those who made none', () => {
    const snapshot = snapshotOf(given().kernel);
    expect(Object.keys(snapshot.tables)).not.toContain('namespaces');
    expect(Object.keys(snapshot.counters)).not.toContain('namespace');
    expect(Object.keys(snapshot.tables.processes.columns)).not.toContain('namespaces');
  });
});

describe('a thread', () => {
  const threadedWorld = () => {
    const { world, child } = apart();
    const leader = world.does({ name: 'fork' });
    const thread = { name: 'fork', clone_files: true, clone_thread: true } as const;
    return { world, child, leader, thread: world.does(thread, leader) };
  };

  it('unshares for itself, and has a umask and a root directory of its own from then on', () => {
    const { world, child, leader, thread } = threadedWorld();
    const enter = { name: 'setns', target_pid: child, clone_newns: true } as const;
    expect(world.asks(enter, thread)).toBe('EINVAL');
    const effects = effectsOf(world, { name: 'unshare', clone_newns: true }, thread);
    expect(effects.slice(0, 2)).toEqual(['FsUnshared', 'NamespaceMade']);
    world.does({ name: 'umask', mask: 0o77 }, thread);
    expect(world.kernel.processes.get(leader)?.umask).toBe(0o22);
    expect(world.asks(enter, thread)).toBe('ok');
    expect(world.asks({ name: 'obj_get', path: '/two/p' }, thread)).toBe('ok');
    expect(world.asks({ name: 'obj_get', path: '/two/p' }, leader)).toBe('ENOENT');
    // The other one is alone with the old root now.
    expect(world.asks(enter, leader)).toBe('ok');
  });

  it('shares them with the threads that it makes', () => {
    const { world, leader, thread } = threadedWorld();
    world.does({ name: 'unshare', clone_newns: true }, thread);
    const made = world.does({ name: 'fork', clone_files: true, clone_thread: true }, thread);
    world.does({ name: 'umask', mask: 0o77 }, made);
    expect(world.kernel.processes.get(thread)?.umask).toBe(0o77);
    expect(world.kernel.processes.get(leader)?.umask).toBe(0o22);
    const restored = restoreKernel(JSON.parse(JSON.stringify(snapshotOf(world.kernel))));
    expect(restored.processes.get(made)?.fs_with).toEqual([thread]);
    expect(restored.processes.get(leader)?.fs_with).toEqual([]);
  });
});
