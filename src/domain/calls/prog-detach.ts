/** PROG_DETACH: the checks of semantics §9 in the kernel's order (`bpf_prog_detach`). */
import { type AttachAttr, progAttachAttr, trailing } from '../attach-attr.ts';
import type { AttachType } from '../attach-type.ts';
import type { Calls } from '../call.ts';
import { type Caller, cgroupAt, fileAt, netAdminCapable } from '../caller.ts';
import { type Decision, isRefused, refusal, refuse, succeed } from '../decision.ts';
import { cgroupProgType, foreignProgType } from '../fits.ts';
import { ATTACH_FLAG_BITS } from '../flags.ts';
import { foreignTarget, isInterfaceHook, isSockmapHook } from '../foreign-hooks.ts';
import { Lifetime } from '../lifetime.ts';
import { indexOfProg, listOf } from '../list.ts';
import { hasHooks, hookList, slotOf } from '../lsm-hooks.ts';
import type { Refusal } from '../outcome.ts';
import { netAdminFirst } from '../privilege.ts';
import type { ProgTypeName } from '../prog-type.ts';
import { progOfType } from './prog-attach.ts';

const OFFSETS = { flags: 12, replace: 16, relative: 20 } as const;

export function progDetach(caller: Caller, call: Calls['prog_detach'], target: number): Decision {
  const { switches } = caller.kernel;
  if (switches.attach_needs_net_admin) {
    const passGate = netAdminFirst(caller, 'prog_detach');
    if (passGate !== undefined) return refuse(passGate);
  }
  const attr = progAttachAttr(call, target);
  const past = trailing(attr, switches.prog_detach_attr_end, OFFSETS);
  if (past !== undefined) return refuse(past);
  const { type } = attr;
  const foreign = foreignProgType(switches, type);
  if (foreign !== undefined && isInterfaceHook(type)) return fromInterface(caller, attr, foreign);
  const progType = cgroupProgType(switches, type);
  if (progType === undefined) {
    return refuse(fromSockmap(caller, attr) ?? fromNamespace(caller, attr) ?? unknownType(type));
  }
  const staleField = !switches.revisions && attr.expectedRevision !== 0;
  if (attr.flags !== 0 || attr.relative !== 0 || staleField) {
    return refuse(refusal('EINVAL', 'detach-takes-no-flags', {}));
  }
  const cgroup = cgroupAt(caller, attr.target);
  if (isRefused(cgroup)) return refuse(cgroup);
  // A wrong fd only means that no program is named.
  const named = progOfType(caller, attr.prog, progType, 'attach_bpf_fd');
  const whole = listOf(cgroup, type);
  const btfId = isRefused(named) ? 0 : named.btf.attach_btf_id;
  const slot = hasHooks(type) ? slotOf(caller.kernel, btfId) : undefined;
  if (slot === undefined && hasHooks(type)) {
    return refuse(refusal('EINVAL', 'lsm-slots-taken', { prog_id: 0, attach_btf_id: btfId }));
  }
  const own = slot === undefined ? undefined : hookList(whole, slot);
  const { list, begin } = own ?? { list: whole, begin: 0 };
  if (attr.expectedRevision !== 0 && attr.expectedRevision !== list.revision) {
    const about = { expected: attr.expectedRevision, revision: list.revision };
    return refuse(refusal('ESTALE', 'revision-stale', about));
  }
  const about = { cgroup: cgroup.path, attach_type: type };
  let index = 0;
  if (list.mode === 'multi') {
    if (isRefused(named)) return refuse(refusal('EINVAL', 'detach-names-no-program', about));
    index = indexOfProg(list, named.id);
    if (index < 0) {
      const missing = { ...about, prog_id: named.id };
      return refuse(refusal('ENOENT', 'program-not-attached', missing));
    }
  }
  const entry = list.entries[index];
  if (entry === undefined) return refuse(refusal('ENOENT', 'nothing-attached', about));
  if ('link_id' in entry) {
    // v2-series alone: only there a none or override list may hold a link (§19.4).
    const owner = { cgroup: cgroup.path, link_id: entry.link_id };
    return refuse(refusal(switches.link_prog_detach_errno, 'link-holds-single-entry', owner));
  }
  const lifetime = new Lifetime(caller.kernel);
  lifetime.removeEntry(cgroup, type, begin + index, 'prog_detach');
  return succeed(lifetime.effects);
}

/** Hooks of interfaces look at flags and program before the interface, which is never there. */
function fromInterface(caller: Caller, attr: AttachAttr, progType: ProgTypeName): Decision {
  const { replace, before, after, id, link } = ATTACH_FLAG_BITS;
  const unknown = attr.flags & ~(replace | before | after | id | link);
  if (unknown !== 0) return refuse(refusal('EINVAL', 'flags-unknown', { flags: unknown >>> 0 }));
  if (attr.prog !== 0) {
    const program = progOfType(caller, attr.prog, progType, 'attach_bpf_fd');
    if (isRefused(program)) return refuse(program);
  } else if (!netAdminCapable(caller)) {
    // Detaching without naming a program needs CAP_NET_ADMIN (`bpf_mprog_detach_empty`).
    return refuse(refusal('EPERM', 'needs-net-admin', { call: 'prog_detach' }));
  }
  return refuse(foreignTarget(attr.type));
}

function unknownType(type: AttachType): Refusal {
  return refusal('EINVAL', 'attach-type-unknown', { attach_type: type });
}

/** `sock_map_prog_detach` looks its target up, once the other fields are 0. */
function fromSockmap(caller: Caller, attr: AttachAttr): Refusal | undefined {
  const others = attr.flags | attr.relative | attr.replace | attr.expectedRevision;
  if (!isSockmapHook(attr.type) || others !== 0) return undefined;
  if (fileAt(caller, attr.target) !== undefined) return undefined;
  return refusal('EBADF', 'target-fd-not-open', { fd: attr.target });
}

/** `netns_bpf_prog_detach` takes our own network namespace for target 0, and looks the program up. */
function fromNamespace(caller: Caller, attr: AttachAttr): Refusal | undefined {
  const others = attr.flags | attr.relative | attr.expectedRevision;
  const foreign = foreignProgType(caller.kernel.switches, attr.type);
  if (attr.type !== 'flow_dissector' || foreign === undefined) return undefined;
  if (others !== 0 || attr.target !== 0) return undefined;
  const program = progOfType(caller, attr.prog, foreign, 'attach_bpf_fd');
  return isRefused(program) ? program : undefined;
}
