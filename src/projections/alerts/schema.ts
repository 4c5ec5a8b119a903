/**
 * The tables of alert rules: what is watched for, how far each rule has read, and the outbox. They are
 * no part of the log and no projection: a rebuild leaves them alone. A rule is about all hosts, so the
 * tables are small ones that a cluster has on every node.
 */
import { sql } from 'drizzle-orm';
import { bigint, index, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';

const int8 = () => bigint({ mode: 'number' });

/** What a service watches for, and how far it has watched. */
export const alertRules = pgTable('alert_rules', {
  rule_id: int8().primaryKey().generatedAlwaysAsIdentity(),
  name: text().notNull().unique(),
  /** Who made it: it sees the hosts that this one may see. */
  actor: text().notNull(),
  /** Microseconds since the epoch. */
  created_at: int8().notNull(),
  url: text().notNull(),
  /** Signs its deliveries. Never answered, never logged. */
  secret: text().notNull(),
  /** Which events, and the condition, as JSON. */
  filter: text().notNull(),
  condition: text(),
  /** The place among the events of all hosts up to which it was evaluated. */
  arrival: int8().notNull(),
  host_id: int8().notNull(),
  position: int8().notNull(),
  mark: int8().notNull(),
});

/** Effective arrays that are empty, and of which a rule wants to know once they were so for long. */
export const alertSpells = pgTable(
  'alert_spells',
  {
    rule_id: int8().notNull(),
    host_id: int8().notNull(),
    path: text().notNull(),
    attach_type: text().notNull(),
    /** The event that took the last program. */
    position: int8().notNull(),
    /** Its `at`, and when it has been so for long enough; microseconds since the epoch. */
    since: int8().notNull(),
    due_at: int8().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.rule_id, t.host_id, t.path, t.attach_type] }),
    index('alert_spells_due').on(t.due_at),
  ],
);

/** The outbox: alerts in the order in which they came up, and what became of each. */
export const alertDeliveries = pgTable(
  'alert_deliveries',
  {
    delivery_id: int8().primaryKey().generatedAlwaysAsIdentity(),
    rule_id: int8().notNull(),
    host_id: int8().notNull(),
    /** Of the event that it is about. */
    position: int8().notNull(),
    /** What the receiver knows it by. */
    message_id: text().notNull(),
    /** As it is sent. */
    body: text().notNull(),
    /** `pending`, `delivered` or `dead`. */
    state: text().notNull(),
    attempts: integer().notNull(),
    /** Microseconds since the epoch. */
    created_at: int8().notNull(),
    next_at: int8().notNull(),
    settled_at: int8(),
    /** What the last attempt failed of; empty before. */
    fault: text().notNull(),
  },
  (t) => [
    index('alert_deliveries_pending')
      .on(t.rule_id, t.host_id, t.delivery_id)
      .where(sql`${t.state} = 'pending'`),
    index('alert_deliveries_of_rule').on(t.rule_id, t.state, t.delivery_id),
  ],
);

/** Which process evaluates the rules and delivers: one row. */
export const alertDuty = pgTable('alert_duty', {
  /** Always 1. */
  duty: integer().primaryKey(),
  /** The process: a random text. */
  holder: text().notNull(),
  /** Microseconds since the epoch. */
  expires_at: int8().notNull(),
});
