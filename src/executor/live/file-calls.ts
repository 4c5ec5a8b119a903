/** Calls about names: cgroup directories, which root makes, and the bpffs, by the caller's rights. */
import type { CallOf } from '../../domain/call.ts';
import type { Decision } from '../../domain/decision.ts';
import type { Effect } from '../../domain/effect.ts';
import { type Answered, cString, SYS } from '../kernel/syscall.ts';
import { underConditions } from './conditions.ts';
import { done, type LiveCaller, type LiveKernel, saidNo } from './live-kernel.ts';

const DIRECTORY_MODE = 0o755;

/** The path of a name on the log's bpffs. */
export function bpffsPath(live: LiveKernel, path: string): string {
  return path === '/' ? live.bpffs : `${live.bpffs}${path}`;
}

export function mkdir({ live }: LiveCaller, { path }: CallOf<'mkdir'>): Decision {
  const directory = cString(live.cgroups.directory(path));
  const answered = live.kernel.call(SYS.mkdir, directory, DIRECTORY_MODE);
  if ('errno' in answered) return saidNo(answered.errno);
  const id = live.nameNew('cgroup');
  live.cgroups.made(path, id);
  return done([{ type: 'CgroupMade', cgroup_id: id, path }]);
}

export function rmdir({ live }: LiveCaller, { path }: CallOf<'rmdir'>): Decision {
  const answered = live.kernel.call(SYS.rmdir, cString(live.cgroups.directory(path)));
  if ('errno' in answered) return saidNo(answered.errno);
  return done([{ type: 'CgroupRemoved', cgroup_id: live.cgroups.removed(path) }]);
}

export function bpffsMkdir(caller: LiveCaller, { path }: CallOf<'bpffs_mkdir'>): Decision {
  return onBpffs(caller, path, { type: 'DirectoryMade', path }, (name) =>
    caller.live.kernel.call(SYS.mkdir, name, DIRECTORY_MODE),
  );
}

export function bpffsRmdir(caller: LiveCaller, { path }: CallOf<'bpffs_rmdir'>): Decision {
  return onBpffs(caller, path, { type: 'DirectoryRemoved', path }, (name) =>
    caller.live.kernel.call(SYS.rmdir, name),
  );
}

export function unlink(caller: LiveCaller, { path }: CallOf<'unlink'>): Decision {
  return onBpffs(caller, path, { type: 'PinRemoved', path, reason: 'unpinned' }, (name) =>
    caller.live.kernel.call(SYS.unlink, name),
  );
}

export function rename(caller: LiveCaller, { path, to }: CallOf<'rename'>): Decision {
  const target = cString(bpffsPath(caller.live, to));
  return onBpffs(caller, path, { type: 'PathMoved', path, to }, (name) =>
    caller.live.kernel.call(SYS.rename, name, target),
  );
}

export function chmod(caller: LiveCaller, { path, mode }: CallOf<'chmod'>): Decision {
  return onBpffs(caller, path, { type: 'ModeChanged', path, mode }, (name) =>
    caller.live.kernel.call(SYS.chmod, name, mode),
  );
}

function onBpffs(
  caller: LiveCaller,
  path: string,
  effect: Effect,
  made: (name: Buffer) => Answered,
): Decision {
  const name = cString(bpffsPath(caller.live, path));
  const answered = underConditions(caller, () => made(name));
  return 'errno' in answered ? saidNo(answered.errno) : done([effect]);
}
