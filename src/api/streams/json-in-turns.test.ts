import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import { answerInTurns } from './json-in-turns.ts';

async function textOf(value: object): Promise<string> {
  const app = new Hono();
  app.get('/', (c) => answerInTurns(c as never, value));
  return (await app.request('/')).text();
}

const items = (count: number, of: (i: number) => unknown) =>
  Array.from({ length: count }, (_, i) => of(i));
const row = (i: number) => ({ id: i, name: `row ${i}`, gone: undefined, at: null });

const VALUES: Readonly<Record<string, object>> = {
  nothing: {},
  'a short list': { items: items(3, row) },
  'a list as long as is written in one go': { items: items(100, row) },
  'one item more': { items: items(101, row), next: null },
  'runs of items, the last of them full': { items: items(128, row) },
  'items that JSON has no word for': { items: items(130, (i) => (i % 3 === 0 ? undefined : i)) },
  'long lists among short ones': {
    items: items(120, (i) => ({ ...row(i), list: items(i % 40 === 0 ? 150 : 2, row) })),
  },
  'a long list of long lists, more than one piece': items(101, () => items(301, row)),
  'a field that is left out before a long list': { gone: undefined, items: items(101, row) },
};

describe('a value that is answered in turns', () => {
  it.each(Object.entries(VALUES))('has the text that JSON has for it: %s', async (_, value) => {
    expect(await textOf(value)).toBe(JSON.stringify(value));
  });
});
