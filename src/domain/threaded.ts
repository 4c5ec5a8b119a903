/**
 * Threaded cgroups (`cgroup_enable_threaded`, `cgroup_is_valid_domain`): a threaded cgroup belongs to
 * the domain above its highest threaded ancestor, which took along all that was threaded below it when
 * it became so; and what is neither threaded nor a good
 * domain beside or below such cgroups is invalid: nobody can be moved there.
 */
import { OF_THREADS } from './controller-names.ts';
import { parentOf } from './effective.ts';
import type { Cgroup, Kernel } from './kernel.ts';
import { isWithin } from './path.ts';

/** The domain that a cgroup belongs to: itself, unless it is threaded. */
export function domainOf(kernel: Kernel, cgroup: Cgroup): Cgroup {
  if (!cgroup.threaded) return cgroup;
  let highest = cgroup;
  for (let at = parentOf(kernel, cgroup); at !== undefined; at = parentOf(kernel, at)) {
    if (at.threaded) highest = at;
  }
  const domain = parentOf(kernel, highest);
  if (domain === undefined) throw new Error('impossible state: the root is threaded');
  return domain;
}

/** Whether threads are below a cgroup that is a domain, or what its controllers share out is. */
export function isThreadRoot({ threaded, threaded_children, processes, controllers }: Cgroup) {
  if (threaded) return false;
  return threaded_children > 0 || (processes > 0 && (controllers & OF_THREADS) !== 0);
}

/** Whether a cgroup may hold processes as a domain. */
export function isValidDomain(kernel: Kernel, cgroup: Cgroup): boolean {
  if (cgroup.threaded) return false;
  for (let at = parentOf(kernel, cgroup); at !== undefined; at = parentOf(kernel, at)) {
    // The root may have both.
    if (at.threaded || (at.parent_id !== 0 && isThreadRoot(at))) return false;
  }
  return true;
}

/** Whether a cgroup, or one below it, has a process. */
export function isPopulated(kernel: Kernel, { path }: Cgroup): boolean {
  for (const other of kernel.cgroups.values()) {
    if (other.processes > 0 && isWithin(other.path, path)) return true;
  }
  return false;
}

/** Whether the cgroups below may become threads of it. */
export function canBeThreadRoot(kernel: Kernel, cgroup: Cgroup): boolean {
  if (cgroup.parent_id === 0) return true;
  if (cgroup.threaded || (cgroup.controllers & ~OF_THREADS) !== 0) return false;
  for (const child of kernel.cgroups.values()) {
    if (child.parent_id === cgroup.id && !child.threaded && isPopulated(kernel, child))
      return false;
  }
  return true;
}
