/** The outbox of alerts: what is to be delivered, in order for each rule and host, and what became of it. */
import { holdHosts } from '../../events/host-deletions.ts';
import { IN_ORDER } from '../../events/page-order.ts';
import type { Queryable } from '../../events/storage/database.ts';
import { sqlArray } from '../../events/storage/sql-array.ts';
import { checkLimit, type PageRequest } from '../moment.ts';

export const DELIVERY_STATES = ['pending', 'delivered', 'dead'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** Settled deliveries that are kept for a rule, of each kind; the oldest are dropped. */
const KEPT_MAX = 1000;

/** An alert that came up. */
export interface NewDelivery {
  readonly rule_id: number;
  readonly host_id: number;
  readonly position: number;
  readonly message_id: string;
  readonly body: string;
}

export interface Delivery extends NewDelivery {
  readonly delivery_id: number;
  readonly state: DeliveryState;
  readonly attempts: number;
  /** Microseconds since the epoch, as the next two. */
  readonly created_at: number;
  readonly next_at: number;
  readonly settled_at: number | null;
  /** What the last attempt failed of. */
  readonly fault: string;
}

/** A delivery that is due, with where it goes. */
export type DueDelivery = Pick<
  Delivery,
  'delivery_id' | 'rule_id' | 'host_id' | 'message_id' | 'attempts'
> & { readonly actor: string; readonly url: string; readonly secret: string };

const COLUMNS = `delivery_id, rule_id, host_id, position, message_id, body, state, attempts,
  created_at, next_at, settled_at, fault`;

/** Puts alerts into the outbox, in their order; due immediately. Those of a deleted host are left out. */
export async function insertDeliveries(
  tx: Queryable,
  alerts: readonly NewDelivery[],
  now: number,
): Promise<void> {
  if (alerts.length === 0) return;
  const there = await holdHosts(tx, [...new Set(alerts.map(({ host_id }) => host_id))]);
  const deliveries = alerts.filter(({ host_id }) => there.has(host_id));
  const numbers = (field: 'rule_id' | 'host_id' | 'position') =>
    sqlArray(deliveries.map((one) => one[field]));
  await tx.query(
    `insert into alert_deliveries (rule_id, host_id, position, message_id, body, state, attempts,
       created_at, next_at, fault)
     select t.rule_id, t.host_id, t.position, t.message_id, t.body, 'pending', 0, $6, $6, ''
     from unnest($1::int8[], $2::int8[], $3::int8[], $4::text[], $5::text[])
       with ordinality as t(rule_id, host_id, position, message_id, body, nth) order by t.nth`,
    [
      ...[numbers('rule_id'), numbers('host_id'), numbers('position')],
      sqlArray(deliveries.map(({ message_id }) => message_id)),
      sqlArray(deliveries.map(({ body }) => body)),
      now,
    ],
  );
}

/**
 * The oldest pending delivery of each host, as far as it is due: so many of each rule, the longest due
 * first, so that a receiver which takes none keeps no other from its own.
 */
export function dueDeliveries(
  database: Queryable,
  { now, each }: { readonly now: number; readonly each: number },
): Promise<DueDelivery[]> {
  return database.query<DueDelivery>(
    `select d.delivery_id, d.rule_id, d.host_id, d.message_id, d.attempts, r.actor, r.url, r.secret
     from (
       select *, row_number() over (partition by rule_id order by next_at, delivery_id) as nth from (
         select distinct on (rule_id, host_id) delivery_id, rule_id, host_id, message_id, attempts,
           next_at
         from alert_deliveries where state = 'pending'
         order by rule_id, host_id, delivery_id) first
       where next_at <= $1) d
     join alert_rules r using (rule_id)
     where d.nth <= $2 order by d.next_at, d.delivery_id`,
    [now, each],
  );
}

/** What is sent; undefined when it is not there any more. */
export async function bodyOf(database: Queryable, deliveryId: number): Promise<string | undefined> {
  const text = 'select body from alert_deliveries where delivery_id = $1';
  const [row] = await database.query<{ body: string }>(text, [deliveryId]);
  return row?.body;
}

/**
 * Milliseconds until the next one falls due; undefined while there is none. One that is due already,
 * or waits for the one before it, is none.
 */
export async function nextDue(database: Queryable, now: number): Promise<number | undefined> {
  const [row] = await database.query<{ next_at: number | null }>(
    `select min(next_at) as next_at from (
       select distinct on (rule_id, host_id) next_at from alert_deliveries where state = 'pending'
       order by rule_id, host_id, delivery_id) first
     where next_at > $1`,
    [now],
  );
  const next = row?.next_at ?? undefined;
  return next === undefined ? undefined : (next - now) / 1000;
}

/** What an attempt came to. */
export interface Attempt {
  readonly delivery_id: number;
  readonly rule_id: number;
  /** How many there were before it. */
  readonly attempts: number;
  readonly state: DeliveryState;
  /** When it is tried again, if it still is pending; microseconds since the epoch. */
  readonly next_at: number;
  readonly fault: string;
  readonly now: number;
}

/** Writes down an attempt, unless another process wrote the same one down; drops what is kept too long. */
export async function settleAttempt(database: Queryable, attempt: Attempt): Promise<void> {
  const { delivery_id, rule_id, attempts, state, next_at, fault, now } = attempt;
  await database.query(
    `update alert_deliveries set state = $3, attempts = attempts + 1, next_at = $4, fault = $5,
       settled_at = case when $3 = 'pending' then null else $6::int8 end
     where delivery_id = $1 and attempts = $2 and state = 'pending'`,
    [delivery_id, attempts, state, next_at, fault, now],
  );
  if (state === 'pending') return;
  await database.query(
    `delete from alert_deliveries where rule_id = $1 and state = $2 and delivery_id <= (
       select delivery_id from alert_deliveries where rule_id = $1 and state = $2
       order by delivery_id desc limit 1 offset $3)`,
    [rule_id, state, KEPT_MAX],
  );
}

type DeliveryPage = PageRequest<number> & { readonly state?: DeliveryState | undefined };

const OF_RULE = 'd.rule_id = $1 and ($2::text is null or d.state = $2)';

/** A page of a rule's deliveries, by default the oldest first, with the names of their hosts. */
export function listDeliveries(
  database: Queryable,
  ruleId: number,
  page: DeliveryPage,
): Promise<(Delivery & { readonly host: string })[]> {
  const { beyond, sort } = IN_ORDER[page.order ?? 'asc'];
  return database.query(
    `select ${COLUMNS}, (select name from hosts h where h.host_id = d.host_id) as host
     from alert_deliveries d
     where ${OF_RULE} and ($3::int8 is null or d.delivery_id ${beyond} $3)
     order by d.delivery_id ${sort} limit $4`,
    [ruleId, page.state ?? null, page.after ?? null, checkLimit(page)],
  );
}

/** How many there are on all pages. */
export async function countDeliveries(
  database: Queryable,
  ruleId: number,
  { state }: Pick<DeliveryPage, 'state'>,
): Promise<number> {
  const [row] = await database.query<{ readonly count: number }>(
    `select count(*)::int8 as count from alert_deliveries d where ${OF_RULE}`,
    [ruleId, state ?? null],
  );
  return row?.count ?? 0;
}

/** Makes the dead deliveries of a rule pending again, with all their attempts before them; how many. */
export async function retryDead(
  database: Queryable,
  { rule_id, now }: { readonly rule_id: number; readonly now: number },
): Promise<number> {
  const rows = await database.query(
    `update alert_deliveries set state = 'pending', attempts = 0, next_at = $2, settled_at = null
     where rule_id = $1 and state = 'dead' returning delivery_id`,
    [rule_id, now],
  );
  return rows.length;
}
