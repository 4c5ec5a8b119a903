/**
 * `decide`: what the kernel answers to a call, and what follows. It reads the state and changes
 * nothing; it is total and deterministic.
 */
import type { Call, CallOf, Calls, Target } from './call.ts';
import { type Caller, lowestFree, noFreeFd } from './caller.ts';
import { bpffsMkdir, bpffsRmdir, chmod, rename, unlink } from './calls/bpffs.ts';
import { join, mkdir, rmdir } from './calls/cgroup.ts';
import { close, dup, dup2, openCgroup, openOther, recvFd, sendFd } from './calls/fd.ts';
import { getFdById, getNextId, objGetInfo, unknownCommand } from './calls/ids.ts';
import { linkCreate } from './calls/link-create.ts';
import { linkDetach } from './calls/link-detach.ts';
import { linkUpdate } from './calls/link-update.ts';
import { mapCreate, progBindMap } from './calls/map-create.ts';
import { mapDelete, mapLookup, mapNextKey, mapUpdate } from './calls/map-elements.ts';
import { objGet, objPin } from './calls/obj-pin.ts';
import { capset, exec, exit, fork, setrlimit, spawn } from './calls/process.ts';
import { progAttach } from './calls/prog-attach.ts';
import { progDetach } from './calls/prog-detach.ts';
import { progLoad } from './calls/prog-load.ts';
import { progQuery } from './calls/prog-query.ts';
import { type Decision, refusal, refuse } from './decision.ts';
import type { Kernel } from './kernel.ts';
import { gate } from './privilege.ts';

/** The answer to `call` when process `pid` makes it now. */
export function decide(kernel: Kernel, pid: number, call: Call): Decision {
  const process = kernel.processes.get(pid);
  if (process === undefined) return refuse(refusal('ESRCH', 'no-such-process', { pid }));
  return answer({ kernel, process, opened: undefined }, call);
}

function answer(caller: Caller, call: Call): Decision {
  switch (call.name) {
    case 'spawn':
      return spawn(caller, call);
    case 'fork':
      return fork(caller, call);
    case 'exec':
      return exec(caller, call);
    case 'exit':
      return exit(caller);
    case 'capset':
      return capset(caller, call);
    case 'setrlimit':
      return setrlimit(call);
    case 'join':
      return join(caller, call);
    case 'open_cgroup':
      return openCgroup(caller, call);
    case 'open_other':
      return openOther(caller);
    case 'close':
      return close(caller, call);
    case 'dup':
      return dup(caller, call);
    case 'dup2':
      return dup2(caller, call);
    case 'send_fd':
      return sendFd(caller, call);
    case 'recv_fd':
      return recvFd(caller);
    case 'mkdir':
      return mkdir(caller, call);
    case 'rmdir':
      return rmdir(caller, call);
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
    default:
      return command(caller, call);
  }
}

/** The calls that go through bpf(2), and so through its gate. */
type Command = Exclude<Call, CallOf<Exclude<keyof Calls, CommandName>>>;
type CommandName = Extract<
  keyof Calls,
  `prog_${string}` | `link_${string}` | `map_${string}` | `obj_${string}`
>;

function command(caller: Caller, call: Command): Decision {
  // A directory opened for the call is opened before bpf(2) is entered.
  if (call.name === 'prog_attach') return onTarget(caller, call, progAttach);
  if (call.name === 'prog_detach') return onTarget(caller, call, progDetach);
  if (call.name === 'prog_query') return onTarget(caller, call, progQuery);
  if (call.name === 'link_create') return onTarget(caller, call, linkCreate);
  const gated = gate(caller);
  if (gated !== undefined) return refuse(gated);
  switch (call.name) {
    case 'prog_load':
      return progLoad(caller, call);
    case 'prog_bind_map':
      return caller.kernel.switches.prog_bind_map
        ? progBindMap(caller, call)
        : unknownCommand(call.name);
    case 'link_update':
      return linkUpdate(caller, call);
    case 'link_detach':
      return caller.kernel.switches.link_detach
        ? linkDetach(caller, call)
        : unknownCommand(call.name);
    case 'obj_pin':
      return objPin(caller, call);
    case 'obj_get':
      return objGet(caller, call);
    case 'obj_get_info_by_fd':
      return objGetInfo(caller, call);
    case 'prog_get_fd_by_id':
      return getFdById(caller, 'prog', call.prog_id);
    case 'link_get_fd_by_id':
      return getFdById(caller, 'link', call.link_id);
    case 'map_get_fd_by_id':
      return getFdById(caller, 'map', call.map_id);
    case 'prog_get_next_id':
      return getNextId(caller, 'prog', call.start_id);
    case 'link_get_next_id':
      return getNextId(caller, 'link', call.start_id);
    case 'map_get_next_id':
      return getNextId(caller, 'map', call.start_id);
    case 'map_create':
      return mapCreate(caller, call);
    case 'map_lookup_elem':
      return mapLookup(caller, call);
    case 'map_update_elem':
      return mapUpdate(caller, call);
    case 'map_delete_elem':
      return mapDelete(caller, call);
    case 'map_get_next_key':
      return mapNextKey(caller, call);
    default:
      return call satisfies never;
  }
}

/**
 * A call with a cgroup as its target. `target_path` stands for open, call, close: the directory
 * takes the lowest free number for the length of the call.
 */
function onTarget<C extends Target>(
  caller: Caller,
  call: C,
  made: (caller: Caller, call: C, target: number) => Decision,
): Decision {
  const path = call.target_path;
  if (path === undefined) {
    const gated = gate(caller);
    return gated === undefined ? made(caller, call, call.target_fd ?? 0) : refuse(gated);
  }
  const fd = lowestFree(caller);
  if (fd === undefined) return refuse({ ...noFreeFd(caller), stage: 'open' });
  const id = caller.kernel.cgroupIds.get(path);
  if (id === undefined)
    return refuse({ ...refusal('ENOENT', 'no-such-cgroup', { path }), stage: 'open' });
  const opened = { fd, file: { kind: 'cgroup', id, refs: 1 } } as const;
  const gated = gate(caller);
  if (gated !== undefined) return refuse(gated);
  return made({ kernel: caller.kernel, process: caller.process, opened }, call, fd);
}
