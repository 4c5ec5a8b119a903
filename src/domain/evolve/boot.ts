import { kernelsBtfs } from '../btf.ts';
import { type Capability, ROOT_CAPABILITIES } from '../capability.ts';
import type { EffectOf } from '../effect.ts';
import { USUAL_SETS } from '../exec-sets.ts';
import { FdTable } from '../fd-table.ts';
import { emptyTables, type Kernel, NO_LISTS, NOBODY, ROOTS_ACCESS } from '../kernel.ts';
import { placeKey } from '../mount-row.ts';
import { FIRST_MOUNT } from '../mounts.ts';
import { FIRST_NAMESPACE, HOSTS_NAMESPACE, HOSTS_NAMESPACES } from '../namespace-row.ts';
import { BOOT_PID } from '../release/config.ts';
import { releaseOf } from '../release/release.ts';
import { getFile, openFd, setFd } from './references.ts';

/** A boot ends everything and starts with one process, the root cgroup and an empty bpffs. */
export function evolveBoot(kernel: Kernel, effect: EffectOf<'Booted'>): void {
  const { config } = effect;
  const release = releaseOf(effect.release);
  if (release === undefined) throw new Error(`impossible effect: release ${effect.release}`);
  const { boot: number, boot_id, release: releaseId } = effect;
  Object.assign(kernel, emptyTables());
  kernel.contents = 0;
  kernel.boot = { number, boot_id, release: releaseId, config };
  kernel.sysctls = { unprivileged_bpf_disabled: config.unprivileged_bpf_disabled };
  // Most boots have those of the release, which nobody changes; a copy of all takes as long as the rest.
  kernel.switches =
    config.switches === undefined ? release.switches : { ...release.switches, ...config.switches };
  kernel.counters = {
    pid: config.first_pid,
    file: 1,
    prog: config.first_prog_id,
    link: config.first_link_id,
    map: config.first_map_id,
    btf: kernelsBtfs(kernel) + 1,
    cgroup: config.first_cgroup_id,
    namespace: FIRST_NAMESPACE,
  };
  const id = config.root_cgroup_id;
  kernel.cgroups.set(id, {
    id,
    parent_id: 0,
    path: '/',
    children: 0,
    processes: 0,
    access: ROOTS_ACCESS,
    threaded: false,
    threaded_children: 0,
    controllers: 0,
    lists: NO_LISTS,
  });
  kernel.cgroupIds.set('/', id);
  kernel.bpffs.set('/', { kind: 'dir', id: 0, target: '', uid: 0, mode: 0o755, inode: 0 });
  const mount = {
    ...{ id: FIRST_MOUNT, parent: 0, at: '', root: '/', attached: true, refs: 1 },
    namespace: HOSTS_NAMESPACE,
    delegation: undefined,
  };
  kernel.mounts.set(FIRST_MOUNT, mount);
  kernel.mountedOn.set(placeKey(mount), FIRST_MOUNT);
  addProcess(kernel, { pid: BOOT_PID, comm: 'init', uid: 0, caps: ROOT_CAPABILITIES });
}

/** What processes start with. */
const UMASK = 0o022;

/** A process with 0, 1 and 2 open: a directory, and one description that 1 and 2 share. */
export function addProcess(
  kernel: Kernel,
  born: { pid: number; comm: string; uid: number; caps: readonly Capability[] },
): void {
  const { pid, comm, uid, caps } = born;
  const { nofile, memlock = -1, root_cgroup_id: cgroup_id } = kernel.boot.config;
  if (kernel.processes.has(pid)) throw new Error(`impossible effect: pid ${pid} lives`);
  const fds = new FdTable();
  kernel.processes.set(pid, {
    pid,
    tgid: pid,
    comm,
    uid,
    caps,
    sets: USUAL_SETS,
    nofile,
    memlock,
    umask: UMASK,
    cgroup_id,
    namespaces: HOSTS_NAMESPACES,
    fds,
    shared_with: NOBODY,
    fs_with: NOBODY,
    threads: NOBODY,
    mailbox: [],
  });
  kernel.counters.pid = Math.max(kernel.counters.pid, pid + 1);
  openFd(kernel, pid, 0, { kind: 'other', id: 0 });
  const process = kernel.processes.edit(pid);
  const standard = process.fds.get(0);
  if (standard === undefined) throw new Error('impossible effect: fd 0 is not open');
  openFd(kernel, pid, 1, { kind: 'other', id: 0 });
  const output = process.fds.get(1)?.file ?? 0;
  getFile(kernel, output);
  process.fds.set(0, { file: standard.file, cloexec: false });
  process.fds.set(1, { file: output, cloexec: false });
  setFd(kernel, process, 2, { file: output, cloexec: false });
}
