/** What stands at a place of the trees: directories, control files and pins, as stat(2) shows them. */
import { lstatSync } from 'node:fs';
import { nodeAt as pinAt } from '../../domain/bpffs.ts';
import type { Caller } from '../../domain/caller.ts';
import { fileAccess, placeAt } from '../../domain/cgroupfs.ts';
import { isRefused } from '../../domain/decision.ts';
import type { Errno } from '../../domain/errno.ts';
import type { Notified } from '../notified.ts';
import { type ControlFile, controlFileOf } from './control-files.ts';
import type { Shadow, TreePlace } from './shadow.ts';

const DIRECTORY = 0o040000;
const REGULAR = 0o100000;
/** Nobody makes anything in the root but who may do all. */
const ROOT_MODE = 0o555;

export interface Node {
  readonly kind: 'cgroup' | 'control' | 'dir' | 'pin';
  /** The type and the permission bits. */
  readonly mode: number;
  readonly uid: number;
  readonly ino: bigint;
  readonly links: number;
  readonly control?: ControlFile;
}

/** Who asks, as the rules of the model want it. */
export function askerOf({ kernel, tgid }: Notified): Caller {
  const process = kernel.processes.get(tgid);
  if (process === undefined) throw new Error(`the model has no process ${tgid}`);
  return { kernel, process, opened: undefined, granted: undefined };
}

/** The node at a place, or why the caller finds none there. */
export function nodeAt(asker: Caller, shadow: Shadow, place: TreePlace): Node | Errno {
  return place.tree === 'cgroup' ? inCgroups(asker, shadow, place) : onBpffs(asker, shadow, place);
}

function inCgroups(asker: Caller, shadow: Shadow, place: TreePlace): Node | Errno {
  const found = placeAt(asker, place.path);
  // Of a file that only some kernels have, this one is none.
  if (isRefused(found)) return found.rule === 'not-modelled' ? 'ENOENT' : found.errno;
  const { cgroup, file } = found;
  if (file === undefined) {
    const { mode, uid } = cgroup.access;
    const bits = cgroup.parent_id === 0 ? ROOT_MODE : mode;
    const ino = BigInt(cgroup.id);
    return { kind: 'cgroup', mode: DIRECTORY | bits, uid, ino, links: 2 + cgroup.children };
  }
  const control = controlFileOf(file);
  if (control === undefined) return 'ENOENT';
  const mode = REGULAR | (cgroup.access.files[file]?.mode ?? control.mode);
  const { uid } = fileAccess(cgroup, file);
  return { kind: 'control', mode, uid, ino: inodeAt(shadow, place), links: 1, control };
}

function onBpffs(asker: Caller, shadow: Shadow, place: TreePlace): Node | Errno {
  const seen = pinAt(asker, place.path);
  if (isRefused(seen)) return seen.errno;
  const { node } = seen;
  const { uid, mode } = node;
  const ino = inodeAt(shadow, place);
  if (node.kind === 'dir') return { kind: 'dir', mode: DIRECTORY | mode, uid, ino, links: 2 };
  const links = lstatSync(shadow.pathOf(place)).nlink;
  return { kind: 'pin', mode: REGULAR | mode, uid, ino, links };
}

function inodeAt(shadow: Shadow, place: TreePlace): bigint {
  return lstatSync(shadow.pathOf(place), { bigint: true }).ino;
}

export function isDirectory({ kind }: Node): boolean {
  return kind === 'cgroup' || kind === 'dir';
}
