/** The summary of a run: how many calls, which refusals by which rules, and what nobody answered. */
import { countText } from '../../domain/count-text.ts';
import type { Unfired } from '../../sandbox/disturb.ts';
import { orderText, whyUnfired } from './faults.ts';
import type { Tally } from './tally.ts';

/** Lines of refusals that are printed, the most frequent first. */
const REFUSALS_MAX = 20;

interface RunSummary {
  /** What was ordered, and did not come. */
  readonly unfired: readonly Unfired[];
  readonly tally: Tally;
  /** What the program asked for that the model does not know, and how often. */
  readonly unmodelled: ReadonlyMap<string, number>;
}

/** The lines of the summary; one when nothing was refused, and all that was ordered came. */
export function summaryLines(
  release: string,
  { tally, unmodelled, unfired }: RunSummary,
): string[] {
  const listed = refusedLines(tally);
  const left = listed.length - REFUSALS_MAX;
  return [
    `bpfledger: ${countText(tally.asked, 'call')} on ${release}, ${tally.refused} refused`,
    ...listed.slice(0, REFUSALS_MAX).map((line) => `  ${line}`),
    ...(left > 0 ? [`  and ${countText(left, 'other')}`] : []),
    ...[...unmodelled].map(([what, count]) => `  ${times(count)}not modelled: ${what}`),
    ...unfired.map((order) => `  ${orderText(order)} never fired: ${whyUnfired(order)}`),
  ];
}

/** A line for each call and rule that refused it, the most frequent first; it tells the first of them. */
export function refusedLines({ refusals }: Tally): string[] {
  const listed = [...refusals.values()].sort((a, b) => b.count - a.count);
  return listed.map(({ text, count }) => `${times(count)}${text}`);
}

function times(count: number): string {
  return count === 1 ? '' : `${count} times `;
}
