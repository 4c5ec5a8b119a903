/** LINK_CREATE: semantics §11, §19.2, §20 (`link_create`, `cgroup_bpf_link_attach`). */

import { attach } from '../attach.ts';
import { type AttachAttr, linkCreateAttr, trailing } from '../attach-attr.ts';
import type { AttachType } from '../attach-type.ts';
import type { Calls } from '../call.ts';
import { type Caller, cgroupAt, lowestFree, netAdminCapable, noFreeFd, progAt } from '../caller.ts';
import { type Decision, isRefused, refusal, refuse, succeed } from '../decision.ts';
import { cgroupProgType, expectedTypeDiffers, expectedTypeFits, foreignProgType } from '../fits.ts';
import { ATTACH_FLAG_BITS } from '../flags.ts';
import { noLinkTarget, unfitForLink } from '../foreign-hooks.ts';
import type { Program } from '../kernel.ts';
import { nextObjectId } from '../next-id.ts';
import type { Refusal } from '../outcome.ts';
import { netAdminFirst } from '../privilege.ts';
import type { Switches } from '../release/switches.ts';

const { override, multi, replace, before, after, id, preorder, link } = ATTACH_FLAG_BITS;
/** The flags of a link in the v2 series; other bits have no meaning there. */
const MODE_BITS = override | multi | replace;
const OFFSETS = { flags: 12, replace: 16, relative: 16 } as const;

export function linkCreate(caller: Caller, call: Calls['link_create'], target: number): Decision {
  const { switches } = caller.kernel;
  const attr = linkCreateAttr(call, target);
  const malformedCall = checkAttr(caller, attr);
  if (malformedCall !== undefined) return refuse(malformedCall);
  const program = progAt(caller, attr.prog, 'prog_fd');
  if (isRefused(program)) return refuse(program);
  const refused = unfit(caller, program, attr);
  if (refused !== undefined) return refuse(refused);
  const unknown = attr.flags & ~knownFlags(switches);
  if (unknown !== 0) return refuse(refusal('EINVAL', 'flags-unknown', { flags: unknown >>> 0 }));
  const cgroup = cgroupAt(caller, attr.target);
  if (isRefused(cgroup)) return refuse(cgroup);
  const fd = lowestFree(caller);
  if (fd === undefined) return refuse(noFreeFd(caller));

  const linkId = nextObjectId(caller.kernel, 'link');
  const { type } = attr;
  const effects = attach(caller, {
    cgroup,
    type,
    program,
    linkId,
    flags: switches.link_flags_choose_mode ? attr.flags & MODE_BITS : attr.flags | multi,
    relative: switches.anchors ? attr.relative : 0,
    expectedRevision: switches.revisions ? attr.expectedRevision : 0,
  });
  if (isRefused(effects)) {
    return refuse(effects, switches.link_ids ? [{ type: 'LinkIdBurned', link_id: linkId }] : []);
  }
  const { id: cgroup_id } = cgroup;
  const prog_id = program.id;
  const created = {
    type: 'LinkCreated',
    link_id: linkId,
    prog_id,
    cgroup_id,
    attach_type: type,
    fd,
  } as const;
  return succeed([created, ...effects], fd);
}

/** Refusals before the program is looked up. */
function checkAttr(caller: Caller, attr: AttachAttr): Refusal | undefined {
  const { switches } = caller.kernel;
  if (switches.link_create_needs_net_admin) {
    const passGate = netAdminFirst(caller, 'link_create');
    if (passGate !== undefined) return passGate;
  }
  const past = trailing(attr, switches.link_create_attr_end, OFFSETS);
  if (past !== undefined) return past;
  if (!switches.link_create_checks_type_first) return undefined;
  const wanted = cgroupProgType(switches, attr.type) ?? foreignProgType(switches, attr.type);
  if (wanted !== undefined) return undefined;
  return refusal('EINVAL', 'attach-type-unknown', { attach_type: attr.type });
}

/** Whether the program may be linked to this hook by this caller. */
function unfit(caller: Caller, program: Program, attr: AttachAttr): Refusal | undefined {
  const { switches } = caller.kernel;
  const { type } = attr;
  const isSkb = program.prog_type === 'cgroup_skb' && switches.cap_bpf;
  if (isSkb && !netAdminCapable(caller, program.token_user)) {
    return refusal('EPERM', 'skb-link-needs-net-admin', { prog_id: program.id });
  }
  const wanted = cgroupProgType(switches, type);
  if (wanted === undefined) {
    return unfitForLink(switches, program, type) ?? noLinkTarget(caller, type, attr);
  }
  const anyHook = switches.skb_links_fit_any_hook && program.prog_type === 'cgroup_skb';
  if (anyHook) return refuseOtherHook(program, type);
  if (program.prog_type !== wanted) {
    const about = { prog_id: program.id, prog_type: program.prog_type, wanted };
    return refusal('EINVAL', 'prog-type-differs', { field: 'prog_fd', ...about });
  }
  return expectedTypeFits(program, type) ? undefined : expectedTypeDiffers(program, type);
}

/** All that D21 leaves of the check: a program that is bound to its hook. */
function refuseOtherHook(program: Program, type: AttachType): Refusal | undefined {
  const fits = !program.enforced || program.expected_attach_type === type;
  return fits ? undefined : expectedTypeDiffers(program, type);
}

function knownFlags(switches: Switches): number {
  if (switches.link_flags_choose_mode) {
    return switches.link_unknown_flags_refused ? MODE_BITS : ~0;
  }
  return switches.anchors ? before | after | id | link | preorder : 0;
}
