/** Owners, modes and control files of cgroups on a live kernel, by the caller's rights. */
import type { CallOf } from '../../domain/call.ts';
import type { Decision } from '../../domain/decision.ts';
import { baseName, parentPath } from '../../domain/path.ts';
import { SYS } from '../../native/syscall.ts';
import { runUnderConditions, runUnderRights } from './conditions.ts';
import { atNodeOf } from './file-calls.ts';
import { failWith, type LiveCaller, succeed } from './live-kernel.ts';
import { endWithin, openForWriting, writeText } from './process-calls.ts';

/** Files that the root of a hierarchy has not; the top that stands for it is none. */
const BELOW_ROOT: readonly string[] = [
  ...['cgroup.type', 'cgroup.kill', 'cgroup.freeze', 'cgroup.events'],
];

export function cgroupChown(caller: LiveCaller, call: CallOf<'cgroup_chown'>): Decision {
  const { kernel, cgroups } = caller.live;
  const { path, uid } = call;
  const answered = atNodeOf(caller, cgroups.top, path, (name) =>
    runUnderConditions(caller, () => kernel.call(SYS.chown, name, uid, uid)),
  );
  return 'errno' in answered ? failWith(answered.errno) : succeed();
}

export function cgroupChmod(caller: LiveCaller, call: CallOf<'cgroup_chmod'>): Decision {
  const { kernel, cgroups } = caller.live;
  const answered = atNodeOf(caller, cgroups.top, call.path, (name) =>
    runUnderConditions(caller, () => kernel.call(SYS.chmod, name, call.mode)),
  );
  return 'errno' in answered ? failWith(answered.errno) : succeed();
}

export async function cgroupWrite(
  caller: LiveCaller,
  { path, value }: CallOf<'cgroup_write'>,
): Promise<Decision> {
  const { live } = caller;
  const [cgroup, file] = [parentPath(path), baseName(path)];
  if (cgroup === '/' && BELOW_ROOT.includes(file)) return failWith('ENOENT');
  const opened = openForWriting(caller, path);
  if ('errno' in opened) return failWith(opened.errno);
  const written = runUnderRights(caller, () => writeText(live, opened.ret, value));
  live.kernel.call(SYS.close, opened.ret);
  if ('errno' in written) return failWith(written.errno);
  if (file === 'cgroup.kill') await endWithin(caller, cgroup);
  return succeed();
}
