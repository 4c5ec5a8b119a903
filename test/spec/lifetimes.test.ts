// What keeps programs, links and cgroups alive: semantics §14, §15, §17.
import { describe, expect, it } from 'vitest';
import type { Effect } from '../../src/domain/effect.ts';
import { CLOSED, given, type World } from './given.ts';

const TYPE = { attach_type: 'cgroup_inet_egress' } as const;

function typesOf(effects: readonly Effect[]): string[] {
  return effects.map((effect) => effect.type);
}

/** /c with link(a), whose fd init alone holds; the program's own fd is closed. */
function linkedWorld(): World {
  const world = given().cgroups('/c').has('/c', 'multi link(a)');
  world.does({ name: 'close', fd: world.at('a') });
  return world;
}

describe('a link lives as long as', () => {
  it('its last fd; with it go its entry, the link and the program, in this order', () => {
    const world = linkedWorld();
    const { effects } = world.when({ name: 'close', fd: world.at('link(a)') });
    const gone = ['FdClosed', 'EntryRemoved', 'LinkFreed', 'ProgFreed'];
    expect(typesOf(effects)).toEqual(gone);
    expect(world.list('/c')).toBe('empty');
  });

  it('a dup of its fd', () => {
    const world = linkedWorld();
    world.does({ name: 'dup', fd: world.at('link(a)') });
    world.does({ name: 'close', fd: world.at('link(a)') });
    expect(world.list('/c')).toBe('multi link(a)');
  });

  it('a child that inherited its fd', () => {
    const world = linkedWorld();
    const child = world.does({ name: 'fork' });
    world.does({ name: 'close', fd: world.at('link(a)') });
    expect(world.list('/c')).toBe('multi link(a)');
    world.does({ name: 'exit' }, child);
    expect(world.list('/c')).toBe('empty');
  });

  it('its fd waits in a socket, and no longer when the receiver exits without reading', () => {
    const world = linkedWorld();
    const to_pid = world.does({ name: 'spawn' });
    world.does({ name: 'send_fd', fd: world.at('link(a)'), to_pid });
    world.does({ name: 'close', fd: world.at('link(a)') });
    expect(world.list('/c')).toBe('multi link(a)');
    world.does({ name: 'exit' }, to_pid);
    expect(world.links()).toEqual([]);
  });

  it('its fd waits for a receiver with a free number; without one the fd is dropped', () => {
    const world = linkedWorld();
    const to_pid = world.does({ name: 'spawn' });
    world.does({ name: 'send_fd', fd: world.at('link(a)'), to_pid });
    world.does({ name: 'close', fd: world.at('link(a)') });
    world.does({ name: 'setrlimit', nofile: 3 }, to_pid);
    expect(world.when({ name: 'recv_fd' }, to_pid).outcome).toEqual({ ret: 0, lost: true });
    expect(world.links()).toEqual([]);
  });

  it('no exec of its only holder: its fd is close-on-exec', () => {
    const world = linkedWorld();
    world.does({ name: 'exec' });
    expect(world.links()).toEqual([]);
  });

  it('an exec when dup took close-on-exec away', () => {
    const world = linkedWorld();
    world.does({ name: 'dup', fd: world.at('link(a)') });
    world.does({ name: 'exec' });
    expect(world.links()).toEqual(['a on /c']);
  });

  it('a pin, and no longer than the last one', () => {
    const world = linkedWorld();
    for (const path of ['/p', '/q']) {
      world.does({ name: 'obj_pin', bpf_fd: world.at('link(a)'), path });
    }
    world.does({ name: 'close', fd: world.at('link(a)') });
    world.does({ name: 'unlink', path: '/p' });
    expect(world.list('/c')).toBe('multi link(a)');
    const { effects } = world.when({ name: 'unlink', path: '/q' });
    expect(typesOf(effects)).toEqual(['PinRemoved', 'EntryRemoved', 'LinkFreed', 'ProgFreed']);
  });

  it('an fd that was fetched by id', () => {
    const world = linkedWorld();
    const fd = world.does({ name: 'link_get_fd_by_id', link_id: world.idOf('link(a)') });
    world.does({ name: 'close', fd: world.at('link(a)') });
    expect(world.list('/c')).toBe('multi link(a)');
    world.does({ name: 'close', fd });
    expect(world.list('/c')).toBe('empty');
  });
});

describe('a program lives as long as', () => {
  it('it is attached, although nobody holds an fd: it survives the process', () => {
    const world = given().cgroups('/c');
    const child = world.does({ name: 'fork' });
    const load = { name: 'prog_load', prog_type: 'cgroup_skb', prog_name: 'a' } as const;
    const attach_bpf_fd = world.does(load, child);
    world.does({ name: 'prog_attach', target_path: '/c', ...TYPE, attach_bpf_fd }, child);
    world.does({ name: 'exit' }, child);
    expect(world.list('/c')).toBe('none a');
    world.does({ name: 'prog_detach', target_path: '/c', ...TYPE });
    expect(world.programs()).toEqual([]);
  });

  it('a link that lost its cgroup', () => {
    const world = linkedWorld();
    world.does({ name: 'rmdir', path: '/c' });
    expect(world.programs()).toEqual(['a']);
    world.does({ name: 'close', fd: world.at('link(a)') });
    expect(world.programs()).toEqual([]);
  });

  it('LINK_UPDATE puts no other in its link', () => {
    const world = linkedWorld();
    const update = { link_fd: world.at('link(a)'), new_prog_fd: world.prog('b') };
    const { effects } = world.when({ name: 'link_update', ...update });
    expect(typesOf(effects)).toEqual(['LinkUpdated', 'ProgFreed']);
    expect(world.programs()).toEqual(['b']);
  });
});

describe('a pin', () => {
  it('gives back the object it holds, with a new fd and the same id', () => {
    const world = linkedWorld();
    world.does({ name: 'obj_pin', bpf_fd: world.at('link(a)'), path: '/p' });
    const fd = world.does({ name: 'obj_get', path: '/p' });
    const { outcome } = world.when({ name: 'obj_get_info_by_fd', bpf_fd: fd });
    expect(outcome).toMatchObject({ info: { kind: 'link', id: world.idOf('link(a)') } });
  });

  it('keeps its reference when it is renamed, and drops that of the one it replaces', () => {
    const world = given();
    for (const label of ['a', 'b']) {
      world.does({ name: 'obj_pin', bpf_fd: world.prog(label), path: `/${label}` });
      world.does({ name: 'close', fd: world.at(label) });
    }
    const { effects } = world.when({ name: 'rename', path: '/a', to: '/b' });
    expect(typesOf(effects)).toEqual(['PinRemoved', 'ProgFreed', 'PathMoved']);
    expect(world.programs()).toEqual(['a']);
  });

  it('may be made of a link that lost its cgroup', () => {
    const world = linkedWorld();
    world.does({ name: 'rmdir', path: '/c' });
    world.does({ name: 'obj_pin', bpf_fd: world.at('link(a)'), path: '/p' });
    world.does({ name: 'close', fd: world.at('link(a)') });
    expect(world.links()).toEqual(['a on nothing']);
  });
});

describe('a removed cgroup', () => {
  it('drops its programs, severs its links, and leaves those to their holders', () => {
    const world = given().cgroups('/c').has('/c', 'multi p link(a)');
    world.does({ name: 'close', fd: world.at('p') });
    const { effects } = world.when({ name: 'rmdir', path: '/c' });
    expect(typesOf(effects)).toEqual([
      'EntryRemoved',
      'ProgFreed',
      'EntryRemoved',
      'LinkSevered',
      'CgroupRemoved',
    ]);
    expect(world.links()).toEqual(['a on nothing']);
  });

  it('is not held by an open directory, by entries or by pins', () => {
    const world = linkedWorld();
    world.open('/c');
    world.does({ name: 'obj_pin', bpf_fd: world.at('link(a)'), path: '/p' });
    expect(world.asks({ name: 'rmdir', path: '/c' })).toBe('ok');
  });

  it('comes back under its name as another one, with a new id and revision 1', () => {
    const world = linkedWorld();
    const { id } = world.cgroup('/c');
    world.does({ name: 'rmdir', path: '/c' });
    world.cgroups('/c');
    expect(world.cgroup('/c').id).not.toBe(id);
    expect(world.revision('/c')).toBe(1);
  });

  it('changes nothing in its parent or beside it', () => {
    const world = given().cgroups('/c', '/d').has('/', 'multi r').has('/c', 'multi a');
    world.does({ name: 'rmdir', path: '/c' });
    expect([world.effective('/'), world.effective('/d')]).toEqual(['r', 'r']);
  });
});

describe('a new cgroup', () => {
  it('runs what its parent runs and has an empty list', () => {
    const world = given().cgroups('/c').has('/', 'multi r').has('/c', 'override a');
    world.cgroups('/c/d');
    expect([world.list('/c/d'), world.effective('/c/d')]).toEqual(['empty', 'a r']);
  });
});

describe('LINK_DETACH', () => {
  it('leaves a link that can be asked, pinned and fetched, and never attached again', () => {
    const world = linkedWorld();
    const link_fd = world.at('link(a)');
    const { effects } = world.when({ name: 'link_detach', link_fd });
    expect(typesOf(effects)).toEqual(['EntryRemoved', 'LinkSevered']);
    expect(world.links()).toEqual(['a on nothing']);
    const link_id = world.idOf('link(a)');
    expect(world.asks({ name: 'link_get_fd_by_id', link_id })).toBe('ok');
    expect(world.asks({ name: 'obj_pin', bpf_fd: link_fd, path: '/p' })).toBe('ok');
  });
});

describe('fd numbers', () => {
  it('are the lowest free ones, also after dup2 to a higher number', () => {
    const world = given();
    expect(world.does({ name: 'dup2', fd: 0, to_fd: 9 })).toBe(9);
    expect(world.does({ name: 'dup', fd: 0 })).toBe(3);
    world.does({ name: 'close', fd: 0 });
    expect(world.prog('a')).toBe(0);
  });

  it('name the program at 0 when the field is absent', () => {
    const world = given().cgroups('/c');
    world.does({ name: 'close', fd: 0 });
    world.prog('a');
    expect(world.asks({ name: 'prog_attach', target_path: '/c', ...TYPE })).toBe('ok');
    expect(world.list('/c')).toBe('none a');
  });

  it('at the limit are refused to calls that make one, and to no other', () => {
    const world = linkedWorld();
    const link_fd = world.at('link(a)');
    world.does({ name: 'setrlimit', nofile: 3 });
    expect(world.asks({ name: 'dup', fd: link_fd })).toBe('EMFILE');
    expect(world.asks({ name: 'obj_get', path: '/nowhere' })).toBe('ENOENT');
    expect(world.asks({ name: 'link_detach', link_fd })).toBe('ok');
    expect(world.asks({ name: 'close', fd: CLOSED })).toBe('EBADF');
  });
});
