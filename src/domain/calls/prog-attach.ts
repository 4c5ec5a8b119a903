/** PROG_ATTACH: the checks of semantics §8.1 in the kernel's order (`bpf_prog_attach`). */
import { attach } from '../attach.ts';
import { progAttachAttr, trailing } from '../attach-attr.ts';
import { type AttachType, CGROUP_HOOKS } from '../attach-type.ts';
import type { Calls } from '../call.ts';
import { type Caller, cgroupAt, netAdminCapable, progAt } from '../caller.ts';
import { type Decision, isRefused, refusal, refuse, succeed } from '../decision.ts';
import { cgroupProgType, expectedTypeDiffers, expectedTypeFits, foreignProgType } from '../fits.ts';
import { ATTACH_FLAG_BITS } from '../flags.ts';
import { foreignTarget, isInterfaceHook, isSockmapHook, noSockmap } from '../foreign-hooks.ts';
import type { Program } from '../kernel.ts';
import type { Refusal } from '../outcome.ts';
import { netAdminFirst } from '../privilege.ts';
import type { ProgTypeName } from '../prog-type.ts';
import type { Switches } from '../release/switches.ts';

const { override, multi, replace, before, after, id, preorder, link } = ATTACH_FLAG_BITS;
const OFFSETS = { flags: 12, replace: 16, relative: 20 } as const;

export function progAttach(caller: Caller, call: Calls['prog_attach'], target: number): Decision {
  const { switches } = caller.kernel;
  if (switches.attach_needs_net_admin) {
    const passGate = netAdminFirst(caller, 'prog_attach');
    if (passGate !== undefined) return refuse(passGate);
  }
  const attr = progAttachAttr(call, target);
  const past = trailing(attr, switches.prog_attach_attr_end, OFFSETS);
  if (past !== undefined) return refuse(past);
  const { type, flags } = attr;
  const progType = cgroupProgType(switches, type) ?? foreignProgType(switches, type);
  if (progType === undefined) {
    return refuse(refusal('EINVAL', 'attach-type-unknown', { attach_type: type }));
  }
  const unknown = flags & ~knownFlags(switches, type);
  if (unknown !== 0) return refuse(refusal('EINVAL', 'flags-unknown', { flags: unknown >>> 0 }));
  const anchored = isInterfaceHook(type) || (switches.anchors && isCgroupHook(type));
  if (!anchored && (attr.relative !== 0 || attr.expectedRevision !== 0)) {
    // 6.6 to 6.16 know the fields for tcx alone, later ones for cgroups too.
    return refuse(refusal('EINVAL', 'anchor-fields-not-for-cgroups', { attach_type: type }));
  }
  const program = progOfType(caller, attr.prog, progType, 'attach_bpf_fd');
  if (isRefused(program)) return refuse(program);
  if (program.prog_type === 'cgroup_skb' && !netAdminCapable(caller, program.token_user)) {
    return refuse(refusal('EINVAL', 'skb-attach-needs-net-admin', { prog_id: program.id }));
  }
  if (cgroupProgType(switches, type) === undefined) {
    const isOfNetwork = attr.target === 0 && flags === 0 && attr.replace === 0;
    if (isSockmapHook(type)) return refuse(noSockmap(caller, type, attr));
    // It has no target but the caller's network namespace (`netns_bpf_prog_attach`).
    if (type !== 'flow_dissector' || !isOfNetwork) return refuse(foreignTarget(type));
    const what = 'a flow dissector of a network namespace';
    return refuse(refusal('ENOTSUPP', 'not-modelled', { what }));
  }
  if (!expectedTypeFits(program, type)) return refuse(expectedTypeDiffers(program, type));
  const cgroup = cgroupAt(caller, attr.target);
  if (isRefused(cgroup)) return refuse(cgroup);
  let replaced: Program | undefined;
  if ((flags & multi) !== 0 && (flags & replace) !== 0) {
    const found = progOfType(caller, attr.replace, progType, 'replace_bpf_fd');
    if (isRefused(found)) return refuse(found);
    replaced = found;
  }
  const { relative, expectedRevision } = attr;
  const attachment = { cgroup, type, program, flags, relative, expectedRevision, replaced };
  const effects = attach(caller, attachment);
  return isRefused(effects) ? refuse(effects) : succeed(effects);
}

function knownFlags(switches: Switches, type: AttachType): number {
  if (isInterfaceHook(type)) return replace | before | after | id | link;
  let known = override | multi | replace;
  if (switches.preorder) known |= preorder;
  if (switches.anchors && isCgroupHook(type)) known |= before | after | id | link;
  return known;
}

/** A program fd where a type is required: another type is EINVAL (`bpf_prog_get_type`). */
export function progOfType(
  caller: Caller,
  fd: number,
  type: ProgTypeName,
  field: string,
): Program | Refusal {
  const program = progAt(caller, fd, field);
  if (isRefused(program) || program.prog_type === type) return program;
  const about = { field, prog_id: program.id, prog_type: program.prog_type, wanted: type };
  return refusal('EINVAL', 'prog-type-differs', about);
}

/** Hooks whose programs attach to cgroups: all of §2.3 and LSM_CGROUP (`is_cgroup_prog_type`). */
function isCgroupHook(type: AttachType): boolean {
  return type === 'lsm_cgroup' || (typeof type === 'string' && type in CGROUP_HOOKS);
}
