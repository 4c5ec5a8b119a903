/** One program on several releases: how it ended on each, and what each answered first otherwise. */
import { sameAnswer } from '../../domain/agreement.ts';
import type { Unfired } from '../../sandbox/disturb.ts';
import { type Room, tableLines } from '../table.ts';
import type { Answered, Tally } from './tally.ts';
import { outcomeText } from './trace.ts';

export interface RunOn {
  readonly release: string;
  readonly code: number;
  readonly tally: Tally;
  /** What the program asked for that the model does not know, and how often. */
  readonly unmodelled: ReadonlyMap<string, number>;
  /** Something of that kind was asked for, and may not be (`--strict`). */
  readonly isStrange: boolean;
  /** What was ordered, and did not come. */
  readonly unfired: readonly Unfired[];
  /** How long it took. */
  readonly ms: number;
}

/** A table with a line for each release; all are compared with the first. */
export function matrixLines(runs: readonly RunOn[], room: Room): string[] {
  const [first] = runs;
  const rows = runs.map(({ release, code, tally }): readonly string[] => {
    const difference = firstDifference(first?.tally.answers ?? [], tally.answers);
    return [release, String(code), String(tally.asked), String(tally.refused), difference];
  });
  const last = `first difference from ${first?.release}`;
  const columns = [
    { title: 'release' },
    { title: 'exit code' },
    { title: 'calls', rank: 2 },
    { title: 'refused', rank: 1 },
    { title: last, cut: { at: 'end', to: 20 } },
  ] as const;
  return tableLines(columns, rows, room);
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
