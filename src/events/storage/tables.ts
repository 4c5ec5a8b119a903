/**
 * The tables of the log. Every key has `host_id` first, so that the log can be distributed by
 * host. drizzle-kit derives the migrations from this file; triggers and roles are in migrations
 * written by hand. Queries are written in SQL: this file is the schema, not a query builder.
 */
import { sql } from 'drizzle-orm';
import {
  bigint,
  customType,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uuid,
} from 'drizzle-orm/pg-core';
import { DRIFTED, REFUSED } from './event-kinds.ts';

const int8 = () => bigint({ mode: 'number' });
const bytea = customType<{ data: Uint8Array }>({ dataType: () => 'bytea' });
const creationColumn = () => timestamp({ withTimezone: true }).notNull().defaultNow();

/** One row for each log. A branch names its origin and the position of the fork, for ever. */
export const hosts = pgTable('hosts', {
  host_id: int8().primaryKey().generatedAlwaysAsIdentity(),
  name: text().notNull().unique(),
  created_at: creationColumn(),
  origin_host_id: int8(),
  origin_position: int8(),
  /** When a branch was dropped: from then on nobody sees it, and its rows stay. */
  dropped_at: timestamp({ withTimezone: true }),
  /** A random id that never changes, bound to the name by the chain. Null in hosts from before ids. */
  log_id: uuid(),
});

/**
 * Imported hosts: which events were recorded elsewhere, and the name that the host had
 * there. Append only, by trigger.
 */
export const imports = pgTable('imports', {
  host_id: int8().primaryKey(),
  /** The last event that was recorded elsewhere; the first one is 1. */
  position_to: int8().notNull(),
  /** Microseconds since the epoch. */
  imported_at: int8().notNull(),
  actor: text().notNull(),
  /** The name of the host where it was exported. */
  exported_as: text().notNull(),
  /** What its chain begins with; null for a chain that begins with zeros. */
  born_as: text(),
  born_log_id: uuid(),
  /** Ids of the keys that signed its checkpoints there, separated by blanks. */
  key_ids: text().notNull(),
});

/**
 * Hosts that their owner deleted: what stays of each. A row is written in the transaction that removes
 * the host's others. Append only, by trigger.
 */
export const hostDeletions = pgTable(
  'host_deletions',
  {
    host_id: int8().primaryKey(),
    name: text().notNull(),
    log_id: uuid(),
    /** For a branch: the name of its origin. */
    origin: text(),
    /** Of its last event. */
    position: int8().notNull(),
    /** Events that were removed: of a branch, its own. */
    events: int8().notNull(),
    /** The chain's value at its end. */
    hash: bytea().notNull(),
    /** When the first and the last of these events were recorded, microseconds since the epoch. */
    recorded_from: int8(),
    recorded_to: int8().notNull(),
    /** The last signed checkpoint, as a note; null where there was none of that form. */
    checkpoint: text(),
    /** Who deleted it: the user of the machine, and of the database. */
    actor: text().notNull(),
    database_user: text().notNull().default(sql`session_user`),
    /** Microseconds since the epoch. */
    deleted_at: int8().notNull(),
    /** In words; may be empty. */
    reason: text().notNull(),
  },
  (t) => [index('host_deletions_name').on(t.name, t.deleted_at)],
);

/**
 * Where logs are cut: events before the position were removed, and the state there is what the log
 * begins with. A branch of such a log has a row of its own. Append only, by trigger.
 */
export const cuts = pgTable(
  'cuts',
  {
    host_id: int8().notNull(),
    /** The event here is the oldest that is kept. */
    position: int8().notNull(),
    /** Chain value of the event here. */
    hash: bytea().notNull(),
    /** Of the event here, microseconds since the epoch. */
    recorded_at: int8().notNull(),
    /** Latest `at` of all events up to here, microseconds since the epoch. */
    at_max: int8().notNull(),
    /** Roots of the full subtrees of the Merkle tree up to here, the largest first, 32 bytes each. */
    tree: bytea().notNull(),
    /** The version of the state (`SNAPSHOT_VERSION`). */
    version: integer().notNull(),
    /** The state after the event here, deflated JSON. */
    state: bytea().notNull(),
    /** SHA-256 of the text of the state. */
    state_hash: bytea().notNull(),
    /** Who cut it: the user of the machine, and of the database. */
    actor: text().notNull(),
    database_user: text().notNull().default(sql`session_user`),
    /** Microseconds since the epoch. */
    cut_at: int8().notNull(),
    /** In words; may be empty. */
    reason: text().notNull(),
  },
  (t) => [primaryKey({ columns: [t.host_id, t.position] })],
);

/**
 * Which hosts' rows a branch reads below its own: one row a stretch of positions, without gaps from
 * 1 to where it branches off. A host that is not a branch has none. Append only, by trigger; the
 * reference keeps an origin from being removed below a branch.
 */
export const lineages = pgTable(
  'lineages',
  {
    host_id: int8().notNull(),
    ancestor_id: int8()
      .notNull()
      .references(() => hosts.host_id),
    position_from: int8().notNull(),
    position_to: int8().notNull(),
  },
  (t) => [primaryKey({ columns: [t.host_id, t.position_to] })],
);

/** The head of each log: the one row that an append changes, and the fence between writers. */
export const heads = pgTable('heads', {
  host_id: int8()
    .primaryKey()
    .references(() => hosts.host_id),
  position: int8().notNull(),
  /** Raised by a writer that must be sure that no older append of its own is still under way. */
  epoch: int8().notNull(),
  /** Chain value of the last event. */
  hash: bytea().notNull(),
  /** Of the last event, microseconds since the epoch. */
  recorded_at: int8().notNull(),
  /** Latest `at` of all events, microseconds since the epoch. */
  at_max: int8().notNull(),
});

/**
 * The events, in their canonical text. The last event of each append also has the facts about the
 * append; the view `batches` shows these. Append only, by trigger.
 */
export const events = pgTable(
  'events',
  {
    host_id: int8().notNull(),
    position: int8().notNull(),
    recorded_at: int8().notNull(),
    body: text().notNull(),
    /** Latest `at` of all events up to here, microseconds since the epoch. */
    at_max: int8(),
    /** Which writer appended it: a random number for each writer's life. */
    writer: int8(),
    /** The chain's value here. */
    hash: bytea(),
  },
  (t) => [
    primaryKey({ columns: [t.host_id, t.position] }),
    // A timeline counts these.
    index('events_refused').on(t.host_id, t.position).where(sql.raw(REFUSED)),
    index('events_drifted').on(t.host_id, t.position).where(sql.raw(DRIFTED)),
  ],
);

/** Which events answered a keyed write, so that a repeated one is answered by the same. */
export const idempotency = pgTable(
  'idempotency',
  {
    /** 0 for a write that creates a host. */
    host_id: int8().notNull(),
    principal: text().notNull(),
    key: text().notNull(),
    /** Line of a stream, from 1; 0 for a single request. */
    line: integer().notNull(),
    fingerprint: text().notNull(),
    position_from: int8().notNull(),
    position_to: int8().notNull(),
    /** Microseconds since the epoch. */
    created_at: int8().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.host_id, t.principal, t.key, t.line] }),
    index('idempotency_age').on(t.created_at),
  ],
);

/** The state after an event, deflated JSON; only a shortcut for a fold of the log. */
export const snapshots = pgTable(
  'snapshots',
  {
    host_id: int8().notNull(),
    position: int8().notNull(),
    /** The version of the state (`SNAPSHOT_VERSION`): a state of another version is not read. */
    version: integer().notNull(),
    state: bytea().notNull(),
    /** Of the state and of where it belongs (`reading/snapshots.ts`). */
    hash: bytea().notNull(),
  },
  (t) => [primaryKey({ columns: [t.host_id, t.version, t.position] })],
);

/** Runs of positions in one immutable blob each (`segment/`). Append only, by trigger. */
export const segments = pgTable(
  'segments',
  {
    host_id: int8().notNull(),
    position_from: int8().notNull(),
    position_to: int8().notNull(),
    /** SHA-256 of `bytes`. */
    hash: bytea().notNull(),
    bytes: bytea().notNull(),
  },
  (t) => [primaryKey({ columns: [t.host_id, t.position_from] })],
);

/** Public halves of the keys that signed checkpoints. Append only, by trigger. */
export const signingKeys = pgTable('signing_keys', {
  key_id: text().primaryKey(),
  /** Ed25519, 32 bytes. */
  public_key: bytea().notNull(),
});

/** Signed statements that a log stood at a position with a hash. Append only, by trigger. */
export const checkpoints = pgTable(
  'checkpoints',
  {
    host_id: int8().notNull(),
    position: int8().notNull(),
    key_id: text().notNull(),
    /** The name of the host when it was signed: an imported log may have another one. */
    host: text().notNull(),
    hash: bytea().notNull(),
    /** Of the event at the position, microseconds since the epoch. */
    recorded_at: int8().notNull(),
    /** Microseconds since the epoch. */
    signed_at: int8().notNull(),
    /** Ed25519, 64 bytes. */
    signature: bytea().notNull(),
    /** These four: null in format 1. */
    number: int8(),
    /** SHA-256 of the checkpoint before it. */
    previous: bytea(),
    log_id: uuid(),
    /** The first event that was recorded by this very host. */
    recorded_from: int8(),
    /** Root of the Merkle tree of the events up to the position; null in formats 1 and 2. */
    root: bytea(),
    /** Where the log was cut when it was signed, and SHA-256 of the state there; null for a whole log. */
    cut_position: int8(),
    cut_state_hash: bytea(),
  },
  (t) => [primaryKey({ columns: [t.host_id, t.position, t.key_id] })],
);

/**
 * Nodes of the Merkle trees over logs, of each eighth level (`proof/merkle-nodes.ts`): only a
 * shortcut for the events. Append only, by trigger.
 */
export const merkleNodes = pgTable(
  'merkle_nodes',
  {
    host_id: int8().notNull(),
    /** The last event below the node, of which there are `2 ** level`. */
    position_to: int8().notNull(),
    level: integer().notNull(),
    /** SHA-256, 32 bytes. */
    hash: bytea().notNull(),
  },
  (t) => [primaryKey({ columns: [t.host_id, t.position_to, t.level] })],
);
