/**
 * The projector: the rows that an event adds to the tables of the projections. It is a pure
 * function of the event and the state after it, so an append, a batch of appends and a rebuild
 * from the log write the same rows.
 */
import type { Kernel } from '../domain/kernel.ts';
import type { LedgerEvent } from '../events/event.ts';
import type { ProjectionRow, ProjectionTable, Projector } from '../events/projector.ts';
import { boots } from './boots.ts';
import { cgroups } from './cgroups.ts';
import { elements } from './elements.ts';
import { entries } from './entries.ts';
import { holes } from './holes.ts';
import { links } from './links.ts';
import { maps } from './maps.ts';
import { pins } from './pins.ts';
import { programs } from './programs.ts';
import type { Projection, RowVersion, Value } from './projection.ts';
import { storages } from './storages.ts';
import { collectTouched, type Touched } from './touched.ts';
import { writtenArrays } from './written-arrays.ts';

interface Part {
  readonly projection: Projection<never>;
  /** Absent when nothing of the kind was touched. */
  readonly keys: (touched: Touched) => Iterable<unknown> | undefined;
}

function part<K>(
  projection: Projection<K>,
  keys: (touched: Touched) => Iterable<K> | undefined,
): Part {
  return { projection, keys };
}

const PARTS: readonly Part[] = [
  part(boots, (touched) => touched.boots),
  part(cgroups, (touched) => touched.cgroups),
  part(programs, (touched) => touched.programs),
  part(links, (touched) => touched.links),
  part(entries, (touched) => touched.lists?.values()),
  part(writtenArrays, (touched) => touched.effective?.values()),
  part(pins, (touched) => touched.pins),
  part(maps, (touched) => touched.maps),
  part(storages, (touched) => touched.storages?.values()),
  part(elements, (touched) => touched.elements?.values()),
  part(holes, (touched) => touched.holes),
];

const NOTHING: readonly ProjectionRow[] = [];
const NO_ROWS: readonly (readonly ProjectionRow[])[] = PARTS.map(() => NOTHING);

/** The projector of every projection; `tables[i]` is the table of the rows `project(…)[i]`. */
export const projector: Projector = {
  tables: PARTS.map(({ projection }) => projection.table),

  project(kernel, event) {
    const isHole = event.call.name === 'lost';
    if (event.effects.length === 0 && !isHole) return NO_ROWS;
    const touched = collectTouched(kernel, event.effects);
    if (isHole) touched.holes = [event.position];
    return PARTS.map(({ projection, keys }) => {
      const found = keys(touched);
      return found === undefined ? NOTHING : rowsOf(projection, found, kernel, event);
    });
  },
};

/** The rows that hold in a state, of the keys that are named, by table, as if one event had made them. */
export function projectState(
  kernel: Kernel,
  everything: Touched,
  position: number,
): { readonly table: ProjectionTable; readonly rows: readonly ProjectionRow[] }[] {
  const event = { boot: kernel.boot.number, position };
  return PARTS.map(({ projection, keys }) => ({
    table: projection.table,
    rows: rowsOf(projection, keys(everything) ?? [], kernel, event),
  }));
}

type EventPlace = Pick<LedgerEvent, 'boot' | 'position'>;

function rowsOf(
  projection: Projection<never>,
  keys: Iterable<unknown>,
  kernel: Kernel,
  event: EventPlace,
): ProjectionRow[] {
  const { table, versionOf } = projection as Projection<unknown>;
  const rows: ProjectionRow[] = [];
  for (const key of keys) rows.push(rowOf(table.columns, versionOf(kernel, key), event));
  return rows;
}

function rowOf(
  columns: ProjectionTable['columns'],
  version: RowVersion,
  { boot, position }: EventPlace,
): ProjectionRow {
  return columns.map(({ name }) => {
    if (name === 'boot') return boot;
    return name === 'position_from' ? position : (version[name] as Value);
  });
}
