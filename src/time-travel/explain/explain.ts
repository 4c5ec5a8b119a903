/**
 * Explain: why a program is, or is not, effective on a cgroup for an attach type. The timeline of
 * the array shows whether it is in a list, and where it was last; the event in between shows
 * why it no longer is. Pure: the facts from the log arrive as `Evidence`.
 */
import type { AttachType } from '../../domain/attach-type.ts';
import type { Effect, Reason } from '../../domain/effect.ts';
import { isEventual } from '../../domain/eventual.ts';
import { isRefusal } from '../../domain/outcome.ts';
import type { LedgerEvent } from '../../events/event.ts';
import type { ListedEntry } from '../../projections/entries.ts';
import type { Life } from '../../projections/lives.ts';
import type { ArrayVersion, Level } from '../array-timeline.ts';

export type Why =
  | 'effective'
  /** No program of this id was loaded in this boot. */
  | 'never_loaded'
  | 'no_such_cgroup'
  | 'cgroup_removed'
  /** It was loaded, and nobody attached it to this cgroup or to one above it. */
  | 'never_attached'
  /** The last attempt to attach it here or above was refused. */
  | 'attach_refused'
  | 'detached'
  | 'link_detached'
  /** Its link ended, with the last fd or pin that held it. */
  | 'link_freed'
  /** Another program took its entry. */
  | 'replaced'
  /** Its link runs another program now. */
  | 'link_updated'
  /** It stands in a list above in a mode that a nearer entry hides. */
  | 'overridden'
  /** Its entry is gone, and how was not seen. */
  | 'unseen'
  /** A kernel bug wrote an array that the lists do not say (D25). */
  | 'kernel_bug';

/** An entry of the cgroup or of one above it. */
export interface StandingEntry extends ListedEntry {
  readonly cgroup_id: number;
  readonly path: string;
}

export interface Explanation {
  readonly why: Why;
  /** The event that caused it, where there is one. */
  readonly event?: LedgerEvent;
  /** Why the entry ended, as the log has it. */
  readonly reason?: Reason;
  /** The kernel ended it a moment after the call. */
  readonly eventually?: true;
  /** Where the program is attached, or was last. */
  readonly entry?: StandingEntry;
  /** The entry in its way: a nearer one that hides it, or one that allows no other. */
  readonly in_the_way?: StandingEntry;
  /** A later attempt to attach it again, which the kernel refused. */
  readonly later_refusal?: LedgerEvent;
  /** The mode of the list that it stands in. */
  readonly mode?: Level['mode'];
}

export interface Evidence {
  /** The array through the boot until the moment. */
  readonly versions: readonly ArrayVersion[];
  readonly program: number;
  readonly attach_type: AttachType;
  /** Whether the program was ever loaded in the boot. */
  readonly loaded: Life | undefined;
  readonly eventAt: (position: number) => Promise<LedgerEvent>;
  /** The last refused attempt to attach it, when one is known. */
  readonly findRefused: () => Promise<LedgerEvent | undefined>;
}

/** The explanation that the evidence gives. */
export async function explain(evidence: Evidence): Promise<Explanation> {
  const { versions, program, loaded, eventAt } = evidence;
  const now = versions.at(-1);
  if (now === undefined) throw new Error('a timeline has a version');
  const standing = standingIn(now, program);
  if (now.slots.some(({ prog_id }) => prog_id === program)) {
    return { why: 'effective', ...(standing && { entry: standing.entry }) };
  }
  if (loaded === undefined) return { why: 'never_loaded' };
  if (now.cgroup_id === undefined) return withoutCgroup(versions, eventAt);
  if (standing !== undefined) return explainHidden(now, standing);
  const refused = await evidence.findRefused();
  const lastAt = versions.findLastIndex((version) => standingIn(version, program) !== undefined);
  const ended = versions[lastAt + 1];
  if (lastAt === -1 || ended === undefined) {
    return refused === undefined ? { why: 'never_attached' } : explainRefused(refused, versions);
  }
  const last = standingIn(versions[lastAt] as ArrayVersion, program) as FoundEntry;
  const event = await eventAt(ended.position);
  const end = { ...endOf(event, program, last), event, entry: last.entry };
  if (refused === undefined || refused.position < ended.position) return end;
  const { in_the_way } = explainRefused(refused, versions);
  return { ...end, later_refusal: refused, ...(in_the_way && { in_the_way }) };
}

async function withoutCgroup(
  versions: readonly ArrayVersion[],
  eventAt: Evidence['eventAt'],
): Promise<Explanation> {
  const last = versions.findLastIndex(({ cgroup_id }) => cgroup_id !== undefined);
  const removed = versions[last + 1];
  if (last === -1 || removed === undefined) return { why: 'no_such_cgroup' };
  const event = await eventAt(removed.position);
  const late = event.call.name === 'rmdir' && ({ eventually: true } as const);
  return { why: 'cgroup_removed', event, ...late };
}

/** Whether the kernel refused a call for a reason that the rules of its release do not have. */
export function isBeyondRules({ outcome }: LedgerEvent): boolean {
  return isRefusal(outcome) && outcome.rule === 'beyond-these-rules';
}

/** A refused attempt, and the entry in its way where the rule is about one. */
function explainRefused(event: LedgerEvent, versions: readonly ArrayVersion[]): Explanation {
  const refused = { why: 'attach_refused', event } as const;
  if (!isRefusal(event.outcome)) return refused;
  const { rule, about = {} } = event.outcome;
  const blocked = rule === 'hierarchy-exclusive-ancestor' || rule === 'list-mode-differs';
  const place = about.ancestor ?? about.cgroup;
  const then = versions.findLast(({ position }) => position < event.position);
  const level = then?.levels.find(({ path }) => blocked && path === place);
  const [first] = level?.entries ?? [];
  if (level === undefined || first === undefined) return refused;
  return { ...refused, in_the_way: { ...first, cgroup_id: level.cgroup_id, path: level.path } };
}

interface FoundEntry {
  readonly entry: StandingEntry;
  readonly mode: Level['mode'];
}

/** The nearest entry with the program, on the cgroup or above it. */
function standingIn({ levels }: ArrayVersion, program: number): FoundEntry | undefined {
  for (const { cgroup_id, path, mode, entries } of levels) {
    const entry = entries.find(({ prog_id }) => prog_id === program);
    if (entry !== undefined) return { entry: { ...entry, cgroup_id, path }, mode };
  }
  return undefined;
}

/** It is in a list and does not run. */
function explainHidden({ levels, slots }: ArrayVersion, { entry, mode }: FoundEntry): Explanation {
  const [nearest] = levels;
  const [first] = nearest?.entries ?? [];
  if (nearest === undefined || first === undefined) throw new Error('an entry stands in a level');
  const isWritten = slots.some(({ cgroup_id }) => cgroup_id === undefined);
  if (isWritten || nearest.cgroup_id === entry.cgroup_id) return { why: 'kernel_bug', entry, mode };
  const { cgroup_id, path } = nearest;
  return { why: 'overridden', entry, mode, in_the_way: { ...first, cgroup_id, path } };
}

/** What the event did to the entry. */
function endOf(
  { call, effects }: LedgerEvent,
  program: number,
  { entry }: FoundEntry,
): Pick<Explanation, 'why' | 'reason' | 'eventually'> {
  for (const effect of effects) {
    const end = endBy(effect, program, entry);
    if (end === undefined) continue;
    return isEventual(call.name, effect) ? { ...end, eventually: true } : end;
  }
  // The lists of the chain changed because a cgroup of it went, and the program stood above.
  return { why: 'cgroup_removed', reason: 'cgroup_removed' };
}

function endBy(
  effect: Effect,
  program: number,
  entry: StandingEntry,
): Pick<Explanation, 'why' | 'reason'> | undefined {
  const isOurs = (holder: object): boolean =>
    entry.link_id === undefined
      ? 'prog_id' in holder && holder.prog_id === program
      : 'link_id' in holder && holder.link_id === entry.link_id;
  switch (effect.type) {
    case 'EntryRemoved':
      if (!isOurs(effect)) return undefined;
      return { why: whyRemoved(effect.reason), reason: effect.reason };
    case 'EntryReplaced':
      if (effect.was_prog_id !== program || entry.link_id !== undefined) return undefined;
      return { why: 'replaced', reason: 'entry_replaced' };
    case 'LinkUpdated':
      if (effect.was_prog_id !== program || !isOurs(effect)) return undefined;
      return { why: 'link_updated', reason: 'link_updated' };
    default:
      return undefined;
  }
}

function whyRemoved(reason: Reason): Why {
  switch (reason) {
    case 'prog_detach':
      return 'detached';
    case 'link_detach':
      return 'link_detached';
    case 'cgroup_removed':
      return 'cgroup_removed';
    case 'entry_replaced':
      return 'replaced';
    case 'link_updated':
      return 'link_updated';
    case 'unseen':
      return 'unseen';
    case 'last_fd_closed':
    case 'process_exited':
    case 'process_executed':
    case 'in_flight_dropped':
    case 'unpinned':
    case 'pin_replaced':
    case 'link_freed':
    case 'prog_freed':
    case 'element_deleted':
    case 'element_replaced':
    case 'map_freed':
    case 'unmounted':
      return 'link_freed';
    default:
      return reason satisfies never;
  }
}
