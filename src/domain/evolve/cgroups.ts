import type { EffectOf } from '../effect.ts';
import { type Kernel, NO_LISTS } from '../kernel.ts';
import { parentPath } from '../path.ts';
import { OWN_CGROUP_IDS } from '../release/config.ts';
import { entryRows, nameRows } from '../size.ts';

export function evolveCgroup(
  kernel: Kernel,
  effect: EffectOf<'CgroupMade'> | EffectOf<'CgroupRemoved'> | EffectOf<'CgroupEmptied'>,
): void {
  const id = effect.cgroup_id;
  if (effect.type === 'CgroupMade') {
    const { path } = effect;
    const parentId = kernel.cgroupIds.get(parentPath(path));
    if (parentId === undefined) throw new Error(`impossible effect: no parent of ${path}`);
    kernel.cgroups.edit(parentId).children++;
    const cgroup = { id, parent_id: parentId, path, children: 0, processes: 0, lists: NO_LISTS };
    kernel.cgroups.set(id, cgroup);
    kernel.cgroupIds.set(path, id);
    kernel.contents += nameRows(path);
    // Ids of the log's own are none that the kernel counts on from (observed/unknown-cgroup.ts).
    if (id <= OWN_CGROUP_IDS) kernel.counters.cgroup = Math.max(kernel.counters.cgroup, id + 1);
    return;
  }
  if (effect.type === 'CgroupEmptied') return emptied(kernel, id);
  const cgroup = kernel.cgroups.edit(id);
  const { path, parent_id: parentId } = cgroup;
  kernel.contents -= nameRows(path) + entryRows(cgroup);
  kernel.cgroups.edit(parentId).children--;
  kernel.cgroups.delete(id);
  kernel.cgroupIds.delete(path);
  if (kernel.writtenArrays.size === 0) return;
  for (const [key, array] of [...kernel.writtenArrays.entries()]) {
    if (array.cgroup_id === id) kernel.writtenArrays.delete(key);
  }
}

function emptied(kernel: Kernel, id: number): void {
  const root = kernel.boot.config.root_cgroup_id;
  for (const { pid, cgroup_id } of [...kernel.processes.values()]) {
    if (cgroup_id === id) kernel.processes.edit(pid).cgroup_id = root;
  }
  kernel.cgroups.edit(id).processes = 0;
}
