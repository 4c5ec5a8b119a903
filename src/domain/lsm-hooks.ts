/**
 * Programs of LSM_CGROUP (semantics §27; `bpf_cgroup_atype_find` and `__cgroup_bpf_query` in
 * kernel/bpf/cgroup.c, 6.0): the attach type has a list for each hook of the security modules, which
 * the program's `attach_btf_id` names. The hooks of a machine share ten slots. A query gives the lists
 * one behind the other in the order of their slots, and so does the list of the attach type here.
 */
import type { AttachType } from './attach-type.ts';
import type { EntryList, HookPart, Kernel } from './kernel.ts';
import { listOf, NEVER_USED, without } from './list.ts';

/** Hooks that one machine may have programs on (`CGROUP_LSM_NUM`). */
export const LSM_SLOTS = 10;

/** One hook's own list, and where its entries begin among those of the attach type. */
export interface HookList {
  readonly list: EntryList;
  readonly begin: number;
}

/** Whether an attach type has a list for each hook. */
export function hasHooks(type: AttachType): boolean {
  return type === 'lsm_cgroup';
}

/**
 * The slot of a hook, or the first one that is free.
 *
 * @param btfId the function that the programs hook; 0 for that of no program
 * @returns undefined when other hooks have all slots
 */
export function slotOf(kernel: Kernel, btfId: number): number | undefined {
  const taken = new Map<number, number>();
  for (const cgroup of kernel.cgroups.values()) {
    for (const { slot, btf_id, entries } of listOf(cgroup, 'lsm_cgroup').parts ?? []) {
      if (entries > 0) taken.set(slot, btf_id);
    }
  }
  for (const [slot, id] of taken) if (id === btfId) return slot;
  for (let slot = 0; slot < LSM_SLOTS; slot++) if (!taken.has(slot)) return slot;
  return undefined;
}

/** The list of the hook that has a slot. */
export function hookList(whole: EntryList, slot: number): HookList {
  let begin = 0;
  for (const part of whole.parts ?? []) {
    if (part.slot > slot) break;
    const end = begin + part.entries;
    if (part.slot === slot) {
      const { mode, revision } = part;
      return { begin, list: { mode, revision, entries: whole.entries.slice(begin, end) } };
    }
    begin = end;
  }
  return { begin, list: NEVER_USED };
}

/** The part that the entry at an index is in. */
export function partAt(whole: EntryList, index: number): HookPart {
  let end = 0;
  for (const part of whole.parts ?? []) {
    end += part.entries;
    if (index < end) return part;
  }
  throw new Error(`impossible state: no hook has entry ${index}`);
}

/**
 * The whole list after the list of one hook changed. Its mode is that of its parts, or multi where
 * they differ; its revision counts the changes of all.
 */
export function withHookList(
  whole: EntryList,
  { slot, btf_id }: Pick<HookPart, 'slot' | 'btf_id'>,
  own: EntryList,
): EntryList {
  const { begin, list } = hookList(whole, slot);
  const { mode, revision } = own;
  const others = (whole.parts ?? []).filter((part) => part.slot !== slot);
  const parts = [...others, { slot, btf_id, mode, revision, entries: own.entries.length }];
  parts.sort((a, b) => a.slot - b.slot);
  const [first, ...more] = new Set(
    parts.filter((part) => part.entries > 0).map((part) => part.mode),
  );
  return {
    mode: more.length > 0 ? 'multi' : (first ?? 'none'),
    revision: parts.reduce((sum, part) => sum + part.revision - 1, 1),
    entries: whole.entries.toSpliced(begin, list.entries.length, ...own.entries),
    parts,
  };
}

/** The whole list without the entry at an index: the list of its hook changed. */
export function withoutHooked(whole: EntryList, index: number): EntryList {
  const part = partAt(whole, index);
  const { list, begin } = hookList(whole, part.slot);
  return withHookList(whole, part, without(list, index - begin));
}
