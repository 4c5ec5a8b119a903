/** The difference of two tables of rows with a key: added, removed and changed rows. */
import { isDeepStrictEqual } from 'node:util';
import { mapInTurns, type Pausing, walk } from '../../events/turns.ts';

/** Positions of the events that made a change, oldest first. */
export interface Caused {
  readonly because: readonly number[];
}

export interface RowsDiff<R> {
  readonly added: readonly (R & Caused)[];
  readonly removed: readonly (R & Caused)[];
  /** The key and, before and after, the fields that differ. */
  readonly changed: readonly (ChangedRow<R> & Caused)[];
}

export interface ChangedRow<R> {
  readonly key: number | string;
  readonly was: Partial<R>;
  readonly is: Partial<R>;
}

interface Keyed<R> {
  readonly key: (row: R) => number | string;
  /** Which events changed a row; `rows` are its versions before and after. */
  readonly because: (key: number | string, rows: readonly R[]) => readonly number[];
}

/** What leads from one table to the other, in the order of the rows. */
export function* rowsDiff<R extends object>(
  before: readonly R[],
  after: readonly R[],
  { key, because }: Keyed<R>,
): Pausing<RowsDiff<R>> {
  const known = new Map<number | string, R>();
  yield* walk(before, (row) => known.set(key(row), row));
  const living = new Set<number | string>();
  const added: (R & Caused)[] = [];
  const changed: (ChangedRow<R> & Caused)[] = [];
  yield* walk(after, (row) => {
    const id = key(row);
    const was = known.get(id);
    living.add(id);
    if (was === undefined) {
      added.push({ ...row, because: because(id, [row]) });
      return;
    }
    const fields = (Object.keys(row) as (keyof R)[]).filter(
      (field) => !isDeepStrictEqual(was[field], row[field]),
    );
    if (fields.length === 0) return;
    const rows = [was, row];
    changed.push({
      ...{ key: id, was: only(was, fields), is: only(row, fields) },
      because: because(id, rows),
    });
  });
  const gone = before.filter((row) => !living.has(key(row)));
  yield;
  const removed = yield* mapInTurns(gone, (row) => ({ ...row, because: because(key(row), [row]) }));
  return { added, removed, changed };
}

/** The rows that a difference leads to, in no particular order. */
export function applyRows<R extends object>(
  before: readonly R[],
  diff: RowsDiff<R>,
  key: (row: R) => number | string,
): R[] {
  const rows = new Map(before.map((row) => [key(row), row]));
  for (const row of diff.removed) rows.delete(key(row));
  for (const { key: id, is } of diff.changed) rows.set(id, { ...(rows.get(id) as R), ...is });
  for (const { because: _, ...row } of diff.added) rows.set(key(row as R), row as R);
  return [...rows.values()];
}

function only<R>(row: R, fields: readonly (keyof R)[]): Partial<R> {
  return Object.fromEntries(fields.map((field) => [field, row[field]])) as Partial<R>;
}
