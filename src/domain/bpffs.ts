/**
 * The bpffs as a file system: what names lead to, and who may read, write, make and remove them (semantics §15;
 * `bpf_obj_do_pin`, `bpf_inode_ops` in kernel/bpf/inode.c; the VFS's permission rules).
 */
import {
  badName,
  callersTop,
  directoryOf,
  enter,
  lookAt,
  type NodeAtName,
  outside,
  type Reached,
} from './bpffs-walk.ts';
import type { Caller } from './caller.ts';
import { isRefused, refusal } from './decision.ts';
import { mayAccess, owns, READ, SEARCH, STICKY, WRITE } from './file-access.ts';
import type { BpffsNode } from './kernel.ts';
import { below, crossMounts, isBound, isMountPoint, type MountedName, treesAt } from './mounts.ts';
import type { Refusal } from './outcome.ts';
import { baseName, parentPath } from './path.ts';

/** Whether the caller may open a node for reading, writing or both. */
export function mayOpen(
  caller: Caller,
  node: BpffsNode,
  access: { readonly read: boolean; readonly write: boolean },
): boolean {
  return mayAccess(caller, node, (access.read ? READ : 0) | (access.write ? WRITE : 0));
}

/** What a path leads to, over symlinks and with what is mounted there; the top is a directory. */
export function nodeAt(caller: Caller, path: string): Reached | Refusal {
  if (path === '/') return topNode(caller) as Reached | Refusal;
  const walk = { links: 0 };
  const directory = directoryOf(caller, path, walk);
  if (isRefused(directory)) return directory;
  const name = below(directory.place, baseName(path));
  const place = enter(caller, directory.place, name, { walk, at: path, isLast: true });
  return isRefused(place) ? place : (lookAt(caller, place, path) as Reached | Refusal);
}

/** What a path names, with what is mounted there: a symlink itself. */
export function nodeUnfollowed(caller: Caller, path: string): NodeAtName | Refusal {
  if (path === '/') return topNode(caller);
  const name = nameAt(caller, path);
  return isRefused(name) ? name : lookAt(caller, crossMounts(caller.kernel, name.place), path);
}

/** What a path names itself, below what is mounted there: what calls on names are about. */
export function nodeBelowMounts(caller: Caller, path: string): NodeAtName | Refusal {
  if (path === '/') return topNode(caller);
  const name = nameAt(caller, path);
  return isRefused(name) ? name : lookAt(caller, name.place, path);
}

/** Where the last name of a path stands, whether or not there is something. */
export function nameAt(caller: Caller, path: string): { readonly place: MountedName } | Refusal {
  const directory = directoryOf(caller, path);
  if (isRefused(directory)) return directory;
  return { place: below(directory.place, baseName(path)) };
}

function topNode(caller: Caller): NodeAtName | Refusal {
  const place = callersTop(caller);
  const node = place && caller.kernel.bpffs.get(place.key);
  if (place !== undefined && node !== undefined) return { place, node };
  const what = 'the directory that no bpffs is mounted on any more';
  return refusal('ENOTSUPP', 'not-modelled', { what });
}

/** Where a new name can be made, or why it cannot. */
export function newName(caller: Caller, path: string): { readonly place: MountedName } | Refusal {
  const name = newNameReached(caller, path);
  if (isRefused(name)) return name;
  return newNameForbidden(caller, path) ?? name;
}

/** Where a name is that may be made; refused for its way, itself, or what it names already. */
export function newNameReached(
  caller: Caller,
  path: string,
): { readonly place: MountedName } | Refusal {
  if (path === '/') return refusal('EEXIST', 'path-exists', { path });
  const isOutside = callersTop(caller) === undefined && parentPath(path) === '/';
  if (isOutside) return outside(path, 'EPERM');
  const name = nameAt(caller, path);
  if (isRefused(name)) return name;
  if (baseName(path) === '') return refusal('ENOENT', 'no-such-path', { path });
  if (caller.kernel.bpffs.has(name.place.key)) return refusal('EEXIST', 'path-exists', { path });
  // The name is looked up, and a bad one refused, before the directory's permissions count.
  return badName(caller, name.place, path) ?? name;
}

/** Why the caller may make no name in the directory of a path, which exists. */
export function newNameForbidden(caller: Caller, path: string): Refusal | undefined {
  const directory = directoryOf(caller, path);
  if (isRefused(directory)) return directory;
  if (mayAccess(caller, directory.node, WRITE | SEARCH)) return undefined;
  return refusal('EACCES', 'directory-not-writable', { path: parentPath(path) });
}

/** Why a name cannot be taken out of its directory (`may_delete`). */
export function removalRefused(
  caller: Caller,
  path: string,
  node: BpffsNode | undefined,
): Refusal | undefined {
  const directory = directoryOf(caller, path);
  if (isRefused(directory)) return directory;
  if (!mayAccess(caller, directory.node, WRITE | SEARCH)) {
    return refusal('EACCES', 'directory-not-writable', { path: parentPath(path) });
  }
  if (node === undefined || (directory.node.mode & STICKY) === 0) return undefined;
  if (owns(caller, node) || owns(caller, directory.node)) return undefined;
  return refusal('EPERM', 'directory-is-sticky', { path });
}

/** Why a name that may be taken away stays: it is a mount point, or seen by a mount of its own. */
export function busyRefused(
  caller: Caller,
  { key }: MountedName,
  path: string,
): Refusal | undefined {
  const { kernel, process } = caller;
  if (isMountPoint(kernel, key, process.namespaces.mount))
    return refusal('EBUSY', 'mount-point', { path });
  if (isBound(kernel, key)) {
    return refusal('ENOTSUPP', 'not-modelled', { what: `the end of ${path}, which is bound` });
  }
  // What is open there keeps seeing what is mounted below (UMOUNT_CONNECTED).
  const going = treesAt(kernel, key);
  const carrying = new Set(going.map(({ parent }) => parent));
  if (!going.some(({ id, refs }) => refs > 1 && carrying.has(id))) return undefined;
  const what = `the end of ${path}, on which another namespace has mounts in which directories are open`;
  return refusal('ENOTSUPP', 'not-modelled', { what });
}

/** Whether a directory may get another parent: its `..` is written. */
export function mayMoveDirectory(caller: Caller, node: BpffsNode): boolean {
  return mayAccess(caller, node, WRITE);
}
