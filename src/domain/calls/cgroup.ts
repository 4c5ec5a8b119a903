/** The cgroup tree: mkdir, rmdir and moving a process (semantics §17; kernel/cgroup/cgroup.c). */

import { attachTypeNumber } from '../attach-type.ts';
import type { Calls } from '../call.ts';
import { type Caller, has } from '../caller.ts';
import { crossesRoot } from '../cgroup-namespaces.ts';
import {
  cgroupAtPath,
  commonAncestor,
  fileAccess,
  fileNotWritable,
  hasFile,
  notSearchable,
  notWritable,
  unmodelledFile,
} from '../cgroupfs.ts';
import { type Decision, isRefused, refusal, refuse, succeed } from '../decision.ts';
import type { Effect } from '../effect.ts';
import { owns, STICKY } from '../file-access.ts';
import { type Cgroup, type Kernel, type Process, ROOTS_ACCESS } from '../kernel.ts';
import { Lifetime } from '../lifetime.ts';
import { nextCgroupId } from '../next-id.ts';
import type { Refusal } from '../outcome.ts';
import { baseName, parentPath } from '../path.ts';
import { storagesOrphaned } from '../storage.ts';
import { canBeThreadRoot, domainOf, isValidDomain } from '../threaded.ts';
import { threadsOf } from '../threads.ts';

/** Who makes a directory owns it and its control files; 0777 is asked for, and the umask takes from it. */
export function mkdir(caller: Caller, call: Calls['mkdir']): Decision {
  const { kernel, process } = caller;
  const { path } = call;
  if (path === '/') return refuse(refusal('EEXIST', 'cgroup-exists', { path }));
  const parent = cgroupAtPath(caller, parentPath(path));
  if (isRefused(parent)) return refuse(parent);
  // Nobody asks about modes who passes over them, and that is who makes most of these calls.
  const passesModes = has(caller, 'dac_override');
  const unreached = passesModes ? undefined : notSearchable(caller, parent);
  const refused = unreached ?? nameTaken(caller, parent, path);
  if (refused !== undefined) return refuse(refused);
  const bad = passesModes ? undefined : notWritable(caller, parent);
  if (bad !== undefined) return refuse(bad);
  if (path.includes('\n')) return refuse(refusal('EINVAL', 'cgroup-name-newline', { path }));
  const { uid } = process;
  const mode = 0o777 & ~process.umask;
  const made = { type: 'CgroupMade', cgroup_id: nextCgroupId(kernel), path } as const;
  if (uid === ROOTS_ACCESS.uid && mode === ROOTS_ACCESS.mode) return succeed([made]);
  return succeed([{ ...made, uid, mode }]);
}

function nameTaken({ kernel }: Caller, parent: Cgroup, path: string): Refusal | undefined {
  if (kernel.cgroupIds.has(path)) return refusal('EEXIST', 'cgroup-exists', { path });
  const isFile = hasFile(kernel, parent, path);
  if (isFile === undefined) return unmodelledFile(path);
  return isFile ? refusal('EEXIST', 'cgroup-name-is-file', { path }) : undefined;
}

/**
 * rmdir of a cgroup: EBUSY while it has processes or children, whatever is attached to it. Its
 * entries go, its links become defunct and its storages are freed (`cgroup_bpf_release`); the
 * kernel does that a moment later, the model immediately.
 */
export function rmdir(caller: Caller, call: Calls['rmdir']): Decision {
  const { kernel } = caller;
  const { path } = call;
  if (path === '/') return refuse(refusal('EBUSY', 'cgroup-root', {}));
  const cgroup = removable(caller, path);
  if (isRefused(cgroup)) return refuse(cgroup);
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

/** The cgroup at a path that the caller may remove, be it busy or not (`may_delete`). */
function removable(caller: Caller, path: string): Cgroup | Refusal {
  const { cgroups, cgroupIds } = caller.kernel;
  const cgroup = cgroups.get(cgroupIds.get(path) ?? 0);
  // Nothing below is refused to whoever passes over modes.
  if (cgroup !== undefined && has(caller, 'dac_override')) {
    const above = cgroups.get(cgroup.parent_id);
    if (above !== undefined && !isSticky(above)) return cgroup;
  }
  const parent = cgroupAtPath(caller, parentPath(path));
  if (isRefused(parent)) return parent;
  const unreached = notSearchable(caller, parent);
  if (unreached !== undefined) return unreached;
  // Whether there is a file of that name is looked up before the rights count; that it is none, after.
  const unfit = cgroup === undefined ? cgroupAtPath(caller, path) : undefined;
  if (unfit !== undefined && isRefused(unfit) && unfit.errno !== 'ENOTDIR') return unfit;
  const refused = notWritable(caller, parent);
  if (refused !== undefined) return refused;
  const victim = cgroup?.access ?? fileAccess(parent, baseName(path));
  if (isSticky(parent) && !owns(caller, victim) && !owns(caller, parent.access))
    return refusal('EPERM', 'directory-is-sticky', { path });
  return cgroup ?? unfit ?? refusal('ENOENT', 'no-such-cgroup', { path });
}

/** Whether only the owner of a directory, or of what is in it, may remove that. */
function isSticky({ access }: Cgroup): boolean {
  return (access.mode & STICKY) !== 0;
}

/** All threads of a process move with it (`cgroup_procs_write`). */
export function join(caller: Caller, call: Calls['join']): Decision {
  const { kernel, process } = caller;
  const cgroup = cgroupAtPath(caller, call.path);
  if (isRefused(cgroup)) return refuse(cgroup);
  const { id } = cgroup;
  const refused = notSearchable(caller, cgroup) ?? fileNotWritable(caller, cgroup, PROCS);
  if (refused !== undefined) return refuse(refused);
  const pid = call.target_pid ?? process.pid;
  const target = kernel.processes.get(pid);
  if (target === undefined) return refuse(refusal('ESRCH', 'no-such-process', { pid }));
  const forbidden = mayNotMove(caller, target, cgroup);
  if (forbidden !== undefined) return refuse(forbidden);
  const moved = threadsOf(kernel, target).map(({ pid }) => {
    const whose = pid === process.pid ? {} : { pid };
    return { type: 'ProcessMoved', cgroup_id: id, ...whose } as const;
  });
  return succeed(moved);
}

const PROCS = 'cgroup.procs';

/**
 * Whoever moves a process may write to the cgroup.procs of the nearest cgroup that it leaves and comes
 * into (`cgroup_procs_write_permission`), and nobody comes into what is not a domain, or shares out what
 * controllers control (`cgroup_migrate_vet_dst`).
 */
function mayNotMove(caller: Caller, target: Process, to: Cgroup): Refusal | undefined {
  const { kernel } = caller;
  const from = kernel.cgroups.get(target.cgroup_id);
  if (from !== undefined && !has(caller, 'dac_override')) {
    const common = commonAncestor(kernel, from, to);
    const refused = fileNotWritable(caller, common, PROCS);
    if (refused !== undefined) return refused;
  }
  const crosses = from && crossesRoot(caller, from, to);
  if (crosses !== undefined) return crosses;
  const { path, controllers } = to;
  if (!isValidDomain(kernel, domainOf(kernel, to))) {
    return refusal('EOPNOTSUPP', 'cgroup-domain-invalid', { path });
  }
  if (controllers === 0 || to.threaded || canBeThreadRoot(kernel, to)) return undefined;
  return refusal('EBUSY', 'cgroup-hands-on-controllers', { path });
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
