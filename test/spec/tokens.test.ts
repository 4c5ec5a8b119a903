// Tokens and user namespaces: what the tables of errnos do not ask (semantics §30).
import { describe, expect, it } from 'vitest';
import { processView } from '../../src/api/wire/reads.ts';
import { livingProcesses } from '../../src/projections/processes.ts';
import { given, type World } from './given.ts';

const PATH_FD = 1 << 14;
const TOKEN_FD = 1 << 16;

/** A child in a user namespace of its own, with a bpffs that delegates everything, and a token of it. */
function inside(): { world: World; child: number; top: number; token: number } {
  const world = given();
  const child = world.does({ name: 'fork', clone_newuser: true, clone_newns: true });
  const all = { delegate_cmds: 'any', delegate_maps: 'any', delegate_progs: 'any' } as const;
  const top = world.does({ name: 'fsmount', by_pid: 1, ...all, delegate_attachs: 'any' }, child);
  return { world, child, top, token: world.does({ name: 'token_create', bpffs_fd: top }, child) };
}

describe('a token of everything', () => {
  it('allows no type of programs that the kernel does not have, so it is passed over', () => {
    const { world, child, token: prog_token_fd } = inside();
    const load = { name: 'prog_load', prog_flags: TOKEN_FD, prog_token_fd } as const;
    expect(world.asks({ ...load, prog_type: 'cgroup_skb' }, child)).toBe('ok');
    expect(world.asks({ ...load, prog_type: 40 }, child)).toBe('EPERM');
  });
});

describe('a process with a token', () => {
  it('is answered as the API says that processes are', () => {
    const { world, child, token } = inside();
    const seen = processView.parse(livingProcesses(world.kernel, { after: 1, limit: 1 }).page[0]);
    expect(seen.pid).toBe(child);
    expect(seen.fds.find(({ fd }) => fd === token)?.kind).toBe('token');
  });
});

describe('a bpffs that fsmount made', () => {
  it('is not the one that paths lead to', () => {
    const { world, child, top: path_fd, token: prog_token_fd } = inside();
    const load = { name: 'prog_load', prog_type: 'cgroup_skb', prog_flags: TOKEN_FD } as const;
    const bpf_fd = world.does({ ...load, prog_token_fd }, child);
    const from = { path: '/p', path_fd, file_flags: PATH_FD } as const;
    expect(world.asks({ name: 'obj_pin', bpf_fd, ...from }, child)).toBe('ENOTSUPP');
    expect(world.asks({ name: 'obj_get', ...from }, child)).toBe('ENOTSUPP');
  });
});

describe('the mounts of a user namespace', () => {
  it('stay locked in a copy for the host', () => {
    const { world, child } = inside();
    const entered = world.does({ name: 'fork' });
    world.does({ name: 'setns', target_pid: child, clone_newns: true }, entered);
    expect(world.asks({ name: 'unshare', clone_newns: true }, entered)).toBe('ENOTSUPP');
    expect(world.asks({ name: 'fork', clone_newns: true }, entered)).toBe('ENOTSUPP');
    expect(world.asks({ name: 'unshare', clone_newcgroup: true }, entered)).toBe('ok');
  });
});
