/** The summary of a run: how many calls, which refusals by which rules, and what nobody answered. */
import type { Tally } from './tally.ts';

/** Lines of refusals that are printed, the most frequent first. */
const REFUSALS_MAX = 20;

interface Told {
  readonly tally: Tally;
  /** Threads that made 32-bit calls. */
  readonly foreign: number;
  /** Calls that the model does not know, and how often each was made. */
  readonly unmodelled: ReadonlyMap<string, number>;
}

/** The lines of the summary; one when nothing was refused. */
export function summaryLines(release: string, { tally, foreign, unmodelled }: Told): string[] {
  const listed = refusedLines(tally);
  const left = listed.length - REFUSALS_MAX;
  return [
    `bpfledger: ${callsOf(tally.asked)} on ${release}, ${tally.refused} refused`,
    ...listed.slice(0, REFUSALS_MAX).map((line) => `  ${line}`),
    ...(left > 0 ? [`  and ${left} others`] : []),
    ...[...unmodelled].map(([what, count]) => `  ${times(count)}not modelled: ${what}`),
    ...(foreign > 0 ? [`  ${foreign} threads made 32-bit calls, which nobody answers here`] : []),
  ];
}

/** So many calls, in words. */
export function callsOf(count: number): string {
  return count === 1 ? '1 call' : `${count} calls`;
}

/** A line for each call and rule that refused it, the most frequent first; it tells the first of them. */
export function refusedLines({ refusals }: Tally): string[] {
  const listed = [...refusals.values()].sort((a, b) => b.count - a.count);
  return listed.map(({ text, count }) => `${times(count)}${text}`);
}

function times(count: number): string {
  return count === 1 ? '' : `${count} times `;
}
