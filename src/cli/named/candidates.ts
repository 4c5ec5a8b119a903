/**
 * Which of the things that there are a typed word means: its name, or a pattern of names in which `*`
 * is any text and `?` one character. A name that several have, and one that none has, is an error
 * which says what to type instead.
 */
import { countText } from '../../domain/count-text.ts';
import { nearName } from '../../events/schema/near-name.ts';
import { InputError } from '../exit-code.ts';

/** Things that one pattern may mean: each is asked about on its own. */
const MEANT_MAX = 100;
/** Things that an error names. */
const NAMED_MAX = 6;

export interface Candidate {
  /** What may be typed for this one alone: an id, a path. */
  readonly id: string;
  /** Its names: any of them may be typed. */
  readonly names: readonly string[];
  /** What tells it from others of the same name. */
  readonly about?: string;
  /** It was there, and is no more: what is there is suggested before it. */
  readonly isGone?: boolean;
}

/** What is looked for, in words for errors. */
export interface NamedTarget {
  /** `program`, `cgroup`. */
  readonly kind: string;
  /** Where: `on demo`. */
  readonly where: string;
  /** What to do when there is nothing of the kind. */
  readonly next: string;
}

export function isPattern(typed: string): boolean {
  return /[*?]/u.test(typed);
}

/** Whether a name fits a pattern. */
function namePattern(pattern: string): (name: string) => boolean {
  const parts = pattern.split(/([*?])/u).map((part) => {
    if (part === '*') return '.*';
    return part === '?' ? '.' : part.replace(/[\\^$.|+()[\]{}]/gu, '\\$&');
  });
  const form = new RegExp(`^${parts.join('')}$`, 'su');
  return (name) => form.test(name);
}

/**
 * All that a word means: of a pattern all that fit, of a name the one that has it.
 *
 * @throws InputError when that is none, too many, or not clear
 */
export function allMeant(
  typed: string,
  candidates: readonly Candidate[],
  sought: NamedTarget,
): readonly Candidate[] {
  const fits = isPattern(typed) ? namePattern(typed) : (name: string) => name === typed;
  const found = candidates.filter(({ names }) => names.some(fits));
  if (found.length === 0) throw noneMeant(typed, candidates, sought);
  if (!isPattern(typed) && found.length > 1) throw unclear(typed, found, sought);
  if (found.length <= MEANT_MAX) return found;
  const { kind, where } = sought;
  throw new InputError(
    `${typed} means ${countText(found.length, kind)} ${where}, ${MEANT_MAX} at most`,
  );
}

/**
 * The one that a word means.
 *
 * @throws InputError when that is none or several
 */
export function oneMeant(
  typed: string,
  candidates: readonly Candidate[],
  sought: NamedTarget,
): Candidate {
  const found = allMeant(typed, candidates, sought);
  const [one, other] = found;
  if (one === undefined || other !== undefined) throw unclear(typed, found, sought);
  return one;
}

function unclear(
  typed: string,
  found: readonly Candidate[],
  { kind, where }: NamedTarget,
): InputError {
  const few = found.slice(0, NAMED_MAX).map(({ id, names, about }) => {
    const name = names.find((one) => one !== id && one !== typed && isPattern(typed));
    return [id, ...[name, about].filter((part) => part !== undefined)].join(' ');
  });
  const more = found.length > NAMED_MAX ? ', …' : '';
  return new InputError(
    `${typed} means ${countText(found.length, kind)} ${where}: ${few.join(', ')}${more}; type one of them`,
  );
}

/** That a word means none of the things that there are, with what to type instead. */
export function noneMeant(
  typed: string,
  candidates: readonly Candidate[],
  { kind, where, next }: NamedTarget,
): InputError {
  const none = `there is no ${kind} ${typed} ${where}`;
  const names = [...new Set(candidates.flatMap((one) => one.names[0] ?? []))].filter(Boolean);
  if (names.length === 0) return new InputError(`${none}; ${next}`);
  const living = candidates.filter(({ isGone }) => isGone !== true);
  const near = nearName(typed, namesOf(living)) ?? nearName(typed, namesOf(candidates));
  if (near !== undefined) return new InputError(`${none}; did you mean ${near}?`);
  const more = names.length > NAMED_MAX ? ', …' : '';
  return new InputError(
    `${none}; there are ${names.slice(0, NAMED_MAX).join(', ')}${more}; ${next}`,
  );
}

function namesOf(candidates: readonly Candidate[]): string[] {
  return [...new Set(candidates.flatMap(({ names }) => names))];
}
