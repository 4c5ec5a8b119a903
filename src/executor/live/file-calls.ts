/** Calls about names, by the caller's rights: cgroup directories, and the bpffs. */
import type { CallOf } from '../../domain/call.ts';
import type { Decision } from '../../domain/decision.ts';
import type { Effect } from '../../domain/effect.ts';
import { type Answered, cString, SYS, type SystemCalls } from '../../native/syscall.ts';
import {
  AT_FDCWD,
  atSpot,
  type Base,
  O_NOFOLLOW,
  O_PATH,
  openBeneath,
  procPath,
  type Spot,
} from './beneath.ts';
import { runUnderConditions, runUnderRights } from './conditions.ts';
import { failWith, type LiveCaller, succeed } from './live-kernel.ts';
import {
  linkFile,
  makeDirectory,
  makeSymlink,
  moveFile,
  removeDirectory,
  removeFile,
} from './spot-calls.ts';

export function mkdir(caller: LiveCaller, { path }: CallOf<'mkdir'>): Decision {
  const { live } = caller;
  const answered = atCgroup(caller, path, (spot) => makeDirectory(live.kernel, spot, 0o777));
  if ('errno' in answered) return failWith(answered.errno);
  const id = live.nameNew('cgroup');
  live.cgroups.open(path, id);
  return succeed([{ type: 'CgroupMade', cgroup_id: id, path }]);
}

/** One name in the hierarchy of cgroups, by the caller's rights. */
function atCgroup(caller: LiveCaller, path: string, act: (spot: Spot) => Answered): Answered {
  const { kernel, cgroups } = caller.live;
  return atSpot(
    kernel,
    cgroups.top,
    path,
    (spot) => runUnderConditions(caller, () => act(spot)),
    (open) => runUnderRights(caller, open),
  );
}

export function rmdir(caller: LiveCaller, { path }: CallOf<'rmdir'>): Decision {
  const { kernel, cgroups } = caller.live;
  const answered = atCgroup(caller, path, (spot) => removeDirectory(kernel, spot));
  if ('errno' in answered) return failWith(answered.errno);
  return succeed([{ type: 'CgroupRemoved', cgroup_id: cgroups.remove(path) }]);
}

export function bpffsMkdir(caller: LiveCaller, { path, mode }: CallOf<'bpffs_mkdir'>): Decision {
  const make = (kernel: SystemCalls, spot: Spot) => makeDirectory(kernel, spot, mode ?? 0o777);
  return onBpffs(caller, path, { type: 'DirectoryMade', path }, make);
}

export function bpffsRmdir(caller: LiveCaller, { path }: CallOf<'bpffs_rmdir'>): Decision {
  return onBpffs(caller, path, { type: 'DirectoryRemoved', path }, removeDirectory);
}

export function unlink(caller: LiveCaller, { path }: CallOf<'unlink'>): Decision {
  return onBpffs(caller, path, { type: 'PinRemoved', path, reason: 'unpinned' }, removeFile);
}

export function rename(caller: LiveCaller, { path, to, flags }: CallOf<'rename'>): Decision {
  const move = (kernel: SystemCalls, from: Spot, target: Spot) =>
    moveFile(kernel, from, target, flags);
  return onTwo(caller, { path, to }, { type: 'PathMoved', path, to }, move);
}

export function link(caller: LiveCaller, { path, to }: CallOf<'link'>): Decision {
  // The old name is looked up before the new one is walked to; a symlink is linked itself.
  const { bpffs } = caller.live;
  const found = atNodeOf(caller, bpffs, path, () => ({ ret: 0 }), O_NOFOLLOW);
  if ('errno' in found) return failWith(found.errno);
  return onTwo(caller, { path, to }, { type: 'PinLinked', path, to }, linkFile);
}

/** Made in a scratch place alone; an absolute target begins at its bpffs. */
export function symlink(caller: LiveCaller, { path, target }: CallOf<'symlink'>): Decision {
  const { path: top, point } = caller.live.bpffs;
  const real = point !== undefined && target.startsWith('/') ? top + target : target;
  const make = (kernel: SystemCalls, spot: Spot) => makeSymlink(kernel, real, spot);
  return onBpffs(caller, path, { type: 'SymlinkMade', path, target }, make);
}

/** Both ways are walked before either name is looked up, as rename(2) does. */
function onTwo(
  caller: LiveCaller,
  { path, to }: { readonly path: string; readonly to: string },
  effect: Effect,
  made: (kernel: SystemCalls, from: Spot, to: Spot) => Answered,
): Decision {
  const { kernel, bpffs } = caller.live;
  const walk = (open: () => Answered) => runUnderRights(caller, open);
  const both = (from: Spot): Answered => {
    const closed = notSearchable(caller, from);
    if (closed !== undefined) return closed;
    const make = (target: Spot) => runUnderConditions(caller, () => made(kernel, from, target));
    return atSpot(kernel, bpffs, to, make, walk);
  };
  const answered = atSpot(kernel, bpffs, path, both, walk);
  return 'errno' in answered ? failWith(answered.errno) : succeed([effect]);
}

/** A walk to a name ends with the right to search its directory, before another walk begins. */
function notSearchable(caller: LiveCaller, { directory, name }: Spot): Answered | undefined {
  if (directory === AT_FDCWD) return undefined;
  const { kernel } = caller.live;
  const itself = { path: name, fd: directory };
  const opened = runUnderRights(caller, () => openBeneath(kernel, itself, '/', O_PATH));
  if ('errno' in opened) return opened;
  kernel.call(SYS.close, opened.ret);
  return undefined;
}

export function chmod(caller: LiveCaller, { path, mode }: CallOf<'chmod'>): Decision {
  const { kernel } = caller.live;
  const answered = atNode(caller, path, (name) =>
    runUnderConditions(caller, () => kernel.call(SYS.chmod, name, mode)),
  );
  return 'errno' in answered
    ? failWith(answered.errno)
    : succeed([{ type: 'ModeChanged', path, mode }]);
}

export function chown(caller: LiveCaller, { path, uid }: CallOf<'chown'>): Decision {
  const { kernel } = caller.live;
  const answered = atNode(caller, path, (name) =>
    runUnderConditions(caller, () => kernel.call(SYS.chown, name, uid, uid)),
  );
  return 'errno' in answered
    ? failWith(answered.errno)
    : succeed([{ type: 'OwnerChanged', path, uid }]);
}

function onBpffs(
  caller: LiveCaller,
  path: string,
  effect: Effect,
  act: (kernel: SystemCalls, spot: Spot) => Answered,
): Decision {
  const { kernel, bpffs } = caller.live;
  const answered = atSpot(
    kernel,
    bpffs,
    path,
    (spot) => runUnderConditions(caller, () => act(kernel, spot)),
    (open) => runUnderRights(caller, open),
  );
  return 'errno' in answered ? failWith(answered.errno) : succeed([effect]);
}

/**
 * Runs `act` with a path that stands for what the log has at `path` of its bpffs, or answers why
 * the process does not get there.
 */
export function atNode(
  caller: LiveCaller,
  path: string,
  act: (name: Buffer) => Answered,
): Answered {
  return atNodeOf(caller, caller.live.bpffs, path, act);
}

/** The same on either file system. */
export function atNodeOf(
  caller: LiveCaller,
  base: Base,
  path: string,
  act: (name: Buffer) => Answered,
  flags = 0,
): Answered {
  const { kernel } = caller.live;
  const opened = runUnderRights(caller, () => openBeneath(kernel, base, path, O_PATH | flags));
  if ('errno' in opened) return opened;
  try {
    return act(cString(procPath(opened.ret)));
  } finally {
    kernel.call(SYS.close, opened.ret);
  }
}
