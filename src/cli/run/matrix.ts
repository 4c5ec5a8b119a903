/** One program on several releases: how it ended on each, and what each answered first otherwise. */
import { sameAnswer } from '../../domain/agreement.ts';
import { alignedLines } from '../columns.ts';
import type { Answered, Tally } from './tally.ts';
import { outcomeText } from './trace.ts';

export interface RunOn {
  readonly release: string;
  readonly code: number;
  readonly tally: Tally;
}

/** A table with a line for each release; all are compared with the first. */
export function matrixLines(runs: readonly RunOn[]): string[] {
  const [first] = runs;
  const rows = runs.map(({ release, code, tally }): readonly string[] => {
    const difference = firstDifference(first?.tally.answers ?? [], tally.answers);
    return [release, String(code), String(tally.asked), String(tally.refused), difference];
  });
  const last = `first answer that ${first?.release} does not give`;
  return alignedLines([['release', 'exit code', 'calls', 'refused', last], ...rows]);
}

function firstDifference(one: readonly Answered[], other: readonly Answered[]): string {
  for (const [i, { asked, name, outcome }] of other.entries()) {
    const before = one[i];
    if (before === undefined) return `#${asked} ${name}, where it called nothing more`;
    if (before.name !== name) return `#${asked} ${name}, where it called ${before.name}`;
    if (!sameAnswer(before.outcome, outcome)) return `#${asked} ${name} = ${outcomeText(outcome)}`;
  }
  return one.length > other.length ? `it called nothing after #${other.length}` : '';
}
