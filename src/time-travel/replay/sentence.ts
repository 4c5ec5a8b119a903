/** A difference between two releases' answers in one sentence. */
import type { Decision } from '../../domain/decision.ts';
import type { Effect } from '../../domain/effect.ts';
import { isRefusal, type Outcome } from '../../domain/outcome.ts';
import { refusalSentence } from '../../domain/refusal-sentence.ts';
import type { LedgerEvent } from '../../events/event.ts';
import { effectText } from '../wording/effect-text.ts';

/** Effects that a sentence lists for one side. */
const LISTED_EFFECTS_MAX = 3;

/** The recorded answer and the other release's answer. */
export function differenceSentence(
  event: LedgerEvent,
  replayed: Decision,
  release: { readonly was: string; readonly is: string },
): string {
  const answered = event.expected ?? event.outcome;
  const [was, is] = [outcomeText(answered), outcomeText(replayed.outcome)];
  const outputs = differingOutputs(answered, replayed.outcome);
  if (outputs.length > 0) {
    return `returns the same in both, with ${release.was} / ${release.is}: ${outputs.join(', ')}`;
  }
  if (was !== is) return `${release.was}: ${was}; ${release.is}: ${is}`;
  const before = effectsWithout(event.effects, replayed.effects);
  const after = effectsWithout(replayed.effects, event.effects);
  const [first, second] = [listEffects(before), listEffects(after)];
  if (first !== second) {
    return `${was} in both; only ${release.was}: ${first}; only ${release.is}: ${second}`;
  }
  const fields = fieldsText(before, after);
  return `${was} in both; ${first}, with ${release.was} / ${release.is}: ${fields}`;
}

function outcomeText(outcome: Outcome): string {
  if (isRefusal(outcome)) return `${outcome.errno}, ${refusalSentence(outcome)}`;
  const { ret, ...outputs } = outcome;
  const told = Object.keys(outputs).length === 0 ? '' : ` ${JSON.stringify(outputs)}`;
  return `returns ${ret}${told}`;
}

/** What two successes with one return value gave otherwise; empty where there is no such thing. */
function differingOutputs(was: Outcome, is: Outcome): string[] {
  if (isRefusal(was) || isRefusal(is) || was.ret !== is.ret) return [];
  const [before, after] = [outputsOf(was), outputsOf(is)];
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((name) => before.get(name) !== after.get(name))
    .map((name) => `${name} ${before.get(name) ?? 'none'} / ${after.get(name) ?? 'none'}`);
}

/** Outputs by name, such as `query.revision`. */
function outputsOf({ ret, ...outputs }: Outcome & { readonly ret: number }): Map<string, string> {
  return new Map(
    Object.entries(outputs).flatMap(([name, value]) =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.entries(value).map(([field, one]): [string, string] => [
            `${name}.${field}`,
            JSON.stringify(one),
          ])
        : [[name, JSON.stringify(value)] as [string, string]],
    ),
  );
}

/** The effects of one side that the other does not have. */
function effectsWithout(effects: Decision['effects'], others: Decision['effects']): Effect[] {
  const known = new Set(others.map((effect) => JSON.stringify(effect)));
  return effects.filter((effect) => !known.has(JSON.stringify(effect)));
}

function listEffects(effects: readonly Effect[]): string {
  if (effects.length === 0) return 'nothing';
  const more = effects.length - LISTED_EFFECTS_MAX;
  const texts = effects.slice(0, LISTED_EFFECTS_MAX).map(effectText).join(', ');
  return more > 0 ? `${texts} and ${more} more` : texts;
}

/** The fields in which effects differ that read the same in words. */
function fieldsText(before: readonly Effect[], after: readonly Effect[]): string {
  const texts = before.slice(0, LISTED_EFFECTS_MAX).flatMap((effect, i) => {
    const other = new Map<string, unknown>(Object.entries(after[i] ?? {}));
    return Object.entries(effect)
      .map(([name, value]) => [name, JSON.stringify(value), JSON.stringify(other.get(name))])
      .filter(([, was, is]) => was !== is)
      .map(([name, was, is]) => `${name} ${was} / ${is}`);
  });
  return texts.join(', ');
}
