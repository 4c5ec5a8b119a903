/**
 * A machine with something on it: an agent whose programs are linked to the cgroups of pods. What
 * is measured on it meets tables, lists and fd tables that are not empty.
 */
import { boot } from '../../src/domain/boot.ts';
import type { Call } from '../../src/domain/call.ts';
import type { Kernel } from '../../src/domain/kernel.ts';
import { isRefusal } from '../../src/domain/outcome.ts';
import { perform } from '../../src/domain/perform.ts';
import { BOOT_PID } from '../../src/domain/release/config.ts';

/** The process that makes the calls. */
export const AGENT_PID = 812;

export interface WorldSize {
  readonly cgroups: number;
  readonly programs: number;
  readonly links: number;
}

/** A kernel of 6.18 with an agent, `/pods` with so many pods, and so many programs and links. */
export function agentWorld({ cgroups, programs, links }: WorldSize): Kernel {
  const kernel = boot('6.18');
  performOrThrow(kernel, { name: 'spawn', child_pid: AGENT_PID, comm: 'agent' }, BOOT_PID);
  performOrThrow(kernel, { name: 'setrlimit', nofile: programs + links + 1024 });
  performOrThrow(kernel, { name: 'mkdir', path: '/pods' });
  for (let i = 0; i < cgroups; i++) performOrThrow(kernel, { name: 'mkdir', path: `/pods/${i}` });
  const loaded: number[] = [];
  for (let i = 0; i < programs; i++) loaded.push(performOrThrow(kernel, EGRESS_LOAD));
  for (let i = 0; i < links; i++) {
    const prog_fd = loaded[i % programs] as number;
    const target_path = `/pods/${i % cgroups}`;
    performOrThrow(kernel, {
      name: 'link_create',
      prog_fd,
      target_path,
      attach_type: 'cgroup_inet_egress',
    });
  }
  return kernel;
}

/** What the C program loads as well: `r0 = 1; exit`. */
export const EGRESS_LOAD: Call = {
  name: 'prog_load',
  prog_type: 'cgroup_skb',
  expected_attach_type: 'cgroup_inet_egress',
  ret: 1,
  insn_cnt: 2,
};

/** Makes a call that has to succeed, and gives its return value. */
export function performOrThrow(kernel: Kernel, call: Call, pid = AGENT_PID): number {
  const { outcome } = perform(kernel, pid, call);
  if (isRefusal(outcome)) throw new Error(`${call.name} was refused: ${outcome.errno}`);
  return outcome.ret;
}
