/**
 * The tables of the projections. Each holds versions: a row holds from `position_from` until the
 * next row of its key, and a row with `gone` says that the object ended there. Rows are only added,
 * so any past position reads the same tables as the head.
 *
 * Kernel ids have a meaning only within one boot, so the boot is in every key. Paths may be
 * longer than an index row, so they are indexed by their md5 and compared in full.
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
  uniqueIndex,
} from 'drizzle-orm/pg-core';

const int8 = () => bigint({ mode: 'number' });

/** The first columns of every version row; `position_from` follows the table's own key. */
const place = () => ({ host_id: int8().notNull(), boot: integer().notNull() });
const version = () => ({ position_from: int8().notNull() });
const ending = () => ({ gone: boolean().notNull() });

interface Placed {
  readonly host_id: PgColumn;
  readonly boot: PgColumn;
  readonly position_from: PgColumn;
}

/** The primary key serves the newest row at or before a position; the other index serves diffs. */
function indexVersions(table: Placed, name: string, ...key: PgColumn[]) {
  return [
    primaryKey({
      name: `${name}_pkey`,
      columns: [table.host_id, table.boot, ...key, table.position_from],
    }),
    index(`${name}_changes`).on(table.host_id, table.position_from),
  ];
}

const md5 = (column: PgColumn): SQL => sql`md5(${column})`;

/** A boot holds from its `boot` event until the next one. */
export const boots = pgTable(
  'boots',
  {
    ...place(),
    ...version(),
    boot_id: text().notNull(),
    release: text().notNull(),
    /** The boot's configuration, a JSON object. */
    config: text().notNull(),
    /** Which version of the projector wrote the rows of this boot. */
    projection_version: integer().notNull(),
  },
  (t) => [primaryKey({ name: 'boots_pkey', columns: [t.host_id, t.position_from] })],
);

export const cgroupVersions = pgTable(
  'cgroup_versions',
  {
    ...place(),
    cgroup_id: int8().notNull(),
    ...version(),
    /** 0 for the root. Null, as the path is, once the cgroup is gone. */
    parent_id: int8(),
    path: text(),
    ...ending(),
  },
  (t) => [
    ...indexVersions(t, 'cgroup_versions', t.cgroup_id),
    index('cgroup_versions_path').on(t.host_id, t.boot, md5(t.path), t.position_from),
  ],
);

export const programVersions = pgTable(
  'program_versions',
  {
    ...place(),
    prog_id: int8().notNull(),
    ...version(),
    prog_type: text(),
    expected_attach_type: text(),
    enforced: boolean(),
    prog_name: text(),
    tag: text(),
    uid: int8(),
    /** JSON arrays of map ids. */
    map_ids: text(),
    storage_map_ids: text(),
    ...ending(),
  },
  (t) => indexVersions(t, 'program_versions', t.prog_id),
);

export const linkVersions = pgTable(
  'link_versions',
  {
    ...place(),
    link_id: int8().notNull(),
    ...version(),
    prog_id: int8(),
    attach_type: text(),
    /** 0 once the link is defunct. */
    cgroup_id: int8(),
    ...ending(),
  },
  (t) => indexVersions(t, 'link_versions', t.link_id),
);

export const entryVersions = pgTable(
  'entry_versions',
  {
    ...place(),
    cgroup_id: int8().notNull(),
    attach_type: text().notNull(),
    ...version(),
    mode: text(),
    revision: int8(),
    /** A JSON array in list order: `{"prog_id":12,"link_id":7,"preorder":true}`. */
    entries: text(),
    ...ending(),
  },
  (t) => indexVersions(t, 'entry_versions', t.cgroup_id, t.attach_type),
);

export const writtenArrayVersions = pgTable(
  'written_array_versions',
  {
    ...place(),
    cgroup_id: int8().notNull(),
    attach_type: text().notNull(),
    ...version(),
    /** A JSON array of program ids; null: recomputed from the lists, here and below. */
    prog_ids: text(),
  },
  (t) => [
    ...indexVersions(t, 'written_array_versions', t.cgroup_id, t.attach_type),
    // Few hosts ever had one: questions about all hosts find these here.
    index('written_array_versions_written').on(t.host_id).where(sql`${t.prog_ids} IS NOT NULL`),
  ],
);

export const pinVersions = pgTable(
  'pin_versions',
  {
    ...place(),
    path: text().notNull(),
    ...version(),
    kind: text(),
    object_id: int8(),
    uid: int8(),
    mode: integer(),
    ...ending(),
  },
  (t) => [
    uniqueIndex('pin_versions_key').on(t.host_id, t.boot, md5(t.path), t.position_from),
    index('pin_versions_changes').on(t.host_id, t.position_from),
  ],
);

export const mapVersions = pgTable(
  'map_versions',
  {
    ...place(),
    map_id: int8().notNull(),
    ...version(),
    map_type: text(),
    key_size: int8(),
    value_size: int8(),
    max_entries: int8(),
    map_name: text(),
    ...ending(),
  },
  (t) => indexVersions(t, 'map_versions', t.map_id),
);

export const storageVersions = pgTable(
  'storage_versions',
  {
    ...place(),
    map_id: int8().notNull(),
    cgroup_id: int8().notNull(),
    /** Empty in a map with 8 byte keys, whose storages serve every attach type. */
    attach_type: text().notNull(),
    ...version(),
    value: int8(),
    /** The storage is new at this position; otherwise only its value is. */
    made: boolean().notNull(),
    ...ending(),
  },
  (t) => indexVersions(t, 'storage_versions', t.map_id, t.cgroup_id, t.attach_type),
);

export const elementVersions = pgTable(
  'element_versions',
  {
    ...place(),
    map_id: int8().notNull(),
    key: int8().notNull(),
    ...version(),
    value: int8(),
    ...ending(),
  },
  (t) => indexVersions(t, 'element_versions', t.map_id, t.key),
);

/** Where the record has a hole: the positions of `lost` events, which say what is known of each. */
export const holes = pgTable('holes', { ...place(), ...version() }, (table) => [
  primaryKey({ name: 'holes_pkey', columns: [table.host_id, table.position_from] }),
]);
