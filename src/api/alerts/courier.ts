/**
 * Delivers what is in the outbox: of each rule and host one after the other, and of others meanwhile.
 * What fails is tried again after ever longer pauses, and given up after many.
 */
import type { Clock } from '../../events/clock.ts';
import type { Database } from '../../events/storage/database.ts';
import {
  bodyOf,
  type DueDelivery,
  dueDeliveries,
  settleAttempt,
} from '../../projections/alerts/deliveries.ts';
import { ATTEMPTS, DELIVERING } from '../limits.ts';
import type { WebhookAllowed } from './public-address.ts';
import { sendWebhook } from './webhook.ts';

/** How often a delivery is tried, and the pauses between. */
export interface Attempts {
  readonly max: number;
  readonly firstMs: number;
  readonly pauseMaxMs: number;
}

export interface CourierOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly allowed: WebhookAllowed;
  readonly attempts?: Attempts | undefined;
  /** Whether the rules that somebody made count now. */
  readonly counts: (actor: string) => boolean;
  /** Called when one is settled: another may go. */
  readonly onSettled: () => void;
  readonly onFault: (error: unknown) => void;
}

export class Courier {
  readonly #options: CourierOptions;
  readonly #attempts: Attempts;
  /** What is under way, by rule and host: never two of one key, nor more than {@link DELIVERING}. */
  readonly #underWay = new Map<
    string,
    { readonly rule_id: number; readonly done: Promise<void> }
  >();
  readonly #over = new AbortController();

  constructor(options: CourierOptions) {
    this.#options = options;
    this.#attempts = options.attempts ?? ATTEMPTS;
  }

  /** Begins what is due and has room. */
  async begin(): Promise<void> {
    const { database, clock, counts } = this.#options;
    if (this.#underWay.size >= DELIVERING.all) return;
    const due = await dueDeliveries(database, { now: clock.now(), each: 2 * DELIVERING.each });
    for (const one of due) {
      if (this.#underWay.size >= DELIVERING.all || this.#over.signal.aborted) return;
      const key = `${one.rule_id} ${one.host_id}`;
      if (this.#underWay.has(key) || !counts(one.actor)) continue;
      const ofRule = [...this.#underWay.values()].filter(({ rule_id }) => rule_id === one.rule_id);
      if (ofRule.length >= DELIVERING.each) continue;
      const done = this.#deliver(one)
        .catch(this.#options.onFault)
        .finally(() => {
          this.#underWay.delete(key);
          this.#options.onSettled();
        });
      this.#underWay.set(key, { rule_id: one.rule_id, done });
    }
  }

  /** Gives up what is under way; it is delivered again, perhaps for the second time. */
  async close(): Promise<void> {
    this.#over.abort();
    await Promise.all([...this.#underWay.values()].map(({ done }) => done));
  }

  async #deliver(due: DueDelivery): Promise<void> {
    const { database, clock, allowed } = this.#options;
    const { delivery_id, rule_id, message_id: id, url, secret, attempts } = due;
    const body = await bodyOf(database, delivery_id);
    // The rule was removed meanwhile.
    if (body === undefined) return;
    const { signal } = this.#over;
    const fault = await sendWebhook({ url, secret, id, body, now: clock.now(), allowed, signal });
    if (fault !== undefined && signal.aborted) return;
    const now = clock.now();
    const state =
      fault === undefined ? 'delivered' : attempts + 1 >= this.#attempts.max ? 'dead' : 'pending';
    await settleAttempt(database, {
      ...{ delivery_id, rule_id, attempts, state, fault: fault ?? '', now },
      next_at: now + Math.round(this.#pauseMs(attempts) * 1000),
    });
  }

  /** Milliseconds before another attempt: twice as long each time, give or take a quarter. */
  #pauseMs(attempts: number): number {
    const { firstMs, pauseMaxMs } = this.#attempts;
    return Math.min(firstMs * 2 ** attempts, pauseMaxMs) * (0.75 + Math.random() / 2);
  }
}
