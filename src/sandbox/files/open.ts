/** open(2), openat(2), openat2(2) and creat(2) on what is ours. */
import { closeSync, constants, fstatSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mayAccess } from '../../domain/file-access.ts';
import { isRefusal } from '../../domain/outcome.ts';
import { CONTINUED, refuse, type SyscallAnswer } from '../notified.ts';
import { hasFreeFd } from '../processes/proc.ts';
import type { FileCaller } from './caller.ts';
import { askerOf, isDirectory, type Node, nodeAt, nodeBehind } from './nodes.ts';
import type { FilePlace } from './places.ts';
import { objectBehind, objectLink, procText } from './proc-files.ts';
import type { TreePlace } from './shadow.ts';

const { O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_NONBLOCK } = constants;
const { O_RDONLY, O_RDWR, O_WRONLY } = constants;
const O_ACCMODE = 3;
const O_CLOEXEC = 0o2000000;
const O_PATH = 0o10000000;
/** Flags that the file that is handed over is opened with. */
const KEPT = O_ACCMODE | constants.O_NONBLOCK | constants.O_APPEND;
const READ = 4;
const WRITE = 2;

/** The answer to an open of what is ours. */
export function openPlace(
  caller: FileCaller,
  place: FilePlace,
  flags: number,
  mode: number,
): SyscallAnswer {
  switch (place.in) {
    case 'tree':
      return numberFirst(caller, openNode(caller, place, flags));
    case 'proc':
      return openProc(caller, place, flags);
    case 'machine':
      return place.isOurs ? openElsewhere(place.path, flags, mode) : CONTINUED;
    default:
      return place satisfies never;
  }
}

/** An open takes a number before it looks at the path (`do_sys_openat2`). */
function numberFirst({ notified }: FileCaller, answer: SyscallAnswer): SyscallAnswer {
  return answer.is === 'refused' && !hasFreeFd(notified.tgid) ? refuse('EMFILE') : answer;
}

function openNode(caller: FileCaller, place: TreePlace, flags: number): SyscallAnswer {
  const asker = askerOf(caller.notified);
  const isCreated = (flags & O_CREAT) !== 0;
  const isNew = isCreated && (flags & O_EXCL) !== 0;
  if (place.isDirectory === true && isCreated) return refuse('EISDIR');
  const isItself = place.isDirectory !== true && (isNew || (flags & O_NOFOLLOW) !== 0);
  const node = (isItself ? nodeAt : nodeBehind)(asker, caller.trees.shadow, place);
  if (typeof node === 'string') {
    return refuse(node === 'ENOENT' && isCreated ? 'EACCES' : node);
  }
  if (isNew) return refuse('EEXIST');
  const isPath = (flags & O_PATH) !== 0;
  const writes = (flags & O_ACCMODE) !== O_RDONLY;
  if (!isDirectory(node)) {
    if ((flags & O_DIRECTORY) !== 0) return refuse('ENOTDIR');
  } else if ((writes || isCreated) && !isPath) return refuse('EISDIR');
  if (!isPath && !mayAccess(asker, node, accessOf(flags))) return refuse('EACCES');
  return openKnown(caller, node, flags);
}

function accessOf(flags: number): number {
  const access = flags & O_ACCMODE;
  return (access === O_WRONLY ? 0 : READ) | (access === O_RDONLY ? 0 : WRITE);
}

/** What is opened as a path alone is opened to be read: of the former no copy can be handed over. */
function openKnown(caller: FileCaller, node: Node, flags: number): SyscallAnswer {
  const { at: place } = node;
  const { shadow } = caller.trees;
  const real = shadow.pathOf(place);
  const cloexec = (flags & O_CLOEXEC) !== 0;
  const isPath = (flags & O_PATH) !== 0;
  switch (node.kind) {
    case 'cgroup': {
      const call = { name: 'open_cgroup', path: place.path } as const;
      const { outcome } = caller.notified.perform(cloexec ? call : { ...call, cloexec: false });
      if (isRefusal(outcome)) return refuse(outcome.errno);
      const file = openSync(real, O_DIRECTORY | O_RDONLY);
      return { is: 'opened', file, cloexec, fd: outcome.ret };
    }
    case 'dir':
      return { is: 'opened', file: openSync(real, O_DIRECTORY | O_RDONLY), cloexec };
    case 'control':
      return isPath
        ? { is: 'opened', file: openSync(real, O_RDONLY), cloexec }
        : openControl(caller, place, node, flags);
    case 'pin':
      // Nothing can be read of a pin (`bpffs_obj_open`).
      return isPath ? { is: 'opened', file: openSync(real, O_RDONLY), cloexec } : refuse('EIO');
    case 'symlink':
      // It was not to be followed.
      return refuse('ELOOP');
    default:
      return node.kind satisfies never;
  }
}

/** A file that only takes can be opened and not read: the kernel says so later, we say so now. */
function openControl(
  caller: FileCaller,
  place: TreePlace,
  node: Node,
  flags: number,
): SyscallAnswer {
  const access = accessOf(flags);
  const { read } = node.control ?? {};
  if ((access & READ) !== 0 && read === undefined) return refuse('EINVAL');
  const { kernel } = caller.notified;
  const { shadow } = caller.trees;
  if (read !== undefined) {
    caller.trees.meetAll();
    shadow.say(kernel, place, read);
  }
  const file = openSync(shadow.pathOf(place), flags & KEPT);
  if ((access & WRITE) !== 0) shadow.writesBegin();
  return { is: 'opened', file, cloexec: (flags & O_CLOEXEC) !== 0 };
}

function openProc(
  caller: FileCaller,
  place: Extract<FilePlace, { readonly in: 'proc' }>,
  flags: number,
): SyscallAnswer {
  const fd = /^fd\/(\d+)$/u.exec(place.file)?.[1];
  if (fd !== undefined) return openAgain(caller, place.pid, Number(fd), flags);
  if ((flags & (O_WRONLY | O_RDWR | O_DIRECTORY | O_PATH)) !== 0) return CONTINUED;
  const text = procText(caller, place);
  if (text === undefined) return CONTINUED;
  return { is: 'opened', file: fileOf(caller, text), cloexec: (flags & O_CLOEXEC) !== 0 };
}

/** Objects cannot be opened by their link; directories of ours are opened as by their name. */
function openAgain(caller: FileCaller, pid: number, fd: number, flags: number): SyscallAnswer {
  const open = objectBehind(caller, pid, fd);
  if (open !== undefined && objectLink(caller.trees.beside, open) !== undefined) {
    return refuse('ENXIO');
  }
  const at = caller.trees.places.findFd({ tid: pid, tgid: pid }, fd);
  return at?.in === 'tree' ? openNode(caller, at, flags) : CONTINUED;
}

/** A file that says a text, without a name. */
function fileOf({ trees }: FileCaller, text: string): number {
  const path = join(trees.shadow.top, 'told');
  writeFileSync(path, text);
  const file = openSync(path, O_RDONLY);
  rmSync(path);
  return file;
}

/**
 * Opens a file of this machine that a way out of the trees leads to, for who is told of it. What could
 * make the supervisor wait, as a pipe does, is not opened; of a path alone no copy can be handed over.
 */
function openElsewhere(path: string, flags: number, mode: number): SyscallAnswer {
  try {
    const file = openSync(path, (flags & ~(O_CLOEXEC | O_PATH)) | O_NONBLOCK, mode & 0o7777);
    const found = fstatSync(file);
    if (!found.isFile() && !found.isDirectory()) {
      closeSync(file);
      return refuse('ENXIO');
    }
    return { is: 'opened', file, cloexec: (flags & O_CLOEXEC) !== 0 };
  } catch (error) {
    const { errno } = error as NodeJS.ErrnoException;
    return { is: 'refused', errno: Math.abs(errno ?? 2) };
  }
}
