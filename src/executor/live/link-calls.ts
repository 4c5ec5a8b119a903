/** LINK_CREATE, LINK_UPDATE and LINK_DETACH on a live kernel. */
import { attachTypeNumber } from '../../domain/attach-type.ts';
import type { CallOf } from '../../domain/call.ts';
import type { Decision } from '../../domain/decision.ts';
import { flagWord } from '../../domain/flags.ts';
import { Attr } from '../../native/attr.ts';
import { LINK_CREATE, LINK_DETACH, LINK_UPDATE } from '../../native/attr-fields.ts';
import { anchorId, targetFd } from './anchor.ts';
import { adopt, bpf, onTarget } from './bpf.ts';
import { failWith, type LiveCaller, succeed } from './live-kernel.ts';
import { objectBehind, realIdBehind } from './objects.ts';
import { realFd } from './process.ts';

export function linkCreate(caller: LiveCaller, call: CallOf<'link_create'>): Decision {
  const { process, live } = caller;
  let real: number | undefined;
  const refused = onTarget(caller, call, (target) => {
    const attr = new Attr(live.kernel, call.attr_size)
      .u32(LINK_CREATE.prog_fd, realFd(process, call.prog_fd))
      .u32(LINK_CREATE.target_fd, targetFd(process, target, call, LINK_CREATE.attach_type))
      .u32(LINK_CREATE.attach_type, attachTypeNumber(call.attach_type))
      .u32(LINK_CREATE.flags, flagWord(call.flags))
      .u32(LINK_CREATE.relative_fd, anchorId(caller, call))
      .u64(LINK_CREATE.expected_revision, call.expected_revision ?? 0);
    const answered = bpf(caller, 'link_create', attr);
    if ('errno' in answered) return failWith(answered.errno);
    real = adopt(caller, { real: answered.ret, cloexec: true, kind: 'link', id: 0 });
    return succeed();
  });
  return real === undefined ? refused : adoptLink(caller, real);
}

/** Names a new link, once a directory that was open for the call is closed again. */
export function adoptLink(caller: LiveCaller, fd: number): Decision {
  const { process, live } = caller;
  const opened = process.fds.get(fd);
  if (opened === undefined) throw new Error(`a new link has no fd ${fd}`);
  const id = live.nameNew('link');
  live.ids.introduce('link', realIdBehind(live, opened.real), id);
  process.fds.set(fd, { ...opened, id });
  const info = objectBehind(live, opened.real);
  if (info.kind !== 'link') throw new Error('the fd of a created link is not a link');
  const { prog_id, cgroup_id, attach_type } = info;
  return succeed([{ type: 'LinkCreated', link_id: id, prog_id, cgroup_id, attach_type, fd }], fd);
}

export function linkUpdate(caller: LiveCaller, call: CallOf<'link_update'>): Decision {
  const { process, live } = caller;
  const attr = new Attr(live.kernel, call.attr_size)
    .u32(LINK_UPDATE.link_fd, realFd(process, call.link_fd))
    .u32(LINK_UPDATE.new_prog_fd, realFd(process, call.new_prog_fd))
    .u32(LINK_UPDATE.flags, flagWord(call.flags))
    .u32(LINK_UPDATE.old_prog_fd, realFd(process, call.old_prog_fd));
  const answered = bpf(caller, 'link_update', attr);
  return 'errno' in answered ? failWith(answered.errno) : succeed();
}

export function linkDetach(caller: LiveCaller, call: CallOf<'link_detach'>): Decision {
  const { process, live } = caller;
  const attr = new Attr(live.kernel, call.attr_size).u32(
    LINK_DETACH.link_fd,
    realFd(process, call.link_fd),
  );
  const answered = bpf(caller, 'link_detach', attr);
  return 'errno' in answered ? failWith(answered.errno) : succeed();
}
