/**
 * The tables that questions about all hosts read. They are brought up to date from the logs and the
 * version tables shortly after each append (`arriving.ts`), never in it, so that no writer waits for
 * them; they share its database all the same. Like every table of the log they begin with the host and can be distributed by it.
 *
 * A life is a version with its end: a row says from where to where something read as it does here. The
 * times are running maxima of `at`, by which a moment is found (`time-travel/moment.ts`), so a time
 * selects the same rows as the position that it means on each host.
 */
import { type SQL, sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  index,
  integer,
  type PgColumn,
  pgTable,
  primaryKey,
  text,
} from 'drizzle-orm/pg-core';

const int8 = () => bigint({ mode: 'number' });

/** In which order the events of all hosts came in: one row a host and look, for the events between. */
export const arrivals = pgTable(
  'arrivals',
  {
    host_id: int8().notNull(),
    /** The number of the look that found them. A later look has a higher one. */
    arrival: int8().notNull(),
    position_from: int8().notNull(),
    position_to: int8().notNull(),
    /** The earliest and the latest `at` of these events, microseconds since the epoch. */
    at_from: int8().notNull(),
    at_to: int8().notNull(),
    /** The latest `at` of all events of the host up to here. */
    at_max: int8().notNull(),
    /** A random number of the look: tells a history of the database from another that it went back to. */
    mark: int8().notNull(),
  },
  (t) => [
    primaryKey({ name: 'arrivals_pkey', columns: [t.host_id, t.arrival] }),
    index('arrivals_order').on(t.arrival, t.host_id),
  ],
);

const place = () => ({ host_id: int8().notNull(), boot: integer().notNull() });
const life = () => ({
  position_from: int8().notNull(),
  /** Null while it lasts, as `time_to` is. */
  position_to: int8(),
  time_from: int8().notNull(),
  time_to: int8(),
});

const lasting = (column: PgColumn): SQL => sql`${column} IS NULL`;

export const programLives = pgTable(
  'program_lives',
  {
    ...place(),
    prog_id: int8().notNull(),
    ...life(),
    prog_type: text().notNull(),
    expected_attach_type: text().notNull(),
    prog_name: text().notNull(),
    tag: text().notNull(),
    uid: int8().notNull(),
  },
  (t) => [
    primaryKey({
      name: 'program_lives_pkey',
      columns: [t.host_id, t.boot, t.prog_id, t.position_from],
    }),
    index('program_lives_tag').on(t.tag, t.host_id),
    index('program_lives_name').on(t.prog_name, t.host_id),
    index('program_lives_lasting_tag').on(t.tag, t.host_id).where(lasting(t.position_to)),
    index('program_lives_lasting_name').on(t.prog_name, t.host_id).where(lasting(t.position_to)),
  ],
);

/** An entry at its place in a list, for as long as the whole list read so. */
export const entryLives = pgTable(
  'entry_lives',
  {
    ...place(),
    cgroup_id: int8().notNull(),
    attach_type: text().notNull(),
    ...life(),
    /** Place in the list, from 0. */
    nth: integer().notNull(),
    mode: text().notNull(),
    prog_id: int8().notNull(),
    /** Null for a program that is attached directly. */
    link_id: int8(),
    preorder: boolean().notNull(),
    prog_name: text().notNull(),
    tag: text().notNull(),
  },
  (t) => [
    primaryKey({
      name: 'entry_lives_pkey',
      columns: [t.host_id, t.boot, t.cgroup_id, t.attach_type, t.position_from, t.nth],
    }),
    index('entry_lives_tag').on(t.tag, t.host_id),
    index('entry_lives_name').on(t.prog_name, t.host_id),
    index('entry_lives_lasting_tag').on(t.tag, t.host_id).where(lasting(t.position_to)),
    index('entry_lives_lasting_name').on(t.prog_name, t.host_id).where(lasting(t.position_to)),
    index('entry_lives_lasting_list')
      .on(t.host_id, t.attach_type, t.cgroup_id)
      .where(lasting(t.position_to)),
  ],
);

const md5 = (column: PgColumn): SQL => sql`md5(${column})`;

export const cgroupLives = pgTable(
  'cgroup_lives',
  {
    ...place(),
    cgroup_id: int8().notNull(),
    ...life(),
    /** 0 for the root. */
    parent_id: int8().notNull(),
    path: text().notNull(),
  },
  (t) => [
    primaryKey({
      name: 'cgroup_lives_pkey',
      columns: [t.host_id, t.boot, t.cgroup_id, t.position_from],
    }),
    index('cgroup_lives_path').on(md5(t.path), t.host_id),
    index('cgroup_lives_lasting_path').on(md5(t.path), t.host_id).where(lasting(t.position_to)),
    index('cgroup_lives_lasting').on(t.host_id, t.cgroup_id).where(lasting(t.position_to)),
  ],
);
