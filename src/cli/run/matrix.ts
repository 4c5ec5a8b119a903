/** One program on several releases: how it ended on each, and what each answered first otherwise. */
import { sameAnswer } from '../../domain/agreement.ts';
import { isRefusal } from '../../domain/outcome.ts';
import type { Made } from '../../sandbox/world.ts';
import { outcomeText } from './trace.ts';

export interface Answers {
  readonly release: string;
  readonly code: number;
  readonly mades: readonly Made[];
}

/** A table with a line for each release; all are compared with the first. */
export function matrixLines(all: readonly Answers[]): string[] {
  const first = asked(all[0]);
  const rows = all.map((answers, i): readonly string[] => {
    const calls = asked(answers);
    const refused = calls.filter(({ decision }) => isRefusal(decision.outcome)).length;
    const difference = i === 0 ? '' : firstDifference(first, calls);
    return [
      answers.release,
      String(answers.code),
      String(calls.length),
      String(refused),
      difference,
    ];
  });
  const heads = [
    'release',
    'exit code',
    'calls',
    'refused',
    `first answer that ${all[0]?.release} does not give`,
  ];
  const widths = heads.map((head, column) =>
    column === heads.length - 1
      ? 0
      : Math.max(...[heads, ...rows].map((row) => row[column]?.length ?? 0), head.length),
  );
  return [heads, ...rows].map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function asked(answers: Answers | undefined): readonly Made[] {
  return (answers?.mades ?? []).filter(({ asked: number }) => number !== undefined);
}

function firstDifference(one: readonly Made[], other: readonly Made[]): string {
  for (const [i, made] of other.entries()) {
    const before = one[i];
    if (before === undefined) return `#${made.asked} ${made.call.name}: another call`;
    if (before.call.name !== made.call.name) {
      return `#${made.asked} ${made.call.name}, where it called ${before.call.name}`;
    }
    if (!sameAnswer(before.decision.outcome, made.decision.outcome)) {
      return `#${made.asked} ${made.call.name} = ${outcomeText(made.decision.outcome)}`;
    }
  }
  return one.length > other.length ? `it ended after ${other.length} calls` : '';
}
