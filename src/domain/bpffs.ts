/**
 * The bpffs as a file system: walking a path, and who may read and write what (semantics §15;
 * `bpf_obj_do_pin`, `bpf_inode_ops` in kernel/bpf/inode.c; the VFS's permission rules).
 */
import type { Caller } from './caller.ts';
import { isRefused, refusal } from './decision.ts';
import { mayAccess, owns, READ, SEARCH, STICKY, WRITE } from './file-access.ts';
import type { BpffsNode } from './kernel.ts';
import type { Refusal } from './outcome.ts';
import { baseName, parentPath } from './path.ts';

/** Longest component of a path, in bytes (NAME_MAX). */
const COMPONENT_BYTES_MAX = 255;

/** Whether the caller may open a node for reading, writing or both. */
export function mayOpen(
  caller: Caller,
  node: BpffsNode,
  access: { readonly read: boolean; readonly write: boolean },
): boolean {
  return mayAccess(caller, node, (access.read ? READ : 0) | (access.write ? WRITE : 0));
}

/** The directory of the last component of a path, if the caller may search every directory on the way. */
export function directoryOf(caller: Caller, path: string): BpffsNode | Refusal {
  const { bpffs } = caller.kernel;
  const parent = parentPath(path);
  const steps = parent === '/' ? [] : parent.slice(1).split('/');
  let at = '';
  for (let i = 0; i <= steps.length; i++) {
    const node = bpffs.get(at === '' ? '/' : at);
    if (node === undefined) return missing(caller, at);
    if (node.kind !== 'dir') return refusal('ENOTDIR', 'not-a-directory', { path: at });
    if (!mayAccess(caller, node, SEARCH)) {
      return refusal('EACCES', 'directory-not-searchable', { path: at === '' ? '/' : at });
    }
    if (i === steps.length) return node;
    const step = steps[i] ?? '';
    at = `${at}/${step}`;
  }
  throw new Error('unreachable: the walk ends at the directory');
}

/** The node at a path; the top is a directory. */
export function nodeAt(caller: Caller, path: string): BpffsNode | Refusal {
  const directory = directoryOf(caller, path);
  if (isRefused(directory)) return directory;
  return caller.kernel.bpffs.get(path) ?? missing(caller, path);
}

/**
 * The errno of a lookup of a missing name. bpffs reserves names with a dot
 * (`bpf_lookup`), so even asking for one is EPERM, unless its directory has no mode bit at all.
 */
function missing(caller: Caller, path: string): Refusal {
  return badName(caller, path) ?? refusal('ENOENT', 'no-such-path', { path });
}

/** Why a name that is not there cannot be one; its directory exists. */
export function badName(caller: Caller, path: string): Refusal | undefined {
  const directory = caller.kernel.bpffs.get(parentPath(path));
  const name = baseName(path);
  if (name.includes('.') && directory?.mode !== 0) {
    return refusal('EPERM', 'name-with-dot', { path });
  }
  if (!componentTooLong(name)) return undefined;
  return refusal('ENAMETOOLONG', 'component-too-long', { path });
}

/** Why a new name cannot be made at a path. */
export function newNameRefused(caller: Caller, path: string): Refusal | undefined {
  return newNameUnreached(caller, path) ?? newNameForbidden(caller, path);
}

/** Why a name cannot be one that is made: its way, itself, or what it names already. */
export function newNameUnreached(caller: Caller, path: string): Refusal | undefined {
  if (path === '/') return refusal('EEXIST', 'path-exists', { path });
  const directory = directoryOf(caller, path);
  if (isRefused(directory)) return directory;
  const name = baseName(path);
  if (name === '') return refusal('ENOENT', 'no-such-path', { path });
  if (caller.kernel.bpffs.has(path)) return refusal('EEXIST', 'path-exists', { path });
  // The name is looked up, and a bad one refused, before the directory's permissions count.
  return badName(caller, path);
}

/** Why the caller may make no name in the directory of a path, which exists. */
export function newNameForbidden(caller: Caller, path: string): Refusal | undefined {
  const directory = directoryOf(caller, path);
  if (isRefused(directory)) return directory;
  if (mayAccess(caller, directory, WRITE)) return undefined;
  return refusal('EACCES', 'directory-not-writable', { path: parentPath(path) });
}

/** Why a name cannot be taken out of its directory (`may_delete`). */
export function removalRefused(
  caller: Caller,
  path: string,
  node: BpffsNode | undefined = caller.kernel.bpffs.get(path),
): Refusal | undefined {
  const directory = directoryOf(caller, path);
  if (isRefused(directory)) return directory;
  if (!mayAccess(caller, directory, WRITE)) {
    return refusal('EACCES', 'directory-not-writable', { path: parentPath(path) });
  }
  if (node === undefined || (directory.mode & STICKY) === 0) return undefined;
  if (owns(caller, node) || owns(caller, directory)) return undefined;
  return refusal('EPERM', 'directory-is-sticky', { path });
}

/** Whether a directory may get another parent: its `..` is written. */
export function mayMoveDirectory(caller: Caller, node: BpffsNode): boolean {
  return mayAccess(caller, node, WRITE);
}

function componentTooLong(name: string): boolean {
  if (name.length * 3 <= COMPONENT_BYTES_MAX) return false;
  let bytes = 0;
  for (const char of name) {
    const code = char.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes > COMPONENT_BYTES_MAX;
}
