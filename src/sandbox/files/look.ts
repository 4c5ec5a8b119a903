/** Calls that look at names and change nothing: stat, statx, statfs, access, readlink, file handles. */

import { mayAccess } from '../../domain/file-access.ts';
import { CONTINUED, refuse, type SyscallAnswer, type Write } from '../notified.ts';
import { DONE, type FileCaller } from './caller.ts';
import { askerOf, type Node, nodeAt, placeBehind } from './nodes.ts';
import type { FilePlace } from './places.ts';
import { objectBehind, objectLink } from './proc-files.ts';
import type { TreePlace } from './shadow.ts';
import { readStatus, statBytes, statfsBytes, statxBytes } from './stat.ts';

/** stat(2) and its kin, into `buffer`. */
export function statPlace(
  caller: FileCaller,
  place: TreePlace,
  buffer: bigint,
  form: 'stat' | 'statx',
): SyscallAnswer {
  return onNode(caller, place, (node) => {
    const facts = readStatus(caller.trees.shadow, node);
    return answerBytes(buffer, form === 'stat' ? statBytes(facts) : statxBytes(facts));
  });
}

export function statfsPlace(caller: FileCaller, place: TreePlace, buffer: bigint): SyscallAnswer {
  return onNode(caller, place, () => answerBytes(buffer, statfsBytes(place.tree)));
}

/** access(2) with an rwx digit. */
export function accessPlace(caller: FileCaller, place: TreePlace, mode: number): SyscallAnswer {
  return onNode(caller, place, (node) => {
    // Root may execute only what somebody may execute.
    const executes = (mode & 1) === 0 || (node.mode & 0o111) !== 0;
    const may = executes && mayAccess(askerOf(caller.notified), node, mode & 7);
    return may ? DONE : refuse('EACCES');
  });
}

/** readlink(2): of symlinks on the bpffs, and of those of /proc that tell of what is ours. */
export function readLink(
  caller: FileCaller,
  place: FilePlace,
  buffer: bigint,
  size: number,
): SyscallAnswer {
  if (place.in === 'machine') return CONTINUED;
  const answerText = (text: string): SyscallAnswer => {
    if (size <= 0) return refuse('EINVAL');
    const bytes = Buffer.from(text).subarray(0, size);
    return { is: 'returned', value: bytes.length, writes: [{ address: buffer, bytes }] };
  };
  if (place.in === 'tree') {
    const at = place.isDirectory ? placeBehind(askerOf(caller.notified), place) : place;
    if (typeof at === 'string') return refuse(at);
    return onNode(caller, at, (node) =>
      node.kind === 'symlink' ? answerText(targetOf(caller, node)) : refuse('EINVAL'),
    );
  }
  const text = linkText(caller, place.pid, place.file);
  return text === undefined ? CONTINUED : answerText(text);
}

/** Where a symlink leads, as the program says it; of all else nothing. */
function targetOf({ trees }: FileCaller, { target = '' }: Node): string {
  if (!target.startsWith('/')) return target;
  const path = trees.places.mounts.pathOf({ tree: 'bpffs', path: target.replace(/(.)\/$/u, '$1') });
  return target.length > 1 && target.endsWith('/') ? `${path}/` : path;
}

function linkText(caller: FileCaller, pid: number, file: string): string | undefined {
  const { places, beside } = caller.trees;
  const who = { tid: pid, tgid: pid };
  if (file === 'cwd') {
    const cwd = places.cwdOf(who);
    return cwd?.isVirtual === true ? cwd.path : undefined;
  }
  const fd = /^fd\/(\d+)$/u.exec(file)?.[1];
  if (fd === undefined) return undefined;
  const at = places.findFd(who, Number(fd));
  if (at?.in === 'tree') return places.mounts.pathOf(at);
  const open = objectBehind(caller, pid, Number(fd));
  return open === undefined ? undefined : objectLink(beside, open);
}

/** `struct file_handle` of a cgroup: its id (FILEID_KERNFS). */
export function handleOf(
  caller: FileCaller,
  place: TreePlace,
  handle: bigint,
  mount: bigint,
): SyscallAnswer {
  return onNode(caller, place, (node) => {
    if (node.kind !== 'cgroup') return refuse('EOPNOTSUPP');
    const given = caller.notified.memory.read(handle, 4);
    if (given === undefined) return refuse('EFAULT');
    const bytes = Buffer.alloc(16);
    bytes.writeUInt32LE(ID_BYTES, 0);
    bytes.writeUInt32LE(FILEID_KERNFS, 4);
    bytes.writeBigUInt64LE(node.ino, 8);
    const mountId = Buffer.alloc(4);
    mountId.writeUInt32LE(MOUNT_ID);
    const mounted: Write = { address: mount, bytes: mountId };
    if (given.readUInt32LE(0) < ID_BYTES) {
      const writes = [{ address: handle, bytes: bytes.subarray(0, 4) }, mounted];
      return refuse('EOVERFLOW', writes);
    }
    return { is: 'returned', value: 0, writes: [{ address: handle, bytes }, mounted] };
  });
}

const ID_BYTES = 8;
const FILEID_KERNFS = 0xfe;
/** As /proc/self/mountinfo tells it. */
const MOUNT_ID = 9001;

/** Nothing in the trees has extended attributes (xattr(7)), nor takes any. */
export function noAttribute(caller: FileCaller, place: TreePlace): SyscallAnswer {
  return onNode(caller, place, () => refuse('ENODATA'));
}

export function noAttributes(caller: FileCaller, place: TreePlace): SyscallAnswer {
  return onNode(caller, place, () => DONE);
}

export function noAttributeTaken(caller: FileCaller, place: TreePlace): SyscallAnswer {
  return onNode(caller, place, () => refuse('EOPNOTSUPP'));
}

function onNode(
  caller: FileCaller,
  place: TreePlace,
  answer: (node: Node) => SyscallAnswer,
): SyscallAnswer {
  const node = nodeAt(askerOf(caller.notified), caller.trees.shadow, place);
  return typeof node === 'string' ? refuse(node) : answer(node);
}

function answerBytes(address: bigint, bytes: Buffer): SyscallAnswer {
  return { is: 'returned', value: 0, writes: [{ address, bytes }] };
}
