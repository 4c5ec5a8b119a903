/** unshare(2), and setns(2) with a pidfd, by the caller's rights. */
import type { CallOf } from '../../domain/call.ts';
import type { Decision } from '../../domain/decision.ts';
import { SYS } from '../../native/syscall.ts';
import { runUnderRights } from './conditions.ts';
import { unshareTable } from './fd-calls.ts';
import { failWith, type LiveCaller, succeed } from './live-kernel.ts';
import {
  CLONE_NEWCGROUP,
  CLONE_NEWNS,
  enter,
  goHome,
  homeOf,
  makeNamespaces,
  within,
} from './namespaces.ts';
import { isFullRoot } from './process.ts';

export function unshare(caller: LiveCaller, call: CallOf<'unshare'>): Decision {
  const { live, process } = caller;
  const entered = makeNamespaces(caller, call);
  if ('errno' in entered) return failWith(entered.errno);
  if (call.clone_files) unshareTable(caller);
  if (call.clone_newns) {
    process.fs = {};
    enter(live, process, entered.mounts);
  }
  return succeed();
}

/** Threads have one root directory, which is not real here: that of this thread is its own. */
export function setns(caller: LiveCaller, call: CallOf<'setns'>): Decision {
  const { live, process } = caller;
  const { target_pid, clone_newns, clone_newcgroup } = call;
  if (!clone_newns && !clone_newcgroup) return failWith('EINVAL');
  const target = live.processes.get(target_pid);
  if (target === undefined) return failWith('ESRCH');
  const own = process.tgid === target.tgid || isFullRoot(process);
  const fits = target.caps.every((capability) => process.caps.includes(capability));
  if (!own && !(process.uid === target.uid && fits)) return failWith('EPERM');
  const { mounts, cgroups } = homeOf(live);
  const { kernel } = live;
  const answered = within(live, process.mounts, () => {
    try {
      return runUnderRights(caller, () => {
        const first = clone_newns
          ? kernel.call(SYS.setns, target.mounts?.fd ?? mounts, CLONE_NEWNS)
          : undefined;
        if (first !== undefined && ('errno' in first || !clone_newcgroup)) return first;
        return kernel.call(SYS.setns, cgroups, CLONE_NEWCGROUP);
      });
    } finally {
      goHome(live);
    }
  });
  if ('errno' in answered) return failWith(answered.errno);
  if (!clone_newns) return succeed();
  const shares = [...live.processes.values()].some(
    ({ fs, pid }) => fs === process.fs && pid !== process.pid,
  );
  if (shares) return failWith('EINVAL');
  enter(live, process, target.mounts);
  return succeed();
}
