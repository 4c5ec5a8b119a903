/**
 * Alerts: one process at a time evaluates the rules on what arrives, and delivers. The place of a rule,
 * its spells and its outbox are changed in one transaction, which a rule's old place fences: whatever ends
 * a process, and however many there are, each alert is in the outbox once.
 */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../../events/clock.ts';
import type { LedgerEvent } from '../../events/event.ts';
import { hostsByIds } from '../../events/hosts.ts';
import type { Log } from '../../events/log.ts';
import type { Database, Queryable } from '../../events/storage/database.ts';
import {
  insertDeliveries,
  type NewDelivery,
  nextDue,
} from '../../projections/alerts/deliveries.ts';
import { DUTY_MS, leaveDuty, takeDuty } from '../../projections/alerts/duty.ts';
import {
  advanceRule,
  type DeliveryCounts,
  listRules,
  type StoredRule,
} from '../../projections/alerts/rules.ts';
import {
  countSpells,
  dueSpells,
  nextSpellDue,
  removeSpells,
  replaceSpells,
} from '../../projections/alerts/spells.ts';
import type { Arrivals } from '../../projections/fleet/arrivals.ts';
import {
  ARRIVED_MAX,
  type ArrivalPlace,
  type ArrivedEvent,
  readArrived,
} from '../../projections/fleet/arrived-events.ts';
import type { Alert } from '../../time-travel/alerts/alert-rule.ts';
import { alertsOfSpells } from '../../time-travel/alerts/array-watch.ts';
import { hostMatcher, includes, type Principal } from '../guard/tokens.ts';
import { PENDING_MAX, SPELLS_MAX } from '../limits.ts';
import { placeText } from '../request/arrival-place.ts';
import { parseWatched } from '../wire/alert-rule.ts';
import type { AlertService } from './alert-service.ts';
import { type Attempts, Courier } from './courier.ts';
import { envelopeText } from './envelope.ts';
import { type Judged, judge, type WatchedRule } from './evaluation.ts';
import type { WebhookAllowed } from './public-address.ts';

/** Milliseconds between two looks for rules, for the duty and for what is due, at most. */
const LOOK_MS = 2000;
/** Milliseconds before something is tried again that failed. */
const FAULT_MS = 1000;
/** Spells that are told of together. */
const SPELLS_TOGETHER = 1000;

export interface AlertsOptions {
  readonly log: Log;
  readonly database: Database;
  readonly arrivals: Arrivals;
  readonly clock: Clock;
  /** Who has a name now, as tokens tell; undefined: nobody any more. */
  readonly owner: (actor: string) => Principal | undefined;
  readonly allowed: WebhookAllowed;
  readonly attempts?: Attempts;
  /** Called with what the operator should know of. */
  readonly onFault: (error: unknown) => void;
}

type CountedAlertRule = StoredRule & DeliveryCounts;
type Owned = CountedAlertRule & { readonly watched: WatchedRule };

/** Another process moved the rule on, or somebody removed it. */
class Overtaken extends Error {}

export class Alerts implements AlertService {
  readonly #options: AlertsOptions;
  readonly #courier: Courier;
  /** Names this process among those that share the database. */
  readonly #holder = randomUUID();
  /** When the duty was taken or renewed, microseconds since the epoch; undefined while others have it. */
  #onDutySince: number | undefined;
  readonly #over = new AbortController();
  /** Ends the pause under way. */
  #pause = new AbortController();
  #running: Promise<void> | undefined;

  constructor(options: AlertsOptions) {
    this.#options = options;
    this.#courier = new Courier({
      ...options,
      counts: (actor) => this.owner(actor) !== undefined,
      onSettled: () => this.wake(),
    });
  }

  /** What rules may deliver to beyond public addresses. */
  get allowed(): WebhookAllowed {
    return this.#options.allowed;
  }

  /** Who made a rule and still may have one; undefined otherwise. */
  owner(actor: string): Principal | undefined {
    const principal = this.#options.owner(actor);
    return principal !== undefined && includes(principal.role, 'writer') ? principal : undefined;
  }

  /** Begins to evaluate and to deliver. */
  start(): void {
    this.#running ??= this.#run();
  }

  /** There may be something to do. */
  wake(): void {
    this.#pause.abort();
  }

  /** Ends the evaluation and what is under way, and lets another process go on. */
  async close(): Promise<void> {
    this.#over.abort();
    this.wake();
    await this.#running;
    await this.#courier.close();
    if (this.#onDutySince === undefined) return;
    await leaveDuty(this.#options.database, this.#holder).catch(() => undefined);
  }

  async #run(): Promise<void> {
    const { signal } = this.#over;
    while (!signal.aborted) {
      this.#pause = new AbortController();
      const { latest } = this.#options.arrivals;
      try {
        const waitMs = await this.#turn();
        if (waitMs > 0) await this.#rest(waitMs, latest);
      } catch (error) {
        if (signal.aborted) return;
        this.#options.onFault(error);
        await this.#options.clock.sleep(FAULT_MS, signal);
      }
    }
  }

  /** Waits, until something arrives if this process evaluates. */
  async #rest(ms: number, latest: number): Promise<void> {
    const { arrivals, clock } = this.#options;
    const signal = AbortSignal.any([this.#pause.signal, this.#over.signal]);
    if (signal.aborted) return;
    const end = new AbortController();
    const either = AbortSignal.any([signal, end.signal]);
    const waits = [clock.sleep(ms, either)];
    if (this.#onDutySince !== undefined) waits.push(arrivals.afterAWhile(latest, either));
    await Promise.race(waits);
    end.abort();
  }

  /** Does what is to do now. Returns for how many milliseconds there is nothing more. */
  async #turn(): Promise<number> {
    const { database, clock } = this.#options;
    const rules = await listRules(database);
    if (rules.length === 0 || !(await this.#hasDuty())) {
      if (rules.length === 0) this.#onDutySince = undefined;
      return LOOK_MS;
    }
    const owned = rules.flatMap((rule) => this.#listOwned(rule));
    const isBehind = await this.#evaluate(owned);
    const told = isBehind ? 0 : await this.#tellSpells(owned);
    await this.#courier.begin();
    if (isBehind || told > 0) return 0;
    const now = clock.now();
    const due = (await nextDue(database, now)) ?? LOOK_MS;
    const spell = await nextSpellDue(database);
    const spellMs = spell === undefined ? LOOK_MS : Math.max(1, (spell - now) / 1000);
    // What is due already waits for a delivery that is under way, whose end wakes this.
    return Math.min(LOOK_MS, spellMs, Math.max(1, due));
  }

  async #hasDuty(): Promise<boolean> {
    const { database, clock } = this.#options;
    const now = clock.now();
    // Only one process can open the embedded database.
    if (database.kind === 'pglite') this.#onDutySince = now;
    if (this.#onDutySince !== undefined && now - this.#onDutySince < (DUTY_MS * 1000) / 5)
      return true;
    const isTaken = await takeDuty(database, { holder: this.#holder, now });
    this.#onDutySince = isTaken ? now : undefined;
    return isTaken;
  }

  /** A rule whose maker still may have one, with the hosts that it is about. */
  #listOwned(rule: CountedAlertRule): Owned[] {
    const owner = this.owner(rule.actor);
    if (owner === undefined) return [];
    const watched = parseWatched(rule);
    const isWanted = hostMatcher(watched.filter.host ?? ['*']);
    const isAbout = (host: string) => owner.mayTouch(host) && isWanted(host);
    return [{ ...rule, watched: { ...watched, isAbout } }];
  }

  /** Evaluates a page of what each rule has not seen. Returns whether there may be more. */
  async #evaluate(rules: readonly Owned[]): Promise<boolean> {
    const { log, database, onFault } = this.#options;
    const { signal } = this.#over;
    let isBehind = false;
    for (const [, together] of await this.#byPlace(rules)) {
      const after = (together[0] as Owned).place;
      const page = await readArrived(database, { after, order: 'asc', limit: ARRIVED_MAX });
      if (page.reached === undefined) continue;
      isBehind = true;
      const sources = { log, database, signal, onFault };
      const watched = together.map((rule) => rule.watched);
      const judged = await judge(sources, page.events, watched);
      for (const rule of together) {
        const found = judged.get(rule.rule_id) as Judged;
        await this.#record(rule, found, { events: page.events, reached: page.reached });
      }
    }
    return isBehind;
  }

  /** Rules at the same place: most are at the end. One that is full waits; the log keeps what comes. */
  async #byPlace(rules: readonly Owned[]): Promise<Map<string, Owned[]>> {
    const groups = new Map<string, Owned[]>();
    for (const rule of rules) {
      if (rule.pending >= PENDING_MAX) continue;
      const isEmpty = rule.watched.condition?.kind === 'empty';
      const { database } = this.#options;
      if (isEmpty && (await countSpells(database, rule.rule_id)) >= SPELLS_MAX) continue;
      const key = placeText(rule.place);
      const known = groups.get(key);
      if (known === undefined) groups.set(key, [rule]);
      else known.push(rule);
    }
    return groups;
  }

  /** Puts alerts into the outbox and moves the rule on, both or neither. */
  async #record(
    rule: Owned,
    { alerts, hosts, spells }: Judged,
    page: { readonly events: readonly ArrivedEvent[]; readonly reached: ArrivalPlace },
  ): Promise<void> {
    const known = new Map(
      page.events.map(({ place, event }) => [`${place.host_id} ${place.position}`, event]),
    );
    const deliveries: NewDelivery[] = [];
    for (const alert of alerts) {
      const event = known.get(`${alert.host_id} ${alert.position}`);
      deliveries.push(await this.#delivery(rule, alert, event ?? undefined));
    }
    await this.#inFence(async (tx) => {
      if (!(await advanceRule(tx, rule, page.reached))) throw new Overtaken();
      if (hosts.length > 0) await replaceSpells(tx, rule.rule_id, { hosts, spells });
      await insertDeliveries(tx, deliveries, this.#options.clock.now());
    });
  }

  /** Tells of the arrays that are empty for long enough. Returns how many there were. */
  async #tellSpells(rules: readonly Owned[]): Promise<number> {
    const { database, clock } = this.#options;
    let told = 0;
    for (const rule of rules) {
      if (rule.watched.condition?.kind !== 'empty' || rule.pending >= PENDING_MAX) continue;
      const { rule_id } = rule;
      const now = clock.now();
      const spells = await dueSpells(database, { rule_id, now, limit: SPELLS_TOGETHER });
      if (spells.length === 0) continue;
      told += spells.length;
      const ids = [...new Set(spells.map((spell) => spell.host_id))];
      const names = await hostsByIds(database, ids);
      const deliveries: NewDelivery[] = [];
      for (const host_id of ids) {
        const host = names.get(host_id);
        if (host === undefined) continue;
        const own = spells.filter((spell) => spell.host_id === host_id);
        for (const found of alertsOfSpells(own)) {
          deliveries.push(await this.#delivery(rule, { rule_id, host_id, host, ...found }));
        }
      }
      await this.#inFence(async (tx) => {
        if (!(await removeSpells(tx, rule_id, spells))) throw new Overtaken();
        await insertDeliveries(tx, deliveries, now);
      });
    }
    return told;
  }

  async #inFence(work: (tx: Queryable) => Promise<void>): Promise<void> {
    await this.#options.database.transaction(work).catch((error: unknown) => {
      if (!(error instanceof Overtaken)) throw error;
    });
  }

  async #delivery(
    { rule_id, name, watched }: Owned,
    alert: Alert,
    known?: LedgerEvent,
  ): Promise<NewDelivery> {
    const { host, host_id, position } = alert;
    const event = known ?? (await this.#eventAt(host, position));
    const message_id = `msg_${randomUUID()}`;
    const rule = { rule_id, name, kind: watched.condition?.kind ?? 'event' };
    const body = envelopeText({ id: message_id, rule, alert, event });
    return { rule_id, host_id, position, message_id, body };
  }

  /** An event of an earlier page; undefined where it cannot be read any more. */
  async #eventAt(host: string, position: number): Promise<LedgerEvent | undefined> {
    const [event] = await this.#options.log.eventsAt(host, [position]).catch((error: unknown) => {
      this.#options.onFault(error);
      return [];
    });
    return event;
  }
}
