/** Calls that make, remove and rename names in the trees. */
import { type Answer, refuse } from '../notified.ts';
import { DONE, type FileCaller, isPrivileged, made } from './caller.ts';
import { isDirectory, missingErrno, type Node, nodeAt } from './nodes.ts';
import type { TreePlace } from './shadow.ts';

/** mkdir(2). */
export function makeDirectory(caller: FileCaller, place: TreePlace, mode: number): Answer {
  const { path } = place;
  if (place.tree === 'bpffs')
    return made(caller, { name: 'bpffs_mkdir', path, mode: mode & 0o7777 });
  const { kernel } = caller.notified;
  const { shadow } = caller.trees;
  if (nodeAt(kernel, shadow, place) !== undefined) return refuse('EEXIST');
  const missing = missingErrno(kernel, shadow, place);
  const hasParent = kernel.cgroupIds.has(path.slice(0, path.lastIndexOf('/')) || '/');
  if (!hasParent) return refuse(missing);
  if (!isPrivileged(caller)) return refuse('EACCES');
  return made(caller, { name: 'mkdir', path });
}

/** rmdir(2). */
export function removeDirectory(caller: FileCaller, place: TreePlace): Answer {
  const { path } = place;
  if (place.tree === 'bpffs') return made(caller, { name: 'bpffs_rmdir', path });
  const node = nodeOf(caller, place);
  if (node === undefined) return refuse(missingOf(caller, place));
  if (node.kind === 'control') return refuse('ENOTDIR');
  return isPrivileged(caller) ? made(caller, { name: 'rmdir', path }) : refuse('EACCES');
}

/** unlink(2): the files of a cgroup stay. */
export function removeName(caller: FileCaller, place: TreePlace): Answer {
  const { path } = place;
  if (place.tree === 'bpffs') return made(caller, { name: 'unlink', path });
  const node = nodeOf(caller, place);
  if (node === undefined) return refuse(missingOf(caller, place));
  return refuse(isDirectory(node) ? 'EISDIR' : 'EPERM');
}

/** rename(2) within the bpffs; cgroups keep their names. */
export function renameName(
  caller: FileCaller,
  from: TreePlace,
  to: TreePlace,
  flags: number,
): Answer {
  if (from.tree !== to.tree) return refuse('EXDEV');
  if (from.tree === 'cgroup') {
    return refuse(nodeOf(caller, from) === undefined ? missingOf(caller, from) : 'EPERM');
  }
  const call = { name: 'rename', path: from.path, to: to.path } as const;
  return made(caller, flags === 0 ? call : { ...call, flags });
}

/** link(2): a second name of a pin. */
export function linkName(caller: FileCaller, from: TreePlace, to: TreePlace): Answer {
  if (from.tree !== to.tree) return refuse('EXDEV');
  if (from.tree === 'cgroup') return refuse('EPERM');
  return made(caller, { name: 'link', path: from.path, to: to.path });
}

/** symlink(2) and mknod(2): neither tree takes what the model has no word for. */
export function makeOther(caller: FileCaller, place: TreePlace): Answer {
  return refuse(nodeOf(caller, place) === undefined ? 'EPERM' : 'EEXIST');
}

/** chmod(2). What a cgroup's files permit is not modelled. */
export function changeMode(caller: FileCaller, place: TreePlace, mode: number): Answer {
  if (place.tree === 'bpffs') {
    return made(caller, { name: 'chmod', path: place.path, mode: mode & 0o7777 });
  }
  return onCgroup(caller, place);
}

/** chown(2); a group alone changes nothing that is modelled. */
export function changeOwner(caller: FileCaller, place: TreePlace, uid: number): Answer {
  if (place.tree === 'bpffs' && uid !== UNCHANGED) {
    return made(caller, { name: 'chown', path: place.path, uid });
  }
  return onCgroup(caller, place);
}

const UNCHANGED = 0xffff_ffff;

function onCgroup(caller: FileCaller, place: TreePlace): Answer {
  if (nodeOf(caller, place) === undefined) return refuse(missingOf(caller, place));
  return isPrivileged(caller) ? DONE : refuse('EPERM');
}

function nodeOf({ notified, trees }: FileCaller, place: TreePlace): Node | undefined {
  return nodeAt(notified.kernel, trees.shadow, place);
}

function missingOf({ notified, trees }: FileCaller, place: TreePlace): 'ENOENT' | 'ENOTDIR' {
  return missingErrno(notified.kernel, trees.shadow, place);
}
