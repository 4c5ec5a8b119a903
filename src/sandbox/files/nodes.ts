/** What stands at a place of the trees: directories, control files and pins, as stat(2) shows them. */
import { lstatSync } from 'node:fs';
import type { Kernel } from '../../domain/kernel.ts';
import { baseName, parentPath } from '../../domain/path.ts';
import { type ControlFile, controlFileOf } from './control-files.ts';
import type { Shadow, TreePlace } from './shadow.ts';

const DIRECTORY = 0o040000;
const REGULAR = 0o100000;

export interface Node {
  readonly kind: 'cgroup' | 'control' | 'dir' | 'pin';
  /** The type and the permission bits. */
  readonly mode: number;
  readonly uid: number;
  readonly ino: bigint;
  readonly links: number;
  readonly control?: ControlFile;
}

/** The node at a place; undefined when nothing is there. */
export function nodeAt(kernel: Kernel, shadow: Shadow, place: TreePlace): Node | undefined {
  return place.tree === 'cgroup'
    ? inCgroups(kernel, shadow, place)
    : onBpffs(kernel, shadow, place);
}

function inCgroups(kernel: Kernel, shadow: Shadow, place: TreePlace): Node | undefined {
  const { path } = place;
  const cgroup = kernel.cgroups.get(kernel.cgroupIds.get(path) ?? 0);
  if (cgroup !== undefined) {
    const mode = DIRECTORY | (path === '/' ? 0o555 : 0o755);
    const ino = BigInt(cgroup.id);
    return { kind: 'cgroup', mode, uid: 0, ino, links: 2 + cgroup.children };
  }
  const parent = parentPath(path);
  const control = kernel.cgroupIds.has(parent) ? controlFileOf(parent, baseName(path)) : undefined;
  if (control === undefined) return undefined;
  const ino = inodeAt(shadow, place);
  return { kind: 'control', mode: REGULAR | control.mode, uid: 0, ino, links: 1, control };
}

function onBpffs(kernel: Kernel, shadow: Shadow, place: TreePlace): Node | undefined {
  const node = kernel.bpffs.get(place.path);
  if (node === undefined) return undefined;
  const { uid, mode } = node;
  const ino = inodeAt(shadow, place);
  if (node.kind === 'dir') return { kind: 'dir', mode: DIRECTORY | mode, uid, ino, links: 2 };
  const links = lstatSync(shadow.pathOf(place)).nlink;
  return { kind: 'pin', mode: REGULAR | mode, uid, ino, links };
}

function inodeAt(shadow: Shadow, place: TreePlace): bigint {
  return lstatSync(shadow.pathOf(place), { bigint: true }).ino;
}

/** Why nothing is at a place: a name on the way is no directory, or nothing is there. */
export function missingErrno(
  kernel: Kernel,
  shadow: Shadow,
  place: TreePlace,
): 'ENOTDIR' | 'ENOENT' {
  const above = { tree: place.tree, path: parentPath(place.path) };
  const node = nodeAt(kernel, shadow, above);
  if (node !== undefined) return isDirectory(node) ? 'ENOENT' : 'ENOTDIR';
  return above.path === '/' ? 'ENOENT' : missingErrno(kernel, shadow, above);
}

export function isDirectory({ kind }: Node): boolean {
  return kind === 'cgroup' || kind === 'dir';
}

/** Whether a process has the access `wanted` (an rwx digit) to a node. */
export function mayAccess(
  { uid, caps }: { readonly uid: number; readonly caps: readonly string[] },
  node: Node,
  wanted: number,
): boolean {
  if (uid === 0 || caps.includes('dac_override')) return true;
  const bits = uid === node.uid ? node.mode >> 6 : node.mode;
  return (bits & wanted) === wanted;
}
