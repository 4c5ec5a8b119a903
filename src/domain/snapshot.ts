/** A kernel's state as plain JSON, and back: for snapshots and for comparing two states. */
import { emptyTables, type Kernel } from './kernel.ts';
import { releaseOf } from './release/release.ts';
import type { Table } from './table.ts';

type Rows = readonly (readonly [string | number, unknown])[];
type TableName = keyof ReturnType<typeof emptyTables>;

export interface Snapshot {
  readonly boot: Kernel['boot'];
  readonly counters: Kernel['counters'];
  readonly tables: Readonly<Record<TableName, Rows>>;
}

const TABLE_NAMES = Object.keys(emptyTables()) as TableName[];

/** The whole state; equal states give equal snapshots, rows in key order. */
export function snapshotOf(kernel: Kernel): Snapshot {
  const rows = (name: TableName): Rows =>
    [...(kernel[name] as Table<string | number, object | number>).entries()]
      .map(([key, row]) => [key, plain(row)] as const)
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const tables = Object.fromEntries(TABLE_NAMES.map((name) => [name, rows(name)]));
  const { boot, counters } = kernel;
  return { boot, counters: { ...counters }, tables: tables as Snapshot['tables'] };
}

/** The state that a snapshot holds. Throws when its release is not known. */
export function restoredFrom(snapshot: Snapshot): Kernel {
  const release = releaseOf(snapshot.boot.release);
  if (release === undefined) throw new Error(`unknown release ${snapshot.boot.release}`);
  const tables = emptyTables();
  for (const name of TABLE_NAMES) {
    const table = tables[name] as unknown as Table<string | number, unknown>;
    for (const [key, row] of snapshot.tables[name]) table.set(key, revived(name, row));
  }
  const { boot, counters } = snapshot;
  const switches = { ...release.switches, ...boot.config.switches };
  return { boot, switches, counters: { ...counters }, ...tables };
}

/** Maps inside a row become lists of pairs, in key order. */
function plain(row: object | number): unknown {
  if (typeof row === 'number') return row;
  const entries = Object.entries(row).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    entries.map(([field, value]) => [field, value instanceof Map ? pairs(value) : value]),
  );
}

function pairs(map: ReadonlyMap<string | number, unknown>): Rows {
  return [...map].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

function revived(table: TableName, row: unknown): unknown {
  if (table === 'processes') {
    const process = row as { fds: Iterable<[number, unknown]> };
    return { ...process, fds: new Map(process.fds) };
  }
  if (table === 'cgroups') {
    const cgroup = row as { lists: Iterable<[string, unknown]> };
    return { ...cgroup, lists: new Map(cgroup.lists) };
  }
  return typeof row === 'object' ? { ...row } : row;
}
