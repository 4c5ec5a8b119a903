import { unchangedAccess } from '../cgroupfs.ts';
import { controllerBits } from '../controller-names.ts';
import type { Effect } from '../effect.ts';
import { type Cgroup, type Kernel, NO_LISTS, ROOTS_ACCESS } from '../kernel.ts';
import { parentPath } from '../path.ts';
import { OWN_CGROUP_IDS } from '../release/config.ts';
import { entryRows, nameRows } from '../size.ts';

type CgroupEffect = Extract<
  Effect,
  {
    type: `Cgroup${'Made' | 'Removed' | 'Emptied' | 'OwnerChanged' | 'ModeChanged' | 'Threaded' | 'ControllersSet'}`;
  }
>;

export function evolveCgroup(kernel: Kernel, effect: CgroupEffect): void {
  const id = effect.cgroup_id;
  if (effect.type === 'CgroupMade') {
    const { path } = effect;
    const parentId = kernel.cgroupIds.get(parentPath(path));
    if (parentId === undefined) throw new Error(`impossible effect: no parent of ${path}`);
    kernel.cgroups.edit(parentId).children++;
    const { uid = 0, mode = ROOTS_ACCESS.mode } = effect;
    const usual = uid === 0 && mode === ROOTS_ACCESS.mode;
    // Written out: docs/performance.md#a-spread-with-a-new-field
    kernel.cgroups.set(id, {
      id,
      parent_id: parentId,
      path,
      children: 0,
      processes: 0,
      access: usual ? ROOTS_ACCESS : { uid, mode, made_by: uid, files: {} },
      threaded: false,
      threaded_children: 0,
      controllers: 0,
      lists: NO_LISTS,
    });
    kernel.cgroupIds.set(path, id);
    kernel.contents += nameRows(path);
    // Ids of the log's own are none that the kernel counts on from (observed/unknown-cgroup.ts).
    if (id <= OWN_CGROUP_IDS) kernel.counters.cgroup = Math.max(kernel.counters.cgroup, id + 1);
    return;
  }
  if (effect.type === 'CgroupEmptied') return emptyCgroup(kernel, id);
  if (effect.type !== 'CgroupRemoved') return changeCgroup(kernel, kernel.cgroups.edit(id), effect);
  const cgroup = kernel.cgroups.edit(id);
  const { path, parent_id: parentId, threaded } = cgroup;
  kernel.contents -= nameRows(path) + entryRows(cgroup);
  const parent = kernel.cgroups.edit(parentId);
  parent.children--;
  if (threaded) parent.threaded_children--;
  kernel.cgroups.delete(id);
  kernel.cgroupIds.delete(path);
  if (kernel.writtenArrays.size === 0) return;
  for (const [key, array] of [...kernel.writtenArrays.entries()]) {
    if (array.cgroup_id === id) kernel.writtenArrays.delete(key);
  }
}

function changeCgroup(
  kernel: Kernel,
  cgroup: Cgroup,
  effect: Exclude<CgroupEffect, { type: `Cgroup${'Made' | 'Removed' | 'Emptied'}` }>,
): void {
  if (effect.type === 'CgroupThreaded') {
    cgroup.threaded = true;
    kernel.cgroups.edit(cgroup.parent_id).threaded_children++;
    return;
  }
  if (effect.type === 'CgroupControllersSet') {
    cgroup.controllers = controllerBits(effect.controllers);
    return;
  }
  const { file } = effect;
  const { access } = cgroup;
  const set = effect.type === 'CgroupOwnerChanged' ? { uid: effect.uid } : { mode: effect.mode };
  if (file === undefined) {
    cgroup.access = { ...access, ...set };
    return;
  }
  const was = unchangedAccess(cgroup, file);
  cgroup.access = { ...access, files: { ...access.files, [file]: { ...was, ...set } } };
}

function emptyCgroup(kernel: Kernel, id: number): void {
  const root = kernel.boot.config.root_cgroup_id;
  for (const { pid, cgroup_id } of [...kernel.processes.values()]) {
    if (cgroup_id === id) kernel.processes.edit(pid).cgroup_id = root;
  }
  kernel.cgroups.edit(id).processes = 0;
}
