/**
 * Differences put together by what causes them: a rule by which one of the releases refuses, or
 * the same output or effect that differs. Where both refuse, the rule that explains more is taken.
 */
import type { Decision } from '../../domain/decision.ts';
import { isRefusal, type Refusal } from '../../domain/outcome.ts';
import { refusalSentence } from '../../domain/refusal-sentence.ts';
import { answerInWords } from './answers.ts';
import type { DecisionDifference } from './compare.ts';
import { stepInWords } from './log.ts';

/** Differences of one cause, with the first of them as an example. */
export interface DifferenceKind {
  /** The calls that meet it, the most frequent first. */
  readonly calls: string;
  readonly older: string;
  readonly newer: string;
  /** Which release refuses, and its sentence about the example; empty when neither does. */
  readonly why: string;
  readonly times: number;
  readonly example: string;
  readonly scenario: string;
}

/** The kinds of differences, the most frequent first. */
export function kindsOf(differences: readonly DecisionDifference[]): DifferenceKind[] {
  const kinds: DifferenceKind[] = [];
  let left = differences;
  while (left.length > 0) {
    const cause = mostFrequent(left.flatMap(causesOf))[0] ?? '';
    const ofCause = left.filter((difference) => causesOf(difference).includes(cause));
    kinds.push(kindOf(cause, ofCause));
    left = left.filter((difference) => !ofCause.includes(difference));
  }
  return kinds;
}

/** What may have caused a difference: one name for each release that refuses, or what differs. */
function causesOf({ older, newer }: DecisionDifference): string[] {
  const was = isRefusal(older.outcome) ? older.outcome.rule : undefined;
  const is = isRefusal(newer.outcome) ? newer.outcome.rule : undefined;
  if (was === is) {
    const changes = [answerInWords(older, newer), answerInWords(newer, older)];
    return [changes.map(generally).join(' | ')];
  }
  return [
    ...(was === undefined ? [] : [`older ${was}`]),
    ...(is === undefined ? [] : [`newer ${is}`]),
  ];
}

function kindOf(cause: string, differences: readonly DecisionDifference[]): DifferenceKind {
  const [example] = differences;
  if (example === undefined) throw new Error(`nothing has the cause ${cause}`);
  const { step, scenario, older, newer } = example;
  const answers = (of: (difference: DecisionDifference) => string) =>
    mostFrequent(differences.map(of)).join(' / ');
  return {
    calls: mostFrequent(differences.map((one) => one.step.op)).join(', '),
    older: answers((one) => generally(answerInWords(one.older, one.newer))),
    newer: answers((one) => generally(answerInWords(one.newer, one.older))),
    why: sentence(cause, older, newer),
    times: differences.length,
    example: stepInWords(step),
    scenario,
  };
}

function sentence(cause: string, older: Decision, newer: Decision): string {
  const refusalText = ({ outcome }: Decision) => refusalSentence(outcome as Refusal);
  if (cause.startsWith('older ')) return `older: ${refusalText(older)}`;
  if (cause.startsWith('newer ')) return `newer: ${refusalText(newer)}`;
  return isRefusal(newer.outcome) ? `both: ${refusalText(newer)}` : '';
}

/** Numbers of ids, revisions and the like are those of one call. */
function generally(words: string): string {
  return words.replace(/(?<=(?:id|ids|revision|cnt|fd|index) )[\d[\],]+/gu, 'N');
}

/** Each once, the most frequent first. */
function mostFrequent(words: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a).map(([word]) => word);
}
