/** The sentence of a refusal: the sentence of its rule, with the objects filled in. */
import { withArticle } from './article.ts';
import type { Refusal } from './outcome.ts';
import { RULES } from './rules.ts';

/** Values that read badly in a sentence, and the words that replace them. */
const WORDS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  kind: { prog: 'program', cgroup: 'cgroup directory', other: 'file of another kind' },
  mode: { none: 'exclusive' },
  requested: { none: 'exclusive (no flags)' },
};

/** Why a call was refused, in one sentence. */
export function refusalSentence(refusal: Refusal): string {
  const { sentence } = RULES[refusal.rule];
  return sentence.replace(/(\ba )?\{(\w+)\}/gu, (_, article: string | undefined, name: string) => {
    const value = String(refusal.about?.[name] ?? '?');
    const word = WORDS[name]?.[value] ?? value;
    return article === undefined ? word : withArticle(word);
  });
}
