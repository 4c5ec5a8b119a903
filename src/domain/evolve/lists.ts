import type { AttachType } from '../attach-type.ts';
import type { Effect, EntryHolder } from '../effect.ts';
import { levelsOf, writtenArrayKey } from '../effective.ts';
import type { Cgroup, Entry, HookPart, Kernel } from '../kernel.ts';
import { listOf, progIdOf, setList } from '../list.ts';
import { hasHooks, hookList, partAt, slotOf, withHookList } from '../lsm-hooks.ts';
import { addRefs } from './references.ts';

type ListEffect = Extract<
  Effect,
  { type: `Entry${'Inserted' | 'Replaced' | 'Removed'}` | 'EffectiveSlotWritten' }
>;

export function evolveList(kernel: Kernel, effect: ListEffect): void {
  const { cgroup_id, attach_type: type } = effect;
  if (effect.type === 'EffectiveSlotWritten') {
    const { prog_ids } = effect;
    const key = writtenArrayKey(cgroup_id, type);
    kernel.writtenArrays.set(key, { cgroup_id, attach_type: type, prog_ids });
    return;
  }
  const cgroup = kernel.cgroups.edit(cgroup_id);
  const list = listOf(cgroup, type);
  if (hasHooks(type)) return evolveHookList(kernel, cgroup, effect);
  const { index, revision } = effect;
  const old = list.entries[index];
  if (effect.type === 'EntryInserted') {
    const entries = list.entries.toSpliced(index, 0, entryOf(effect));
    setList(cgroup, type, { mode: effect.mode, revision, entries });
    kernel.contents++;
    if ('prog_id' in effect) addRefs(kernel, 'prog', effect.prog_id, 1);
  } else if (effect.type === 'EntryReplaced') {
    if (old === undefined) throw new Error(`impossible effect: no entry ${index} to replace`);
    const entries = list.entries.with(index, entryOf(effect));
    setList(cgroup, type, { mode: list.mode, revision, entries });
    if ('prog_id' in effect) addRefs(kernel, 'prog', effect.prog_id, 1);
    if ('prog_id' in old) addRefs(kernel, 'prog', old.prog_id, -1);
  } else {
    if (old === undefined) throw new Error(`impossible effect: no entry ${index} to remove`);
    const entries = list.entries.toSpliced(index, 1);
    const mode = entries.length === 0 ? 'none' : list.mode;
    setList(cgroup, type, { mode, revision, entries });
    kernel.contents--;
    if ('prog_id' in old) addRefs(kernel, 'prog', old.prog_id, -1);
  }
  if (kernel.writtenArrays.size > 0) dropWrittenArrays(kernel, cgroup, type);
}

/** A change of the list of one hook: the index is one of the whole list. */
function evolveHookList(
  kernel: Kernel,
  cgroup: Cgroup,
  effect: Exclude<ListEffect, { type: 'EffectiveSlotWritten' }>,
): void {
  const { attach_type: type, index } = effect;
  const whole = listOf(cgroup, type);
  const part = effect.type === 'EntryInserted' ? partFor(kernel, effect) : partAt(whole, index);
  const { list, begin } = hookList(whole, part.slot);
  const at = index - begin;
  const old = list.entries[at];
  const isNew = effect.type === 'EntryInserted';
  if (!isNew && old === undefined) throw new Error(`impossible effect: no entry ${index}`);
  const added = effect.type === 'EntryRemoved' ? [] : [entryOf(effect)];
  const entries = list.entries.toSpliced(at, isNew ? 0 : 1, ...added);
  const mode = isNew ? effect.mode : entries.length === 0 ? 'none' : list.mode;
  setList(cgroup, type, withHookList(whole, part, { mode, revision: list.revision + 1, entries }));
  kernel.contents += entries.length - list.entries.length;
  if (added.length > 0 && 'prog_id' in effect) addRefs(kernel, 'prog', effect.prog_id, 1);
  if (!isNew && old !== undefined && 'prog_id' in old) addRefs(kernel, 'prog', old.prog_id, -1);
}

/** The hook that a new entry's program is for. */
function partFor(kernel: Kernel, holder: EntryHolder): Pick<HookPart, 'slot' | 'btf_id'> {
  const btf_id = kernel.programs.get(progIdOf(kernel, holder))?.btf.attach_btf_id ?? 0;
  const slot = slotOf(kernel, btf_id);
  if (slot === undefined) throw new Error(`impossible effect: no slot is free for hook ${btf_id}`);
  return { slot, btf_id };
}

function entryOf(effect: EntryHolder & { readonly preorder?: true }): Entry {
  const holder = 'prog_id' in effect ? { prog_id: effect.prog_id } : { link_id: effect.link_id };
  return effect.preorder ? { ...holder, preorder: true } : holder;
}

/** A change of a list recomputes the arrays of its cgroup and of all below: written ones go. */
function dropWrittenArrays(kernel: Kernel, cgroup: Cgroup, type: AttachType): void {
  for (const [key, array] of [...kernel.writtenArrays.entries()]) {
    const at = kernel.cgroups.get(array.cgroup_id);
    if (array.attach_type !== type || at === undefined) continue;
    for (const level of levelsOf(kernel, at)) {
      if (level.id === cgroup.id) kernel.writtenArrays.delete(key);
    }
  }
}
