import type { Effect } from '../effect.ts';
import type { Kernel } from '../kernel.ts';
import { indexOfLink, listOf, setList } from '../list.ts';
import { hookList, partAt, withHookList } from '../lsm-hooks.ts';
import { addRefs, assertUnreferenced, openFd } from './references.ts';

type LinkEffect = Extract<
  Effect,
  { type: `Link${'Created' | 'Updated' | 'Severed' | 'Freed' | 'IdBurned' | 'ReferenceLeaked'}` }
>;

export function evolveLink(kernel: Kernel, effect: LinkEffect, pid: number): void {
  const id = effect.link_id;
  switch (effect.type) {
    case 'LinkCreated': {
      const { prog_id, cgroup_id, attach_type } = effect;
      const { storage_map_ids } = kernel.programs.edit(prog_id);
      // Written out: docs/performance.md#a-spread-with-a-new-field
      kernel.links.set(id, {
        id,
        prog_id,
        cgroup_id,
        elsewhere: cgroup_id === 0,
        attach_type,
        storage_map_ids,
        refs: 0,
      });
      kernel.counters.link = Math.max(kernel.counters.link, id + 1);
      addRefs(kernel, 'prog', prog_id, 1);
      if (effect.fd !== undefined) openFd(kernel, pid, effect.fd, { kind: 'link', id });
      return;
    }
    case 'LinkUpdated':
      return updateLink(kernel, id, effect.prog_id, effect.revision);
    case 'LinkSevered': {
      const link = kernel.links.edit(id);
      link.cgroup_id = 0;
      link.elsewhere = false;
      return;
    }
    case 'LinkFreed': {
      const link = kernel.links.edit(id);
      assertUnreferenced('link', link);
      addRefs(kernel, 'prog', link.prog_id, -1);
      return kernel.links.delete(id);
    }
    case 'LinkIdBurned':
      kernel.counters.link = Math.max(kernel.counters.link, id + 1);
      return;
    case 'LinkReferenceLeaked':
      return addRefs(kernel, 'link', id, 1);
    default:
      return effect satisfies never;
  }
}

function updateLink(kernel: Kernel, id: number, progId: number, revision: number): void {
  const link = kernel.links.edit(id);
  addRefs(kernel, 'prog', progId, 1);
  addRefs(kernel, 'prog', link.prog_id, -1);
  link.prog_id = progId;
  if (link.cgroup_id === 0) return;
  const cgroup = kernel.cgroups.edit(link.cgroup_id);
  const list = listOf(cgroup, link.attach_type);
  if (list.parts !== undefined) {
    const part = partAt(list, indexOfLink(list, id));
    const { list: own } = hookList(list, part.slot);
    const changed = withHookList(list, part, { ...own, revision: own.revision + 1 });
    return setList(cgroup, link.attach_type, changed);
  }
  const { mode, entries } = list;
  setList(cgroup, link.attach_type, { mode, revision, entries });
}
