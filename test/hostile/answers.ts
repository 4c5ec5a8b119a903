// What is wrong with an answer, by the document: a status, a type or a body that it does not tell of.

import { isDeepStrictEqual } from 'node:util';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { closeSchema } from '../support/openapi.ts';
import type { Answer } from './exchange.ts';
import { type Asked, document } from './requests.ts';

const ajv = new Ajv2020({ strict: false, validateFormats: false });
ajv.addSchema(closeSchema(document) as object, 'api');
const checks = new Map<string, ReturnType<typeof ajv.compile>>();

const pointer = (...names: readonly string[]) =>
  names
    .map((name) => `/${encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'))}`)
    .join('');

function schemaFaults(body: unknown, where: readonly string[]): string | undefined {
  const at = `api#${pointer(...where)}`;
  const check = checks.get(at) ?? ajv.compile({ $ref: at });
  checks.set(at, check);
  return check(body) ? undefined : JSON.stringify(check.errors?.slice(0, 3));
}

/** A request that was answered, and how to ask the like of it once more. */
export interface Exchange {
  readonly url: string;
  readonly answer: Answer;
  readonly again: (url: string) => Promise<Answer>;
}

/** @returns undefined when an answer is as the document says, or else what is wrong with it */
export async function faultOf(
  { path, method, responses }: Asked,
  { url, answer: { status, type, text }, again }: Exchange,
): Promise<string | undefined> {
  if (text === undefined) return status === 200 ? undefined : `a stream with the status ${status}`;
  if (status >= 500) return `${status}: ${text.slice(0, 300)}`;
  const key = String(status) in responses ? String(status) : 'default';
  const content = responses[key]?.content ?? {};
  if (type === '') {
    const isNone = text === '' && Object.keys(content).length === 0;
    return isNone ? undefined : `${status} without a type: ${text.slice(0, 300)}`;
  }
  // A parameter in a path that no host can have may lead to no route at all.
  if (!(type in content)) return `${status} of the type ${type}, which the document does not have`;
  if (!/json$/.test(type) || type.endsWith('ndjson')) return undefined;
  const where = ['paths', path, method, 'responses', key, 'content', type, 'schema'];
  const value: unknown = JSON.parse(text);
  const whole = status === 200 ? await wholeOf(value, { url, again }) : value;
  if (whole === undefined) return `some fields are not those of the whole: ${text.slice(0, 300)}`;
  return schemaFaults(whole, where);
}

/**
 * An answer that has some fields of its items, as it is with all of them: the schema is that of the
 * whole. Undefined when the one is not a part of the other.
 */
async function wholeOf(
  answer: unknown,
  { url, again }: Omit<Exchange, 'answer'>,
): Promise<unknown> {
  const [path = '', query] = url.split('?');
  const asked = new URLSearchParams(query);
  const fields = asked.getAll('fields');
  if (fields.length === 0) return answer;
  asked.delete('fields');
  const { text = '' } = await again(`${path}?${asked}`);
  const whole = JSON.parse(text) as { items: readonly object[] };
  const items = whole.items.map((item) =>
    Object.fromEntries(Object.entries(item).filter(([name]) => fields.includes(name))),
  );
  return isDeepStrictEqual(answer, { ...whole, items }) ? whole : undefined;
}
