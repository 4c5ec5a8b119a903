/**
 * `decide`: the kernel's answer to a call, and its effects. It reads the state and changes
 * nothing; it is total and deterministic.
 */
import type { AttrSized, Call, Target } from './call.ts';
import { type Caller, freeNumber, noFreeFd } from './caller.ts';
import {
  bpffsMkdir,
  bpffsRmdir,
  chmod,
  chown,
  link,
  rename,
  symlink,
  unlink,
} from './calls/bpffs.ts';
import { join, mkdir, rmdir } from './calls/cgroup.ts';
import { cgroupChmod, cgroupChown, cgroupWrite } from './calls/cgroup-files.ts';
import { close, dup, dup2, dup3, openCgroup, openOther, recvFd, sendFd } from './calls/fd.ts';
import { closeRange, fcntl, pidfdGetfd } from './calls/fd-flags.ts';
import { foreignLinkCreate, iterCreate } from './calls/foreign-links.ts';
import { btfGetFdById, getFdById, getNextId, objGetInfo } from './calls/ids.ts';
import { linkCreate } from './calls/link-create.ts';
import { linkDetach } from './calls/link-detach.ts';
import { linkUpdate } from './calls/link-update.ts';
import { mapDeleteBatch, mapLookupBatch, mapUpdateBatch } from './calls/map-batch.ts';
import { mapCreate } from './calls/map-create.ts';
import {
  mapDelete,
  mapFreeze,
  mapLookup,
  mapLookupAndDelete,
  mapNextKey,
  mapUpdate,
} from './calls/map-elements.ts';
import { mount, umount } from './calls/mount.ts';
import { setns, unshare } from './calls/namespaces.ts';
import { objGet, objPin } from './calls/obj-pin.ts';
import { btfLoad, byNumber, enableStats, progTestRun, taskFdQuery } from './calls/opaque.ts';
import {
  capset,
  exec,
  exit,
  fork,
  kill,
  setrlimit,
  spawn,
  sysctl,
  umask,
} from './calls/process.ts';
import { progAttach } from './calls/prog-attach.ts';
import { progBindMap } from './calls/prog-bind-map.ts';
import { progDetach } from './calls/prog-detach.ts';
import { progLoad } from './calls/prog-load.ts';
import { progQuery } from './calls/prog-query.ts';
import { fsmount, tokenCreate } from './calls/token.ts';
import { openDirectory } from './cgroupfs.ts';
import { type Decision, isRefused, refusal, refuse } from './decision.ts';
import type { Kernel } from './kernel.ts';
import { gate } from './privilege.ts';

/**
 * The answer to `call` when process `pid` makes it now.
 *
 * @param process its row, for who has looked it up already
 */
export function decide(
  kernel: Kernel,
  pid: number,
  call: Call,
  process = kernel.processes.get(pid),
): Decision {
  if (process === undefined) return refuse(refusal('ESRCH', 'no-such-process', { pid }));
  return answer({ kernel, process, opened: undefined, granted: undefined }, call);
}

/** The same of a caller as it is told, whose new fd has the number that it was granted. */
export function decideFor(caller: Omit<Caller, 'opened'>, call: Call): Decision {
  return answer({ ...caller, opened: undefined }, call);
}

/** The most frequent calls come first: docs/performance.md#a-switch-over-names */
function answer(caller: Caller, call: Call): Decision {
  switch (call.name) {
    case 'link_update':
      return passGate(caller, call, linkUpdate);
    case 'link_create':
      return onTarget(caller, call, linkCreate);
    case 'close':
      return close(caller, call);
    case 'prog_load':
      return passGate(caller, call, progLoad);
    case 'prog_attach':
      return onTarget(caller, call, progAttach);
    case 'prog_detach':
      return onTarget(caller, call, progDetach);
    case 'prog_query':
      return onTarget(caller, call, progQuery);
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
    case 'capset':
      return capset(caller, call);
    case 'setrlimit':
      return setrlimit(caller, call);
    case 'umask':
      return umask(caller, call);
    case 'sysctl':
      return sysctl(caller, call);
    case 'join':
      return join(caller, call);
    case 'open_cgroup':
      return openCgroup(caller, call);
    case 'open_other':
      return openOther(caller, call);
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
    case 'fsmount':
      return fsmount(caller, call);
    case 'token_create':
      return passGate(caller, call, tokenCreate);
    case 'umount':
      return umount(caller, call);
    case 'prog_bind_map':
      return passGate(caller, call, progBindMap);
    case 'link_detach':
      return passGate(caller, call, linkDetach);
    case 'foreign_link_create':
      return passGate(caller, call, foreignLinkCreate);
    case 'iter_create':
      return passGate(caller, call, iterCreate);
    case 'prog_test_run':
      return passGate(caller, call, progTestRun);
    case 'btf_load':
      return passGate(caller, call, btfLoad);
    case 'enable_stats':
      return passGate(caller, call, enableStats);
    case 'task_fd_query':
      return passGate(caller, call, taskFdQuery);
    case 'bpf':
      return passGate(caller, call, byNumber);
    case 'map_freeze':
      return passGate(caller, call, mapFreeze);
    case 'obj_pin':
      return passGate(caller, call, objPin);
    case 'obj_get':
      return passGate(caller, call, objGet);
    case 'obj_get_info_by_fd':
      return passGate(caller, call, objGetInfo);
    case 'prog_get_fd_by_id':
      return passGate(caller, call, (_, { prog_id: id, ...flags }) =>
        getFdById(caller, 'prog', { id, ...flags }),
      );
    case 'link_get_fd_by_id':
      return passGate(caller, call, (_, { link_id: id, ...flags }) =>
        getFdById(caller, 'link', { id, ...flags }),
      );
    case 'map_get_fd_by_id':
      return passGate(caller, call, (_, { map_id: id, ...flags }) =>
        getFdById(caller, 'map', { id, ...flags }),
      );
    case 'btf_get_fd_by_id':
      return passGate(caller, call, btfGetFdById);
    case 'prog_get_next_id':
      return passGate(caller, call, (_, { start_id }) => getNextId(caller, 'prog', start_id));
    case 'link_get_next_id':
      return passGate(caller, call, (_, { start_id }) => getNextId(caller, 'link', start_id));
    case 'map_get_next_id':
      return passGate(caller, call, (_, { start_id }) => getNextId(caller, 'map', start_id));
    case 'btf_get_next_id':
      return passGate(caller, call, (_, { start_id }) => getNextId(caller, 'btf', start_id));
    case 'map_create':
      return passGate(caller, call, mapCreate);
    case 'map_lookup_elem':
      return passGate(caller, call, mapLookup);
    case 'map_update_elem':
      return passGate(caller, call, mapUpdate);
    case 'map_delete_elem':
      return passGate(caller, call, mapDelete);
    case 'map_lookup_and_delete_elem':
      return passGate(caller, call, mapLookupAndDelete);
    case 'map_update_batch':
      return passGate(caller, call, mapUpdateBatch);
    case 'map_delete_batch':
      return passGate(caller, call, mapDeleteBatch);
    case 'map_lookup_batch':
    case 'map_lookup_and_delete_batch':
      return passGate(caller, call, mapLookupBatch);
    case 'map_get_next_key':
      return passGate(caller, call, mapNextKey);
    default:
      return call satisfies never;
  }
}

/** A command of bpf(2), which so goes through its gate: each has an attr of some size. */
function passGate<C extends AttrSized>(
  caller: Caller,
  call: C,
  made: (caller: Caller, call: C) => Decision,
): Decision {
  const refused = gate(caller, call.attr_size);
  return refused === undefined ? made(caller, call) : refuse(refused);
}

/**
 * The same with a cgroup as its target. `target_path` means open, call, close: the directory is
 * opened before bpf(2) is entered, and takes the lowest free number for the length of the call.
 */
function onTarget<C extends Target & AttrSized>(
  caller: Caller,
  call: C,
  made: (caller: Caller, call: C, target: number) => Decision,
): Decision {
  const path = call.target_path;
  if (path === undefined) {
    const refused = gate(caller, call.attr_size);
    return refused === undefined ? made(caller, call, call.target_fd ?? 0) : refuse(refused);
  }
  const fd = freeNumber(caller);
  if (fd === undefined) return refuse({ ...noFreeFd(caller), stage: 'open' });
  const cgroup = openDirectory(caller, path);
  if (isRefused(cgroup)) return refuse({ ...cgroup, stage: 'open' });
  const opened = { fd, file: { kind: 'cgroup', id: cgroup.id, refs: 1, top: false } } as const;
  const refused = gate(caller, call.attr_size);
  if (refused !== undefined) return refuse(refused);
  const { kernel, process, granted } = caller;
  return made({ kernel, process, opened, granted }, call, fd);
}
