/** The comparison of releases as a page in Markdown. */
import type { SwitchName } from '../../domain/release/switches.ts';
import type { ReleaseComparison } from './compare.ts';
import { type DifferenceKind, kindsOf } from './kinds.ts';

/** Characters of an example, at most: a page is to be read. */
const EXAMPLE_CHARACTERS_MAX = 160;

export interface PageInput {
  readonly scenarios: number;
  readonly calls: number;
  readonly comparisons: readonly ReleaseComparison[];
}

export function pageOf({ scenarios, calls, comparisons }: PageInput): string {
  const changed = comparisons.filter(({ differences }) => differences.length > 0);
  return [
    ...introduction(scenarios, calls),
    ...overview(comparisons),
    ...changed.flatMap((comparison) => section(comparison)),
  ]
    .join('\n')
    .concat('\n');
}

function introduction(scenarios: number, calls: number): string[] {
  return [
    '# One log under every release',
    '',
    `${scenarios} recorded scenarios, ${calls} calls, decided by the model under each release and`,
    'compared with the release before it. Written by `npm run release-table`; a test keeps it true.',
    '',
    '*Differing* counts the calls whose answers are not the same when each release decides the whole',
    'log on its own state: one refused attach makes many later calls fail. *By rule* counts those that',
    'the two releases answer otherwise on one and the same state. The tables below list those by cause,',
    'with how often it shows and its first example. An answer is an errno or `ok`; where that is the',
    'same, the outputs and effects that differ follow.',
    '',
  ];
}

function overview(comparisons: readonly ReleaseComparison[]): string[] {
  const rows = comparisons.map(({ older, newer, differing, differences }) => {
    const pair = `${older.id} → ${newer.id}`;
    const name = differences.length === 0 ? pair : `[${pair}](#${anchor(pair)})`;
    const kinds = kindsOf(differences).length;
    return `| ${name} | ${newer.basis === 'inferred' ? 'derived' : newer.basis} | ${differing} | ${differences.length} | ${kinds} |`;
  });
  return [
    '| releases | the newer is | differing | by rule | causes |',
    '|---|---|--:|--:|--:|',
    ...rows,
  ];
}

/** As GitHub makes them of headings. */
function anchor(heading: string): string {
  return heading.replace(/[^\w\- ]/gu, '').replaceAll(' ', '-');
}

function section(comparison: ReleaseComparison): string[] {
  const { older, newer, differences } = comparison;
  return [
    '',
    `## ${older.id} → ${newer.id}`,
    '',
    `Switches: ${switchesInWords(comparison)}.`,
    '',
    `| calls | ${older.id} | ${newer.id} | refused because | times | first example |`,
    '|---|---|---|---|--:|---|',
    ...kindsOf(differences).map(row),
  ];
}

function switchesInWords({ older, newer }: ReleaseComparison): string {
  const names = Object.keys(newer.switches) as SwitchName[];
  const changed = names.filter((name) => older.switches[name] !== newer.switches[name]);
  return changed
    .map((name) => `\`${name}\` ${older.switches[name]} → ${newer.switches[name]}`)
    .join(', ');
}

function row({ calls, older, newer, why, times, example, scenario }: DifferenceKind): string {
  const shown = `${scenario}: \`${shorten(example)}\``;
  const cells = [calls, older, newer, why, String(times), shown];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function shorten(text: string): string {
  return text.length <= EXAMPLE_CHARACTERS_MAX ? text : `${text.slice(0, EXAMPLE_CHARACTERS_MAX)}…`;
}
