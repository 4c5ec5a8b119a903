/**
 * The bpffs as a file system: walking a path over mounts, and who may read and write what (semantics §15;
 * `bpf_obj_do_pin`, `bpf_inode_ops` in kernel/bpf/inode.c; the VFS's permission rules).
 */
import type { Caller } from './caller.ts';
import { isRefused, refusal } from './decision.ts';
import { mayAccess, owns, READ, SEARCH, STICKY, WRITE } from './file-access.ts';
import type { BpffsNode, Kernel } from './kernel.ts';
import {
  below,
  crossed,
  isBound,
  isMountPoint,
  type Place,
  parentPlace,
  topPlace,
} from './mounts.ts';
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

/** What stands under a name, and where that is. */
export interface Seen {
  readonly place: Place;
  readonly node: BpffsNode;
}

/** What a path leads to over all symlinks: a directory or a pin. */
export interface Reached extends Seen {
  readonly node: BpffsNode & { readonly kind: Exclude<BpffsNode['kind'], 'symlink'> };
}

/** Symlinks on one way at most (`MAXSYMLINKS`). */
const LINKS_MAX = 40;
/** Others write here, and take nobody else's names away. */
const SHARED = 0o1002;

/** A walk: how many symlinks it has followed. */
interface Walk {
  links: number;
}

/** The directory of the last component of a path, if the caller may search every directory on the way. */
function directoryOf(caller: Caller, path: string, walk: Walk = { links: 0 }): Seen | Refusal {
  const top = topPlace(caller.kernel);
  if (top === undefined) return outside(path, 'ENOENT');
  const parent = parentPath(path);
  const steps = parent === '/' ? [] : parent.slice(1).split('/');
  const seen = walked(caller, { place: top, at: '' }, steps, walk);
  if (isRefused(seen)) return seen;
  return notSearchable(caller, seen, parent) ?? seen;
}

/** Why the caller may look nothing up in what it came to. */
function notSearchable(caller: Caller, { node }: Seen, at: string): Refusal | undefined {
  if (node.kind !== 'dir') return refusal('ENOTDIR', 'not-a-directory', { path: at });
  if (mayAccess(caller, node, SEARCH)) return undefined;
  return refusal('EACCES', 'directory-not-searchable', { path: at === '' ? '/' : at });
}

/** Walks steps from a directory, over mounts and symlinks; `at` is the way so far, for sentences. */
function walked(
  caller: Caller,
  from: { readonly place: Place; readonly at: string },
  steps: readonly string[],
  walk: Walk,
): Reached | Refusal {
  const { kernel } = caller;
  let { place, at } = from;
  for (let i = 0; ; i++) {
    const node = kernel.bpffs.get(place.key);
    if (node === undefined) return missing(caller, place, at);
    if (i === steps.length) return { place, node: node as Reached['node'] };
    const closed = notSearchable(caller, { place, node }, at);
    if (closed !== undefined) return closed;
    const step = steps[i] ?? '';
    if (step === '.') continue;
    if (step === '..') {
      const above = parentPlace(kernel, place);
      if (above === undefined) return outOfLog(at);
      place = above;
      continue;
    }
    at = `${at}/${step}`;
    const reached = entered(caller, place, below(place, step), { walk, at, isLast: false });
    if (isRefused(reached)) return reached;
    place = reached;
  }
}

/** Where a name in a directory leads: what is mounted on it, or over a symlink. */
function entered(
  caller: Caller,
  directory: Place,
  name: Place,
  way: { readonly walk: Walk; readonly at: string; readonly isLast: boolean },
): Place | Refusal {
  const { kernel } = caller;
  const place = crossed(kernel, name);
  const link = kernel.bpffs.get(place.key);
  if (link?.kind !== 'symlink') return place;
  const { walk, at, isLast } = way;
  if (++walk.links > LINKS_MAX) {
    return refusal('ELOOP', 'too-many-symlinks', { path: at, limit: LINKS_MAX });
  }
  if (isLast && isRestricted(caller, kernel.bpffs.get(directory.key), link)) {
    const what = `the symlink ${at} of another, which fs.protected_symlinks may close`;
    return refusal('ENOTSUPP', 'not-modelled', { what });
  }
  const { target } = link;
  const start = target.startsWith('/') ? topPlace(kernel) : directory;
  if (start === undefined) throw new Error('impossible state: a symlink on no bpffs');
  const steps = target.split('/').filter((step) => step !== '');
  const last = isLast ? steps.pop() : undefined;
  const above = walked(caller, { place: start, at }, steps, walk);
  if (isRefused(above)) return above;
  const seen = last === undefined ? above : lastOf(caller, above, last, way);
  if (isRefused(seen) || !target.endsWith('/') || seen.node.kind === 'dir') {
    return isRefused(seen) ? seen : seen.place;
  }
  return refusal('ENOTDIR', 'not-a-directory', { path: at });
}

/** The last step of a symlink that is itself the last of a way. */
function lastOf(
  caller: Caller,
  directory: Seen,
  step: string,
  way: { readonly walk: Walk; readonly at: string; readonly isLast: boolean },
): Seen | Refusal {
  const { walk, at } = way;
  if (step === '.' || step === '..') {
    return walked(caller, { place: directory.place, at }, [step], walk);
  }
  const closed = notSearchable(caller, directory, at);
  if (closed !== undefined) return closed;
  const name = below(directory.place, step);
  const place = entered(caller, directory.place, name, way);
  if (isRefused(place)) return place;
  return seenAt(caller, place, `${at}/${step}`);
}

/** `may_follow_link`, where fs.protected_symlinks is 1: in a directory like /tmp only one's own, or its owner's. */
function isRestricted(
  { process }: Caller,
  directory: BpffsNode | undefined,
  link: BpffsNode,
): boolean {
  if (directory === undefined || (directory.mode & SHARED) !== SHARED) return false;
  return link.uid !== process.uid && link.uid !== directory.uid;
}

function outOfLog(at: string): Refusal {
  const what = `a symlink that leads out of the log's bpffs at ${at === '' ? '/' : at}`;
  return refusal('ENOTSUPP', 'not-modelled', { what });
}

/** What a path leads to, over symlinks and with what is mounted there; the top is a directory. */
export function nodeAt(caller: Caller, path: string): Reached | Refusal {
  if (path === '/') return topNode(caller.kernel) as Reached | Refusal;
  const walk = { links: 0 };
  const directory = directoryOf(caller, path, walk);
  if (isRefused(directory)) return directory;
  const name = below(directory.place, baseName(path));
  const place = entered(caller, directory.place, name, { walk, at: path, isLast: true });
  return isRefused(place) ? place : (seenAt(caller, place, path) as Reached | Refusal);
}

/** What a path names, with what is mounted there: a symlink itself. */
export function unfollowedAt(caller: Caller, path: string): Seen | Refusal {
  if (path === '/') return topNode(caller.kernel);
  const name = nameAt(caller, path);
  return isRefused(name) ? name : seenAt(caller, crossed(caller.kernel, name.place), path);
}

/** What a path names itself, below what is mounted there: what calls on names are about. */
export function namedAt(caller: Caller, path: string): Seen | Refusal {
  if (path === '/') return topNode(caller.kernel);
  const name = nameAt(caller, path);
  return isRefused(name) ? name : seenAt(caller, name.place, path);
}

/** Where the last name of a path stands, whether or not there is something. */
export function nameAt(caller: Caller, path: string): { readonly place: Place } | Refusal {
  const directory = directoryOf(caller, path);
  if (isRefused(directory)) return directory;
  return { place: below(directory.place, baseName(path)) };
}

/** What is said of a path where no bpffs is mounted any more: its first name is not there. */
function outside(path: string, errno: 'ENOENT' | 'EPERM'): Refusal {
  const [, first = ''] = path.split('/');
  if (componentTooLong(first)) {
    return refusal('ENAMETOOLONG', 'component-too-long', { path });
  }
  return refusal(errno, errno === 'EPERM' ? 'not-on-a-bpffs' : 'no-such-path', { path });
}

function topNode(kernel: Kernel): Seen | Refusal {
  const place = topPlace(kernel);
  const node = place && kernel.bpffs.get(place.key);
  if (place !== undefined && node !== undefined) return { place, node };
  const what = 'the directory that no bpffs is mounted on any more';
  return refusal('ENOTSUPP', 'not-modelled', { what });
}

function seenAt(caller: Caller, place: Place, path: string): Seen | Refusal {
  const node = caller.kernel.bpffs.get(place.key);
  return node === undefined ? missing(caller, place, path) : { place, node };
}

/**
 * The errno of a lookup of a missing name. bpffs reserves names with a dot
 * (`bpf_lookup`), so even asking for one is EPERM, unless its directory has no mode bit at all.
 */
function missing(caller: Caller, place: Place, path: string): Refusal {
  return badName(caller, place, path) ?? refusal('ENOENT', 'no-such-path', { path });
}

/** Why a name that is not there cannot be one; its directory exists. */
export function badName(caller: Caller, { key }: Place, path: string): Refusal | undefined {
  const directory = caller.kernel.bpffs.get(parentPath(key));
  const name = baseName(path);
  if (name.includes('.') && directory?.mode !== 0) {
    return refusal('EPERM', 'name-with-dot', { path });
  }
  if (!componentTooLong(name)) return undefined;
  return refusal('ENAMETOOLONG', 'component-too-long', { path });
}

/** Where a new name can be made, or why it cannot. */
export function newName(caller: Caller, path: string): { readonly place: Place } | Refusal {
  const name = newNameReached(caller, path);
  if (isRefused(name)) return name;
  return newNameForbidden(caller, path) ?? name;
}

/** Where a name is that may be made; refused for its way, itself, or what it names already. */
export function newNameReached(caller: Caller, path: string): { readonly place: Place } | Refusal {
  if (path === '/') return refusal('EEXIST', 'path-exists', { path });
  const isOutside = topPlace(caller.kernel) === undefined && parentPath(path) === '/';
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
export function busyRefused({ kernel }: Caller, { key }: Place, path: string): Refusal | undefined {
  if (isMountPoint(kernel, key)) return refusal('EBUSY', 'mount-point', { path });
  if (!isBound(kernel, key)) return undefined;
  return refusal('ENOTSUPP', 'not-modelled', { what: `the end of ${path}, which is bound` });
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
