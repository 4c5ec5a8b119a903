/** Turns the issues of a schema into the errors of a problem document. */
import type { z } from 'zod';
import { ERRORS_MAX, type FieldError, invalid } from './problem.ts';

type Issue = z.core.$ZodIssue;

const KINDS: Readonly<Record<string, string>> = { int: 'a whole number' };

function kindName(expected: string): string {
  return KINDS[expected] ?? `${/^[aeiou]/.test(expected) ? 'an' : 'a'} ${expected}`;
}

function messageOf(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.message.endsWith('received undefined')) return 'is missing';
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
      return `must be one of ${issue.values.slice(0, 40).join(', ')}`;
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
    [...(prefix === '' ? [] : [prefix]), ...path.map(String)].join('.');
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
 * The problem for a schema's refusal.
 *
 * @param prefix path of the value inside the request, empty for the whole
 */
export function invalidBy(error: Pick<z.core.$ZodError, 'issues'>, prefix = '') {
  // Each issue gives at least one error, and no more of them are listed.
  const issues = error.issues.slice(0, ERRORS_MAX);
  return invalid(issues.flatMap((issue) => errorsOf(issue, prefix)));
}
