/** The warnings about one planned call, from the state before it and its effects. */

import { ENTRIES_MAX } from '../../domain/attach.ts';
import { countText } from '../../domain/count-text.ts';
import type { EffectOf } from '../../domain/effect.ts';
import { ATTACH_FLAG_BITS, flagWord } from '../../domain/flags.ts';
import type { Cgroup, Kernel } from '../../domain/kernel.ts';
import { holderOf, listOf, progIdOf } from '../../domain/list.ts';
import { isWithin } from '../../domain/path.ts';
import { MODE_TEXT } from '../wording/mode-text.ts';
import { entryText, programText } from '../wording/program-text.ts';
import { bugNotices } from './bug-notices.ts';
import { programOfEntry, warnHidden } from './hidden-below.ts';
import type { Numbered } from './planned-call.ts';
import type { EntryPlace, Notice } from './warning.ts';

/** Entries from which on a list counts as nearly full. */
const NEARLY_FULL = ENTRIES_MAX - 4;

/**
 * The warnings of one call.
 *
 * @param before the state that the call was decided on
 */
export function callNotices(before: Kernel, planned: Numbered): Notice[] {
  const notices = bugNotices(before, planned);
  for (const effect of planned.effects) {
    if (effect.type === 'EntryInserted') notices.push(...insertionNotices(before, planned, effect));
    if (effect.type === 'EntryReplaced')
      notices.push(...replacementNotices(before, planned, effect));
    if (effect.type === 'CgroupRemoved') notices.push(...removalNotices(before, planned, effect));
  }
  return notices;
}

type Inserted = EffectOf<'EntryInserted'>;

function insertionNotices(before: Kernel, planned: Numbered, effect: Inserted): Notice[] {
  const cgroup = before.cgroups.get(effect.cgroup_id);
  if (cgroup === undefined) return [];
  return [
    ...noticeAppended(before, planned, effect, cgroup),
    ...noticeCutOff(before, planned, effect, cgroup),
    ...nearlyFull(planned, effect, cgroup),
    ...(effect.mode === 'multi' ? [] : warnHidden(before, planned, effect)),
  ];
}

/** An attach that replaces another program that its call did not name. */
function replacementNotices(
  before: Kernel,
  planned: Numbered,
  effect: EffectOf<'EntryReplaced'>,
): Notice[] {
  const { call, index } = planned;
  const cgroup = before.cgroups.get(effect.cgroup_id);
  if (call.name !== 'prog_attach' || cgroup === undefined) return [];
  const { attach_type, was_prog_id } = effect;
  const { mode } = listOf(cgroup, attach_type);
  const hidden = mode === 'multi' ? [] : warnHidden(before, planned, effect);
  if ((flagWord(call.flags) & ATTACH_FLAG_BITS.replace) !== 0) return hidden;
  const prog_id = programOfEntry(before, planned, effect);
  if (prog_id === was_prog_id) return hidden;
  const sentence =
    `${programText(before, prog_id)} replaces ${programText(before, was_prog_id)} on ` +
    `${cgroup.path} for ${attach_type}, although the call has no replace: a list ${MODE_TEXT[mode]} holds one program`;
  const about = { prog_id, was_prog_id, cgroup_id: cgroup.id, cgroup: cgroup.path, attach_type };
  const entries = [{ cgroup_id: cgroup.id, attach_type, prog_id: was_prog_id }];
  return [{ call: index, kind: 'replaces-unasked', sentence, about, entries }, ...hidden];
}

/** A new entry beside an old one that it looks like, or that the call names as replaced. */
function noticeAppended(
  before: Kernel,
  planned: Numbered,
  effect: Inserted,
  cgroup: Cgroup,
): Notice[] {
  const { call, index } = planned;
  const { attach_type } = effect;
  const place = { cgroup_id: cgroup.id, attach_type };
  const prog_id = programOfEntry(before, planned, effect);
  const program = before.programs.get(prog_id);
  const forgot =
    call.name === 'prog_attach' &&
    (call.replace_bpf_fd ?? 0) !== 0 &&
    (flagWord(call.flags) & ATTACH_FLAG_BITS.replace) === 0;
  const { entries } = listOf(cgroup, attach_type);
  const twins = entries.filter((entry) => {
    const old = before.programs.get(progIdOf(before, entry));
    if (old === undefined || program === undefined || program.prog_name === '') return false;
    return old.prog_name === program.prog_name && old.prog_type === program.prog_type;
  });
  if (!forgot && twins.length === 0) return [];
  const why = forgot
    ? 'the call has replace_bpf_fd but not the flag replace, so the kernel ignores it'
    : `${countText(twins.length, 'of the same name and type is', 'of the same name and type are')} already there`;
  const sentence =
    `${programText(before, prog_id)} is added to ${cgroup.path} for ${attach_type} ` +
    `and replaces nothing: ${why}`;
  const about = { prog_id, cgroup_id: cgroup.id, cgroup: cgroup.path, attach_type };
  const told = twins.map((entry): EntryPlace => ({ ...place, ...holderOf(entry) }));
  return [{ call: index, kind: 'appends-beside-old', sentence, about, entries: told }];
}

/** A list in mode none forbids entries below it. */
function noticeCutOff(
  before: Kernel,
  { index }: Numbered,
  effect: Inserted,
  cgroup: Cgroup,
): Notice[] {
  if (effect.mode !== 'none') return [];
  const { attach_type } = effect;
  let below = 0;
  for (const { path } of before.cgroups.values()) if (isWithin(path, cgroup.path)) below++;
  const sentence =
    `${cgroup.path} becomes exclusive for ${attach_type}: nothing more can be attached to the ` +
    `${countText(below - 1, 'cgroup')} below it, or to new ones`;
  const about = { cgroup_id: cgroup.id, cgroup: cgroup.path, attach_type, below: below - 1 };
  return [{ call: index, kind: 'cuts-off-descendants', sentence, about, entries: [] }];
}

function nearlyFull({ index }: Numbered, effect: Inserted, cgroup: Cgroup): Notice[] {
  const { attach_type } = effect;
  const entries = listOf(cgroup, attach_type).entries.length + 1;
  if (entries < NEARLY_FULL) return [];
  const sentence =
    `${cgroup.path} then has ${entries} of at most ${ENTRIES_MAX} entries for ${attach_type}; ` +
    'a full list refuses even a replace';
  const about = { cgroup_id: cgroup.id, cgroup: cgroup.path, attach_type, entries };
  return [{ call: index, kind: 'list-nearly-full', sentence, about, entries: [] }];
}

/** rmdir removes the entries of the cgroup, and its links become defunct. */
function removalNotices(
  before: Kernel,
  { index }: Numbered,
  { cgroup_id }: EffectOf<'CgroupRemoved'>,
): Notice[] {
  const cgroup = before.cgroups.get(cgroup_id);
  if (cgroup === undefined) return [];
  const places: EntryPlace[] = [];
  const texts: string[] = [];
  for (const [attach_type, { entries }] of cgroup.lists) {
    for (const entry of entries) {
      places.push({ cgroup_id, attach_type, ...holderOf(entry) });
      texts.push(`${entryText(before, entry)} for ${attach_type}`);
    }
  }
  if (places.length === 0) return [];
  const sentence = `removing ${cgroup.path} detaches ${texts.join(', ')}`;
  const about = { cgroup_id, cgroup: cgroup.path, entries: places.length };
  return [{ call: index, kind: 'removal-takes-attachments', sentence, about, entries: places }];
}
