// Tokens and user namespaces: what the tables of errnos do not ask (semantics §30).
import { describe, expect, it } from 'vitest';
import { given, type World } from './given.ts';

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
