// Effective arrays are what semantics §4 says, and what a kernel would have stored that recomputes
// them below each change (`update_effective_progs`) and writes into them at LINK_UPDATE
// (`replace_effective_prog`). Neither shares code with the model.

import type { AttachType } from '../../src/domain/attach-type.ts';
import type { EffectOf } from '../../src/domain/effect.ts';
import { effectiveArray } from '../../src/domain/effective.ts';
import type { Cgroup, Entry, Kernel } from '../../src/domain/kernel.ts';
import { type Called, holds, type Watch } from './called.ts';

/** The slow reference: the words of §4, rule by rule. */
export function referenceArray(kernel: Kernel, cgroup: Cgroup, type: AttachType): number[] {
  const contributing: Cgroup[] = [];
  for (const level of upwards(kernel, cgroup)) {
    const list = level.lists.get(type);
    if (list === undefined || list.entries.length === 0) continue;
    if (contributing.length === 0 || list.mode === 'multi') contributing.push(level);
  }
  const entries = (level: Cgroup) => level.lists.get(type)?.entries ?? [];
  const normal = contributing.flatMap(entries).filter(({ preorder }) => preorder !== true);
  const rootFirst = contributing.toReversed().flatMap(entries);
  const preorder = rootFirst.filter((entry) => entry.preorder === true);
  return [...preorder, ...normal].map((entry) => programOf(kernel, entry));
}

/** Arrays as lists say them, for every cgroup and type; those that a kernel bug wrote apart. */
export const effectiveArraysFollowTheRule: Watch = ({ kernel }) => {
  for (const type of typesInUse(kernel)) {
    for (const cgroup of kernel.cgroups.values()) {
      if (kernel.writtenArrays.has(`${cgroup.id}|${type}`)) continue;
      const wanted = referenceArray(kernel, cgroup, type);
      same(kernel, cgroup, type, wanted, 'the rule says');
    }
  }
};

/** Sparse equals dense, kernel bugs included. */
export function sparseArraysEqualDense(): Watch {
  const dense = new Map<string, number[]>();
  return (called) => {
    const { kernel, decision } = called;
    for (const effect of decision.effects) {
      switch (effect.type) {
        case 'EntryInserted':
        case 'EntryReplaced':
        case 'EntryRemoved':
          recompute(dense, kernel, effect.cgroup_id, effect.attach_type);
          break;
        case 'LinkUpdated':
          linkUpdated(dense, called, effect);
          break;
        case 'CgroupMade':
          for (const type of typesInUse(kernel)) {
            recompute(dense, kernel, effect.cgroup_id, type);
          }
      }
    }
    for (const type of typesInUse(kernel)) {
      for (const cgroup of kernel.cgroups.values()) {
        const stored = dense.get(`${cgroup.id}|${type}`) ?? [];
        same(kernel, cgroup, type, stored, 'a dense kernel stores');
      }
    }
  };
}

function recompute(
  dense: Map<string, number[]>,
  kernel: Kernel,
  changed: number,
  type: AttachType,
): void {
  for (const cgroup of kernel.cgroups.values()) {
    if (!upwards(kernel, cgroup).some(({ id }) => id === changed)) continue;
    dense.set(`${cgroup.id}|${type}`, referenceArray(kernel, cgroup, type));
  }
}

function linkUpdated(
  dense: Map<string, number[]>,
  { kernel }: Called,
  { link_id, prog_id }: EffectOf<'LinkUpdated'>,
): void {
  const link = kernel.links.get(link_id);
  if (link === undefined) throw new Error(`link ${link_id} was updated and is gone`);
  const { attach_type: type, cgroup_id } = link;
  if (!kernel.switches.link_update_miscounts_preorder) {
    recompute(dense, kernel, cgroup_id, type);
    return;
  }
  for (const cgroup of kernel.cgroups.values()) {
    if (!upwards(kernel, cgroup).some(({ id }) => id === cgroup_id)) continue;
    const position = countInListOrder(kernel, cgroup, link_id, type);
    const key = `${cgroup.id}|${type}`;
    dense.set(key, (dense.get(key) ?? []).with(position, prog_id));
  }
}

/** Where the kernels with the bug look for a link's slot: list order, from the cgroup upwards. */
function countInListOrder(kernel: Kernel, cgroup: Cgroup, linkId: number, type: AttachType) {
  let position = 0;
  for (const level of upwards(kernel, cgroup)) {
    const list = level.lists.get(type);
    if (list === undefined || (position > 0 && list.mode !== 'multi')) continue;
    for (const entry of list.entries) {
      if ('link_id' in entry && entry.link_id === linkId) return position;
      position++;
    }
  }
  throw new Error(`link ${linkId} has no entry above ${cgroup.path}`);
}

function same(
  kernel: Kernel,
  cgroup: Cgroup,
  type: AttachType,
  wanted: readonly number[],
  says: string,
): void {
  const got = effectiveArray(kernel, cgroup, type).map(({ prog_id }) => prog_id);
  const equal = got.length === wanted.length && got.every((id, i) => id === wanted[i]);
  holds(equal, () => `${cgroup.path} ${type}: effective [${got}], but ${says} [${wanted}]`);
}

/** Types with a list somewhere, and one that nothing was ever attached to. */
function typesInUse(kernel: Kernel): Set<AttachType> {
  const types = new Set<AttachType>(['cgroup_sysctl']);
  for (const cgroup of kernel.cgroups.values()) {
    for (const type of cgroup.lists.keys()) types.add(type);
  }
  return types;
}

function upwards(kernel: Kernel, cgroup: Cgroup): Cgroup[] {
  const parent = kernel.cgroups.get(cgroup.parent_id);
  return parent === undefined ? [cgroup] : [cgroup, ...upwards(kernel, parent)];
}

function programOf(kernel: Kernel, entry: Entry): number {
  if ('prog_id' in entry) return entry.prog_id;
  return kernel.links.get(entry.link_id)?.prog_id ?? Number.NaN;
}
