/** The form of an answer: JSON for programs, or text for people. */
import type { Context } from 'hono';
import { z } from 'zod';
import { printableLine } from '../../time-travel/text/printable.ts';
import { READ } from '../answer-headers.ts';
import { answers } from '../routing.ts';
import { answerInTurns } from '../streams/json-in-turns.ts';

export const formatQuery = {
  format: z.enum(['json', 'text']).default('json').describe('`text`: lines for people.'),
};

/** The responses of a route that answers in either form. */
export function answersInForms<T extends z.ZodType>(
  description: string,
  schema: T,
  headers: z.ZodObject = READ,
) {
  const { 200: json, default: refused } = answers(description, schema, headers);
  const content = { ...json.content, 'text/plain': { schema: z.string() } };
  return { 200: { ...json, content }, default: refused } as const;
}

/** Answers in the form that was asked for; `text` gives its lines. The route's schema is that of the JSON form. */
export async function inForm(
  c: Context,
  format: 'json' | 'text',
  { json, text }: { readonly json: () => object; readonly text: () => readonly string[] },
): Promise<never> {
  const lines = () => text().map((line) => `${printableLine(line)}\n`);
  const response =
    format === 'text' ? c.text(lines().join(''), 200) : await answerInTurns(c, json());
  // The typed response of a route knows one form only.
  return response as never;
}
