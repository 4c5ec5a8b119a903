/**
 * Alerts about effective arrays: a program left one, or one is empty for long. The events of a host are
 * folded one by one, and where one changes a list, the arrays of the watched cgroups at and below it are
 * compared, before and after. What a removed cgroup or a reboot takes along left nobody behind.
 */
import type { AttachType } from '../../domain/attach-type.ts';
import { cgroupAt, effectiveArray } from '../../domain/effective.ts';
import type { Cgroup, Kernel, Program } from '../../domain/kernel.ts';
import { isWithin } from '../../domain/path.ts';
import type { LedgerEvent } from '../../events/event.ts';
import { fold } from '../../events/reading/host-state.ts';
import { type Pausing, walk } from '../../events/turns.ts';
import type { Spell } from '../../projections/alerts/spells.ts';
import { cgroupMatcher } from '../filter/cgroup-pattern.ts';
import { passes } from '../filter/event-filter.ts';
import {
  ALERT_PLACES_MAX,
  type Alert,
  type AlertFilter,
  type EmptyCondition,
  type LeftCondition,
  type ProgramChoice,
} from './alert-rule.ts';

/** A rule about arrays, on one host. */
export interface ArrayRule {
  readonly rule_id: number;
  readonly filter: AlertFilter;
  readonly condition: LeftCondition | EmptyCondition;
  /** Of a rule about empty arrays: those that are; changed by the watch. */
  readonly spells: Map<string, Spell>;
}

export interface ArrayHost {
  readonly host_id: number;
  readonly host: string;
}

/** Key of a spell among those of a host. */
export function spellKey(path: string, type: AttachType): string {
  return `${type} ${path}`;
}

/** Whether an event may change what runs somewhere. */
export function changesArrays({ effects }: LedgerEvent): boolean {
  return effects.some(({ type }) => CHANGING.has(type));
}

const CHANGING: ReadonlySet<string> = new Set([
  ...['EntryInserted', 'EntryReplaced', 'EntryRemoved', 'EffectiveSlotWritten'],
  ...['LinkUpdated', 'CgroupRemoved', 'Booted'],
]);

/** Arrays that one event empties and that a rule keeps track of. */
const SPELLS_MAX = 1000;

/** A list that changes, or an array. */
interface ChangedList {
  readonly path: string;
  readonly attach_type: AttachType;
}

/** An array that may change, as it was. */
interface Watched extends ChangedList {
  readonly rule: ArrayRule;
  readonly cgroup_id: number;
  readonly was: readonly Running[];
}

/**
 * The alerts that some events of a host raise, in their order.
 *
 * @param kernel the state before the first of them; it is changed
 * @param events in order, without gaps
 */
export function* watchArrays(
  kernel: Kernel,
  events: readonly LedgerEvent[],
  { of, rules }: { readonly of: ArrayHost; readonly rules: readonly ArrayRule[] },
): Pausing<Alert[]> {
  const alerts: Alert[] = [];
  for (const event of events) {
    yield;
    if (!changesArrays(event)) {
      fold(kernel, [event]);
      continue;
    }
    const watched = new Map<string, Watched>();
    for (const list of changedLists(kernel, event)) {
      for (const rule of rules) yield* collect(kernel, list, rule, watched);
    }
    const gone = removedPaths(kernel, event);
    fold(kernel, [event]);
    for (const rule of rules) {
      const own = [...watched.values()].filter((one) => one.rule === rule);
      const found =
        rule.condition.kind === 'left'
          ? findLeft(kernel, event, own)
          : emptyBy(kernel, event, own, { rule, gone, host_id: of.host_id });
      for (const alert of found) alerts.push({ rule_id: rule.rule_id, ...of, ...alert });
    }
  }
  return alerts;
}

type RaisedAlert = Omit<Alert, 'rule_id' | 'host_id' | 'host'>;

function changedLists(kernel: Kernel, { effects }: LedgerEvent): ChangedList[] {
  const lists = new Map<string, ChangedList>();
  for (const effect of effects) {
    const place =
      effect.type === 'LinkUpdated'
        ? kernel.links.get(effect.link_id)
        : CHANGING.has(effect.type) && effect;
    if (!place || !('attach_type' in place)) continue;
    const { cgroup_id, attach_type } = place;
    const path = kernel.cgroups.get(cgroup_id)?.path;
    // A cgroup that the event itself made has no array before it.
    if (path !== undefined) lists.set(`${attach_type} ${path}`, { path, attach_type });
  }
  return [...lists.values()];
}

/** Adds the arrays that a rule watches and that a changed list may change. */
function* collect(
  kernel: Kernel,
  { path, attach_type }: ChangedList,
  rule: ArrayRule,
  watched: Map<string, Watched>,
): Pausing<void> {
  const { cgroup: pattern, attach_type: wanted } = rule.condition;
  if (wanted !== undefined && wanted !== attach_type) return;
  const matches = cgroupMatcher(pattern);
  const add = (cgroup: Cgroup) => {
    if (!isWithin(cgroup.path, path) || !matches(cgroup.path)) return;
    const key = `${rule.rule_id} ${spellKey(cgroup.path, attach_type)}`;
    const was = runsOn(kernel, cgroup, attach_type);
    if (was.length > 0 || rule.spells.has(spellKey(cgroup.path, attach_type))) {
      watched.set(key, { rule, cgroup_id: cgroup.id, path: cgroup.path, attach_type, was });
    }
  };
  if (pattern.includes('*')) return yield* walk(kernel.cgroups.values(), add);
  const only = cgroupAt(kernel, pattern);
  if (only !== undefined) add(only);
}

/** What is told of a program that runs. */
type Running = Pick<Program, 'id' | 'prog_name' | 'tag'>;

function runsOn(kernel: Kernel, cgroup: Cgroup, type: AttachType): Running[] {
  return effectiveArray(kernel, cgroup, type).map(({ prog_id: id }) => {
    const { prog_name = '', tag = '' } = kernel.programs.get(id) ?? {};
    return { id, prog_name, tag };
  });
}

function isMeant({ prog_id, prog_name, tag }: ProgramChoice, one: Running): boolean {
  return (
    (prog_id === undefined || one.id === prog_id) &&
    (prog_name === undefined || one.prog_name === prog_name) &&
    (tag === undefined || one.tag === tag)
  );
}

/** What runs now on a cgroup that was there before; undefined where it is gone. */
function runsNow(kernel: Kernel, { cgroup_id, path, attach_type }: Watched): Running[] | undefined {
  const now = cgroupAt(kernel, path);
  return now?.id === cgroup_id ? runsOn(kernel, now, attach_type) : undefined;
}

function findLeft(kernel: Kernel, event: LedgerEvent, watched: readonly Watched[]): RaisedAlert[] {
  const isReboot = event.call.name === 'boot';
  const places = watched.filter((one) => {
    const { condition } = one.rule;
    if (condition.kind !== 'left' || isReboot) return false;
    const runs = (running: Running) => isMeant(condition.program, running);
    const now = runsNow(kernel, one);
    return now !== undefined && one.was.some(runs) && !now.some(runs);
  });
  const [first] = places;
  if (first === undefined || !passes(event, first.rule.filter)) return [];
  return [{ position: event.position, time: event.at, ...placesOf(places) }];
}

function placesOf(places: readonly ChangedList[]): Pick<Alert, 'places' | 'place_count'> {
  return {
    places: places
      .slice(0, ALERT_PLACES_MAX)
      .map(({ path, attach_type }) => ({ cgroup: path, attach_type })),
    place_count: places.length,
  };
}

/** Paths of the cgroups that an event removes; undefined for a boot, which removes all. */
function removedPaths(kernel: Kernel, { call, effects }: LedgerEvent): string[] | undefined {
  if (call.name === 'boot') return undefined;
  return effects.flatMap((effect) => {
    const path = effect.type === 'CgroupRemoved' && kernel.cgroups.get(effect.cgroup_id)?.path;
    return path ? [path] : [];
  });
}

/** Begins and ends spells, and tells of those that end after long enough. */
function emptyBy(
  kernel: Kernel,
  event: LedgerEvent,
  watched: readonly Watched[],
  of: {
    readonly rule: ArrayRule;
    /** Undefined: all. */
    readonly gone: readonly string[] | undefined;
    readonly host_id: number;
  },
): RaisedAlert[] {
  const { rule, gone, host_id } = of;
  const { condition, spells, filter } = rule;
  if (condition.kind !== 'empty') return [];
  const ended = [...spells.values()].filter(
    ({ path }) => gone === undefined || gone.includes(path),
  );
  const begun: Watched[] = [];
  for (const one of gone === undefined ? [] : watched) {
    const now = runsNow(kernel, one);
    if (now === undefined) continue;
    const spell = spells.get(spellKey(one.path, one.attach_type));
    if (now.length > 0 && spell !== undefined) ended.push(spell);
    if (now.length === 0 && one.was.length > 0) begun.push(one);
  }
  for (const { path, attach_type } of ended) spells.delete(spellKey(path, attach_type));
  if (passes(event, filter)) {
    for (const { path, attach_type } of begun.slice(0, SPELLS_MAX)) {
      spells.set(spellKey(path, attach_type), {
        ...{ host_id, path, attach_type, position: event.position },
        ...{ since: event.at, due_at: event.at + condition.longer_than_ms * 1000 },
      });
    }
  }
  return alertsOfSpells(ended.filter(({ due_at }) => due_at <= event.at)).map((alert) => ({
    ...alert,
    until: event.at,
  }));
}

/** One alert for what one event emptied. */
export function alertsOfSpells(spells: readonly Spell[]): RaisedAlert[] {
  const byEvent = new Map<number, Spell[]>();
  for (const spell of spells) {
    const known = byEvent.get(spell.position) ?? [];
    byEvent.set(spell.position, known);
    known.push(spell);
  }
  return [...byEvent].map(([position, same]) => ({
    position,
    time: (same[0] as Spell).due_at,
    since: (same[0] as Spell).since,
    ...placesOf(same),
  }));
}
