/**
 * The controllers of the hierarchy: which of them a cgroup hands to those below it, as a set of bits
 * (`cgroup_subtree_control_write`, `cgroup_control` in kernel/cgroup/cgroup.c; semantics §17).
 */
import { controllerBits, OF_THREADS } from './controller-names.ts';
import { parentOf } from './effective.ts';
import type { Cgroup, Kernel } from './kernel.ts';

/** What a cgroup may hand on, thus which of its controllers' files it has; undefined where nobody told. */
export function availableTo(kernel: Kernel, cgroup: Cgroup): number | undefined {
  const { cgroup_controllers: told } = kernel.boot.config;
  if (told === undefined) return undefined;
  const parent = parentOf(kernel, cgroup);
  if (parent === undefined) return controllerBits(told);
  return cgroup.threaded ? parent.controllers & OF_THREADS : parent.controllers;
}

/** Whether a cgroup below may still use what a cgroup would hand on no more. */
export function isHandedOn(kernel: Kernel, cgroup: Cgroup, bits: number): boolean {
  for (const other of kernel.cgroups.values()) {
    if (other.parent_id === cgroup.id && (other.controllers & bits) !== 0) return true;
  }
  return false;
}
