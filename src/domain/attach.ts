/**
 * The part that PROG_ATTACH and LINK_CREATE share: whether an entry may enter the list, and where
 * (semantics §8.1 rows 8-16, §11 row 9; `__cgroup_bpf_attach`).
 */
import { type Placement, placeOf } from './anchor.ts';
import type { AttachType } from './attach-type.ts';
import type { Caller } from './caller.ts';
import { isRefused, refusal } from './decision.ts';
import type { Effect, EffectOf } from './effect.ts';
import { ATTACH_FLAG_BITS, type Mode } from './flags.ts';
import { exclusiveAncestor } from './hierarchy.ts';
import type { Cgroup, EntryList, Kernel, Program } from './kernel.ts';
import { programDropped } from './lifetime.ts';
import { indexOfProg, listOf, progIdOf } from './list.ts';
import { hasHooks, hookList, slotOf } from './lsm-hooks.ts';
import type { Refusal } from './outcome.ts';
import { storagesFreed, storagesMade } from './storage.ts';

const { override, multi, replace, before, after, preorder } = ATTACH_FLAG_BITS;

/** Entries that one list may hold (`BPF_CGROUP_MAX_PROGS`). */
export const ENTRIES_MAX = 64;

export interface Attachment {
  readonly cgroup: Cgroup;
  readonly type: AttachType;
  readonly program: Program;
  /** The link that carries the program; absent for PROG_ATTACH. */
  readonly linkId?: number;
  /** The program that PROG_ATTACH with multi and replace names. */
  readonly replaced?: Program | undefined;
  readonly flags: number;
  readonly relative: number;
  readonly expectedRevision: number;
}

/** The mode of an attach; undefined when the flags contradict each other. */
function modeOf(flags: number): Mode | undefined {
  if ((flags & multi) !== 0) return (flags & override) === 0 ? 'multi' : undefined;
  return (flags & override) !== 0 ? 'override' : 'none';
}

/**
 * Attaches a program or link to a cgroup's list.
 *
 * @returns the effects, storages and freed programs included, or the refusal
 */
export function attach(caller: Caller, attachment: Attachment): Effect[] | Refusal {
  const { cgroup, type, flags } = attachment;
  const mode = modeOf(flags);
  if (mode === undefined) return refusal('EINVAL', 'override-and-multi', {});
  const badReplace = replaceNotAllowed(attachment, mode);
  if (badReplace !== undefined) return badReplace;
  const whole = listOf(cgroup, type);
  const place: TargetList | Refusal = hasHooks(type)
    ? placeOfHook(caller.kernel, attachment.program, whole)
    : { whole };
  if (isRefused(place)) return place;
  const { list = whole, slot } = place;
  const refused = notAllowed(caller, attachment, list, mode, slot);
  if (refused !== undefined) return refused;
  const target = findReplaced(caller, attachment, list, mode);
  if (isRefused(target)) return target;
  const { index } = target;
  const effects =
    index === undefined
      ? insertEntry(caller, attachment, place, mode)
      : overwriteEntry(caller, attachment, place, index);
  if (isRefused(effects)) return effects;
  const storages = storageEffects(caller.kernel, attachment, list, index);
  return storages.length === 0 ? effects : [...storages, ...effects];
}

/** The storages of an overwritten entry may go; those of the new one are made (§25.3, §25.6). */
function storageEffects(
  kernel: Kernel,
  attachment: Attachment,
  { entries }: EntryList,
  index: number | undefined,
): Effect[] {
  const { program } = attachment;
  if (index === undefined) return storagesMade(kernel, program, attachment, entries);
  return [
    ...storagesFreed(kernel, attachment, entries, index, 'entry_replaced'),
    ...storagesMade(kernel, program, attachment, entries.toSpliced(index, 1)),
  ];
}

/** The list that an entry goes into: of LSM_CGROUP a part of the attach type's list. */
interface TargetList {
  readonly whole: EntryList;
  readonly list?: EntryList;
  readonly begin?: number;
  readonly slot?: number;
}

/** The hook's own list; EINVAL when other hooks have all the slots (`bpf_cgroup_atype_find`). */
function placeOfHook(
  kernel: Kernel,
  { id: prog_id, btf: { attach_btf_id } }: Program,
  whole: EntryList,
): TargetList | Refusal {
  const slot = slotOf(kernel, attach_btf_id);
  if (slot === undefined) return refusal('EINVAL', 'lsm-slots-taken', { prog_id, attach_btf_id });
  return { whole, slot, ...hookList(whole, slot) };
}

function replaceNotAllowed({ flags, linkId }: Attachment, mode: Mode): Refusal | undefined {
  if ((flags & replace) === 0) return undefined;
  if (mode !== 'multi') return refusal('EINVAL', 'replace-needs-multi', {});
  // A link cannot name what it replaces (v2-series, §19.2 row 7).
  if (linkId !== undefined) return refusal('EINVAL', 'link-cannot-replace', {});
  if ((flags & (before | after)) !== 0) return refusal('EINVAL', 'replace-with-anchor', {});
  return undefined;
}

function notAllowed(
  caller: Caller,
  attachment: Attachment,
  list: EntryList,
  mode: Mode,
  slot: number | undefined,
): Refusal | undefined {
  const { cgroup, type, expectedRevision } = attachment;
  if (expectedRevision !== 0 && expectedRevision !== list.revision) {
    const { revision } = list;
    return refusal('ESTALE', 'revision-stale', { expected: expectedRevision, revision });
  }
  const ancestor = exclusiveAncestor(caller.kernel, cgroup, type, slot);
  if (ancestor !== undefined) return ancestor;
  if (list.entries.length > 0 && list.mode !== mode) {
    const about = { cgroup: cgroup.path, attach_type: type, mode: list.mode, requested: mode };
    return refusal('EPERM', 'list-mode-differs', about);
  }
  if (list.entries.length >= ENTRIES_MAX) {
    return refusal('E2BIG', 'list-full', { cgroup: cgroup.path, limit: ENTRIES_MAX });
  }
  return undefined;
}

/** Which entry the call overwrites, if any (`find_attach_entry`). */
function findReplaced(
  caller: Caller,
  attachment: Attachment,
  list: EntryList,
  mode: Mode,
): { index: number | undefined } | Refusal {
  const { program, replaced, linkId, cgroup } = attachment;
  const { switches } = caller.kernel;
  if (mode !== 'multi') {
    const [entry] = list.entries;
    if (entry === undefined) return { index: undefined };
    if ('link_id' in entry) {
      const about = { cgroup: cgroup.path, link_id: entry.link_id };
      return refusal(switches.link_conflict_errno, 'link-holds-single-entry', about);
    }
    return { index: 0 };
  }
  if (linkId !== undefined) return { index: undefined };
  const present = indexOfProg(list, program.id);
  const byItself = switches.replace_by_itself && program === replaced;
  if (present >= 0 && !byItself) {
    return refusal('EINVAL', 'program-already-attached', {
      cgroup: cgroup.path,
      prog_id: program.id,
    });
  }
  if (replaced === undefined) return { index: undefined };
  const index = indexOfProg(list, replaced.id);
  if (index >= 0) return { index };
  const about = { cgroup: cgroup.path, prog_id: replaced.id };
  return refusal('ENOENT', 'replaced-program-not-attached', about);
}

function insertEntry(
  caller: Caller,
  attachment: Attachment,
  { whole, list = whole, begin = 0 }: TargetList,
  mode: Mode,
): Effect[] | Refusal {
  const { cgroup, type, program, flags, relative, linkId } = attachment;
  const placement: Placement = { flags, relative, isLink: linkId !== undefined };
  const place = placeOf(caller, list, placement);
  if (typeof place !== 'number') return place;
  const { id: cgroup_id } = cgroup;
  const index = begin + place;
  const revision = whole.revision + 1;
  const effect = 'EntryInserted';
  // Written out: docs/performance.md#a-spread-with-a-new-field
  const insertion: EffectOf<'EntryInserted'> =
    linkId === undefined
      ? { type: effect, cgroup_id, attach_type: type, index, revision, mode, prog_id: program.id }
      : { type: effect, cgroup_id, attach_type: type, index, revision, mode, link_id: linkId };
  return [(flags & preorder) === 0 ? insertion : { ...insertion, preorder: true }];
}

/** The entry keeps its place and takes the new program and the new call's preorder bit (§8.2). */
function overwriteEntry(
  caller: Caller,
  attachment: Attachment,
  { whole, list = whole, begin = 0 }: TargetList,
  at: number,
): Effect[] {
  const entry = list.entries[at];
  if (entry === undefined) throw new Error(`impossible state: no entry ${at}`);
  const index = begin + at;
  const was_prog_id = progIdOf(caller.kernel, entry);
  const isOther = was_prog_id !== attachment.program.id || attachment.linkId !== undefined;
  const freed = isOther ? programDropped(caller.kernel, was_prog_id, 'entry_replaced') : [];
  const { cgroup, type, program, flags, linkId } = attachment;
  const place = {
    type: 'EntryReplaced',
    cgroup_id: cgroup.id,
    attach_type: type,
    index,
    revision: whole.revision + 1,
    was_prog_id,
  } as const;
  // `assign`: docs/performance.md#a-spread-with-a-new-field
  const holder = linkId === undefined ? { prog_id: program.id } : { link_id: linkId };
  const replacement: EffectOf<'EntryReplaced'> = Object.assign(place, holder);
  return [(flags & preorder) === 0 ? replacement : { ...replacement, preorder: true }, ...freed];
}
