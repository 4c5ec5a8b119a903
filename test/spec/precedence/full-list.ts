/** A list that refuses for three reasons: it is full, below an exclusive program, and holds `a`. */
import { ENTRIES_MAX } from '../../../src/domain/attach.ts';
import type { World } from '../given.ts';
import { removedCgroup } from './callers.ts';

const INGRESS = { attach_type: 'cgroup_inet_ingress' } as const;

export const FULL_BELOW_EXCLUSIVE =
  '`/p/c` holds 64 programs for ingress in mode multi, `a` among them; then `z` was attached at ' +
  '`/p` without flags, so exclusively. `bound` is a cgroup_skb program that may return 2 and was ' +
  'loaded for egress; `sock` is a cgroup_sock program.';

/** What `FULL_BELOW_EXCLUSIVE` says, and a removed cgroup. */
export function fullBelowExclusive(world: World): void {
  world.cgroups('/p', '/p/c').open('/p/c');
  world.prog('sock', { prog_type: 'cgroup_sock', expected_attach_type: 0 });
  world.prog('bound', { ret: 2 });
  const multi = { flags: ['multi'] } as const;
  for (let n = 1; n <= ENTRIES_MAX; n++) {
    const attach_bpf_fd = world.prog(n === 1 ? 'a' : `e${n}`);
    const place = { target_path: '/p/c', ...INGRESS } as const;
    world.does({ name: 'prog_attach', ...place, attach_bpf_fd, ...multi });
  }
  const above = { target_path: '/p', ...INGRESS } as const;
  world.does({ name: 'prog_attach', ...above, attach_bpf_fd: world.prog('z') });
  removedCgroup(world);
}

/** Steps that mend two of the three reasons. */
export const ROOM_AND_LEAVE: Readonly<Record<string, (world: World) => void>> = {
  'detach z from /p': (world) => detach(world, '/p', 'z'),
  'detach e64 from /p/c': (world) => detach(world, '/p/c', `e${ENTRIES_MAX}`),
};

function detach(world: World, path: string, label: string): void {
  const attach_bpf_fd = world.at(label);
  world.does({ name: 'prog_detach', target_path: path, ...INGRESS, attach_bpf_fd });
}
