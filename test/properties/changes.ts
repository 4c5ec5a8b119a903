// What one call may change: nothing when it is refused, one revision for each change of a list,
// and ids only upwards (semantics §3, §8.2, §11, §16).

import type { Effect, EffectOf } from '../../src/domain/effect.ts';
import { applyAll } from '../../src/domain/evolve.ts';
import type { EntryList, Kernel, Link } from '../../src/domain/kernel.ts';
import { isRefusal } from '../../src/domain/outcome.ts';
import { restoreKernel, type Snapshot, snapshotOf } from '../../src/domain/snapshot.ts';
import { type Called, holds, type Watch } from './called.ts';

/** Calls that, when they succeed, change exactly one list exactly once. */
const ONE_CHANGE = ['prog_attach', 'prog_detach', 'link_create', 'link_update'];

/** Batches keep what they did; an LRU map made room; a prog_array was first asked by this program. */
const KEPT =
  /^(map_\w+_batch (Element|RoomMade)|map_update_elem (RoomMade|ElementDeleted)|prog_load MapOwned)/;

/**
 * What makes an object may burn an id, v2's LINK_UPDATE leak a reference, and some effects are kept; that is all.
 */
export const refusedCallsChangeNothing: Watch = (called) => {
  const { decision, before, afterText } = called;
  if (!isRefusal(decision.outcome)) return;
  let expected = before;
  for (const effect of decision.effects) expected = withSideEffect(expected, effect, called);
  holds(JSON.stringify(expected) === afterText, () => 'a refused call changed the state');
};

function withSideEffect(before: Snapshot, effect: Effect, { call, pid }: Called): Snapshot {
  const what = `${call.name} ${effect.type}`;
  const kernel = restoreKernel(before);
  if (what === 'link_create LinkIdBurned') kernel.counters.link++;
  else if (what === 'prog_load ProgIdBurned') kernel.counters.prog++;
  else if (what === 'map_create MapIdBurned') kernel.counters.map++;
  else if (what === 'btf_load BtfIdBurned') kernel.counters.btf++;
  else if (what === 'link_update LinkReferenceLeaked') {
    kernel.links.edit((effect as EffectOf<'LinkReferenceLeaked'>).link_id).refs++;
  } else if (KEPT.test(what)) applyAll(kernel, [effect], pid);
  else throw new Error(`a refused call had ${what}`);
  return snapshotOf(kernel);
}

export const revisionsCountChanges: Watch = ({ call, decision, before, kernel }) => {
  const was = restoreKernel(before);
  const changes = new Map<string, number>();
  for (const effect of decision.effects) {
    const list = changedList(effect, was);
    if (list !== undefined) changes.set(list, (changes.get(list) ?? 0) + 1);
  }
  const were = listsOf(was);
  const are = listsOf(kernel);
  for (const [where, list] of are) {
    const old = were.get(where) ?? { mode: 'none', revision: 1, entries: [] };
    const counted = changes.get(where) ?? 0;
    const grown = list.revision - old.revision;
    holds(grown === counted, () => `${where}: revision grew by ${grown} in ${counted} changes`);
    const equal = JSON.stringify(old.entries) === JSON.stringify(list.entries);
    holds(equal || grown > 0, () => `${where}: other entries at the same revision`);
  }
  if (!ONE_CHANGE.includes(call.name) || isRefusal(decision.outcome)) return;
  const total = [...changes.values()].reduce((sum, n) => sum + n, 0);
  holds(total === 1, () => `${call.name} changed lists ${total} times`);
};

/** The list that an effect changes; a link's is the one that it was attached to. */
function changedList(effect: Effect, before: Kernel): string | undefined {
  switch (effect.type) {
    case 'EntryInserted':
    case 'EntryReplaced':
    case 'EntryRemoved':
      return `${effect.cgroup_id}|${effect.attach_type}`;
    case 'LinkUpdated': {
      const { cgroup_id, attach_type } = before.links.get(effect.link_id) as Link;
      return `${cgroup_id}|${attach_type}`;
    }
    default:
      return undefined;
  }
}

function listsOf({ cgroups }: Kernel): Map<string, EntryList> {
  const lists = new Map<string, EntryList>();
  for (const cgroup of cgroups.values()) {
    for (const [type, list] of cgroup.lists) lists.set(`${cgroup.id}|${type}`, list);
  }
  return lists;
}

/** Ids of programs, links, maps and cgroups are given out once, each above all before it. */
export function idsAreNeverReused(): Watch {
  const last = new Map<string, number>();
  return ({ decision }: Called) => {
    for (const effect of decision.effects) {
      const given = idGiven(effect);
      if (given === undefined) continue;
      const before = last.get(given.kind) ?? 0;
      holds(given.id > before, () => `${given.kind} id ${given.id} after ${before}`);
      last.set(given.kind, given.id);
    }
  };
}

function idGiven(effect: Effect): { readonly kind: string; readonly id: number } | undefined {
  switch (effect.type) {
    case 'ProgLoaded':
    case 'ProgIdBurned':
      return { kind: 'prog', id: effect.prog_id };
    case 'LinkCreated':
    case 'LinkIdBurned':
      return { kind: 'link', id: effect.link_id };
    case 'MapCreated':
    case 'MapIdBurned':
      return { kind: 'map', id: effect.map_id };
    case 'BtfIdBurned':
      return { kind: 'btf', id: effect.btf_id };
    case 'CgroupMade':
      return { kind: 'cgroup', id: effect.cgroup_id };
    default:
      return undefined;
  }
}
