/** Names on the bpffs: mkdir, rmdir, unlink, rename, link, symlink, chmod, chown (semantics §15). */
import {
  busyRefused,
  mayMoveDirectory,
  mayOpen,
  nameAt,
  newName,
  newNameForbidden,
  newNameReached,
  nodeAt,
  nodeBelowMounts,
  nodeUnfollowed,
  removalRefused,
} from '../bpffs.ts';
import { badName } from '../bpffs-walk.ts';
import type { Calls } from '../call.ts';
import type { Caller } from '../caller.ts';
import { type Decision, isRefused, refusal, refuse, succeed } from '../decision.ts';
import type { Effect } from '../effect.ts';
import { isPlain, modeAfterChown, modeSet, ownerAfterChown, owns } from '../file-access.ts';
import type { BpffsNode } from '../kernel.ts';
import { Lifetime } from '../lifetime.ts';
import { isMountPoint, type MountedName, OUTSIDE, treesAt } from '../mounts.ts';
import type { Refusal } from '../outcome.ts';
import { isWithin, parentPath } from '../path.ts';

/** Flags of renameat2(2). */
const NOREPLACE = 1;
const EXCHANGE = 2;

/** `bpf_mkdir`: the caller's, with its umask; permission bits and the sticky bit count. */
export function bpffsMkdir(caller: Caller, { path, mode }: Calls['bpffs_mkdir']): Decision {
  const name = newName(caller, path);
  if (isRefused(name)) return refuse(name);
  const { uid, umask } = caller.process;
  const bits = (mode ?? 0o777) & 0o1777 & ~umask;
  return succeed([
    {
      ...{ type: 'DirectoryMade', path: name.place.key },
      ...(uid !== 0 && { uid }),
      ...(bits !== 0o755 && { mode: bits }),
    },
  ]);
}

export function bpffsRmdir(caller: Caller, call: Calls['bpffs_rmdir']): Decision {
  const { path } = call;
  const seen = nodeBelowMounts(caller, path);
  if (isRefused(seen)) return refuse(seen);
  if (path === '/') return refuse(refusal('EBUSY', 'mount-point', { path }));
  const { place, node } = seen;
  const refused = removalRefused(caller, path, node);
  if (refused !== undefined) return refuse(refused);
  if (node.kind !== 'dir') return refuse(refusal('ENOTDIR', 'not-a-directory', { path }));
  const busy = busyRefused(caller, place, path);
  if (busy !== undefined) return refuse(busy);
  if (hasChildren(caller, place.key))
    return refuse(refusal('ENOTEMPTY', 'directory-not-empty', { path }));
  return succeed(removeName(caller, place.key, node, 'unpinned'));
}

/** Removes the name and its reference; the object may end with it. */
export function unlink(caller: Caller, call: Calls['unlink']): Decision {
  const { path } = call;
  const seen = nodeBelowMounts(caller, path);
  if (isRefused(seen)) return refuse(seen);
  const { place, node } = seen;
  const refused = removalRefused(caller, path, node);
  if (refused !== undefined) return refuse(refused);
  if (node.kind === 'dir') return refuse(refusal('EISDIR', 'is-a-directory', { path }));
  const busy = busyRefused(caller, place, path);
  if (busy !== undefined) return refuse(busy);
  return succeed(removeName(caller, place.key, node, 'unpinned'));
}

/** Keeps the moved pin's reference and drops the one of a pin that stood at the new name. */
export function rename(caller: Caller, call: Calls['rename']): Decision {
  const { path, to, flags = 0 } = call;
  if (flags === (NOREPLACE | EXCHANGE)) {
    return refuse(refusal('EINVAL', 'flags-unknown', { flags }));
  }
  if (path === '/' && to === '/') {
    return flags === NOREPLACE ? refuse(refusal('EEXIST', 'path-exists', { path })) : succeed();
  }
  const target = targetOf(caller, call);
  if (isRefused(target)) return refuse(target);
  const seen = nodeBelowMounts(caller, path);
  if (isRefused(seen)) return refuse(seen);
  const { node, place } = seen;
  const { key: into } = target.place;
  const replaced = caller.kernel.bpffs.get(into);
  const names = { call, from: { path, key: place.key }, to: { path: to, key: into } };
  const refused = renameRefused(caller, names, node, replaced);
  if (refused !== undefined) return refuse(refused);
  if (place.key === into || isSamePin(node, replaced)) return succeed();
  if (flags === EXCHANGE) return succeed([{ type: 'PathsExchanged', path: place.key, to: into }]);
  const removed = replaced === undefined ? [] : removeName(caller, into, replaced, 'pin_replaced');
  return succeed([...removed, { type: 'PathMoved', path: place.key, to: into }]);
}

/** Two names of one pin: a rename of one onto the other does nothing, as POSIX has it. */
function isSamePin(node: BpffsNode, other: BpffsNode | undefined): boolean {
  return node.inode !== 0 && node.inode === other?.inode;
}

/**
 * Where the new name of a rename is. Both directories are walked to before either name is looked
 * up, and have to be seen by one mount (`do_renameat2`).
 */
function targetOf(
  caller: Caller,
  { path, to }: Pick<Calls['rename'], 'path' | 'to'>,
): { readonly place: MountedName } | Refusal {
  const [from, target] = [nameOf(caller, path), nameOf(caller, to)];
  if (isRefused(from)) return from;
  if (isRefused(target)) return target;
  if (from.place.mount === target.place.mount) return target;
  return refusal('EXDEV', 'other-file-system', { path, to });
}

/** The name of the top stands on the file system that the bpffs is mounted on. */
function nameOf(caller: Caller, path: string): { readonly place: MountedName } | Refusal {
  if (path !== '/') return nameAt(caller, path);
  const top = nodeAt(caller, path);
  return isRefused(top) ? top : { place: OUTSIDE };
}

/** Two names of a rename: as they were told, and as they stand in the table of names. */
interface Names {
  readonly call: Pick<Calls['rename'], 'flags'>;
  readonly from: { readonly path: string; readonly key: string };
  readonly to: { readonly path: string; readonly key: string };
}

/** The checks of `do_renameat2`, then those of `vfs_rename`. */
function renameRefused(
  caller: Caller,
  names: Names,
  node: BpffsNode,
  replaced: BpffsNode | undefined,
): Refusal | undefined {
  const { from, to, call } = names;
  const { flags = 0 } = call;
  const exchanges = flags === EXCHANGE;
  const target = { mount: 0, key: to.key };
  const bad = replaced === undefined ? badName(caller, target, to.path) : undefined;
  if (bad !== undefined) return bad;
  if (replaced !== undefined && flags === NOREPLACE) {
    return refusal('EEXIST', 'path-exists', { path: to.path });
  }
  if (replaced === undefined && exchanges) {
    return refusal('ENOENT', 'no-such-path', { path: to.path });
  }
  if (from.key === to.key) return undefined;
  if (isWithin(to.key, from.key)) {
    return refusal('EINVAL', 'rename-into-itself', { path: from.path, to: to.path });
  }
  if (isWithin(from.key, to.key)) {
    // The new name is an ancestor of the old one, so it cannot be empty (lock_rename).
    return exchanges
      ? refusal('EINVAL', 'rename-into-itself', { path: to.path, to: from.path })
      : refusal('ENOTEMPTY', 'directory-not-empty', { path: to.path });
  }
  if (isSamePin(node, replaced)) return undefined;
  return (
    removalRefused(caller, from.path, node) ??
    removalRefused(caller, to.path, replaced) ??
    (exchanges ? undefined : kindsDiffer(node, replaced, to.path)) ??
    moveForbidden(caller, names, node, replaced) ??
    renameBusy(caller, names, exchanges ? undefined : replaced) ??
    (!exchanges && replaced?.kind === 'dir' && hasChildren(caller, to.key)
      ? refusal('ENOTEMPTY', 'directory-not-empty', { path: to.path })
      : undefined)
  );
}

/** Neither name may be a mount point; one that is bound elsewhere may move, but not end. */
function renameBusy(
  caller: Caller,
  { from, to }: Names,
  ends: BpffsNode | undefined,
): Refusal | undefined {
  const { mount: namespace } = caller.process.namespaces;
  for (const { key, path } of [from, to]) {
    if (isMountPoint(caller.kernel, key, namespace))
      return refusal('EBUSY', 'mount-point', { path });
  }
  return ends && busyRefused(caller, { mount: 0, key: to.key }, to.path);
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
  { from, to, call }: Names,
  node: BpffsNode,
  replaced: BpffsNode | undefined,
): Refusal | undefined {
  if (parentPath(from.key) === parentPath(to.key)) return undefined;
  const moved = [{ path: from.path, node }];
  if (call.flags === EXCHANGE && replaced !== undefined) {
    moved.push({ path: to.path, node: replaced });
  }
  for (const { path, node } of moved) {
    if (node.kind === 'dir' && !mayMoveDirectory(caller, node)) {
      return refusal('EACCES', 'directory-not-writable', { path });
    }
  }
  return undefined;
}

/** A name that leads to another, be it there or not: the caller's, whatever the umask (`bpf_symlink`). */
export function symlink(caller: Caller, { path, target }: Calls['symlink']): Decision {
  const name = newName(caller, path);
  if (isRefused(name)) return refuse(name);
  const { uid } = caller.process;
  const made = { type: 'SymlinkMade', path: name.place.key, target } as const;
  return succeed([uid === 0 ? made : { ...made, uid }]);
}

/** A second name; whoever does not own the pin must be able to open it (`may_linkat`). */
export function link(caller: Caller, call: Calls['link']): Decision {
  const { path, to } = call;
  const seen = nodeUnfollowed(caller, path);
  if (isRefused(seen)) return refuse(seen);
  const { node, place } = seen;
  const name = newNameReached(caller, to);
  if (isRefused(name)) return refuse(name);
  if (name.place.mount !== place.mount) {
    return refuse(refusal('EXDEV', 'other-file-system', { path, to }));
  }
  const isSafe =
    isPin(node) && isPlain(node.mode) && mayOpen(caller, node, { read: true, write: true });
  if (!isSafe && !owns(caller, node)) {
    return refuse(refusal('EPERM', 'not-the-owner', { path, uid: caller.process.uid }));
  }
  const forbidden = newNameForbidden(caller, to);
  if (forbidden !== undefined) return refuse(forbidden);
  if (node.kind === 'dir') return refuse(refusal('EPERM', 'is-a-directory', { path }));
  return succeed([{ type: 'PinLinked', path: place.key, to: name.place.key }]);
}

/**
 * chown(2) of the owner, and of the group that has its number, for groups are not modelled. What is no
 * directory is set-user-ID no more.
 */
export function chown(caller: Caller, { path, uid }: Calls['chown']): Decision {
  const seen = nodeAt(caller, path);
  if (isRefused(seen)) return refuse(seen);
  const was = seen.node;
  const mode = modeAfterChown(caller, was, { uid, isDirectory: was.kind === 'dir' });
  if (mode === undefined) {
    return refuse(refusal('EPERM', 'not-the-owner', { path, uid: caller.process.uid }));
  }
  const { key: name } = seen.place;
  return succeed([
    { type: 'OwnerChanged', path: name, uid: ownerAfterChown(was, uid) },
    ...(mode === was.mode ? [] : [{ type: 'ModeChanged', path: name, mode } as const]),
  ]);
}

/** Whether a name is neither a directory nor a symlink. */
function isPin({ kind }: BpffsNode): boolean {
  return kind !== 'dir' && kind !== 'symlink';
}

/** The end of a name; what other namespaces have mounted on it goes with it (`detach_mounts`). */
function removeName(
  caller: Caller,
  path: string,
  node: BpffsNode,
  reason: 'unpinned' | 'pin_replaced',
): Effect[] {
  const { kernel } = caller;
  if (node.kind === 'symlink') return [{ type: 'SymlinkRemoved', path }];
  const lifetime = new Lifetime(kernel);
  lifetime.unmount(treesAt(kernel, path));
  if (node.kind === 'dir') return [...lifetime.effects, { type: 'DirectoryRemoved', path }];
  lifetime.drop(node.kind, node.id, reason);
  return [{ type: 'PinRemoved', path, reason }, ...lifetime.effects];
}

export function chmod(caller: Caller, call: Calls['chmod']): Decision {
  const { path, mode } = call;
  const seen = nodeAt(caller, path);
  if (isRefused(seen)) return refuse(seen);
  if (!owns(caller, seen.node)) {
    return refuse(refusal('EPERM', 'not-the-owner', { path, uid: caller.process.uid }));
  }
  return succeed([
    { type: 'ModeChanged', path: seen.place.key, mode: modeSet(caller, seen.node, mode) },
  ]);
}

function hasChildren(caller: Caller, path: string): boolean {
  for (const name of caller.kernel.bpffs.keys()) {
    if (name !== path && isWithin(name, path)) return true;
  }
  return false;
}
