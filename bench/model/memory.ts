/** Memory of a kernel's state: what a hundred thousand of something take, one by one. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Kernel } from '../../src/domain/kernel.ts';
import { agentWorld, EGRESS_LOAD, performOrThrow } from './world.ts';

const COUNT = 100_000;

/** Bytes of heap that each kind of thing takes, its fd and its place in a list included. */
export interface BytesEach {
  readonly cgroup: number;
  readonly fd: number;
  readonly program: number;
  readonly link: number;
}

export function bytesEach(): BytesEach {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const kernel = agentWorld({ cgroups: 1, programs: 1, links: 1 });
  performOrThrow(kernel, { name: 'setrlimit', nofile: 4 * COUNT });
  const heap = (): number => {
    collect();
    return process.memoryUsage().heapUsed;
  };
  const growth = (add: (i: number) => void): number => {
    const before = heap();
    for (let i = 0; i < COUNT; i++) add(i);
    return (heap() - before) / COUNT;
  };
  const cgroup = growth((i) => performOrThrow(kernel, { name: 'mkdir', path: `/pods/pod-${i}` }));
  const fd = growth(() => performOrThrow(kernel, { name: 'open_other', kind: 'file' }));
  const program = growth(() => performOrThrow(kernel, EGRESS_LOAD)) - fd;
  const link = growth((i) => makeLink(kernel, i)) - fd;
  return { cgroup, fd, program, link };
}

function makeLink(kernel: Kernel, i: number): void {
  const target_path = `/pods/pod-${i}`;
  performOrThrow(kernel, {
    name: 'link_create',
    prog_fd: 3,
    target_path,
    attach_type: 'cgroup_inet_egress',
  });
}
