/** What an event changed, as far as the tree and the arrays show it. */
import type { Effect, LedgerEvent, List } from '../service/answers.ts';

export type ChangeKind = 'added' | 'removed' | 'replaced';

/** The fields of the effects that are looked at here. */
interface EffectFields extends Effect {
  readonly cgroup_id?: number;
  readonly attach_type?: string | number;
  readonly prog_id?: number;
  readonly was_prog_id?: number;
  readonly link_id?: number;
}

const CHANGES: Readonly<Record<string, ChangeKind>> = {
  EntryInserted: 'added',
  EntryRemoved: 'removed',
  EntryReplaced: 'replaced',
  EffectiveSlotWritten: 'replaced',
  CgroupMade: 'added',
  CgroupRemoved: 'removed',
};

export interface Changed {
  /** By id of the cgroup, also of one that is gone by now. */
  readonly cgroups: ReadonlyMap<number, ChangeKind>;
  /** By `listKey`. */
  readonly lists: ReadonlyMap<string, ChangeKind>;
  /** Links and programs that the event put somewhere, by `link 7` and `program 12`. */
  readonly holders: ReadonlyMap<string, ChangeKind>;
}

/** The key of a list: a cgroup and an attach type. */
function listKey(cgroupId: number, type: string | number): string {
  return `${cgroupId} ${type}`;
}

/** The changes of an event. */
export function changesOf(event: LedgerEvent | undefined): Changed {
  const cgroups = new Map<number, ChangeKind>();
  const lists = new Map<string, ChangeKind>();
  const holders = new Map<string, ChangeKind>();
  for (const effect of (event?.effects ?? []) as readonly EffectFields[]) {
    const { type, cgroup_id, attach_type, prog_id, link_id } = effect;
    if (type === 'LinkUpdated') holders.set(`link ${link_id}`, 'replaced');
    const change = CHANGES[type];
    if (change === undefined || cgroup_id === undefined) continue;
    if (attach_type === undefined) {
      cgroups.set(cgroup_id, change);
      continue;
    }
    lists.set(listKey(cgroup_id, attach_type), change);
    if (link_id !== undefined) holders.set(`link ${link_id}`, change);
    else if (prog_id !== undefined) holders.set(`program ${prog_id}`, change);
  }
  return { cgroups, lists, holders };
}

const CHANGES_ARRAYS = /^(?:Entry|Effective|LinkUpdated|CgroupMade|CgroupRemoved)/;

/** Whether an event may have changed effective arrays, as far as its effects tell. */
export function mayChangeArrays({ call, effects }: LedgerEvent): boolean {
  return call.name !== 'boot' && effects.some(({ type }) => CHANGES_ARRAYS.test(type));
}

/** What an event did to a list: its entries changed, or a link in it got another program. */
export function changeOf(
  { lists, holders }: Changed,
  cgroupId: number,
  { attach_type, entries }: List,
): ChangeKind | undefined {
  if (lists.size === 0 && holders.size === 0) return undefined;
  const updated = entries.some(
    ({ link_id }) => link_id !== undefined && holders.has(`link ${link_id}`),
  );
  return lists.get(listKey(cgroupId, attach_type)) ?? (updated ? 'replaced' : undefined);
}

/** The sign of a change, which says it without a colour. */
export const SIGNS: Readonly<Record<ChangeKind, string>> = {
  added: '+',
  removed: '−',
  replaced: '⇄',
};
