/** Calls about names: cgroup directories, which root makes, and the bpffs, by the caller's rights. */
import type { CallOf } from '../../domain/call.ts';
import type { Decision } from '../../domain/decision.ts';
import type { Effect } from '../../domain/effect.ts';
import { type Answered, cString, type Kernel, SYS } from '../kernel/syscall.ts';
import { atSpot, O_PATH, openBeneath, procPath, type Spot } from './beneath.ts';
import { runUnderConditions, runUnderRights } from './conditions.ts';
import { failWith, type LiveCaller, succeed } from './live-kernel.ts';
import { makeDirectory, moveFile, removeDirectory, removeFile } from './spot-calls.ts';

export function mkdir({ live }: LiveCaller, { path }: CallOf<'mkdir'>): Decision {
  const { kernel, cgroups } = live;
  const answered = atSpot(kernel, cgroups.top, path, (spot) => makeDirectory(kernel, spot));
  if ('errno' in answered) return failWith(answered.errno);
  const id = live.nameNew('cgroup');
  cgroups.open(path, id);
  return succeed([{ type: 'CgroupMade', cgroup_id: id, path }]);
}

export function rmdir({ live }: LiveCaller, { path }: CallOf<'rmdir'>): Decision {
  const { kernel, cgroups } = live;
  const answered = atSpot(kernel, cgroups.top, path, (spot) => removeDirectory(kernel, spot));
  if ('errno' in answered) return failWith(answered.errno);
  return succeed([{ type: 'CgroupRemoved', cgroup_id: cgroups.remove(path) }]);
}

export function bpffsMkdir(caller: LiveCaller, { path }: CallOf<'bpffs_mkdir'>): Decision {
  return onBpffs(caller, path, { type: 'DirectoryMade', path }, makeDirectory);
}

export function bpffsRmdir(caller: LiveCaller, { path }: CallOf<'bpffs_rmdir'>): Decision {
  return onBpffs(caller, path, { type: 'DirectoryRemoved', path }, removeDirectory);
}

export function unlink(caller: LiveCaller, { path }: CallOf<'unlink'>): Decision {
  return onBpffs(caller, path, { type: 'PinRemoved', path, reason: 'unpinned' }, removeFile);
}

/** Both ways are walked before either name is looked up, as rename(2) does. */
export function rename(caller: LiveCaller, { path, to }: CallOf<'rename'>): Decision {
  const { kernel, bpffs } = caller.live;
  const walk = (open: () => Answered) => runUnderRights(caller, open);
  const move = (from: Spot): Answered =>
    atSpot(
      kernel,
      bpffs,
      to,
      (target) => runUnderConditions(caller, () => moveFile(kernel, from, target)),
      walk,
    );
  const answered = atSpot(kernel, bpffs, path, move, walk);
  return 'errno' in answered
    ? failWith(answered.errno)
    : succeed([{ type: 'PathMoved', path, to }]);
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

function onBpffs(
  caller: LiveCaller,
  path: string,
  effect: Effect,
  act: (kernel: Kernel, spot: Spot) => Answered,
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
  const { kernel, bpffs } = caller.live;
  const opened = runUnderRights(caller, () => openBeneath(kernel, bpffs, path, O_PATH));
  if ('errno' in opened) return opened;
  try {
    return act(cString(procPath(opened.ret)));
  } finally {
    kernel.call(SYS.close, opened.ret);
  }
}
