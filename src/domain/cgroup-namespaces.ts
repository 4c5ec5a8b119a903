/**
 * What a cgroup namespace bounds where the hierarchy is mounted with `nsdelegate`
 * (kernel/cgroup/cgroup.c; semantics §29). Elsewhere it changes no answer: paths are those of the host.
 */
import type { Caller } from './caller.ts';
import { refusal } from './decision.ts';
import { parentOf } from './effective.ts';
import type { Cgroup, Kernel } from './kernel.ts';
import { HOSTS_NAMESPACE } from './namespace-row.ts';
import type { Refusal } from './outcome.ts';

/** Control files that the root of a namespace lets those in it write to (CFTYPE_NS_DELEGATABLE). */
const DELEGATABLE: readonly string[] = [
  ...['cgroup.procs', 'cgroup.threads', 'cgroup.subtree_control'],
];

/** The id of the cgroup that bounds a caller; undefined where none does. */
function boundaryOf({ kernel, process }: Caller): number | undefined {
  const { cgroup } = process.namespaces;
  if (cgroup === HOSTS_NAMESPACE || kernel.boot.config.cgroup_nsdelegate !== true) return undefined;
  return kernel.namespaces.get(cgroup)?.cgroup_id;
}

/** Why a file of the root of the caller's namespace is not written (`cgroup_file_write`). */
export function notDelegated(
  caller: Caller,
  { id, path }: Cgroup,
  file: string,
): Refusal | undefined {
  if (boundaryOf(caller) !== id || DELEGATABLE.includes(file)) return undefined;
  return refusal('EPERM', 'control-file-not-delegated', { path, file });
}

/** Why nobody is moved over the root of the caller's namespace (`cgroup_procs_write_permission`). */
export function crossesRoot(caller: Caller, from: Cgroup, to: Cgroup): Refusal | undefined {
  const bound = boundaryOf(caller);
  if (bound === undefined) return undefined;
  const outside = [from, to].find((cgroup) => !isBelow(caller.kernel, cgroup, bound));
  return outside && refusal('ENOENT', 'cgroup-out-of-namespace', { path: outside.path });
}

/** `cgroup_is_descendant`; a root that was removed has nothing below it. */
function isBelow(kernel: Kernel, cgroup: Cgroup, id: number): boolean {
  for (let at: Cgroup | undefined = cgroup; at !== undefined; at = parentOf(kernel, at)) {
    if (at.id === id) return true;
  }
  return false;
}
