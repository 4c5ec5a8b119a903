/** Turns the issues of a schema into the errors of a problem document. */
import type { z } from 'zod';
import { ERRORS_MAX, type FieldError, invalid, WHOLE_BODY } from './problem.ts';

type Issue = z.core.$ZodIssue;

const KINDS: Readonly<Record<string, string>> = { int: 'a whole number' };

function kindName(expected: string): string {
  return KINDS[expected] ?? `${/^[aeiou]/.test(expected) ? 'an' : 'a'} ${expected}`;
}

function messageOf(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.message.endsWith('received undefined'))
        return `is missing; give ${kindName(issue.expected)}`;
      if (!issue.message.startsWith('Invalid input')) return issue.message;
      return `must be ${kindName(issue.expected)}`;
    case 'too_big':
      return issue.origin === 'array' || issue.origin === 'string'
        ? `has more than ${issue.maximum} ${issue.origin === 'array' ? 'items' : 'characters'}`
        : `must be at most ${issue.maximum}`;
    case 'too_small':
      return issue.origin === 'array' || issue.origin === 'string'
        ? `has fewer than ${issue.minimum} ${issue.origin === 'array' ? 'items' : 'characters'}`
        : `must be at least ${issue.minimum}`;
    case 'invalid_value':
      return `must be ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.slice(0, 40).join(', ')}`;
    default:
      return issue.message;
  }
}

function limitOf(issue: Issue): number | undefined {
  if (issue.code === 'too_big') return Number(issue.maximum);
  if (issue.code === 'too_small') return Number(issue.minimum);
  if (issue.code !== 'custom') return undefined;
  const limit = issue.params?.limit;
  return typeof limit === 'number' ? limit : undefined;
}

/** One error for each issue; an unknown field is named, not the object around it. */
function errorsOf(issue: Issue, prefix: string): FieldError[] {
  const at = (path: readonly PropertyKey[]) =>
    [...(prefix === '' ? [] : [prefix]), ...path.map(String)].join('.') || WHOLE_BODY;
  if (issue.code === 'unrecognized_keys') {
    const messages = issue.message.split('\n');
    return issue.keys.slice(0, ERRORS_MAX).map((key, i) => ({
      field: at([...issue.path, key.slice(0, 60)]),
      message: messages[i] ?? 'unknown field',
    }));
  }
  const limit = limitOf(issue);
  return [
    { field: at(issue.path), message: messageOf(issue), ...(limit !== undefined && { limit }) },
  ];
}

/**
 * Whether another issue sets a narrower limit to the same value: a number that is far too large is
 * also beyond what any number may be.
 */
function isNeedless(issue: Issue, issues: readonly Issue[]): boolean {
  const limit = limitOf(issue);
  if (limit === undefined) return false;
  return issues.some((other) => {
    const is = limitOf(other);
    const isSame = other.code === issue.code && other.path.join() === issue.path.join();
    if (!isSame || is === undefined) return false;
    return issue.code === 'too_big' ? is < limit : is > limit;
  });
}

/**
 * The problem for a schema's refusal.
 *
 * @param prefix path of the value inside the request, empty for the whole
 */
export function invalidBy(error: Pick<z.core.$ZodError, 'issues'>, prefix = '') {
  // Each issue gives at least one error, and no more of them are listed.
  const issues = error.issues.slice(0, ERRORS_MAX);
  const needed = issues.filter((issue) => !isNeedless(issue, issues));
  return invalid(needed.flatMap((issue) => errorsOf(issue, prefix)));
}

/**
 * The problem for the refusal of a query.
 *
 * @param query all values of each parameter
 */
export function invalidQuery(
  error: Pick<z.core.$ZodError, 'issues'>,
  query: Readonly<Record<string, readonly string[]>>,
) {
  const issues = error.issues.map((issue): Issue => {
    const [name] = issue.path;
    const { length = 0 } = (typeof name === 'string' && query[name]) || [];
    // What is wrong with one of the values of a parameter that may have several has a longer path.
    const isAboutAll = issue.path.length === 1 && issue.code !== 'too_big';
    if (isAboutAll && length === 0 && issue.code !== 'custom') {
      const message = `is missing; add ${String(name)}=… to the query`;
      return { code: 'custom', path: issue.path, message };
    }
    if (isAboutAll && length > 1) {
      const times = length === 2 ? 'twice' : `${length} times`;
      return { code: 'custom', path: issue.path, message: `is given ${times}: give it once` };
    }
    // A parameter that is given several times still has one name.
    return { ...issue, path: issue.path.slice(0, 1) };
  });
  return invalidBy({ issues });
}
