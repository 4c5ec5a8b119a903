/** LINK_UPDATE: semantics §12, §19.4 (`link_update`, `cgroup_bpf_replace`, `__cgroup_bpf_replace`). */
import { readFd, readField } from '../attr.ts';
import type { Calls } from '../call.ts';
import { type Caller, linkAt, progAt } from '../caller.ts';
import { type Decision, isRefused, refusal, refuse, succeed } from '../decision.ts';
import type { Effect } from '../effect.ts';
import { expectedTypeDiffers, expectedTypeFits } from '../fits.ts';
import { ATTACH_FLAG_BITS, flagWord } from '../flags.ts';
import type { Cgroup, Kernel, Link, Program } from '../kernel.ts';
import { programDropped } from '../lifetime.ts';
import { listOf } from '../list.ts';
import { hasHooks, slotOf } from '../lsm-hooks.ts';
import { findMiscountedSlots } from '../miscounted-slot.ts';
import type { Refusal } from '../outcome.ts';
import { foreignLinkUpdate, isForeign } from './foreign-links.ts';

const { replace } = ATTACH_FLAG_BITS;

export function linkUpdate(caller: Caller, call: Calls['link_update']): Decision {
  const size = call.attr_size;
  const flags = readField(flagWord(call.flags), 8, 4, size);
  if ((flags & ~replace) !== 0) return refuse(refusal('EINVAL', 'flags-unknown', { flags }));
  const link = linkAt(caller, readFd(call.link_fd, 0, size), 'link_fd');
  if (isRefused(link)) return refuse(link);
  const decision = onLink(caller, call, link, flags);
  if (!caller.kernel.switches.link_update_leaks_reference) return decision;
  const { outcome, effects } = decision;
  // Whatever the answer, the reference that the lookup of link_fd took is never given back (§19.4).
  return { outcome, effects: [...effects, { type: 'LinkReferenceLeaked', link_id: link.id }] };
}

function onLink(caller: Caller, call: Calls['link_update'], link: Link, flags: number): Decision {
  const { switches, cgroups } = caller.kernel;
  const size = call.attr_size;
  const program = progAt(caller, readFd(call.new_prog_fd, 4, size), 'new_prog_fd');
  if (isRefused(program)) return refuse(program);
  const old = oldProgram(caller, flags, readFd(call.old_prog_fd, 12, size));
  if (old !== undefined && isRefused(old)) return refuse(old);
  const cgroup = cgroups.get(link.cgroup_id);
  if (cgroup === undefined) {
    if (isForeign(caller, link)) return foreignLinkUpdate(caller, link, program, old);
    // Its cgroup was removed: the link is defunct. ENOLINK; in 5.7 EINVAL.
    const errno = switches.link_update_defunct_errno;
    return refuse(refusal(errno, 'link-defunct', { link_id: link.id }));
  }
  const refused =
    unfit(caller.kernel, link, program, old) ?? ofOtherHook(caller.kernel, link, program);
  return refused === undefined ? updateLink(caller, link, program, cgroup) : refuse(refused);
}

/** The program that the caller expects in the link, when it names one. */
function oldProgram(caller: Caller, flags: number, fd: number): Program | Refusal | undefined {
  if ((flags & replace) !== 0) return progAt(caller, fd, 'old_prog_fd');
  if (fd === 0 || !caller.kernel.switches.link_update_old_prog_needs_replace) return undefined;
  return refusal('EINVAL', 'old-prog-without-replace', { fd });
}

/** Most kernels do not check the expected attach type again, and none the hierarchy. */
function unfit(
  kernel: Kernel,
  link: Link,
  program: Program,
  old: Program | undefined,
): Refusal | undefined {
  const { switches } = kernel;
  const current = kernel.programs.get(link.prog_id);
  if (current === undefined) throw new Error(`impossible state: link ${link.id} without program`);
  if (old !== undefined && old !== current) {
    const about = { link_id: link.id, prog_id: current.id, expected: old.id };
    return refusal('EPERM', 'link-runs-other-program', about);
  }
  if (program.prog_type !== current.prog_type) {
    const about = { prog_id: program.id, prog_type: program.prog_type };
    return refusal('EINVAL', 'prog-type-differs', {
      field: 'new_prog_fd',
      ...about,
      wanted: current.prog_type,
    });
  }
  const { attach_type } = link;
  if (switches.link_update_checks_attach_type && !expectedTypeFits(program, attach_type)) {
    return expectedTypeDiffers(program, attach_type);
  }
  if (switches.link_update_compares_storage && !sameStorage(program, current)) {
    const about = { prog_id: program.id, current: current.id };
    return refusal('EINVAL', 'storage-maps-differ', about);
  }
  return undefined;
}

/** The list of the program's hook is looked through for the link (LSM_CGROUP). */
function ofOtherHook(kernel: Kernel, link: Link, program: Program): Refusal | undefined {
  if (!hasHooks(link.attach_type)) return undefined;
  const { id: prog_id } = program;
  const { attach_btf_id } = program.btf;
  const current = kernel.programs.get(link.prog_id)?.btf.attach_btf_id;
  if (current === attach_btf_id) return undefined;
  if (slotOf(kernel, attach_btf_id) === undefined) {
    return refusal('EINVAL', 'lsm-slots-taken', { prog_id, attach_btf_id });
  }
  return refusal('ENOENT', 'link-on-other-hook', { link_id: link.id, prog_id });
}

function sameStorage(a: Program, b: Program): boolean {
  // Most programs have none.
  if (a.storage_map_ids.length + b.storage_map_ids.length === 0) return true;
  const maps = new Set([...a.storage_map_ids, ...b.storage_map_ids]);
  return maps.size === a.storage_map_ids.length && maps.size === b.storage_map_ids.length;
}

function updateLink(caller: Caller, link: Link, program: Program, cgroup: Cgroup): Decision {
  const { kernel } = caller;
  const update = {
    type: 'LinkUpdated',
    link_id: link.id,
    prog_id: program.id,
    was_prog_id: link.prog_id,
    revision: listOf(cgroup, link.attach_type).revision + 1,
  } as const;
  const effects: Effect[] = [update];
  if (kernel.switches.link_update_miscounts_preorder && !hasHooks(link.attach_type)) {
    effects.push(...findMiscountedSlots(kernel, link, program, cgroup));
  }
  if (program.id !== link.prog_id) {
    effects.push(...programDropped(kernel, link.prog_id, 'link_updated'));
  }
  return succeed(effects);
}
