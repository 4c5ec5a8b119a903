/**
 * Links of other subsystems: which of them can be given another program or be detached is decided by
 * their `bpf_link_ops` (net/core/dev.c, kernel/bpf/tcx.c, drivers/net/netkit.c,
 * net/netfilter/nf_bpf_link.c, kernel/trace); what they are attached to is not modelled.
 */

import { type AttachType, attachTypeNumber } from '../attach-type.ts';
import type { Calls } from '../call.ts';
import { type Caller, linkAt, lowestFree, mapAt, noFreeFd, progAt } from '../caller.ts';
import { type Decision, isRefused, refusal, refuse, succeed } from '../decision.ts';
import { cgroupProgType } from '../fits.ts';
import { unfitForLink } from '../foreign-hooks.ts';
import type { Link, Program } from '../kernel.ts';
import { programDropped } from '../lifetime.ts';
import { nextObjectId } from '../next-id.ts';

/** Links of network devices: update and detach as those of cgroups, but the types are compared last. */
const OF_DEVICES: readonly AttachType[] = [
  ...(['xdp', 'tcx_ingress', 'tcx_egress', 'netkit_primary', 'netkit_peer'] as const),
];

export function foreignLinkCreate(caller: Caller, call: Calls['foreign_link_create']): Decision {
  const { switches } = caller.kernel;
  const { attach_type } = call;
  if (attach_type === 'struct_ops') return structOpsLink(caller, call.prog_fd ?? 0);
  const program = progAt(caller, call.prog_fd ?? 0, 'prog_fd');
  if (isRefused(program)) return refuse(program);
  if (cgroupProgType(switches, attach_type) !== undefined) {
    return refuse(refusal('EINVAL', 'attach-type-unknown', { attach_type }));
  }
  const unfit = unfitForLink(switches, program, attach_type);
  if (unfit !== undefined) return refuse(unfit);
  const fd = lowestFree(caller);
  if (fd === undefined) return refuse(noFreeFd(caller));
  const place = { cgroup_id: 0, attach_type };
  const prog_id = program.id;
  const link_id = nextObjectId(caller.kernel, 'link');
  return succeed([{ type: 'LinkCreated', link_id, prog_id, ...place, fd }], fd);
}

/** The fd is that of a map, which holds the programs (`bpf_struct_ops_link_create`). */
function structOpsLink(caller: Caller, fd: number): Decision {
  const { switches } = caller.kernel;
  const attach_type = 'struct_ops';
  const isUnknown = attachTypeNumber(attach_type) >= switches.attach_type_count;
  const found = isUnknown ? progAt(caller, fd, 'prog_fd') : mapAt(caller, fd, 'map_fd');
  if (isRefused(found)) return refuse(found);
  if ('map' in found && found.map.map_type === 'struct_ops') {
    return refuse(refusal('ENOTSUPP', 'not-modelled', { what: 'a link of struct_ops' }));
  }
  return refuse(refusal('EINVAL', 'attach-type-unknown', { attach_type }));
}

/** Whether a link was made in another subsystem, although it may be detached by now. */
export function isForeign({ kernel }: Caller, { attach_type }: Link): boolean {
  return cgroupProgType(kernel.switches, attach_type) === undefined;
}

export function foreignLinkUpdate(
  caller: Caller,
  link: Link,
  program: Program,
  old: Program | undefined,
): Decision {
  const about = { link_id: link.id };
  const { attach_type } = link;
  if (attach_type === 'netfilter')
    return refuse(refusal('EOPNOTSUPP', 'link-keeps-program', about));
  if (!OF_DEVICES.includes(attach_type)) {
    return refuse(refusal('EINVAL', 'link-keeps-program', about));
  }
  if (!link.elsewhere) {
    const errno = caller.kernel.switches.link_update_defunct_errno;
    return refuse(refusal(errno, 'link-defunct', about));
  }
  const current = caller.kernel.programs.get(link.prog_id);
  if (current === undefined) throw new Error(`impossible state: link ${link.id} without program`);
  if (old !== undefined && old !== current) {
    const other = { prog_id: current.id, expected: old.id };
    return refuse(refusal('EPERM', 'link-runs-other-program', { ...about, ...other }));
  }
  if (program.prog_type !== current.prog_type) {
    const { id: prog_id, prog_type } = program;
    const types = { prog_type, wanted: current.prog_type };
    const field = 'new_prog_fd';
    return refuse(refusal('EINVAL', 'prog-type-differs', { field, prog_id, ...types }));
  }
  const was_prog_id = current.id;
  if (program === current) return succeed();
  const update = { link_id: link.id, prog_id: program.id, was_prog_id, revision: 0 };
  return succeed([
    { type: 'LinkUpdated', ...update },
    ...programDropped(caller.kernel, was_prog_id, 'link_updated'),
  ]);
}

export function foreignLinkDetach(link: Link): Decision {
  const { id: link_id, attach_type } = link;
  if (attach_type !== 'netfilter' && !OF_DEVICES.includes(attach_type)) {
    return refuse(refusal('EOPNOTSUPP', 'link-stays', { link_id }));
  }
  return succeed(link.elsewhere ? [{ type: 'LinkSevered', link_id, reason: 'link_detach' }] : []);
}

/** ITER_CREATE: only a link of an iterator gives fds to read from. */
export function iterCreate(caller: Caller, call: Calls['iter_create']): Decision {
  const { flags = 0 } = call;
  if (flags !== 0) return refuse(refusal('EINVAL', 'flags-unknown', { flags }));
  const link = linkAt(caller, call.link_fd ?? 0, 'link_fd');
  if (isRefused(link)) return refuse(link);
  if (link.attach_type !== 'trace_iter') {
    return refuse(refusal('EINVAL', 'link-is-no-iterator', { link_id: link.id }));
  }
  const fd = lowestFree(caller);
  if (fd === undefined) return refuse(noFreeFd(caller));
  return succeed([{ type: 'FdOpened', fd, kind: 'other', id: 0 }], fd);
}
