/**
 * What some events of all hosts mean for rules that stand at the same place: the alerts that they raise,
 * and the arrays that are empty after them. It changes nothing.
 */
import { emptyKernel } from '../../domain/boot.ts';
import { type Kernel, layerOn } from '../../domain/kernel.ts';
import type { LedgerEvent } from '../../events/event.ts';
import type { Log } from '../../events/log.ts';
import { isRemoved } from '../../events/log-refusal.ts';
import type { Queryable } from '../../events/storage/database.ts';
import { troubleOf } from '../../events/storage/database-error.ts';
import { inTurns } from '../../events/turns.ts';
import { type Spell, spellsOf } from '../../projections/alerts/spells.ts';
import type { ArrivedEvent } from '../../projections/fleet/arrived-events.ts';
import type { Alert, AlertRule } from '../../time-travel/alerts/alert-rule.ts';
import {
  type ArrayRule,
  changesArrays,
  spellKey,
  watchArrays,
} from '../../time-travel/alerts/array-watch.ts';
import { findReplaced } from '../../time-travel/alerts/find-replaced.ts';
import { passes } from '../../time-travel/filter/event-filter.ts';

export interface EvaluationSources {
  readonly log: Log;
  readonly database: Queryable;
  readonly signal: AbortSignal;
  /** Called with what makes a host's events impossible to judge; they are passed over. */
  readonly onFault: (error: unknown) => void;
}

/** A rule with the hosts that it is about. */
export type WatchedRule = AlertRule & { readonly isAbout: (host: string) => boolean };

/** What a page of events means for one rule. */
export interface Judged {
  readonly alerts: Alert[];
  /** The spells of these hosts are replaced by these. */
  readonly hosts: number[];
  readonly spells: Spell[];
}

interface HostEvents {
  readonly host_id: number;
  readonly host: string;
  readonly events: LedgerEvent[];
  isDamaged: boolean;
}

/** Judges a page of events, in the order in which they arrived. */
export async function judge(
  sources: EvaluationSources,
  page: readonly ArrivedEvent[],
  rules: readonly WatchedRule[],
): Promise<Map<number, Judged>> {
  const judged = new Map<number, Judged>();
  for (const { rule_id } of rules) judged.set(rule_id, { alerts: [], hosts: [], spells: [] });
  for (const of of byHost(page)) {
    const about = rules.filter((rule) => rule.isAbout(of.host));
    for (const rule of about) {
      if (rule.condition === undefined) judged.get(rule.rule_id)?.alerts.push(...passing(of, rule));
    }
    // What one damaged log cannot tell must not keep others from being told of.
    try {
      await judgeReplaced(sources, of, about, judged);
      await judgeArrays(sources, of, about, judged);
    } catch (error) {
      sources.signal.throwIfAborted();
      if (troubleOf(error) !== undefined) throw error;
      sources.onFault(error);
    }
  }
  return judged;
}

function byHost(page: readonly ArrivedEvent[]): Iterable<HostEvents> {
  const hosts = new Map<number, HostEvents>();
  for (const { host, place, event } of page) {
    const { host_id } = place;
    const known = hosts.get(host_id) ?? { host_id, host, events: [], isDamaged: false };
    hosts.set(host_id, known);
    if (event === null) known.isDamaged = true;
    else known.events.push(event);
  }
  return hosts.values();
}

function passing({ host_id, host, events }: HostEvents, { rule_id, filter }: AlertRule): Alert[] {
  return events
    .filter((event) => passes(event, filter))
    .map(({ position, at: time }) => ({ rule_id, host_id, host, position, time }));
}

async function judgeReplaced(
  sources: EvaluationSources,
  of: HostEvents,
  rules: readonly WatchedRule[],
  judged: ReadonlyMap<number, Judged>,
): Promise<void> {
  for (const { rule_id, filter, condition } of rules) {
    if (condition?.kind !== 'replaced') continue;
    const alerts = await findReplaced(sources, of, of.events, { rule_id, filter, condition });
    judged.get(rule_id)?.alerts.push(...alerts);
  }
}

async function judgeArrays(
  { log, database, signal }: EvaluationSources,
  of: HostEvents,
  about: readonly WatchedRule[],
  judged: ReadonlyMap<number, Judged>,
): Promise<void> {
  const { host_id, host, events, isDamaged } = of;
  const last = events.findLastIndex(changesArrays);
  if (last === -1 || isDamaged) return;
  const rules: ArrayRule[] = [];
  for (const { rule_id, filter, condition } of about) {
    if (condition?.kind !== 'left' && condition?.kind !== 'empty') continue;
    const known = condition.kind === 'empty' ? await spellsOf(database, rule_id, [host_id]) : [];
    const spells = new Map(known.map((one) => [spellKey(one.path, one.attach_type), one]));
    rules.push({ rule_id, filter, condition, spells });
  }
  if (rules.length === 0) return;
  const first = events.findIndex(changesArrays);
  const changing = events.slice(first, last + 1);
  const watch = (kernel: Kernel, since: readonly LedgerEvent[]) =>
    inTurns(watchArrays(kernel, since, { of: { host_id, host }, rules }), signal);
  const before = (changing[0] as LedgerEvent).position - 1;
  const alerts =
    before === 0
      ? await watch(emptyKernel(), changing)
      : await log
          .withStateAt(host, before, (kernel) => watch(layerOn(kernel), changing))
          .catch(async (error: unknown) => {
            if (!isRemoved(error)) throw error;
            // The first of them is at the cut of a log: what it changed is not known, but all that follows.
            return log.withStateAt(host, before + 1, (kernel) =>
              watch(layerOn(kernel), changing.slice(1)),
            );
          });
  for (const alert of alerts) judged.get(alert.rule_id)?.alerts.push(alert);
  for (const { rule_id, condition, spells } of rules) {
    if (condition.kind !== 'empty') continue;
    judged.get(rule_id)?.hosts.push(host_id);
    judged.get(rule_id)?.spells.push(...spells.values());
  }
}
