/**
 * Tables of the command line. On a terminal a table fits its width: what was declared to matter least
 * is cut first, and then left out. Elsewhere, and with `--wide`, it is whole.
 */
import type { Flag, Printer } from './command.ts';

export interface Column {
  readonly title: string;
  /** How little it matters: 0, the default, is never left out; of others the highest goes first. */
  readonly rank?: number;
  /**
   * It may be cut to so many characters, where its text says least: at its start or its end; below
   * `keep` only when no other column can be cut.
   */
  readonly cut?: { readonly at: 'start' | 'end'; readonly to: number; readonly keep?: number };
  /** Characters that it takes at least, for tables whose later rows are not known yet. */
  readonly least?: number;
}

/** Columns of the terminal; undefined where a table is whole. */
export type Room = number | undefined;

/** The flag of every command that draws a table or leaves something out on a terminal. */
export const WIDE_FLAG: Flag = {
  about: 'everything, also on a terminal that is too narrow for it',
};

/** The room that a command has. */
export function roomOf(print: Printer, wide: string | true | undefined): Room {
  return wide === undefined ? print.columns : undefined;
}

const GAP = 2;

export interface TableLayout {
  /** Lines of these rows; the first ones have the titles above them. */
  lines(rows: readonly (readonly string[])[]): string[];
}

/** A table of rows that come one after the other: a column never becomes narrower. */
export function createTable(columns: readonly Column[], room: Room): TableLayout {
  const widest = columns.map(({ title, least = 0 }) => Math.max(title.length, least));
  let isTitled = false;
  return {
    lines(rows) {
      if (rows.length === 0) return [];
      for (const row of rows) {
        row.forEach((cell, i) => {
          widest[i] = Math.max(widest[i] ?? 0, cell.length);
        });
      }
      const widths = fitWidths(columns, widest, room);
      const titles = isTitled ? [] : [columns.map(({ title }) => title)];
      isTitled = true;
      return [...titles, ...rows].map((row) => lineOf(row, columns, widths));
    },
  };
}

/** The lines of a whole table; none when there are no rows. */
export function tableLines(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  room: Room,
): string[] {
  return createTable(columns, room).lines(rows);
}

/** The width of each column; undefined of those that are left out. */
function fitWidths(
  columns: readonly Column[],
  widest: readonly number[],
  room: Room,
): readonly (number | undefined)[] {
  const widths: (number | undefined)[] = [...widest];
  if (room === undefined) return widths;
  for (;;) {
    let over = totalOf(widths) - room;
    if (over <= 0) return widths;
    const cuttable = columns
      .map(({ cut }, i) => {
        const to = cut?.to ?? Number.POSITIVE_INFINITY;
        return { i, to, keep: cut?.keep ?? to };
      })
      .filter(({ i, to }) => (widths[i] ?? 0) > to);
    const spare = cuttable.reduce((sum, { i, to }) => sum + (widths[i] ?? 0) - to, 0);
    if (spare >= over) {
      for (; over > 0; over--) takeOne(widths, cuttable);
      return widths;
    }
    const least = leastOf(columns, widths);
    if (least !== undefined) {
      widths[least] = undefined;
      continue;
    }
    for (const { i, to } of cuttable) widths[i] = to;
    return widths;
  }
}

interface Cuttable {
  readonly i: number;
  readonly to: number;
  readonly keep: number;
}

/** Takes a character of the widest column that may be cut. */
function takeOne(widths: (number | undefined)[], cuttable: readonly Cuttable[]): void {
  const widestAbove = (least: (one: Cuttable) => number) => {
    let widest: number | undefined;
    for (const one of cuttable) {
      const width = widths[one.i] ?? 0;
      const isWidest = widest === undefined || width > (widths[widest] ?? 0);
      if (width > least(one) && isWidest) widest = one.i;
    }
    return widest;
  };
  const widest = widestAbove(({ keep }) => keep) ?? widestAbove(({ to }) => to);
  if (widest !== undefined) widths[widest] = (widths[widest] ?? 0) - 1;
}

function totalOf(widths: readonly (number | undefined)[]): number {
  const shown = widths.filter((width) => width !== undefined);
  return shown.reduce((sum, width) => sum + width, 0) + GAP * Math.max(0, shown.length - 1);
}

/** The column that matters least of those that are still there. */
function leastOf(columns: readonly Column[], widths: readonly (number | undefined)[]) {
  let least: number | undefined;
  columns.forEach(({ rank = 0 }, i) => {
    if (widths[i] === undefined || rank === 0) return;
    if (least === undefined || rank >= (columns[least]?.rank ?? 0)) least = i;
  });
  return least;
}

function lineOf(
  row: readonly string[],
  columns: readonly Column[],
  widths: readonly (number | undefined)[],
): string {
  const cells = widths.flatMap((width, i) => {
    if (width === undefined) return [];
    return [cutTo(width, row[i] ?? '', columns[i]?.cut?.at).padEnd(width)];
  });
  return cells.join(' '.repeat(GAP)).trimEnd();
}

function cutTo(width: number, text: string, at: 'start' | 'end' | undefined): string {
  if (text.length <= width || at === undefined) return text;
  return at === 'end' ? `${text.slice(0, width - 1)}…` : `…${text.slice(text.length - width + 1)}`;
}
