/** A kernel's state as plain JSON, and back: for snapshots and for comparing two states. */
import { emptyTables, type Kernel } from './kernel.ts';
import { releaseOf } from './release/release.ts';
import { STORED, type StoredTable } from './snapshot-rows.ts';
import type { Table } from './table.ts';

/** The keys of a table's rows in their order, and the values of each. */
interface StoredRows {
  readonly keys: readonly (string | number)[];
  readonly rows: readonly (readonly unknown[])[];
}

export interface Snapshot {
  readonly boot: Kernel['boot'];
  readonly counters: Kernel['counters'];
  readonly tables: Readonly<Record<StoredTable, StoredRows>>;
}

/** Any table and its codec: which belong together, the compiler has seen in `STORED`. */
type AnyTable = Table<string | number, never>;
type AnyCodec = {
  readonly values: (row: never) => readonly unknown[];
  readonly row: (values: readonly unknown[]) => never;
};

const CODECS = Object.entries(STORED) as unknown as [StoredTable, AnyCodec][];

/** The whole state; equal states give equal snapshots, rows in key order. */
export function snapshotOf(kernel: Kernel): Snapshot {
  const stored = CODECS.map(([name, codec]): [StoredTable, StoredRows] => {
    const rows = [...(kernel[name] as unknown as AnyTable).entries()];
    rows.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    return [
      name,
      { keys: rows.map(([key]) => key), rows: rows.map(([, row]) => codec.values(row)) },
    ];
  });
  const { boot, counters } = kernel;
  return {
    boot,
    counters: { ...counters },
    tables: Object.fromEntries(stored) as Snapshot['tables'],
  };
}

/** The state that a snapshot holds. Throws when its release is not known. */
export function restoredFrom(snapshot: Snapshot): Kernel {
  const release = releaseOf(snapshot.boot.release);
  if (release === undefined) throw new Error(`unknown release ${snapshot.boot.release}`);
  const tables = emptyTables();
  for (const [name, codec] of CODECS) {
    const table = tables[name] as unknown as AnyTable;
    const { keys, rows } = snapshot.tables[name];
    for (const [i, key] of keys.entries()) table.set(key, codec.row(rows[i] as readonly unknown[]));
  }
  for (const { id, path } of tables.cgroups.values()) tables.cgroupIds.set(path, id);
  const { boot, counters } = snapshot;
  const switches = { ...release.switches, ...boot.config.switches };
  return { boot, switches, counters: { ...counters }, ...tables };
}
