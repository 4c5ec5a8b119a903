/**
 * Lists that a plan empties and fills again: between its own calls nothing of them runs, and no
 * lock of the kernel spans two calls.
 */
import type { AttachType } from '../../domain/attach-type.ts';
import type { Cgroup, Kernel } from '../../domain/kernel.ts';
import { holderOf, listOf } from '../../domain/list.ts';
import type { Numbered } from './planned-call.ts';
import type { EntryPlace, Notice } from './warning.ts';

/** Follows the lists that planned calls empty. */
export class EmptiedLists {
  readonly #before: Kernel;
  /** The call that emptied a list first, by place. */
  readonly #emptied = new Map<string, { call: number; cgroup: Cgroup; attach_type: AttachType }>();
  readonly #notices: Notice[] = [];

  /** @param before the state before the first call; only lists that have entries there count */
  constructor(before: Kernel) {
    this.#before = before;
  }

  /** Looks at a call once its effects apply to `world`. */
  take(world: Kernel, { index, effects }: Numbered): void {
    for (const effect of effects) {
      if (effect.type === 'EntryRemoved') this.#noteRemoval(world, index, effect);
      if (effect.type === 'EntryInserted') this.#noteInsertion(index, effect);
    }
  }

  /** A warning for each list that was filled again. */
  get notices(): readonly Notice[] {
    return this.#notices;
  }

  #noteRemoval(
    world: Kernel,
    call: number,
    { cgroup_id, attach_type }: { readonly cgroup_id: number; readonly attach_type: AttachType },
  ): void {
    const cgroup = this.#before.cgroups.get(cgroup_id);
    const now = world.cgroups.get(cgroup_id);
    if (cgroup === undefined || now === undefined) return;
    const stood = listOf(cgroup, attach_type).entries.length > 0;
    if (!stood || listOf(now, attach_type).entries.length > 0) return;
    this.#emptied.set(`${cgroup_id}|${attach_type}`, { call, cgroup, attach_type });
  }

  #noteInsertion(
    call: number,
    { cgroup_id, attach_type }: { readonly cgroup_id: number; readonly attach_type: AttachType },
  ): void {
    const key = `${cgroup_id}|${attach_type}`;
    const emptied = this.#emptied.get(key);
    if (emptied === undefined) return;
    this.#emptied.delete(key);
    const { cgroup, call: first } = emptied;
    const sentence =
      `between call ${first} and call ${call} nothing is attached on ${cgroup.path} for ` +
      `${attach_type}: use replace or link_update, which leave no gap`;
    const about = { cgroup_id, cgroup: cgroup.path, attach_type, emptied_by: first };
    const entries = listOf(cgroup, attach_type).entries.map(
      (entry): EntryPlace => ({ cgroup_id, attach_type, ...holderOf(entry) }),
    );
    this.#notices.push({ call, kind: 'list-empties-between', sentence, about, entries });
  }
}
