/** The pairs of syscalls that are measured: each leaves things as they were. */
import type { Call } from '../../src/domain/call.ts';
import type { Kernel } from '../../src/domain/kernel.ts';
import { agentWorld, EGRESS_LOAD, performOrThrow } from './world.ts';

/** A call and what undoes it; of `link_update`, one call counts: the next puts the other back. */
export const PAIRS = ['link_create', 'prog_load', 'mkdir', 'link_update'] as const;
export type Pair = (typeof PAIRS)[number];

const WORLD = { cgroups: 100, programs: 50, links: 50 };

/** Makes a call, and gives the return value. */
export type Make = (call: Call) => number;

export interface Workload {
  readonly kernel: Kernel;
  /** Makes every pair once on whatever `make` works on. */
  readonly pairs: Readonly<Record<Pair, (make: Make) => void>>;
}

/** The world, and the pairs as its agent makes them in a cgroup two below the root. */
export function workload(): Workload {
  const kernel = agentWorld(WORLD);
  performOrThrow(kernel, { name: 'mkdir', path: '/pods/measured' });
  const target_fd = performOrThrow(kernel, { name: 'open_cgroup', path: '/pods/measured' });
  const progs = [performOrThrow(kernel, EGRESS_LOAD), performOrThrow(kernel, EGRESS_LOAD)] as const;
  const create: Call = {
    name: 'link_create',
    prog_fd: progs[0],
    target_fd,
    attach_type: 'cgroup_inet_egress',
  };
  const updated: Call = { ...create, attach_type: 'cgroup_inet_ingress' };
  const link_fd = performOrThrow(kernel, updated);
  let turn = 0;
  return {
    kernel,
    pairs: {
      link_create: (make) => make({ name: 'close', fd: make({ ...create }) }),
      prog_load: (make) => make({ name: 'close', fd: make({ ...EGRESS_LOAD }) }),
      mkdir: (make) => {
        make({ name: 'mkdir', path: '/pods/measured/pod' });
        make({ name: 'rmdir', path: '/pods/measured/pod' });
      },
      link_update: (make) => {
        turn ^= 1;
        make({ name: 'link_update', link_fd, new_prog_fd: progs[turn as 0 | 1] });
      },
    },
  };
}
