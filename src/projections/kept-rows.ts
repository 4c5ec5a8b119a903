/**
 * Rows that come from outside, with a log that was cut: whether each can be one that the projector wrote.
 * No event is there from which it could be derived, so all that later reads rely on is checked here.
 */
import { ATTACH_TYPE_NUMBERS } from '../domain/attach-type.ts';
import { MAP_TYPE_NAMES } from '../domain/map-type.ts';
import { PROG_TYPE_NAMES } from '../domain/prog-type.ts';
import type { KeptRows } from '../events/bundle/import-cut.ts';
import type { ColumnType } from '../events/projector.ts';
import { compareAtCut } from './at-cut.ts';
import { projector } from './projector.ts';
import { KEYS } from './version-keys.ts';

const isType = (names: ReadonlySet<string>) => (text: string) =>
  names.has(text) || /^\d{1,10}$/.test(text);

const ATTACH_TYPE = isType(new Set(Object.keys(ATTACH_TYPE_NUMBERS)));

/** What a text of a column has to be, beside a text. */
const TEXTS: Readonly<Record<string, (text: string) => boolean>> = {
  attach_type: (text) => text === '' || ATTACH_TYPE(text),
  expected_attach_type: ATTACH_TYPE,
  prog_type: isType(new Set(PROG_TYPE_NAMES)),
  map_type: isType(new Set(MAP_TYPE_NAMES)),
  kind: (text) => ['prog', 'link', 'map'].includes(text),
  mode: (text) => ['none', 'override', 'multi'].includes(text),
  map_ids: isIdList,
  storage_map_ids: isIdList,
  prog_ids: isIdList,
  entries: (text) => isListOf(text, isEntry),
  config: (text) => typeof tryParse(text) === 'object' && tryParse(text) !== null,
};

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isListOf(text: string, isOne: (value: unknown) => boolean): boolean {
  const list = tryParse(text);
  return Array.isArray(list) && list.every(isOne);
}

function isIdList(text: string): boolean {
  return isListOf(text, isId);
}

function isId(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isEntry(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return (
    Object.entries(value).every(([name, one]) =>
      name === 'preorder' ? one === true : (name === 'prog_id' || name === 'link_id') && isId(one),
    ) && 'prog_id' in value
  );
}

const IS: Readonly<Record<ColumnType, (value: unknown) => boolean>> = {
  int2: Number.isSafeInteger,
  int4: (value) => Number.isSafeInteger(value) && Math.abs(value as number) < 2 ** 31,
  int8: Number.isSafeInteger,
  text: (value) => typeof value === 'string' && !value.includes('\0'),
  bool: (value) => typeof value === 'boolean',
};

/** Columns that a row has whether its thing is there or gone, beside those of its key. */
const ALWAYS: ReadonlySet<string> = new Set(['boot', 'position_from', 'gone', 'made']);

function fault(table: string, row: readonly unknown[], cut: number): string | undefined {
  const columns = projector.tables.find(({ name }) => name === table)?.columns;
  if (columns === undefined) return 'there is no such table';
  if (columns.length !== row.length) return `it has ${row.length} values, not ${columns.length}`;
  const at = (name: string) => row[columns.findIndex((column) => column.name === name)];
  const isGone = at('gone') === true;
  const isWritten = table === 'written_array_versions';
  for (const [i, { name, type }] of columns.entries()) {
    const value = row[i];
    const isKey = ALWAYS.has(name) || (KEYS[table] ?? []).includes(name);
    if (value === null ? isKey || !(isGone || isWritten) : !isKey && isGone) {
      return `${name} is ${value === null ? 'missing' : 'there, although it is gone'}`;
    }
    if (value === null) continue;
    const isText = typeof value === 'string' && TEXTS[name] !== undefined;
    if (!IS[type](value) || (isText && !TEXTS[name]?.(value))) return `${name} has no value of it`;
  }
  const position = at('position_from') as number;
  return position >= 1 && position <= cut ? undefined : 'it is not from before the cut';
}

/** What the import of a cut asks of the projections. */
export const keptRows: KeptRows = {
  fault,
  async differing(tx, hostId, reached) {
    const found = await compareAtCut(tx, hostId, reached);
    return [...found.values()].reduce((sum, { differing }) => sum + differing, 0);
  },
};
