/**
 * The directory that a process is in, when it is one of ours: nobody can send a process to another
 * directory from outside, so it stays where it was and is told what it believes.
 */
import { CONTINUED, refuse, type SyscallAnswer } from '../notified.ts';
import { DONE, type FileCaller } from './caller.ts';
import { askerOf, isDirectory, nodeBehind } from './nodes.ts';
import type { FilePlace } from './places.ts';

/** chdir(2) and fchdir(2). */
export function changeDirectory(caller: FileCaller, place: FilePlace): SyscallAnswer {
  const { notified, trees } = caller;
  const { tgid } = notified;
  switch (place.in) {
    case 'tree': {
      const node = nodeBehind(askerOf(notified), trees.shadow, place);
      if (typeof node === 'string') return refuse(node);
      if (!isDirectory(node)) return refuse('ENOTDIR');
      trees.places.goTo(tgid, trees.places.mounts.pathOf(node.at));
      return DONE;
    }
    case 'proc':
      trees.places.goTo(tgid, undefined);
      return CONTINUED;
    case 'machine':
      // From one of ours, the kernel would look for a relative path elsewhere.
      trees.places.goTo(tgid, place.isOurs ? place.path : undefined);
      return place.isOurs ? DONE : CONTINUED;
    default:
      return place satisfies never;
  }
}

/** getcwd(2): the path with its NUL, and how long that is. */
export function currentDirectory(caller: FileCaller, buffer: bigint, size: bigint): SyscallAnswer {
  const cwd = caller.trees.places.cwdOf(caller.notified);
  if (cwd === undefined || !cwd.isVirtual) return CONTINUED;
  const bytes = Buffer.from(`${cwd.path}\0`);
  if (BigInt(bytes.length) > size) return refuse('ERANGE');
  return { is: 'returned', value: bytes.length, writes: [{ address: buffer, bytes }] };
}
