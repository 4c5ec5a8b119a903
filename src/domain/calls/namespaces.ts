/**
 * unshare(2), the namespaces of clone(2), and setns(2) with a pidfd (kernel/nsproxy.c; semantics §29).
 * What fails leaves everything as it was: all is copied before anything of the caller changes.
 */
import type { Calls } from '../call.ts';
import { type Caller, has, hasAll, mayTrace, ownerOf } from '../caller.ts';
import { type Decision, isRefused, refusal, refuse, succeed } from '../decision.ts';
import type { Effect } from '../effect.ts';
import type { Kernel, Process } from '../kernel.ts';
import { Lifetime } from '../lifetime.ts';
import { mountsIn, nextMount } from '../mounts.ts';
import { HOSTS_NAMESPACE, type NamespaceKind } from '../namespace-row.ts';
import type { Refusal } from '../outcome.ts';

/** Which namespaces a call is about. */
type Flags = Pick<Calls['unshare'], 'clone_newns' | 'clone_newcgroup' | 'clone_newuser'>;

/** `ksys_unshare`: of the calling thread alone; a new mount namespace has a root directory of its own. */
export function unshare(caller: Caller, call: Calls['unshare']): Decision {
  const { shared_with, fs_with, threads } = caller.process;
  // Threads have one user namespace (`check_unshare_flags`).
  if (call.clone_newuser && threads.length > 0) {
    return refuse(refusal('EINVAL', 'user-namespace-is-shared', { threads: threads.join(', ') }));
  }
  const entered = newNamespaces(caller, call);
  if (isRefused(entered)) return refuse(entered);
  const effects: Effect[] = [];
  if (call.clone_newns && fs_with.length > 0) effects.push({ type: 'FsUnshared' });
  if (call.clone_files && shared_with.length > 0) effects.push({ type: 'FilesUnshared' });
  return succeed([...effects, ...entered]);
}

/** `validate_nsset`: the mount namespace first; who may not enter one of them enters none. */
export function setns(caller: Caller, call: Calls['setns']): Decision {
  const { target_pid, clone_newns, clone_newcgroup } = call;
  const { kernel } = caller;
  if (!kernel.switches.setns_pidfd) return refuse(refusal('EINVAL', 'setns-without-pidfd', {}));
  if (!clone_newns && !clone_newcgroup) {
    return refuse(refusal('EINVAL', 'setns-names-no-namespace', {}));
  }
  const target = kernel.processes.get(target_pid);
  if (target === undefined) {
    return refuse(refusal('ESRCH', 'no-such-process', { pid: target_pid }));
  }
  if (!mayTrace(caller, target)) {
    return refuse(refusal('EPERM', 'may-not-trace', { pid: target_pid }));
  }
  const refused =
    (clone_newns ? mayNotEnterMounts(caller, target, clone_newcgroup) : undefined) ??
    (clone_newcgroup ? mayNotEnterCgroups(caller, target) : undefined);
  if (refused !== undefined) return refuse(refused);
  const kinds: NamespaceKind[] = [];
  if (clone_newns) kinds.push('mount');
  if (clone_newcgroup) kinds.push('cgroup');
  const left = caller.process.namespaces;
  const lifetime = new Lifetime(kernel);
  for (const kind of kinds) {
    const namespace_id = target.namespaces[kind];
    if (namespace_id === left[kind]) continue;
    lifetime.effects.push({ type: 'NamespaceEntered', namespace_id, kind });
    if (kind === 'mount') lifetime.leaveMounts(left.mount, 1);
  }
  return succeed(lifetime.effects);
}

/** `mntns_install`: it takes CAP_SYS_CHROOT too, which single processes of root alone have here. */
function mayNotEnterMounts(
  caller: Caller,
  target: Process,
  withOthers: boolean | undefined,
): Refusal | undefined {
  const { fs_with, namespaces } = caller.process;
  const mayEnter = hasAll(caller, ownerOf(caller, target.namespaces.mount));
  if (!mayEnter || !hasAll(caller, namespaces.user)) {
    return refusal('EPERM', 'may-not-enter-mounts', {});
  }
  if (fs_with.length === 0) return undefined;
  // With another flag a copy of the root directory is looked at, and then all threads get the new one.
  if (withOthers) {
    const what = 'setns of a thread into a mount namespace and another one';
    return refusal('ENOTSUPP', 'not-modelled', { what });
  }
  return refusal('EINVAL', 'root-is-shared', { threads: fs_with.join(', ') });
}

/** `cgroupns_install`. */
function mayNotEnterCgroups(caller: Caller, target: Process): Refusal | undefined {
  const owner = ownerOf(caller, target.namespaces.cgroup);
  const { user } = caller.process.namespaces;
  if (has(caller, 'sys_admin', owner) && has(caller, 'sys_admin', user)) return undefined;
  return refusal('EPERM', 'namespace-needs-sys-admin', {});
}

/**
 * `create_user_ns`, whose maker has to have a uid in its own user namespace, and then
 * `create_new_namespaces`, in its order: the caller, or `pid`, is in a new namespace of each kind.
 */
export function newNamespaces(caller: Caller, flags: Flags, pid?: number): Effect[] | Refusal {
  const { clone_newns, clone_newcgroup, clone_newuser } = flags;
  if (!clone_newns && !clone_newcgroup && !clone_newuser) return [];
  const { process, kernel } = caller;
  const { uid, namespaces } = process;
  if (clone_newuser && namespaces.user !== HOSTS_NAMESPACE) {
    return refusal('EPERM', 'uid-is-not-mapped', { uid });
  }
  if (!clone_newuser && !has(caller, 'sys_admin', namespaces.user)) {
    return refusal('EPERM', 'namespace-needs-sys-admin', {});
  }
  // They stay locked (`copy_mnt_ns`): who is of the host may unmount none of the copies.
  if (
    clone_newns &&
    namespaces.user === HOSTS_NAMESPACE &&
    ownerOf(caller, namespaces.mount) !== HOSTS_NAMESPACE
  ) {
    const what = 'a copy of the mounts of a user namespace for the host';
    return refusal('ENOTSUPP', 'not-modelled', { what });
  }
  const whose = pid === undefined ? {} : { pid };
  let namespace_id = kernel.counters.namespace;
  const effects: Effect[] = [];
  if (clone_newuser) {
    const made = { namespace_id, kind: 'user' } as const;
    effects.push({ type: 'NamespaceMade', ...made, ...(uid !== 0 && { uid }) });
    effects.push({ type: 'NamespaceEntered', ...made, ...whose });
    namespace_id++;
  }
  const user_id = clone_newuser ? kernel.counters.namespace : namespaces.user;
  const owner = user_id === HOSTS_NAMESPACE ? {} : { user_id };
  if (clone_newns) {
    const made = { namespace_id, kind: 'mount' } as const;
    effects.push({ type: 'NamespaceMade', ...made, ...owner });
    effects.push(...copiedMounts(kernel, process.namespaces.mount, namespace_id));
    effects.push({ type: 'NamespaceEntered', ...made, ...whose });
    if (pid === undefined) effects.push(...leftMounts(kernel, process));
    namespace_id++;
  }
  if (clone_newcgroup) {
    const made = { namespace_id, kind: 'cgroup' } as const;
    effects.push({ type: 'NamespaceMade', ...made, cgroup_id: process.cgroup_id, ...owner });
    effects.push({ type: 'NamespaceEntered', ...made, ...whose });
  }
  return effects;
}

/** `copy_tree` of all that is mounted; the copies are private: no mount comes to another namespace by itself. */
function copiedMounts(kernel: Kernel, from: number, namespace_id: number): Effect[] {
  const copies = new Map<number, number>();
  let next = nextMount(kernel);
  const effects: Effect[] = [];
  for (const { id, parent, at, root } of mountsIn(kernel, from)) {
    const mount_id = next++;
    copies.set(id, mount_id);
    const parent_id = copies.get(parent) ?? 0;
    const where = parent_id === 0 ? { at: '/', root, namespace_id } : { at, root };
    effects.push({ type: 'BpffsMounted', mount_id, parent_id, ...where });
  }
  return effects;
}

/** What goes with the last process of a namespace; all instances go on, by the copies of their mounts. */
function leftMounts(kernel: Kernel, { namespaces: { mount } }: Process): Effect[] {
  if (kernel.namespaces.get(mount)?.processes !== 1) return [];
  return mountsIn(kernel, mount).map(({ id }) => ({ type: 'BpffsUnmounted', mount_id: id }));
}
