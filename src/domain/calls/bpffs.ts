/** Names on the bpffs: mkdir, rmdir, unlink, rename, link, chmod, chown (semantics §15). */
import {
  badName,
  directoryOf,
  mayMoveDirectory,
  mayOpen,
  newNameForbidden,
  newNameRefused,
  newNameUnreached,
  nodeAt,
  removalRefused,
} from '../bpffs.ts';
import type { Calls } from '../call.ts';
import type { Caller } from '../caller.ts';
import { type Decision, isRefused, refusal, refuse, succeed } from '../decision.ts';
import type { Effect } from '../effect.ts';
import { mayGive, owns } from '../file-access.ts';
import type { BpffsNode } from '../kernel.ts';
import { Lifetime } from '../lifetime.ts';
import type { Refusal } from '../outcome.ts';
import { isWithin, parentPath } from '../path.ts';

/** Flags of renameat2(2). */
const NOREPLACE = 1;
const EXCHANGE = 2;

/** `bpf_mkdir`: the caller's, with its umask; permission bits and the sticky bit count. */
export function bpffsMkdir(caller: Caller, { path, mode }: Calls['bpffs_mkdir']): Decision {
  const refused = newNameRefused(caller, path);
  if (refused !== undefined) return refuse(refused);
  const { uid, umask } = caller.process;
  const bits = (mode ?? 0o777) & 0o1777 & ~umask;
  return succeed([
    {
      ...{ type: 'DirectoryMade', path },
      ...(uid !== 0 && { uid }),
      ...(bits !== 0o755 && { mode: bits }),
    },
  ]);
}

export function bpffsRmdir(caller: Caller, call: Calls['bpffs_rmdir']): Decision {
  const { path } = call;
  const node = nodeAt(caller, path);
  if (isRefused(node)) return refuse(node);
  if (path === '/') return refuse(refusal('EBUSY', 'mount-point', { path }));
  const refused = removalRefused(caller, path);
  if (refused !== undefined) return refuse(refused);
  if (node.kind !== 'dir') return refuse(refusal('ENOTDIR', 'not-a-directory', { path }));
  if (hasChildren(caller, path))
    return refuse(refusal('ENOTEMPTY', 'directory-not-empty', { path }));
  return succeed([{ type: 'DirectoryRemoved', path }]);
}

/** Removes the name and its reference; the object may end with it. */
export function unlink(caller: Caller, call: Calls['unlink']): Decision {
  const { path } = call;
  const node = nodeAt(caller, path);
  if (isRefused(node)) return refuse(node);
  const refused = removalRefused(caller, path);
  if (refused !== undefined) return refuse(refused);
  if (node.kind === 'dir') return refuse(refusal('EISDIR', 'is-a-directory', { path }));
  return succeed(removePin(caller, path, node, 'unpinned'));
}

/** Keeps the moved pin's reference and drops the one of a pin that stood at the new name. */
export function rename(caller: Caller, call: Calls['rename']): Decision {
  const { path, to, flags = 0 } = call;
  if (flags === (NOREPLACE | EXCHANGE)) {
    return refuse(refusal('EINVAL', 'flags-unknown', { flags }));
  }
  const unreached = unreachable(caller, call);
  if (unreached !== undefined) return refuse(unreached);
  const node = nodeAt(caller, path);
  if (isRefused(node)) return refuse(node);
  const replaced = caller.kernel.bpffs.get(to);
  const refused = renameRefused(caller, call, node, replaced);
  if (refused !== undefined) return refuse(refused);
  if (path === to || isSamePin(node, replaced)) return succeed();
  if (flags === EXCHANGE) return succeed([{ type: 'PathsExchanged', path, to }]);
  const removed = replaced === undefined ? [] : replacedAt(caller, to, replaced);
  return succeed([...removed, { type: 'PathMoved', path, to }]);
}

/** Two names of one pin: a rename of one onto the other does nothing, as POSIX has it. */
function isSamePin(node: BpffsNode, other: BpffsNode | undefined): boolean {
  return node.inode !== 0 && node.inode === other?.inode;
}

/** Both directories are walked to before either name is looked up (`do_renameat2`). */
function unreachable(
  caller: Caller,
  { path, to }: Pick<Calls['rename'], 'path' | 'to'>,
): Refusal | undefined {
  for (const name of [path, to]) {
    const directory = name === '/' ? undefined : directoryOf(caller, name);
    if (directory !== undefined && isRefused(directory)) return directory;
  }
  // The name of the top stands on the file system that the bpffs is mounted on.
  if ((path === '/') === (to === '/')) return undefined;
  return refusal('EXDEV', 'other-file-system', { path, to });
}

/** The checks of `do_renameat2`, then those of `vfs_rename`. */
function renameRefused(
  caller: Caller,
  { path, to, flags = 0 }: Calls['rename'],
  node: BpffsNode,
  replaced: BpffsNode | undefined,
): Refusal | undefined {
  const exchanges = flags === EXCHANGE;
  const bad = replaced === undefined ? badName(caller, to) : undefined;
  if (bad !== undefined) return bad;
  if (replaced !== undefined && flags === NOREPLACE) {
    return refusal('EEXIST', 'path-exists', { path: to });
  }
  if (replaced === undefined && exchanges) {
    return refusal('ENOENT', 'no-such-path', { path: to });
  }
  if (path === to) return undefined;
  if (isWithin(to, path)) return refusal('EINVAL', 'rename-into-itself', { path, to });
  if (isWithin(path, to)) {
    // The new name is an ancestor of the old one, so it cannot be empty (lock_rename).
    return exchanges
      ? refusal('EINVAL', 'rename-into-itself', { path: to, to: path })
      : refusal('ENOTEMPTY', 'directory-not-empty', { path: to });
  }
  if (isSamePin(node, replaced)) return undefined;
  return (
    removalRefused(caller, path) ??
    removalRefused(caller, to) ??
    (exchanges ? undefined : kindsDiffer(node, replaced, to)) ??
    moveForbidden(caller, { path, to, flags }, node, replaced) ??
    (!exchanges && replaced?.kind === 'dir' && hasChildren(caller, to)
      ? refusal('ENOTEMPTY', 'directory-not-empty', { path: to })
      : undefined)
  );
}

function kindsDiffer(
  node: BpffsNode,
  replaced: BpffsNode | undefined,
  to: string,
): Refusal | undefined {
  if (node.kind === 'dir' && replaced !== undefined && replaced.kind !== 'dir') {
    return refusal('ENOTDIR', 'not-a-directory', { path: to });
  }
  if (node.kind !== 'dir' && replaced?.kind === 'dir') {
    return refusal('EISDIR', 'is-a-directory', { path: to });
  }
  return undefined;
}

/** A directory that gets another parent must be writable itself. */
function moveForbidden(
  caller: Caller,
  { path, to, flags }: Calls['rename'],
  node: BpffsNode,
  replaced: BpffsNode | undefined,
): Refusal | undefined {
  if (parentPath(path) === parentPath(to)) return undefined;
  const moved = [{ path, node }];
  if (flags === EXCHANGE && replaced !== undefined) moved.push({ path: to, node: replaced });
  for (const { path, node } of moved) {
    if (node.kind === 'dir' && !mayMoveDirectory(caller, node)) {
      return refusal('EACCES', 'directory-not-writable', { path });
    }
  }
  return undefined;
}

/** A second name; whoever does not own the pin must be able to open it (`may_linkat`). */
export function link(caller: Caller, call: Calls['link']): Decision {
  const { path, to } = call;
  const node = nodeAt(caller, path);
  if (isRefused(node)) return refuse(node);
  const unreached = newNameUnreached(caller, to);
  if (unreached !== undefined) return refuse(unreached);
  const isSafe = node.kind !== 'dir' && mayOpen(caller, node, { read: true, write: true });
  if (!isSafe && !owns(caller, node)) {
    return refuse(refusal('EPERM', 'not-the-owner', { path, uid: caller.process.uid }));
  }
  const forbidden = newNameForbidden(caller, to);
  if (forbidden !== undefined) return refuse(forbidden);
  if (node.kind === 'dir') return refuse(refusal('EPERM', 'is-a-directory', { path }));
  return succeed([{ type: 'PinLinked', path, to }]);
}

/** chown(2) of the owner, and of the group that has its number, for groups are not modelled: to give a file away takes CAP_CHOWN, which only root has here. */
export function chown(caller: Caller, { path, uid }: Calls['chown']): Decision {
  const node = nodeAt(caller, path);
  if (isRefused(node)) return refuse(node);
  if (!mayGive(caller, node, uid)) {
    return refuse(refusal('EPERM', 'not-the-owner', { path, uid: caller.process.uid }));
  }
  return succeed([{ type: 'OwnerChanged', path, uid }]);
}

function replacedAt(caller: Caller, path: string, node: BpffsNode): Effect[] {
  if (node.kind === 'dir') return [{ type: 'DirectoryRemoved', path }];
  return removePin(caller, path, node, 'pin_replaced');
}

function removePin(
  caller: Caller,
  path: string,
  node: BpffsNode,
  reason: 'unpinned' | 'pin_replaced',
): Effect[] {
  const lifetime = new Lifetime(caller.kernel);
  if (node.kind !== 'dir') lifetime.drop(node.kind, node.id, reason);
  return [{ type: 'PinRemoved', path, reason }, ...lifetime.effects];
}

export function chmod(caller: Caller, call: Calls['chmod']): Decision {
  const { path, mode } = call;
  const node = nodeAt(caller, path);
  if (isRefused(node)) return refuse(node);
  if (!owns(caller, node)) {
    return refuse(refusal('EPERM', 'not-the-owner', { path, uid: caller.process.uid }));
  }
  return succeed([{ type: 'ModeChanged', path, mode: mode & 0o7777 }]);
}

function hasChildren(caller: Caller, path: string): boolean {
  for (const name of caller.kernel.bpffs.keys()) {
    if (name !== path && isWithin(name, path)) return true;
  }
  return false;
}
