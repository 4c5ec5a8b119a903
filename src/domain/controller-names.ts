/** The controllers of cgroups by name, and sets of them as bits (kernel/cgroup, `cgroup_subsys.h`). */
/** Each is the bit of its place here: new ones go to the end. */
export const CONTROLLERS = [
  ...(['cpuset', 'cpu', 'io', 'memory', 'hugetlb', 'pids', 'rdma', 'misc', 'dmem'] as const),
] as const;

export type Controller = (typeof CONTROLLERS)[number];

export function isController(name: string): name is Controller {
  return (CONTROLLERS as readonly string[]).includes(name);
}

export function controllerBits(names: readonly Controller[]): number {
  return names.reduce((bits, name) => bits | (1 << CONTROLLERS.indexOf(name)), 0);
}

export function controllerNames(bits: number): Controller[] {
  return CONTROLLERS.filter((_, i) => (bits & (1 << i)) !== 0);
}

/** Those that share out among threads too (`cgrp_dfl_threaded_ss_mask`). */
export const OF_THREADS = controllerBits(['cpuset', 'cpu', 'pids']);
