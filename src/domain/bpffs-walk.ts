/**
 * How a path of the bpffs is walked: over directories, mounts and symlinks (semantics §15;
 * `link_path_walk`, `pick_link` in fs/namei.c; `bpf_lookup` in kernel/bpf/inode.c).
 */
import type { Caller } from './caller.ts';
import { isRefused, refusal } from './decision.ts';
import { mayAccess, SEARCH } from './file-access.ts';
import type { BpffsNode } from './kernel.ts';
import { below, crossMounts, type MountedName, parentPlace, topPlace } from './mounts.ts';
import type { Refusal } from './outcome.ts';
import { baseName, parentPath } from './path.ts';

/** Longest component of a path, in bytes (NAME_MAX). */
const COMPONENT_BYTES_MAX = 255;

/** What stands under a name, and where that is. */
export interface NodeAtName {
  readonly place: MountedName;
  readonly node: BpffsNode;
}

/** What a path leads to over all symlinks: a directory or a pin. */
export interface Reached extends NodeAtName {
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

/** Where the top of the log's bpffs leads for the caller; undefined while nothing is mounted there. */
export function callersTop({ kernel, process }: Caller): MountedName | undefined {
  return topPlace(kernel, process.namespaces.mount);
}

/** The directory of the last component of a path, if the caller may search every directory on the way. */
export function directoryOf(
  caller: Caller,
  path: string,
  walk: Walk = { links: 0 },
): NodeAtName | Refusal {
  const top = callersTop(caller);
  if (top === undefined) return outside(path, 'ENOENT');
  const parent = parentPath(path);
  const steps = parent === '/' ? [] : parent.slice(1).split('/');
  const seen = walkSteps(caller, { place: top, at: '' }, steps, walk);
  if (isRefused(seen)) return seen;
  return notSearchable(caller, seen, parent) ?? seen;
}

/** Why the caller may look nothing up in what it came to. */
function notSearchable(caller: Caller, { node }: NodeAtName, at: string): Refusal | undefined {
  if (node.kind !== 'dir') return refusal('ENOTDIR', 'not-a-directory', { path: at });
  if (mayAccess(caller, node, SEARCH)) return undefined;
  return refusal('EACCES', 'directory-not-searchable', { path: at === '' ? '/' : at });
}

/** Walks steps from a directory, over mounts and symlinks; `at` is the way so far, for sentences. */
function walkSteps(
  caller: Caller,
  from: { readonly place: MountedName; readonly at: string },
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
    const reached = enter(caller, place, below(place, step), { walk, at, isLast: false });
    if (isRefused(reached)) return reached;
    place = reached;
  }
}

/** Where a name in a directory leads: what is mounted on it, or over a symlink. */
export function enter(
  caller: Caller,
  directory: MountedName,
  name: MountedName,
  way: { readonly walk: Walk; readonly at: string; readonly isLast: boolean },
): MountedName | Refusal {
  const { kernel } = caller;
  const place = crossMounts(kernel, name);
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
  const start = target.startsWith('/') ? callersTop(caller) : directory;
  if (start === undefined) throw new Error('impossible state: a symlink on no bpffs');
  const steps = target.split('/').filter((step) => step !== '');
  const last = isLast ? steps.pop() : undefined;
  const above = walkSteps(caller, { place: start, at }, steps, walk);
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
  directory: NodeAtName,
  step: string,
  way: { readonly walk: Walk; readonly at: string; readonly isLast: boolean },
): NodeAtName | Refusal {
  const { walk, at } = way;
  if (step === '.' || step === '..') {
    return walkSteps(caller, { place: directory.place, at }, [step], walk);
  }
  const closed = notSearchable(caller, directory, at);
  if (closed !== undefined) return closed;
  const name = below(directory.place, step);
  const place = enter(caller, directory.place, name, way);
  if (isRefused(place)) return place;
  return lookAt(caller, place, `${at}/${step}`);
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

/** What is said of a path where no bpffs is mounted any more: its first name is not there. */
export function outside(path: string, errno: 'ENOENT' | 'EPERM'): Refusal {
  const [, first = ''] = path.split('/');
  if (componentTooLong(first)) {
    return refusal('ENAMETOOLONG', 'component-too-long', { path });
  }
  return refusal(errno, errno === 'EPERM' ? 'not-on-a-bpffs' : 'no-such-path', { path });
}

export function lookAt(caller: Caller, place: MountedName, path: string): NodeAtName | Refusal {
  const node = caller.kernel.bpffs.get(place.key);
  return node === undefined ? missing(caller, place, path) : { place, node };
}

/**
 * The errno of a lookup of a missing name. bpffs reserves names with a dot
 * (`bpf_lookup`), so even asking for one is EPERM, unless its directory has no mode bit at all.
 */
function missing(caller: Caller, place: MountedName, path: string): Refusal {
  return badName(caller, place, path) ?? refusal('ENOENT', 'no-such-path', { path });
}

/** Why a name that is not there cannot be one; its directory exists. */
export function badName(caller: Caller, { key }: MountedName, path: string): Refusal | undefined {
  const directory = caller.kernel.bpffs.get(parentPath(key));
  const name = baseName(path);
  if (name.includes('.') && directory?.mode !== 0) {
    return refusal('EPERM', 'name-with-dot', { path });
  }
  if (!componentTooLong(name)) return undefined;
  return refusal('ENAMETOOLONG', 'component-too-long', { path });
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
