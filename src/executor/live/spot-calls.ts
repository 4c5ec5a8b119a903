/** What is done to one name of an open directory. */
import { type Answered, cString, SYS, type SystemCalls } from '../../native/syscall.ts';
import type { Spot } from './beneath.ts';

const DIRECTORY_MODE = 0o755;
/** Flag of unlinkat(2). */
const AT_REMOVEDIR = 0x200;

export function makeDirectory(
  kernel: SystemCalls,
  { directory, name }: Spot,
  mode = DIRECTORY_MODE,
): Answered {
  return kernel.call(SYS.mkdirat, directory, cString(name), mode);
}

export function removeDirectory(kernel: SystemCalls, { directory, name }: Spot): Answered {
  return kernel.call(SYS.unlinkat, directory, cString(name), AT_REMOVEDIR);
}

export function removeFile(kernel: SystemCalls, { directory, name }: Spot): Answered {
  return kernel.call(SYS.unlinkat, directory, cString(name), 0);
}

/** @param flags of renameat2(2) */
export function moveFile(kernel: SystemCalls, from: Spot, to: Spot, flags = 0): Answered {
  const [old, now] = [cString(from.name), cString(to.name)];
  return kernel.call(SYS.renameat2, from.directory, old, to.directory, now, flags);
}

export function makeSymlink(
  kernel: SystemCalls,
  target: string,
  { directory, name }: Spot,
): Answered {
  return kernel.call(SYS.symlinkat, cString(target), directory, cString(name));
}

export function linkFile(kernel: SystemCalls, from: Spot, to: Spot): Answered {
  const [old, now] = [cString(from.name), cString(to.name)];
  return kernel.call(SYS.linkat, from.directory, old, to.directory, now, 0);
}
