// Mounts and namespaces are what a count from scratch gives (semantics §15, §29).

import { placeKey } from '../../src/domain/mount-row.ts';
import { HOSTS_NAMESPACE } from '../../src/domain/namespace-row.ts';
import { holds, type Watch } from './called.ts';

/** What keeps each mount, what stands where, and who is in each namespace. */
export const mountsAndNamespaces: Watch = ({ kernel }) => {
  const open = new Map<number, number>();
  for (const { kind, id } of kernel.files.values()) {
    if (kind === 'other' && id !== 0) open.set(id, (open.get(id) ?? 0) + 1);
  }
  let attached = 0;
  for (const mount of kernel.mounts.values()) {
    const { id, refs, parent, namespace } = mount;
    const counted = (open.get(id) ?? 0) + (mount.attached ? 1 : 0);
    holds(refs === counted, () => `mount ${id} has ${refs} references, a recount gives ${counted}`);
    if (!mount.attached) continue;
    attached++;
    holds(kernel.mountedOn.get(placeKey(mount)) === id, () => `mount ${id} is not where it stands`);
    const isThere = namespace === HOSTS_NAMESPACE || kernel.namespaces.has(namespace);
    holds(isThere, () => `mount ${id} outlives its namespace`);
    const below = parent === 0 ? mount : kernel.mounts.get(parent);
    holds(below?.namespace === namespace, () => `mount ${id} stands in another namespace`);
  }
  holds(kernel.mountedOn.size === attached, () => 'a place names a mount that is not there');
  const processes = [...kernel.processes.values()];
  for (const { id, kind, processes: told } of kernel.namespaces.values()) {
    const counted = processes.filter(({ namespaces }) => namespaces[kind] === id).length;
    holds(told === counted, () => `namespace ${id} counts ${told} processes, a recount ${counted}`);
    holds(told > 0, () => `namespace ${id} lives without a process`);
  }
  for (const { pid, fs_with, threads } of processes) {
    for (const other of fs_with) {
      holds(
        threads.includes(other),
        () => `${pid} shares with ${other}, which is not a thread of it`,
      );
      const back = kernel.processes.get(other)?.fs_with.includes(pid) === true;
      holds(back, () => `${other} does not share with ${pid}`);
    }
  }
};
