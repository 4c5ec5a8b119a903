/**
 * A bpffs that delegates, and its tokens (6.9; kernel/bpf/inode.c, kernel/bpf/token.c; semantics §30).
 */
import type { Calls } from '../call.ts';
import { type Caller, fileAt, has, lowestFree, noFreeFd } from '../caller.ts';
import { type Decision, refusal, refuse, succeed, unknownCommand } from '../decision.ts';
import { mayAccess, READ } from '../file-access.ts';
import type { Delegation } from '../mount-row.ts';
import { nextMount, topOfInstance } from '../mounts.ts';
import { HOSTS_NAMESPACE } from '../namespace-row.ts';
import { hasTokens, isEmptySet, setOf } from '../tokens.ts';
import { mayMount, newTop } from './mount.ts';

/**
 * fsopen(2), fsmount(2) and an open of the top by the caller, and in between the options of the bpffs by
 * a process with CAP_SYS_ADMIN of the host: options that delegate take it (`bpf_parse_param`), and so does
 * every new bpffs (`mount_capable`). The instance is of the caller's user namespace; no path leads to it.
 */
export function fsmount(caller: Caller, call: Calls['fsmount']): Decision {
  const { kernel, process } = caller;
  if (!mayMount(caller)) return refuse(refusal('EPERM', 'mount-needs-sys-admin', {}));
  const fd = lowestFree(caller);
  if (fd === undefined) return refuse(noFreeFd(caller));
  const { by_pid = process.pid, mode } = call;
  const by = kernel.processes.get(by_pid);
  if (by === undefined) return refuse(refusal('ESRCH', 'no-such-process', { pid: by_pid }));
  if (!has({ ...caller, process: by }, 'sys_admin')) {
    return refuse(refusal('EPERM', 'bpffs-needs-sys-admin', { pid: by_pid }));
  }
  const mount_id = nextMount(kernel);
  const root = topOfInstance(mount_id);
  const top = newTop(caller, root, mode);
  const { uid } = process;
  if (!mayAccess(caller, { uid, mode: top.mode }, READ)) {
    return refuse(refusal('EACCES', 'directory-not-readable', { path: '/' }));
  }
  const delegation = { user_id: process.namespaces.user, ...delegationOf(caller, call) };
  return succeed(
    [
      top,
      { type: 'BpffsDelegated', mount_id, root, ...delegation },
      { type: 'FdOpened', fd, kind: 'other', id: mount_id, top: true },
    ],
    fd,
  );
}

/** What is delegated; kernels without tokens pass over options that they do not know. */
function delegationOf({ kernel }: Caller, call: Calls['fsmount']): Omit<Delegation, 'user'> {
  const told = hasTokens(kernel.switches) ? call : {};
  return {
    cmds: setOf(told.delegate_cmds),
    maps: setOf(told.delegate_maps),
    progs: setOf(told.delegate_progs),
    attachs: setOf(told.delegate_attachs),
  };
}

const TOKEN_CREATE = 36;

/** `bpf_token_create`. CAP_SYS_ADMIN does not stand in for CAP_BPF here. */
export function tokenCreate(caller: Caller, call: Calls['token_create']): Decision {
  const { kernel, process } = caller;
  if (kernel.switches.bpf_command_count <= TOKEN_CREATE) return unknownCommand('token_create');
  const { bpffs_fd: at = 0, flags = 0 } = call;
  if (flags !== 0) return refuse(refusal('EINVAL', 'flags-unknown', { flags }));
  const file = fileAt(caller, at);
  if (file === undefined) return refuse(refusal('EBADF', 'fd-not-open', { fd: at }));
  if (!file.top) return refuse(refusal('EINVAL', 'no-top-of-a-bpffs', { fd: at, kind: file.kind }));
  // A bpffs of mount(2) delegates nothing.
  const delegation: Partial<Delegation> = kernel.mounts.get(file.id)?.delegation ?? {};
  const { user = HOSTS_NAMESPACE, ...sets } = delegation;
  if (process.namespaces.user !== user) {
    return refuse(refusal('EPERM', 'bpffs-of-other-users', { fd: at, user_id: user }));
  }
  if (!has(caller, 'bpf', user)) return refuse(refusal('EPERM', 'token-needs-bpf', {}));
  if (user === HOSTS_NAMESPACE) return refuse(refusal('EOPNOTSUPP', 'no-token-of-the-host', {}));
  if (Object.values(sets).every((set) => isEmptySet(set))) {
    return refuse(refusal('ENOENT', 'nothing-is-delegated', { fd: at }));
  }
  const fd = lowestFree(caller);
  if (fd === undefined) return refuse(noFreeFd(caller));
  return succeed([{ type: 'FdOpened', fd, kind: 'token', id: file.id }], fd);
}
