/**
 * Where an attached program will not run: a list in override or none mode ends at each cgroup below
 * that has entries of its own.
 */
import type { AttachType } from '../../domain/attach-type.ts';
import type { EffectOf } from '../../domain/effect.ts';
import { levelsOf } from '../../domain/effective.ts';
import type { Cgroup, Entry, Kernel } from '../../domain/kernel.ts';
import { holderOf, listOf, progIdOf } from '../../domain/list.ts';
import { entryText, programText } from '../wording/program-text.ts';
import type { Numbered } from './planned-call.ts';
import type { EntryPlace, Notice } from './warning.ts';

/** Cgroups that one warning names. */
const NAMED_MAX = 8;

/** An effect that adds an entry, or gives one another program. */
type AttachEffect = EffectOf<'EntryInserted'> | EffectOf<'EntryReplaced'>;

/** The warning about an entry that is added to a list, or replaces another one there. */
export function warnHidden(before: Kernel, planned: Numbered, effect: AttachEffect): Notice[] {
  const { cgroup_id, attach_type } = effect;
  const cgroup = before.cgroups.get(cgroup_id);
  if (cgroup === undefined) return [];
  const hiding = hidersBelow(before, cgroup, attach_type);
  if (hiding.length === 0) return [];
  const told = hiding.slice(0, NAMED_MAX).map(({ path, entries }) => {
    const texts = entries.map((entry) => entryText(before, entry)).join(' and ');
    return `${path} (${texts} ${entries.length === 1 ? 'runs' : 'run'} instead)`;
  });
  const more = hiding.length - told.length;
  const places = `${told.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  const entries = hiding.flatMap(({ id, entries: those }) =>
    those.map((entry): EntryPlace => ({ cgroup_id: id, attach_type, ...holderOf(entry) })),
  );
  const prog_id = programOfEntry(before, planned, effect);
  const sentence =
    `${programText(before, prog_id)} does not run on ${places}, or below: where a cgroup has entries of its own, ` +
    'the entries of an ancestor run only if its list is in multi mode';
  const about = { prog_id, cgroup_id, cgroup: cgroup.path, attach_type, hidden_on: hiding.length };
  return [{ call: planned.index, kind: 'hidden-below', sentence, about, entries }];
}

interface Hider {
  readonly id: number;
  readonly path: string;
  readonly entries: readonly Entry[];
}

/** The nearest cgroups below that have entries, by path. */
function hidersBelow(before: Kernel, top: Cgroup, attach_type: AttachType): Hider[] {
  const found: Hider[] = [];
  /** Whether there are no entries from a cgroup up to the top, as far as it is known. */
  const isFree = new Map([[top.id, true]]);
  for (const one of before.cgroups.values()) {
    const { entries } = listOf(one, attach_type);
    if (entries.length === 0 || one.id === top.id) continue;
    const passed: number[] = [];
    let isNearest = false;
    for (const level of levelsOf(before, one)) {
      if (level.id === one.id) continue;
      const known = isFree.get(level.id);
      if (known !== undefined) isNearest = known;
      if (known !== undefined || listOf(level, attach_type).entries.length > 0) break;
      passed.push(level.id);
    }
    for (const id of passed) isFree.set(id, isNearest);
    if (isNearest) found.push({ id: one.id, path: one.path, entries });
  }
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** The program of the entry that an effect inserts or replaces. */
export function programOfEntry(
  before: Kernel,
  { effects }: Numbered,
  effect: AttachEffect,
): number {
  if ('prog_id' in effect) return effect.prog_id;
  // An inserted link is not in the state before; its creation names the program.
  const created = effects.find((one) => one.type === 'LinkCreated');
  return created?.prog_id ?? progIdOf(before, effect);
}
