import { ROOT_CAPABILITIES } from '../capability.ts';
import type { Effect } from '../effect.ts';
import { USUAL_SETS } from '../exec-sets.ts';
import type { Kernel } from '../kernel.ts';
import {
  HOSTS_NAMESPACE,
  HOSTS_NAMESPACES,
  type Namespace,
  type Namespaces,
} from '../namespace-row.ts';

type NamespaceEffect = Extract<Effect, { type: `Namespace${string}` }>;

export function evolveNamespace(kernel: Kernel, effect: NamespaceEffect, pid: number): void {
  const { namespace_id: id, kind } = effect;
  switch (effect.type) {
    case 'NamespaceMade': {
      const { cgroup_id = 0, user_id: user = HOSTS_NAMESPACE, uid = 0 } = effect;
      kernel.namespaces.set(id, { id, kind, cgroup_id, processes: 0, user, uid, kept: 0 });
      keepUserNamespace(kernel, user, 1);
      kernel.counters.namespace = Math.max(kernel.counters.namespace, id + 1);
      return;
    }
    case 'NamespaceEntered': {
      const process = kernel.processes.edit(effect.pid ?? pid);
      const left = process.namespaces[kind];
      countIn(kernel, id, 1);
      countIn(kernel, left, -1);
      process.namespaces = shareNamespaces({ ...process.namespaces, [kind]: id });
      if (kind !== 'user') return;
      process.caps = ROOT_CAPABILITIES;
      process.sets = USUAL_SETS;
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
  countIn(kernel, namespaces.user, delta);
}

/** Counts what keeps a user namespace beside its processes. */
export function keepUserNamespace(kernel: Kernel, id: number, delta: 1 | -1): void {
  if (id === HOSTS_NAMESPACE) return;
  const namespace = kernel.namespaces.edit(id);
  namespace.kept += delta;
  endUnlessKept(kernel, namespace);
}

function countIn(kernel: Kernel, id: number, delta: 1 | -1): void {
  if (id === HOSTS_NAMESPACE) return;
  const namespace = kernel.namespaces.edit(id);
  namespace.processes += delta;
  endUnlessKept(kernel, namespace);
}

/** With its last process, and with what else keeps it, a namespace ends. */
function endUnlessKept(kernel: Kernel, { id, processes, kept, user }: Namespace): void {
  if (processes > 0 || kept > 0) return;
  kernel.namespaces.delete(id);
  keepUserNamespace(kernel, user, -1);
}

function shareNamespaces(namespaces: Namespaces): Namespaces {
  const isHosts = Object.values(namespaces).every((id) => id === HOSTS_NAMESPACE);
  return isHosts ? HOSTS_NAMESPACES : namespaces;
}
