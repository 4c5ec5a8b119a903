// What holds of every list and every link at all times (semantics §3, §8.1, §11).

import type { AttachType } from '../../src/domain/attach-type.ts';
import type { Cgroup, EntryList, Kernel } from '../../src/domain/kernel.ts';
import { holds, type Watch } from './called.ts';

/** Semantics §8.1 row 12. */
const ENTRIES_OF_A_LIST = 64;

export const listsKeepTheirRules: Watch = ({ kernel }) => {
  for (const cgroup of kernel.cgroups.values()) {
    for (const [type, list] of cgroup.lists) listKeepsItsRules(kernel, cgroup, type, list);
  }
};

function listKeepsItsRules(
  kernel: Kernel,
  cgroup: Cgroup,
  type: AttachType,
  { mode, entries }: EntryList,
): void {
  const where = `${cgroup.path} ${type}`;
  const count = entries.length;
  holds(count <= ENTRIES_OF_A_LIST, () => `${where}: ${count} entries`);
  holds(mode === 'multi' || count <= 1, () => `${where}: ${count} entries in mode ${mode}`);
  holds(count > 0 || mode === 'none', () => `${where}: an empty list in mode ${mode}`);
  const legacy = entries.flatMap((entry) => ('prog_id' in entry ? [entry.prog_id] : []));
  holds(new Set(legacy).size === legacy.length, () => `${where}: a program twice: ${legacy}`);
  for (const entry of entries) {
    if (!('link_id' in entry)) continue;
    const link = kernel.links.get(entry.link_id);
    const pointsBack = link?.cgroup_id === cgroup.id && link.attach_type === type;
    holds(pointsBack, () => `${where}: link ${entry.link_id} does not point back`);
    const allowed = mode === 'multi' || kernel.switches.link_flags_choose_mode;
    holds(allowed, () => `${where}: link ${entry.link_id} in mode ${mode}`);
  }
}

/** An attached link stands once in the list it names; a defunct one stands nowhere. */
export const linksStandWhereTheySay: Watch = ({ kernel }) => {
  const entries = new Map<number, number>();
  for (const cgroup of kernel.cgroups.values()) {
    for (const list of cgroup.lists.values()) {
      for (const entry of list.entries) {
        if ('link_id' in entry) entries.set(entry.link_id, (entries.get(entry.link_id) ?? 0) + 1);
      }
    }
  }
  for (const { id, cgroup_id, prog_id } of kernel.links.values()) {
    const wanted = cgroup_id === 0 ? 0 : 1;
    const found = entries.get(id) ?? 0;
    holds(found === wanted, () => `link ${id} of cgroup ${cgroup_id} has ${found} entries`);
    holds(kernel.programs.has(prog_id), () => `link ${id} runs program ${prog_id}, which is gone`);
    entries.delete(id);
  }
  holds(entries.size === 0, () => `entries of freed links: ${[...entries.keys()]}`);
};
