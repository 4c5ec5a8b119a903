/** A kernel's state as plain JSON, and back: for snapshots and for comparing two states. */
import { NONE } from './column-codec.ts';
import { emptyTables, type Kernel } from './kernel.ts';
import { placeKey } from './mount-row.ts';
import { FIRST_NAMESPACE } from './namespace-row.ts';
import { releaseOf } from './release/release.ts';
import { contentsOf } from './size.ts';
import { LATER_FIELDS, STORED, type StoredTable } from './snapshot-columns.ts';
import type { Table } from './table.ts';

/** The rows of a table. */
interface StoredRows {
  /** Ascending. */
  readonly keys: readonly (string | number)[];
  /** By field, the values of each row. */
  readonly columns: Readonly<Record<string, readonly unknown[]>>;
}

export interface Snapshot {
  readonly boot: Kernel['boot'];
  readonly sysctls: Kernel['sysctls'];
  /** Without `namespace` before the first one is made. */
  readonly counters: Omit<Kernel['counters'], 'namespace'> & { readonly namespace?: number };
  /** Without `namespaces` while there are none. */
  readonly tables: Readonly<Record<Exclude<StoredTable, 'namespaces'>, StoredRows>> & {
    readonly namespaces?: StoredRows;
  };
}

/** Any table and its codec: in `STORED` the compiler checks that they belong together. */
type AnyTable = Table<string | number, never>;
type AnyCodec = {
  readonly values: Readonly<Record<string, (row: never) => unknown>>;
  readonly row: (columns: StoredRows['columns'], i: number) => never;
};

const CODECS = Object.entries(STORED) as unknown as [StoredTable, AnyCodec][];

/** The whole state; equal states give equal snapshots. */
export function snapshotOf(kernel: Kernel): Snapshot {
  const stored = CODECS.filter(([name]) => name !== 'namespaces' || kernel.namespaces.size > 0).map(
    ([name, codec]) => [name, storeRows(kernel[name] as unknown as AnyTable, codec)] as const,
  );
  const { boot, sysctls, counters } = kernel;
  const { namespace, ...others } = counters;
  return {
    boot,
    sysctls,
    counters: namespace === FIRST_NAMESPACE ? others : { ...counters },
    tables: Object.fromEntries(stored) as Snapshot['tables'],
  };
}

function storeRows(table: AnyTable, { values }: AnyCodec): StoredRows {
  const keys = [...table.keys()].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const rows = keys.map((key) => table.get(key) as never);
  const columns = Object.entries(values).map(([field, value]) => [field, rows.map(value)] as const);
  const stored = columns.filter(
    ([field, column]) => !LATER_FIELDS.has(field) || column.some((value) => value !== NONE),
  );
  return { keys, columns: Object.fromEntries(stored) };
}

/** The state that a snapshot holds. Throws when its release is not known. */
export function restoreKernel(snapshot: Snapshot): Kernel {
  const restoring = restoreKernelInTurns(snapshot);
  for (;;) {
    const { done, value } = restoring.next();
    if (done) return value;
  }
}

/** Rows with an empty column for each field that was left out. */
function fillColumns(
  rows: StoredRows = { keys: [], columns: {} },
  { values }: AnyCodec,
): StoredRows {
  const empty = Object.keys(values).map((field) => [field, []] as const);
  return { keys: rows.keys, columns: { ...Object.fromEntries(empty), ...rows.columns } };
}

/** Rows that are restored in one piece. */
const ROWS_IN_ONE_PIECE = 1000;

/** The same, with pauses for other work. */
export function* restoreKernelInTurns(snapshot: Snapshot): Generator<undefined, Kernel, undefined> {
  const { boot, sysctls, counters, tables: stored } = snapshot;
  const release = releaseOf(boot.release);
  if (release === undefined) throw new Error(`unknown release ${boot.release}`);
  const tables = emptyTables();
  for (const [name, codec] of CODECS) {
    const table = tables[name] as unknown as AnyTable;
    const { keys, columns } = fillColumns(stored[name], codec);
    for (let i = 0; i < keys.length; i++) {
      table.set(keys[i] as never, codec.row(columns, i));
      if (i % ROWS_IN_ONE_PIECE === ROWS_IN_ONE_PIECE - 1) yield;
    }
  }
  for (const { pid, fds, shared_with } of tables.processes.values()) {
    for (const other of shared_with) if (other > pid) tables.processes.edit(other).fds = fds;
  }
  const { id, path } = stored.cgroups.columns as { id: number[]; path: string[] };
  for (let i = 0; i < id.length; i++) tables.cgroupIds.set(path[i] as string, id[i] as number);
  for (const mount of tables.mounts.values()) {
    if (mount.attached) tables.mountedOn.set(placeKey(mount), mount.id);
  }
  const switches = { ...release.switches, ...boot.config.switches };
  const { namespace = FIRST_NAMESPACE } = counters;
  const next = { ...counters, namespace };
  const kernel = { boot, sysctls, switches, counters: next, contents: 0, ...tables };
  kernel.contents = contentsOf(kernel);
  return kernel;
}
