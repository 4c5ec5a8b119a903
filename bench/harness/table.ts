/** Tables of figures, as GitHub shows them; the same text is printed and kept in RESULTS.md. */
import type { Figure } from './measure.ts';

export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A comparison; with a target, ours ÷ reference has to be at least, or at most, so much. */
export interface Comparison {
  /** The target's letter in docs/performance.md, such as `A`. */
  readonly target: string;
  readonly what: string;
  readonly unit: string;
  readonly ours: Figure;
  readonly reference: Figure;
  /** What the reference is. */
  readonly against: string;
  /** The ratio wanted; what is only stated has none. */
  readonly wanted?: Wanted;
}

type Wanted = { readonly atLeast: number } | { readonly atMost: number };

/** A figure that has to keep below, or above, an absolute bound. */
export interface Bound {
  readonly target: string;
  readonly what: string;
  readonly unit: string;
  readonly ours: Figure;
  readonly wanted: Wanted;
}

/** The table of comparisons: ours, theirs, the ratio, and whether the target is reached. */
export function comparisonTable(title: string, comparisons: readonly Comparison[]): Table {
  return {
    title,
    columns: ['target', 'what', 'ours', 'reference', 'ours ÷ reference', 'wanted', 'reached'],
    rows: comparisons.map(({ target, what, unit, ours, reference, against, wanted }) => {
      const ratio = ours.median / reference.median;
      return [
        target,
        what,
        `${spread(ours)} ${unit}`,
        `${spread(reference)} ${unit} (${against})`,
        `**${ratio.toFixed(2)}**`,
        wanted === undefined ? 'stated' : wantedText(wanted),
        wanted === undefined ? '' : yesOrNo(ratio, wanted),
      ];
    }),
  };
}

/** The table of figures with bounds of their own. */
export function boundTable(title: string, bounds: readonly Bound[]): Table {
  return {
    title,
    columns: ['target', 'what', 'ours', 'wanted', 'reached'],
    rows: bounds.map(({ target, what, unit, ours, wanted }) => [
      target,
      what,
      `**${spread(ours)}** ${unit}`,
      `${wantedText(wanted)} ${unit}`,
      yesOrNo(ours.median, wanted),
    ]),
  };
}

/** A figure as text: the median, and in brackets the least and the greatest. */
export function spread({ median, min, max }: Figure): string {
  return `${number(median)} [${number(min)}…${number(max)}]`;
}

/** A number in at most four significant digits, thousands grouped. */
export function number(value: number): string {
  const digits = Math.abs(value) >= 1000 ? 0 : undefined;
  return value.toLocaleString('en-US', {
    maximumFractionDigits: digits ?? 3,
    ...(digits === undefined && { maximumSignificantDigits: 3 }),
  });
}

/** A table as text. */
export function markdown({ title, columns, rows }: Table): string {
  const lines = [columns, columns.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`);
  return [`**${title}**`, '', ...lines].join('\n');
}

function wantedText(wanted: Wanted): string {
  return 'atLeast' in wanted ? `≥ ${number(wanted.atLeast)}` : `≤ ${number(wanted.atMost)}`;
}

function yesOrNo(value: number, wanted: Wanted): string {
  const is = 'atLeast' in wanted ? value >= wanted.atLeast : value <= wanted.atMost;
  return is ? 'yes' : 'no';
}
