/** Every call of the log, made on a live kernel. */
import type { Call } from '../../domain/call.ts';
import type { Decision } from '../../domain/decision.ts';
import { cgroupChmod, cgroupChown, cgroupWrite } from './cgroup-files.ts';
import {
  close,
  closeRange,
  dup,
  dup2,
  dup3,
  fcntl,
  openCgroup,
  openOther,
  pidfdGetfd,
  recvFd,
  sendFd,
} from './fd-calls.ts';
import {
  bpffsMkdir,
  bpffsRmdir,
  chmod,
  chown,
  link,
  mkdir,
  rename,
  rmdir,
  symlink,
  unlink,
} from './file-calls.ts';
import { linkCreate, linkDetach, linkUpdate } from './link-calls.ts';
import { failWith, type LiveCaller, type LiveKernel } from './live-kernel.ts';
import { mapChangeBatch, mapLookupBatch } from './map-batches.ts';
import {
  mapCreate,
  mapDelete,
  mapLookup,
  mapLookupAndDelete,
  mapNextKey,
  mapUpdate,
} from './map-calls.ts';
import { mount, umount } from './mount-calls.ts';
import { setns, unshare } from './namespace-calls.ts';
import { within } from './namespaces.ts';
import { getFdById, getNextId, objGet, objGetInfo, objPin } from './object-calls.ts';
import {
  btfGetFdById,
  btfLoad,
  byNumber,
  enableStats,
  foreignLinkCreate,
  iterCreate,
  mapFreeze,
  progTestRun,
  taskFdQuery,
} from './opaque-calls.ts';
import { capset, exec, exit, fork, join, kill, setrlimit, spawn, umask } from './process-calls.ts';
import { progAttach, progBindMap, progDetach, progLoad, progQuery } from './prog-calls.ts';
import { Withheld } from './withheld.ts';

/** Calls about paths of the bpffs, which are made where the process is; all of them synchronous. */
const GO_IN: ReadonlySet<Call['name']> = new Set([
  ...([
    'mount',
    'umount',
    'open_other',
    'obj_pin',
    'obj_get',
    'symlink',
    'link',
    'rename',
  ] as const),
  ...(['bpffs_mkdir', 'bpffs_rmdir', 'unlink', 'chmod', 'chown'] as const),
]);

/**
 * Makes `call` as process `pid` of the log. The effects of the decision are those that the caller
 * can see in the answer; the observer reads the other changes.
 */
export async function performLive(live: LiveKernel, pid: number, call: Call): Promise<Decision> {
  const process = live.processes.get(pid);
  if (process === undefined) return failWith('ESRCH');
  const caller = { live, process };
  return GO_IN.has(call.name)
    ? within(live, process.mounts, () => perform(caller, call))
    : perform(caller, call);
}

function perform(caller: LiveCaller, call: Call): Decision | Promise<Decision> {
  if ('clone_newuser' in call && call.clone_newuser) throw new Withheld('a user namespace');
  switch (call.name) {
    case 'spawn':
      return spawn(caller, call);
    case 'fork':
      return fork(caller, call);
    case 'exec':
      return exec(caller, call);
    case 'exit':
      return exit(caller, call);
    case 'kill':
      return kill(caller, call);
    case 'unshare':
      return unshare(caller, call);
    case 'setns':
      return setns(caller, call);
    case 'fsmount':
    case 'token_create':
      throw new Withheld(call.name);
    case 'capset':
      return capset(caller, call);
    case 'setrlimit':
      return setrlimit(caller, call);
    case 'umask':
      return umask(caller, call);
    case 'sysctl':
      throw new Withheld(`kernel.${call.variable} belongs to the whole machine`);
    case 'join':
      return join(caller, call);
    case 'open_cgroup':
      return openCgroup(caller, call);
    case 'open_other':
      return openOther(caller, call);
    case 'close':
      return close(caller, call);
    case 'dup':
      return dup(caller, call);
    case 'dup2':
      return dup2(caller, call);
    case 'dup3':
      return dup3(caller, call);
    case 'fcntl':
      return fcntl(caller, call);
    case 'close_range':
      return closeRange(caller, call);
    case 'pidfd_getfd':
      return pidfdGetfd(caller, call);
    case 'send_fd':
      return sendFd(caller, call);
    case 'recv_fd':
      return recvFd(caller, call);
    case 'mkdir':
      return mkdir(caller, call);
    case 'rmdir':
      return rmdir(caller, call);
    case 'cgroup_chown':
      return cgroupChown(caller, call);
    case 'cgroup_chmod':
      return cgroupChmod(caller, call);
    case 'cgroup_write':
      return cgroupWrite(caller, call);
    case 'bpffs_mkdir':
      return bpffsMkdir(caller, call);
    case 'bpffs_rmdir':
      return bpffsRmdir(caller, call);
    case 'unlink':
      return unlink(caller, call);
    case 'rename':
      return rename(caller, call);
    case 'chmod':
      return chmod(caller, call);
    case 'link':
      return link(caller, call);
    case 'symlink':
      return symlink(caller, call);
    case 'chown':
      return chown(caller, call);
    case 'mount':
      return mount(caller, call);
    case 'umount':
      return umount(caller, call);
    default:
      return command(caller, call);
  }
}

/** The calls that go through bpf(2). */
type CallByBpf = Extract<
  Call,
  {
    readonly name:
      | `${'prog' | 'link' | 'map' | 'obj' | 'btf'}_${string}`
      | ('foreign_link_create' | 'iter_create' | 'enable_stats')
      | ('task_fd_query' | 'bpf');
  }
>;

function command(caller: LiveCaller, call: CallByBpf): Decision {
  switch (call.name) {
    case 'prog_load':
      return progLoad(caller, call);
    case 'prog_attach':
      return progAttach(caller, call);
    case 'prog_detach':
      return progDetach(caller, call);
    case 'prog_query':
      return progQuery(caller, call);
    case 'prog_bind_map':
      return progBindMap(caller, call);
    case 'link_create':
      return linkCreate(caller, call);
    case 'link_update':
      return linkUpdate(caller, call);
    case 'link_detach':
      return linkDetach(caller, call);
    case 'foreign_link_create':
      return foreignLinkCreate(caller, call);
    case 'iter_create':
      return iterCreate(caller, call);
    case 'prog_test_run':
      return progTestRun(caller, call);
    case 'btf_load':
      return btfLoad(caller, call);
    case 'enable_stats':
      return enableStats(caller, call);
    case 'task_fd_query':
      return taskFdQuery(caller, call);
    case 'bpf':
      return byNumber(caller, call);
    case 'map_freeze':
      return mapFreeze(caller, call);
    case 'obj_pin':
      return objPin(caller, call);
    case 'obj_get':
      return objGet(caller, call);
    case 'obj_get_info_by_fd':
      return objGetInfo(caller, call);
    case 'prog_get_fd_by_id':
      return getFdById(caller, 'prog', call.prog_id, call);
    case 'link_get_fd_by_id':
      return getFdById(caller, 'link', call.link_id, call);
    case 'map_get_fd_by_id':
      return getFdById(caller, 'map', call.map_id, call);
    case 'btf_get_fd_by_id':
      return btfGetFdById(caller, call);
    case 'btf_get_next_id':
      return getNextId(caller, 'btf', call.start_id, call.attr_size);
    case 'prog_get_next_id':
      return getNextId(caller, 'prog', call.start_id, call.attr_size);
    case 'link_get_next_id':
      return getNextId(caller, 'link', call.start_id, call.attr_size);
    case 'map_get_next_id':
      return getNextId(caller, 'map', call.start_id, call.attr_size);
    case 'map_create':
      return mapCreate(caller, call);
    case 'map_lookup_elem':
      return mapLookup(caller, call);
    case 'map_update_elem':
      return mapUpdate(caller, call);
    case 'map_delete_elem':
      return mapDelete(caller, call);
    case 'map_lookup_and_delete_elem':
      return mapLookupAndDelete(caller, call);
    case 'map_update_batch':
    case 'map_delete_batch':
      return mapChangeBatch(caller, call);
    case 'map_lookup_batch':
    case 'map_lookup_and_delete_batch':
      return mapLookupBatch(caller, call);
    case 'map_get_next_key':
      return mapNextKey(caller, call);
    default:
      return call satisfies never;
  }
}
