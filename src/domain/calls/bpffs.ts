/** Names on the bpffs: mkdir, rmdir, unlink, rename, chmod (semantics §15). */
import { badName, directoryOf, newNameRefused, nodeAt, removalRefused } from '../bpffs.ts';
import type { Calls } from '../call.ts';
import { type Caller, has } from '../caller.ts';
import { type Decision, isRefused, refusal, refuse, succeed } from '../decision.ts';
import type { Effect } from '../effect.ts';
import type { BpffsNode } from '../kernel.ts';
import { Lifetime } from '../lifetime.ts';
import type { Refusal } from '../outcome.ts';
import { isWithin } from '../path.ts';

export function bpffsMkdir(caller: Caller, call: Calls['bpffs_mkdir']): Decision {
  const refused = newNameRefused(caller, call.path);
  return refused === undefined
    ? succeed([{ type: 'DirectoryMade', path: call.path }])
    : refuse(refused);
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
  const { path, to } = call;
  const unreached = unreachable(caller, call);
  if (unreached !== undefined) return refuse(unreached);
  const node = nodeAt(caller, path);
  if (isRefused(node)) return refuse(node);
  const replaced = caller.kernel.bpffs.get(to);
  const refused = renameRefused(caller, call, node, replaced);
  if (refused !== undefined) return refuse(refused);
  if (path === to) return succeed();
  const removed = replaced === undefined ? [] : replaceNode(caller, to, replaced);
  return succeed([...removed, { type: 'PathMoved', path, to }]);
}

/** The kernel walks to both directories before it looks up either name (`do_renameat2`). */
function unreachable(caller: Caller, { path, to }: Calls['rename']): Refusal | undefined {
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
  { path, to }: Calls['rename'],
  node: BpffsNode,
  replaced: BpffsNode | undefined,
): Refusal | undefined {
  const bad = replaced === undefined ? badName(caller, to) : undefined;
  if (bad !== undefined) return bad;
  if (path === to) return undefined;
  if (isWithin(to, path)) return refusal('EINVAL', 'rename-into-itself', { path, to });
  // The new name is an ancestor of the old one, so it cannot be empty (lock_rename).
  if (isWithin(path, to)) return refusal('ENOTEMPTY', 'directory-not-empty', { path: to });
  const refused = removalRefused(caller, path) ?? removalRefused(caller, to);
  if (refused !== undefined || replaced === undefined) return refused;
  if (node.kind === 'dir' && replaced.kind !== 'dir') {
    return refusal('ENOTDIR', 'not-a-directory', { path: to });
  }
  if (node.kind !== 'dir' && replaced.kind === 'dir') {
    return refusal('EISDIR', 'is-a-directory', { path: to });
  }
  if (replaced.kind === 'dir' && hasChildren(caller, to)) {
    return refusal('ENOTEMPTY', 'directory-not-empty', { path: to });
  }
  return undefined;
}

function replaceNode(caller: Caller, path: string, node: BpffsNode): Effect[] {
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
  const { uid } = caller.process;
  // CAP_FOWNER is not among the modelled capabilities: root may, and so may the owner.
  if (uid !== 0 && uid !== node.uid && !has(caller, 'sys_admin')) {
    return refuse(refusal('EPERM', 'not-the-owner', { path, uid }));
  }
  return succeed([{ type: 'ModeChanged', path, mode: mode & 0o7777 }]);
}

function hasChildren(caller: Caller, path: string): boolean {
  for (const name of caller.kernel.bpffs.keys()) {
    if (name !== path && isWithin(name, path)) return true;
  }
  return false;
}
