/**
 * Cgroups whose id nobody told: they have ids of the log's own, far from those that kernels give,
 * so that none is taken for an id that a kernel gives later.
 */
import type { Kernel } from '../kernel.ts';
import { FIRST_CGROUP_ID_MAX } from '../release/config.ts';

/** Whether an id is the log's own. */
function isOwnId(id: number): boolean {
  return id >= FIRST_CGROUP_ID_MAX;
}

/** An id of the log's own that no living cgroup has. */
export function nextOwnId({ counters, cgroups }: Kernel): number {
  let id = FIRST_CGROUP_ID_MAX + counters.cgroup;
  while (cgroups.has(id)) id++;
  return id;
}

/** The cgroup at a path, if it may have the id that is told: one of the log's own says nothing. */
export function cgroupAs(
  kernel: Kernel,
  path: string,
  told: number | undefined,
): number | undefined {
  const id = kernel.cgroupIds.get(path);
  return id === undefined || told === undefined || id === told || isOwnId(id) ? id : undefined;
}
