/**
 * What real kernels answered to a log's events. These tables are not the log: an executor reports
 * into them, nobody follows them, and they can be dropped without losing an event.
 */
import { bigint, boolean, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { hosts } from '../storage/tables.ts';

const int8 = () => bigint({ mode: 'number' });

/** Which executor applies a host's log, and when its lease ends. */
export const executors = pgTable('executors', {
  host_id: int8()
    .primaryKey()
    .references(() => hosts.host_id),
  /** What it calls itself. */
  executor: text().notNull(),
  /** Known only to the holder of the lease. */
  lease: text().notNull(),
  /** Microseconds since the epoch. */
  leased_at: int8().notNull(),
  expires_at: int8().notNull(),
  /** Where it works: `uname -r`, cgroup root and bpffs, as JSON. */
  place: text().notNull(),
  /** Every event up to here was reported. */
  reported_position: int8().notNull(),
  /** How the kernel's lists differ from the log's at `reported_position`, as a JSON array. */
  standing: text().notNull(),
  standing_at: int8().notNull(),
  /** The process: only this one may take the lease again before it ends. */
  instance: text().notNull().default(''),
  /** Who took the lease; null where it was taken before this was stored. */
  actor: text(),
});

/** What a real kernel answered to one event. */
export const executorReports = pgTable(
  'executor_reports',
  {
    host_id: int8().notNull(),
    position: int8().notNull(),
    executor: text().notNull(),
    /** `performed`, `found` (done before a restart), `withheld` (outside its place). */
    how: text().notNull(),
    /** As JSON. */
    outcome: text().notNull(),
    agrees: boolean().notNull(),
    /** The kernel's own ids of what the event made, as JSON. */
    kernel_ids: text().notNull(),
    note: text().notNull(),
    /** Microseconds. */
    duration: int8().notNull(),
    /** Microseconds since the epoch. */
    reported_at: int8().notNull(),
    /** Who reported it; null where that was not stored yet. */
    actor: text(),
  },
  (t) => [primaryKey({ columns: [t.host_id, t.position] })],
);

/** What an executor put back after others had changed the kernel. */
export const executorRepairs = pgTable(
  'executor_repairs',
  {
    repair_id: int8().notNull().generatedAlwaysAsIdentity(),
    host_id: int8().notNull(),
    /** How far the log was reported then. */
    position: int8().notNull(),
    executor: text().notNull(),
    what: text().notNull(),
    where: text().notNull(),
    did: text().notNull(),
    /** Microseconds since the epoch. */
    repaired_at: int8().notNull(),
    /** Who reported it; null in rows from before this was stored. */
    actor: text(),
  },
  (t) => [primaryKey({ columns: [t.host_id, t.repair_id] })],
);
