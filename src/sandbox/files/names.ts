/** Calls that make, remove and rename names in the trees: the model decides nearly all of them. */

import type { Errno } from '../../domain/errno.ts';
import { refuse, type SyscallAnswer } from '../notified.ts';
import { knowUmask } from '../umask.ts';
import { DONE, type FileCaller, makeCall } from './caller.ts';
import { askerOf, isDirectory, type Node, nodeAt, placeBehind } from './nodes.ts';
import { AT_FDCWD } from './places.ts';
import type { TreePlace } from './shadow.ts';

/** mkdir(2). */
export function makeDirectory(caller: FileCaller, place: TreePlace, mode: number): SyscallAnswer {
  const { path } = place;
  knowUmask(caller.notified);
  if (place.tree === 'cgroup') return makeCall(caller, { name: 'mkdir', path });
  return makeCall(caller, { name: 'bpffs_mkdir', path, mode: mode & 0o7777 });
}

/** rmdir(2). */
export function removeDirectory(caller: FileCaller, place: TreePlace): SyscallAnswer {
  const { tree, path } = place;
  if (isTopApart(caller, place)) return refuse('EBUSY');
  return makeCall(caller, { name: tree === 'cgroup' ? 'rmdir' : 'bpffs_rmdir', path });
}

/** unlink(2): the files of a cgroup stay. */
export function removeName(caller: FileCaller, place: TreePlace): SyscallAnswer {
  const isOfBpffs = place.tree === 'bpffs';
  if (isOfBpffs && !place.isDirectory)
    return makeCall(caller, { name: 'unlink', path: place.path });
  const node = nodeOf(caller, place);
  if (typeof node === 'string') return refuse(node);
  if (isOfBpffs && !isDirectory(node)) return refuse('ENOTDIR');
  return refuse(isDirectory(node) ? 'EISDIR' : 'EPERM');
}

/** rename(2) within the bpffs; cgroups keep their names. */
export function renameName(
  caller: FileCaller,
  from: TreePlace,
  to: TreePlace,
  flags: number,
): SyscallAnswer {
  if (isAcross(caller, from, to)) return refuse('EXDEV');
  // The name of a mount point is one of the file system that it is on.
  if (isTopApart(caller, from) !== isTopApart(caller, to)) return refuse('EXDEV');
  if (from.tree === 'cgroup') {
    const node = nodeOf(caller, from);
    return refuse(typeof node === 'string' ? node : 'EPERM');
  }
  if ((flags & ~(NOREPLACE | EXCHANGE | WHITEOUT)) !== 0) return refuse('EINVAL');
  // With a slash behind either name, what is moved there has to be a directory, and no symlink to one.
  const moved = flags === EXCHANGE ? [from, to] : [from];
  for (const place of from.isDirectory || to.isDirectory ? moved : []) {
    const node = nodeOf(caller, place);
    if (typeof node !== 'string' && !isDirectory(node)) return refuse('ENOTDIR');
  }
  if ((flags & WHITEOUT) !== 0) {
    const node = nodeOf(caller, from);
    return refuse(typeof node === 'string' ? node : 'EINVAL');
  }
  const call = { name: 'rename', path: from.path, to: to.path } as const;
  return makeCall(caller, flags === 0 ? call : { ...call, flags });
}

/** link(2): a second name of a pin, or of a symlink itself. */
export function linkName(caller: FileCaller, first: TreePlace, to: TreePlace): SyscallAnswer {
  const from = first.isDirectory ? placeBehind(askerOf(caller.notified), first) : first;
  if (typeof from === 'string') return refuse(from);
  if (isAcross(caller, from, to)) return refuse('EXDEV');
  if (from.tree === 'cgroup') return refuse('EPERM');
  return noNew(caller, to) ?? makeCall(caller, { name: 'link', path: from.path, to: to.path });
}

/** linkat(2): with AT_SYMLINK_FOLLOW a second name of what a symlink leads to. */
export function linkAt(
  caller: FileCaller,
  [from, to]: readonly [TreePlace, TreePlace],
  flags: number,
): SyscallAnswer {
  if ((flags & ~(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH)) !== 0) return refuse('EINVAL');
  if ((flags & AT_SYMLINK_FOLLOW) === 0) return linkName(caller, from, to);
  const reached = placeBehind(askerOf(caller.notified), from);
  return typeof reached === 'string' ? refuse(reached) : linkName(caller, reached, to);
}

const AT_SYMLINK_FOLLOW = 0x400;
const AT_EMPTY_PATH = 0x1000;

/** Only a directory is made by a name with a slash behind it (`filename_create`). */
function noNew(caller: FileCaller, place: TreePlace): SyscallAnswer | undefined {
  if (!place.isDirectory) return undefined;
  const node = nodeOf(caller, place);
  return refuse(typeof node === 'string' ? node : 'EEXIST');
}

/** symlink(2) on the bpffs, of what is on one. */
export function makeSymlink(caller: FileCaller, place: TreePlace, text: string): SyscallAnswer {
  if (text === '') return refuse('ENOENT');
  const target = place.tree === 'bpffs' ? targetOf(caller, place, text) : undefined;
  if (target === undefined) return makeOther(caller, place);
  return noNew(caller, place) ?? makeCall(caller, { name: 'symlink', path: place.path, target });
}

/** What a symlink leads to, as the model has it; undefined where that is out of its bpffs. */
function targetOf({ notified, trees }: FileCaller, { path }: TreePlace, text: string) {
  if (text.startsWith('/')) {
    const target = trees.places.find(notified, AT_FDCWD, text);
    if (target?.in !== 'tree' || target.tree !== 'bpffs') return undefined;
    return text.endsWith('/') && target.path !== '/' ? `${target.path}/` : target.path;
  }
  // How many directories are above it.
  let depth = trees.shadow.insideOf(path).split('/').length - 2;
  for (const step of text.split('/')) {
    if (step === '..') depth--;
    else if (step !== '' && step !== '.') depth++;
    if (depth < 0) return undefined;
  }
  return text;
}

/** mknod(2), and a symlink out of the trees: neither tree takes what the model has no word for. */
export function makeOther(caller: FileCaller, place: TreePlace): SyscallAnswer {
  return refuse(typeof nodeOf(caller, place) === 'string' ? 'EPERM' : 'EEXIST');
}

/** chmod(2). */
export function changeMode(caller: FileCaller, place: TreePlace, mode: number): SyscallAnswer {
  const { tree, path } = place;
  const name = tree === 'cgroup' ? 'cgroup_chmod' : 'chmod';
  return makeCall(caller, { name, path, mode: mode & 0o7777 });
}

/** chown(2); a group alone changes nothing that is modelled. */
export function changeOwner(caller: FileCaller, place: TreePlace, uid: number): SyscallAnswer {
  const { tree, path } = place;
  const node = nodeOf(caller, place);
  if (typeof node !== 'string' && node.kind === 'symlink') {
    // The model has no call that gives a symlink away.
    return refuse('EOPNOTSUPP');
  }
  if (uid !== UNCHANGED) {
    return makeCall(caller, { name: tree === 'cgroup' ? 'cgroup_chown' : 'chown', path, uid });
  }
  return typeof node === 'string' ? refuse(node) : DONE;
}

const UNCHANGED = 0xffff_ffff;

/** Flags of renameat2(2); no bpffs makes a whiteout. */
const NOREPLACE = 1;
const EXCHANGE = 2;
const WHITEOUT = 4;

/** The top of a bpffs of its own is a mount point. */
function isTopApart({ trees }: FileCaller, { tree, path }: TreePlace): boolean {
  return tree === 'bpffs' && trees.shadow.isApart(path);
}

function isAcross({ trees }: FileCaller, from: TreePlace, to: TreePlace): boolean {
  if (from.tree !== to.tree) return true;
  return from.tree === 'bpffs' && !trees.shadow.isOneBpffs(from.path, to.path);
}

function nodeOf({ notified, trees }: FileCaller, place: TreePlace): Node | Errno {
  return nodeAt(askerOf(notified), trees.shadow, place);
}
