/** mount(2) and umount2(2) below the place of the log's bpffs, by the caller's rights. */
import type { CallOf } from '../../domain/call.ts';
import type { Decision } from '../../domain/decision.ts';
import { cString, SYS } from '../../native/syscall.ts';
import { runUnderRights } from './conditions.ts';
import { failWith, type LiveCaller, succeed } from './live-kernel.ts';

const MS_BIND = 4096;
const MNT_DETACH = 2;
const NOTHING = cString('none');
const BPF = cString('bpf');

export function mount(caller: LiveCaller, { path, from, mode }: CallOf<'mount'>): Decision {
  const { kernel } = caller.live;
  const target = pathOf(caller, path);
  const options = mode === undefined ? undefined : cString(`mode=${mode.toString(8)}`);
  const answered = runUnderRights(caller, () =>
    from === undefined
      ? kernel.call(SYS.mount, NOTHING, target, BPF, 0, options)
      : kernel.call(SYS.mount, pathOf(caller, from), target, NOTHING, MS_BIND, undefined),
  );
  return 'errno' in answered ? failWith(answered.errno) : succeed();
}

export function umount(caller: LiveCaller, { path, flags = 0 }: CallOf<'umount'>): Decision {
  const { live } = caller;
  const answered = runUnderRights(caller, () =>
    live.kernel.call(SYS.umount2, pathOf(caller, path), flags),
  );
  if ('errno' in answered) return failWith(answered.errno);
  if ((flags & MNT_DETACH) !== 0) live.detached = true;
  return succeed();
}

/** The path itself: an fd on the way would keep the mount. */
function pathOf({ live }: LiveCaller, path: string): Buffer {
  return cString(path === '/' ? live.bpffs.path : live.bpffs.path + path);
}
