// The options of the command that say which part of a story is told, read and written.

import { KINDS, type Kind, type Part } from './plan.ts';

/** For `parseArgs` of node:util. */
export const PART_OPTIONS = {
  without: { type: 'string' },
  services: { type: 'string' },
  followers: { type: 'string' },
  clients: { type: 'string' },
  troubles: { type: 'string' },
  requests: { type: 'string' },
  since: { type: 'string' },
  until: { type: 'string' },
} as const;

type Values = { readonly [K in keyof typeof PART_OPTIONS]?: string | undefined };

/**
 * The part that options name.
 *
 * @throws RangeError for an option that is no such thing
 */
export function partOf(values: Values): Part {
  const part: { -readonly [K in keyof Part]: Part[K] } = {};
  if (values.without !== undefined) part.without = listOf(values.without).map(kindOf);
  for (const name of ['clients', 'troubles'] as const) {
    const said = values[name];
    if (said !== undefined) part[name] = listOf(said).map((one) => numberOf(name, one));
  }
  for (const name of ['services', 'followers', 'requests', 'since', 'until'] as const) {
    const said = values[name];
    if (said !== undefined) part[name] = numberOf(name, said);
  }
  if (part.services === 0) throw new RangeError('--services is 1 or more');
  return part;
}

/** The options that name a part. */
export function optionsOf(part: Part): string[] {
  return Object.entries(part).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}`, textOf(value)],
  );
}

/** An empty list is a word of its own: a shell would drop it. */
const NONE = 'none';

function textOf(value: number | readonly (number | string)[]): string {
  if (typeof value === 'number') return String(value);
  return value.length === 0 ? NONE : value.join();
}

function listOf(text: string): string[] {
  return text === NONE ? [] : text.split(',');
}

function kindOf(text: string): Kind {
  const kind = KINDS.find((one) => one === text);
  if (kind !== undefined) return kind;
  throw new RangeError(`--without ${text} is none of ${KINDS.join(', ')}`);
}

function numberOf(name: string, text: string): number {
  if (/^\d{1,9}$/u.test(text)) return Number(text);
  throw new RangeError(`--${name} ${text} is not a whole number, 0 or more`);
}
