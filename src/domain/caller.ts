/**
 * The caller's view: its process, and the cgroup directory that `target_path` opened for this one
 * call. Lookups of fds follow semantics §6 (`bpf_prog_get`, `bpf_link_get_from_fd`,
 * `cgroup_get_from_fd`).
 */
import { isKernelsBtf } from './btf.ts';
import { type Capability, type FileCapability, hasAllOfRoot, rootsSet } from './capability.ts';
import { refusal } from './decision.ts';
import type { Fd } from './fd-table.ts';
import type { BpfMap, Cgroup, Kernel, Link, OpenFile, Process, Program } from './kernel.ts';
import { HOSTS_NAMESPACE } from './namespace-row.ts';
import type { Refusal } from './outcome.ts';

export interface Caller {
  readonly kernel: Kernel;
  readonly process: Process;
  /** A directory that is open for the length of this call and holds a number meanwhile. */
  readonly opened: { readonly fd: number; readonly file: OpenFile } | undefined;
  /** The number that a real kernel gave to the fd of this call, where its answer was observed. */
  readonly granted: number | undefined;
}

/**
 * Whether the caller has a capability in a user namespace, that of the host unless told otherwise
 * (`cap_capable`). Those of the host count in every one, and so does who made it; those of one user
 * namespace count in no other.
 */
export function has(caller: Caller, capability: Capability, user = HOSTS_NAMESPACE): boolean {
  const { caps, namespaces } = caller.process;
  if (namespaces.user === user) return caps.includes(capability);
  return isAbove(caller, user) && (caps.includes(capability) || isMaker(caller, user));
}

/** Whether the caller is of the host, and another user namespace so below its own. */
function isAbove({ process }: Caller, user: number): boolean {
  return user !== HOSTS_NAMESPACE && process.namespaces.user === HOSTS_NAMESPACE;
}

function isMaker({ kernel, process }: Caller, user: number): boolean {
  return kernel.namespaces.get(user)?.uid === process.uid;
}

/**
 * Whether the caller has a capability about files, which nobody names of root with all the others. A user
 * namespace maps no uids here, so nobody has one of it about any file (`capable_wrt_inode_uidgid`).
 */
export function hasOnFiles({ process }: Caller, capability: FileCapability): boolean {
  const { uid, caps, namespaces } = process;
  if (namespaces.user !== HOSTS_NAMESPACE) return false;
  return (uid === 0 ? rootsSet(caps) : caps).includes(capability);
}

/**
 * Whether the caller has all that root has, in a user namespace as `has` has one: then it has the
 * capabilities that are not modelled too, which single calls look at (CAP_KILL, CAP_SYS_PTRACE,
 * CAP_SETPCAP).
 */
export function hasAll(caller: Caller, user = HOSTS_NAMESPACE): boolean {
  const { uid, caps, namespaces } = caller.process;
  const isFull = (uid === 0 || namespaces.user !== HOSTS_NAMESPACE) && hasAllOfRoot(caps);
  if (namespaces.user === user) return isFull;
  return isAbove(caller, user) && (isFull || isMaker(caller, user));
}

/** The user namespace that a namespace of mounts or of cgroups was made in. */
export function ownerOf({ kernel }: Caller, namespaceId: number): number {
  return kernel.namespaces.get(namespaceId)?.user ?? HOSTS_NAMESPACE;
}

/** `ptrace_may_access`, without the extra rules of a security module. */
export function mayTrace(caller: Caller, target: Process): boolean {
  const { process } = caller;
  if (process.tgid === target.tgid || hasAll(caller, target.namespaces.user)) return true;
  return (
    process.uid === target.uid &&
    process.namespaces.user === target.namespaces.user &&
    target.caps.every((capability) => process.caps.includes(capability))
  );
}

/**
 * CAP_SYS_ADMIN stands in for CAP_BPF everywhere, and is needed where CAP_BPF does not exist. With a
 * token they are asked in its user namespace (`bpf_token_capable`).
 */
export function bpfCapable(caller: Caller, user = HOSTS_NAMESPACE): boolean {
  if (has(caller, 'sys_admin', user)) return true;
  return caller.kernel.switches.cap_bpf && has(caller, 'bpf', user);
}

/** The capability for attach, link and query (§18): CAP_NET_ADMIN, or from ~6.5 SYS_ADMIN. */
export function netAdminCapable(caller: Caller, user = HOSTS_NAMESPACE): boolean {
  if (has(caller, 'net_admin', user)) return true;
  return caller.kernel.switches.sys_admin_is_net_admin && has(caller, 'sys_admin', user);
}

/** The open file behind an fd number, if the number is open. */
export function fileAt(caller: Caller, fd: number): OpenFile | undefined {
  if (caller.opened?.fd === fd) return caller.opened.file;
  const entry = caller.process.fds.get(fd);
  return entry === undefined ? undefined : caller.kernel.files.get(entry.file);
}

/** The program an fd names: EBADF when closed, EINVAL when it is something else. */
export function progAt(caller: Caller, fd: number, field: string): Program | Refusal {
  const file = fileAt(caller, fd);
  if (file === undefined) return refusal('EBADF', 'prog-fd-not-open', { field, fd });
  if (file.kind !== 'prog') {
    return refusal('EINVAL', 'prog-fd-is-no-program', { field, fd, kind: file.kind });
  }
  return expectObject(caller.kernel.programs.get(file.id));
}

/** The link an fd names: EBADF when closed, EINVAL when it is something else. */
export function linkAt(caller: Caller, fd: number, field: string): Link | Refusal {
  const file = fileAt(caller, fd);
  if (file === undefined) return refusal('EBADF', 'link-fd-not-open', { field, fd });
  if (file.kind !== 'link') {
    return refusal('EINVAL', 'link-fd-is-no-link', { field, fd, kind: file.kind });
  }
  return expectObject(caller.kernel.links.get(file.id));
}

/** The map an fd names: EBADF when closed, EINVAL when it is something else. */
export function mapAt(
  caller: Caller,
  fd: number,
  field: string,
): { map: BpfMap; file: OpenFile } | Refusal {
  const file = fileAt(caller, fd);
  if (file === undefined) return refusal('EBADF', 'map-fd-not-open', { field, fd });
  if (file.kind !== 'map') {
    return refusal('EINVAL', 'map-fd-is-no-map', { field, fd, kind: file.kind });
  }
  return { map: expectObject(caller.kernel.maps.get(file.id)), file };
}

/** BTF of a user that an fd names (`btf_get_by_fd`): EBADF when closed, EINVAL when it is something else. */
export function btfAt(caller: Caller, fd: number, field: string): OpenFile | Refusal {
  const file = fileAt(caller, fd);
  if (file === undefined) return refusal('EBADF', 'btf-fd-not-open', { field, fd });
  if (file.kind !== 'btf') {
    return refusal('EINVAL', 'btf-fd-is-no-btf', { field, fd, kind: file.kind });
  }
  if (!isKernelsBtf(caller.kernel, file.id)) return file;
  return refusal('EACCES', 'btf-is-kernels', { field, fd, btf_id: file.id });
}

/**
 * The cgroup an fd names: EBADF unless it is a cgroup directory, ENOENT once removed.
 *
 * The commands look it up inside functions that a kernel without CONFIG_CGROUP_BPF replaces by
 * `return -EINVAL` (include/linux/bpf-cgroup.h), so there nothing about the target matters.
 */
export function cgroupAt(caller: Caller, fd: number): Cgroup | Refusal {
  if (!caller.kernel.switches.cgroup_bpf) return refusal('EINVAL', 'built-without-cgroup-bpf');
  const file = fileAt(caller, fd);
  if (file === undefined) return refusal('EBADF', 'target-fd-not-open', { fd });
  if (file.kind !== 'cgroup') {
    return refusal('EBADF', 'target-fd-is-no-cgroup', { fd, kind: file.kind });
  }
  const cgroup = caller.kernel.cgroups.get(file.id);
  return cgroup ?? refusal('ENOENT', 'target-cgroup-removed', { fd, cgroup_id: file.id });
}

/** The fds of a process, lowest number first: the order in which exit and exec close them. */
export function fdsInOrder(process: Pick<Process, 'fds'>): Fd[] {
  return [...process.fds].sort(([a], [b]) => a - b).map(([, fd]) => fd);
}

/** The number of a new fd: the lowest that is free, or undefined when the soft limit leaves none (EMFILE). */
export function lowestFree(caller: Caller): number | undefined {
  return caller.granted ?? freeNumber(caller);
}

/** The same, whatever a real kernel gave. */
export function freeNumber(caller: Caller): number | undefined {
  const { fds, nofile } = caller.process;
  const fd = fds.lowestFree(caller.opened?.fd);
  return fd < nofile ? fd : undefined;
}

/** The refusal of a call that finds no free number. */
export function noFreeFd(caller: Caller): Refusal {
  return refusal('EMFILE', 'no-free-fd', {
    pid: caller.process.pid,
    nofile: caller.process.nofile,
  });
}

function expectObject<T>(object: T | undefined): T {
  if (object === undefined) throw new Error('impossible state: an open file on a freed object');
  return object;
}
