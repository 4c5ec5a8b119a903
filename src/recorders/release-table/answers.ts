/** Two answers to one call, each reduced to what differs from the other. */
import { isDeepStrictEqual } from 'node:util';
import type { Decision } from '../../domain/decision.ts';
import type { Effect } from '../../domain/effect.ts';
import { isRefusal, type Outcome } from '../../domain/outcome.ts';

/** An errno or `ok`, then the outputs and effects that the other answer does not have. */
export function answerInWords(decision: Decision, other: Decision): string {
  const { outcome } = decision;
  const verdict = isRefusal(outcome) ? outcome.errno : 'ok';
  if (isRefusal(outcome) !== isRefusal(other.outcome)) return verdict;
  const outputs = outputsInWords(outcome, other.outcome);
  return [verdict, ...outputs, ...effectsInWords(decision.effects, other.effects)].join(', ');
}

function outputsInWords(outcome: Outcome, other: Outcome): string[] {
  return differingFields(outputsOf(outcome), outputsOf(other));
}

/** The outputs of a successful call; those of a query and of info stand one level deeper. */
function outputsOf(outcome: Outcome): object {
  if (isRefusal(outcome)) return {};
  const { query, info, ...rest } = outcome;
  return { ...rest, ...query, ...info };
}

/** Effects that are not in the other answer, by name; of one that is there too, what differs. */
function effectsInWords(effects: readonly Effect[], other: readonly Effect[]): string[] {
  const others = other.filter((effect) => !contains(effects, effect));
  const words = effects.flatMap((effect) => {
    if (contains(other, effect)) return [];
    const counterpart = others.find(({ type }) => type === effect.type);
    if (counterpart === undefined) return [effect.type];
    return differingFields(effect, counterpart).map((field) => `${effect.type} ${field}`);
  });
  return [...new Set(words)];
}

function contains(effects: readonly Effect[], wanted: Effect): boolean {
  return effects.some((effect) => isDeepStrictEqual(effect, wanted));
}

function differingFields(is: object, was: object): string[] {
  const here = new Map(Object.entries(is));
  const there = new Map(Object.entries(was));
  return [...new Set([...here.keys(), ...there.keys()])].flatMap((name) => {
    const [value, other] = [here.get(name), there.get(name)].map((of) => JSON.stringify(of));
    if (value === other) return [];
    return [value === undefined ? `no ${name}` : `${name} ${value}`];
  });
}
