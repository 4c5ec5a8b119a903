/** OBJ_PIN and OBJ_GET: semantics §15 (`bpf_obj_pin_user`, `bpf_obj_get_user`). */

import { readFd, readField } from '../attr.ts';
import { mayOpen, newName, nodeAt } from '../bpffs.ts';
import type { Calls } from '../call.ts';
import { type Caller, fileAt, lowestFree, noFreeFd } from '../caller.ts';
import { type Decision, isRefused, refusal, refuse, succeed } from '../decision.ts';
import { isObjectKind, type ObjectKind } from '../effect.ts';
import type { Kernel } from '../kernel.ts';
import type { Refusal } from '../outcome.ts';

const RDONLY = 8;
const WRONLY = 16;
const PATH_FD = 1 << 14;
/** Where path_fd stands in the attr. */
const PATH_FD_OFFSET = 16;
const AT_FDCWD = -100;
/** A pin is made 0600; the usual umask takes nothing from that. */
const PIN_MODE = 0o600;

export function objPin(caller: Caller, call: Calls['obj_pin']): Decision {
  const size = call.attr_size;
  const flags = readField(call.file_flags ?? 0, 12, 4, size);
  if ((flags & ~pathFlag(caller.kernel)) !== 0) {
    return refuse(refusal('EINVAL', 'flags-unknown', { flags }));
  }
  if ((flags & PATH_FD) === 0 && readFd(call.path_fd, PATH_FD_OFFSET, size) !== 0) {
    return refuse(refusal('EINVAL', 'path-fd-without-flag', {}));
  }
  const fd = readFd(call.bpf_fd, 8, size);
  const file = fileAt(caller, fd);
  if (file === undefined || !isObjectKind(file.kind)) {
    return refuse(refusal('EINVAL', 'pin-needs-bpf-object', { fd }));
  }
  const name = pathFdRefused(caller, call, flags) ?? newName(caller, call.path);
  if (isRefused(name)) return refuse(name);
  const { kind, id } = file as { kind: ObjectKind; id: number };
  const { key: path } = name.place;
  const { uid, umask } = caller.process;
  return succeed([{ type: 'PinCreated', path, kind, id, uid, mode: PIN_MODE & ~umask }]);
}

export function objGet(caller: Caller, call: Calls['obj_get']): Decision {
  const size = call.attr_size;
  const flags = readField(call.file_flags ?? 0, 12, 4, size);
  const known = RDONLY | WRONLY | pathFlag(caller.kernel);
  if ((flags & ~known) !== 0) return refuse(refusal('EINVAL', 'flags-unknown', { flags }));
  if ((flags & PATH_FD) === 0 && readFd(call.path_fd, PATH_FD_OFFSET, size) !== 0) {
    return refuse(refusal('EINVAL', 'path-fd-without-flag', {}));
  }
  if (readFd(call.bpf_fd, 8, size) !== 0) {
    return refuse(refusal('EINVAL', 'get-takes-no-fd', {}));
  }
  if ((flags & RDONLY) !== 0 && (flags & WRONLY) !== 0) {
    return refuse(refusal('EINVAL', 'rdonly-and-wronly', {}));
  }
  const unreached = pathFdRefused(caller, call, flags);
  return unreached === undefined ? openPin(caller, call.path, flags) : refuse(unreached);
}

function openPin(caller: Caller, path: string, flags: number): Decision {
  const seen = nodeAt(caller, path);
  if (isRefused(seen)) return refuse(seen);
  const { node } = seen;
  const access = { read: (flags & WRONLY) === 0, write: (flags & RDONLY) === 0 };
  if (!mayOpen(caller, node, access))
    return refuse(refusal('EACCES', 'pin-not-permitted', { path }));
  if (node.kind === 'dir') return refuse(refusal('EACCES', 'path-is-no-pin', { path }));
  const { id, kind } = node;
  const restricted = !access.read || !access.write;
  if (kind === 'link' && restricted && caller.kernel.switches.link_get_refuses_access_flags) {
    return refuse(refusal('EINVAL', 'link-has-no-access-mode', { path }));
  }
  const fd = lowestFree(caller);
  if (fd === undefined) return refuse(noFreeFd(caller));
  const limit =
    kind === 'map' && restricted ? ({ access: access.read ? 'read' : 'write' } as const) : {};
  return succeed([{ type: 'FdOpened', fd, kind, id, ...limit }], fd);
}

/**
 * The directory of a relative path has to be open. The path itself stands in the ledger as it was
 * walked to, so which directory it is says nothing more.
 */
function pathFdRefused(
  caller: Caller,
  call: Pick<Calls['obj_get'], 'path_fd' | 'attr_size'>,
  flags: number,
): Refusal | undefined {
  const fd = readFd(call.path_fd, PATH_FD_OFFSET, call.attr_size);
  if ((flags & PATH_FD) === 0 || call.path_fd === undefined || fd === AT_FDCWD) return undefined;
  const file = fileAt(caller, fd);
  if (file === undefined) return refusal('EBADF', 'fd-not-open', { fd });
  if (caller.kernel.mounts.get(file.id)?.delegation !== undefined && file.kind === 'other') {
    const what = 'a path from the top of a bpffs that no path leads to';
    return refusal('ENOTSUPP', 'not-modelled', { what });
  }
  if (file.kind === 'other' || file.kind === 'cgroup') return undefined;
  return refusal('ENOTDIR', 'path-fd-is-no-directory', { fd, kind: file.kind });
}

function pathFlag(kernel: Kernel): number {
  return kernel.switches.path_fd ? PATH_FD : 0;
}
