/** What stands at a place of the trees: directories, control files and pins, as stat(2) shows them. */
import { lstatSync } from 'node:fs';
import { nodeUnfollowed, nodeAt as pinAt } from '../../domain/bpffs.ts';
import type { Caller } from '../../domain/caller.ts';
import { fileAccess, placeAt } from '../../domain/cgroupfs.ts';
import { isRefused } from '../../domain/decision.ts';
import type { Errno } from '../../domain/errno.ts';
import type { Refusal } from '../../domain/outcome.ts';
import type { Notified } from '../notified.ts';
import { type ControlFile, controlFileOf } from './control-files.ts';
import type { Shadow, TreePlace } from './shadow.ts';

const DIRECTORY = 0o040000;
const REGULAR = 0o100000;
const SYMLINK = 0o120000;
/** Nobody makes anything in the root but who may do all. */
const ROOT_MODE = 0o555;

export interface Node {
  readonly kind: 'cgroup' | 'control' | 'dir' | 'pin' | 'symlink';
  /** Its place, to which no symlink leads. */
  readonly at: TreePlace;
  /** The type and the permission bits. */
  readonly mode: number;
  readonly uid: number;
  readonly ino: bigint;
  readonly links: number;
  readonly control?: ControlFile;
  /** Of a symlink where it leads, as the model has it. */
  readonly target?: string;
}

/** Who asks, as the rules of the model want it. */
export function askerOf({ kernel, tgid }: Notified): Caller {
  const process = kernel.processes.get(tgid);
  if (process === undefined) throw new Error(`the model has no process ${tgid}`);
  return { kernel, process, opened: undefined, granted: undefined };
}

/** The place that a path leads to over a symlink that is its last name, or why it leads nowhere. */
export function placeBehind(asker: Caller, place: TreePlace): TreePlace | Errno {
  if (place.tree === 'cgroup') return place;
  const seen = pinAt(asker, place.path);
  if (isRefused(seen)) return errnoOf(seen);
  if (place.isDirectory === true && seen.node.kind !== 'dir') return 'ENOTDIR';
  return { tree: 'bpffs', path: seen.place.key };
}

/** The node that a path leads to over symlinks, or why it leads nowhere. */
export function nodeBehind(asker: Caller, shadow: Shadow, place: TreePlace): Node | Errno {
  const reached = placeBehind(asker, place);
  return typeof reached === 'string' ? reached : nodeAt(asker, shadow, reached);
}

/** The node at a place, which may be a symlink, or why the caller finds none there. */
export function nodeAt(asker: Caller, shadow: Shadow, place: TreePlace): Node | Errno {
  return place.tree === 'cgroup' ? inCgroups(asker, shadow, place) : onBpffs(asker, shadow, place);
}

function inCgroups(asker: Caller, shadow: Shadow, place: TreePlace): Node | Errno {
  const found = placeAt(asker, place.path);
  if (isRefused(found)) return errnoOf(found);
  const { cgroup, file } = found;
  if (file === undefined) {
    const { mode, uid } = cgroup.access;
    const bits = cgroup.parent_id === 0 ? ROOT_MODE : mode;
    const ino = BigInt(cgroup.id);
    const links = 2 + cgroup.children;
    return { kind: 'cgroup', at: place, mode: DIRECTORY | bits, uid, ino, links };
  }
  const control = controlFileOf(file);
  if (control === undefined) return 'ENOENT';
  const mode = REGULAR | (cgroup.access.files[file]?.mode ?? control.mode);
  const { uid } = fileAccess(cgroup, file);
  const ino = inodeAt(shadow, place);
  return { kind: 'control', at: place, mode, uid, ino, links: 1, control };
}

function onBpffs(asker: Caller, shadow: Shadow, place: TreePlace): Node | Errno {
  const seen = nodeUnfollowed(asker, place.path);
  if (isRefused(seen)) return errnoOf(seen);
  const { node } = seen;
  const { uid, mode } = node;
  const at = { tree: 'bpffs', path: seen.place.key } as const;
  const ino = inodeAt(shadow, at);
  if (node.kind === 'dir') return { kind: 'dir', at, mode: DIRECTORY | mode, uid, ino, links: 2 };
  const links = lstatSync(shadow.pathOf(at)).nlink;
  if (node.kind !== 'symlink') return { kind: 'pin', at, mode: REGULAR | mode, uid, ino, links };
  const { target } = node;
  return { kind: 'symlink', at, mode: SYMLINK | mode, uid, ino, links, target };
}

/** Of what only some kernels have, and of what is out of the trees, there is nothing here. */
function errnoOf({ rule, errno }: Refusal): Errno {
  return rule === 'not-modelled' ? 'ENOENT' : errno;
}

function inodeAt(shadow: Shadow, place: TreePlace): bigint {
  return lstatSync(shadow.pathOf(place), { bigint: true }).ino;
}

export function isDirectory({ kind }: Node): boolean {
  return kind === 'cgroup' || kind === 'dir';
}
