/** The cgroup tree: mkdir, rmdir and moving a process (semantics §17; kernel/cgroup/cgroup.c). */

import { attachTypeNumber } from '../attach-type.ts';
import type { Calls } from '../call.ts';
import type { Caller } from '../caller.ts';
import { type Decision, refusal, refuse, succeed } from '../decision.ts';
import type { Effect } from '../effect.ts';
import type { Cgroup, Kernel } from '../kernel.ts';
import { Lifetime } from '../lifetime.ts';
import { nextCgroupId } from '../next-id.ts';
import { parentPath } from '../path.ts';
import { storagesOrphaned } from '../storage.ts';
import { threadsOf } from '../threads.ts';

export function mkdir(caller: Caller, call: Calls['mkdir']): Decision {
  const { path } = call;
  const { cgroupIds } = caller.kernel;
  if (cgroupIds.has(path)) return refuse(refusal('EEXIST', 'cgroup-exists', { path }));
  if (!cgroupIds.has(parentPath(path))) {
    return refuse(refusal('ENOENT', 'no-such-cgroup', { path: parentPath(path) }));
  }
  if (path.includes('\n')) return refuse(refusal('EINVAL', 'cgroup-name-newline', { path }));
  return succeed([{ type: 'CgroupMade', cgroup_id: nextCgroupId(caller.kernel), path }]);
}

/**
 * rmdir of a cgroup: EBUSY while it has processes or children, whatever is attached to it. Its
 * entries go, its links become defunct and its storages are freed (`cgroup_bpf_release`); the
 * kernel does that a moment later, the model immediately.
 */
export function rmdir(caller: Caller, call: Calls['rmdir']): Decision {
  const { kernel } = caller;
  const { path } = call;
  const cgroup = kernel.cgroups.get(kernel.cgroupIds.get(path) ?? 0);
  if (cgroup === undefined) return refuse(refusal('ENOENT', 'no-such-cgroup', { path }));
  if (cgroup.parent_id === 0) return refuse(refusal('EBUSY', 'cgroup-root', {}));
  if (cgroup.children > 0 || cgroup.processes > 0) {
    const { children, processes } = cgroup;
    return refuse(refusal('EBUSY', 'cgroup-busy', { path, children, processes }));
  }
  return succeed([
    ...storagesOrphaned(kernel, cgroup),
    ...detachAll(kernel, cgroup),
    { type: 'CgroupRemoved', cgroup_id: cgroup.id },
  ]);
}

/** All threads of a process move with it (`cgroup_procs_write`). */
export function join(caller: Caller, call: Calls['join']): Decision {
  const { kernel, process } = caller;
  const id = kernel.cgroupIds.get(call.path);
  if (id === undefined) return refuse(refusal('ENOENT', 'no-such-cgroup', { path: call.path }));
  const pid = call.target_pid ?? process.pid;
  const target = kernel.processes.get(pid);
  if (target === undefined) return refuse(refusal('ESRCH', 'no-such-process', { pid }));
  const moved = threadsOf(kernel, target).map(({ pid }) => {
    const whose = pid === process.pid ? {} : { pid };
    return { type: 'ProcessMoved', cgroup_id: id, ...whose } as const;
  });
  return succeed(moved);
}

/** The effects of a cgroup's end on its entries and links. */
export function detachAll(kernel: Kernel, cgroup: Cgroup): Effect[] {
  if (cgroup.lists.size === 0) return [];
  const lifetime = new Lifetime(kernel);
  // By attach type number, as `cgroup_bpf_release` goes: a restored state has another map order.
  const lists = [...cgroup.lists].sort(([a], [b]) => attachTypeNumber(a) - attachTypeNumber(b));
  for (const [type, list] of lists) {
    for (const entry of list.entries) {
      lifetime.removeEntry(cgroup, type, 0, 'cgroup_removed');
      if ('link_id' in entry) {
        const severed = { type: 'LinkSevered', link_id: entry.link_id } as const;
        lifetime.effects.push({ ...severed, reason: 'cgroup_removed' });
      }
    }
  }
  return lifetime.effects;
}
