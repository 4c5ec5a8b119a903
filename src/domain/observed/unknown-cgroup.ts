/**
 * Cgroups whose id nobody told: they have ids of the log's own, far from those that kernels give,
 * so that none is taken for an id that a kernel gives later.
 */
import type { Kernel } from '../kernel.ts';
import { lowestFrom } from '../next-id.ts';
import { OWN_CGROUP_IDS } from '../release/config.ts';

/** Whether an id is the log's own. */
function isOwnId(id: number): boolean {
  return id >= OWN_CGROUP_IDS;
}

/** An id of the log's own that no living cgroup has. */
export function nextOwnId({ counters, cgroups }: Kernel): number {
  return lowestFrom(OWN_CGROUP_IDS + (counters.cgroup % OWN_CGROUP_IDS), cgroups);
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
