import type { EffectOf } from '../effect.ts';
import { type Kernel, NO_LISTS } from '../kernel.ts';
import { parentPath } from '../path.ts';
import { entryRows, nameRows } from '../size.ts';

export function evolveCgroup(
  kernel: Kernel,
  effect: EffectOf<'CgroupMade'> | EffectOf<'CgroupRemoved'>,
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
    kernel.counters.cgroup = Math.max(kernel.counters.cgroup, id + 1);
    return;
  }
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
