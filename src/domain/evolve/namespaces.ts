import type { Effect } from '../effect.ts';
import type { Kernel } from '../kernel.ts';
import { HOSTS_NAMESPACE, HOSTS_NAMESPACES, type Namespaces } from '../namespace-row.ts';

type NamespaceEffect = Extract<Effect, { type: `Namespace${string}` }>;

export function evolveNamespace(kernel: Kernel, effect: NamespaceEffect, pid: number): void {
  const { namespace_id: id, kind } = effect;
  switch (effect.type) {
    case 'NamespaceMade': {
      const { cgroup_id = 0 } = effect;
      kernel.namespaces.set(id, { id, kind, cgroup_id, processes: 0 });
      kernel.counters.namespace = Math.max(kernel.counters.namespace, id + 1);
      return;
    }
    case 'NamespaceEntered': {
      const process = kernel.processes.edit(effect.pid ?? pid);
      const left = process.namespaces[kind];
      countIn(kernel, id, 1);
      countIn(kernel, left, -1);
      process.namespaces = shared({ ...process.namespaces, [kind]: id });
      return;
    }
    default:
      return effect satisfies never;
  }
}

/** A process more, or one less, in each of its namespaces. */
export function countInNamespaces(kernel: Kernel, namespaces: Namespaces, delta: 1 | -1): void {
  if (namespaces === HOSTS_NAMESPACES) return;
  countIn(kernel, namespaces.mount, delta);
  countIn(kernel, namespaces.cgroup, delta);
}

/** With its last process a namespace ends. */
function countIn({ namespaces }: Kernel, id: number, delta: 1 | -1): void {
  if (id === HOSTS_NAMESPACE) return;
  const namespace = namespaces.edit(id);
  namespace.processes += delta;
  if (namespace.processes === 0) namespaces.delete(id);
}

function shared(namespaces: Namespaces): Namespaces {
  const isHosts = Object.values(namespaces).every((id) => id === HOSTS_NAMESPACE);
  return isHosts ? HOSTS_NAMESPACES : namespaces;
}
