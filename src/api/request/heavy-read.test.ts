import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import type { Database } from '../../events/storage/database.ts';
import { turn } from '../../events/turns.ts';
import { LOCAL } from '../guard/tokens.ts';
import type { Service } from '../service.ts';
import { type HeavyKind, HeavyReads } from './heavy-read.ts';

const KIND: HeavyKind = { what: 'looks', all: 2, each: 1, ms: 60_000, instead: 'look less' };

/** A database that counts what it is asked. */
function counting() {
  const asked = { count: 0 };
  const query = async () => {
    asked.count++;
    await turn();
    return [];
  };
  return { asked, database: { query } as unknown as Database };
}

/** An application with a read that goes on for as long as it is wanted. */
function endless(kind: Partial<HeavyKind> = {}) {
  const { asked, database } = counting();
  const closing = new AbortController();
  const service = { database, closing: closing.signal } as Service;
  const reads = new HeavyReads(service, { ...KIND, ...kind });
  const refusals: unknown[] = [];
  const app = new Hono<{ Variables: { principal: typeof LOCAL } }>();
  app.get('/', async (c) => {
    c.set('principal', LOCAL);
    await reads.answer(c, async ({ database }) => {
      for (;;) await database.query('select');
    });
    return c.text('never');
  });
  app.onError((error, c) => {
    refusals.push(error);
    return c.text('refused', 503);
  });
  return { app, asked, closing, refusals };
}

/** Whether a count stands still. */
async function stands(asked: { readonly count: number }): Promise<boolean> {
  const { count } = asked;
  for (let i = 0; i < 20; i++) await turn();
  return asked.count === count;
}

describe('a heavy read', () => {
  it('ends with the client that asked, and makes room', async () => {
    const { app, asked, refusals } = endless();
    for (let i = 0; i < 3; i++) {
      const client = new AbortController();
      const answer = app.request('/', { signal: client.signal });
      while (asked.count < 10 * (i + 1)) await turn();
      client.abort();
      expect((await answer).status).toBe(503);
      expect(await stands(asked)).toBe(true);
    }
    expect(refusals[0]).toMatchObject({ slug: 'unavailable', message: 'the client left' });
    expect(refusals).toHaveLength(3);
  });

  it('ends when its time is over, and says what to ask instead', async () => {
    const { app, asked, refusals } = endless({ ms: 50 });
    await app.request('/');
    const message = 'it took longer than 0.05 s; look less';
    expect(refusals).toEqual([expect.objectContaining({ slug: 'took-too-long', message })]);
    expect(await stands(asked)).toBe(true);
  });

  it('is not a leak to the process, however many are under way', async () => {
    const { app, asked } = endless({ all: 40, each: 20 });
    const warnings: Error[] = [];
    const warn = (warning: Error) => warnings.push(warning);
    process.on('warning', warn);
    const client = new AbortController();
    const { signal } = client;
    const answers = Array.from({ length: 20 }, () => app.request('/', { signal }));
    while (asked.count < 20) await turn();
    client.abort();
    await Promise.all(answers);
    await turn();
    process.off('warning', warn);
    expect(warnings).toEqual([]);
  });

  it('ends with the service', async () => {
    const { app, asked, closing, refusals } = endless();
    const answer = app.request('/');
    while (asked.count < 10) await turn();
    closing.abort();
    await answer;
    expect(refusals).toEqual([expect.objectContaining({ message: 'the service shuts down' })]);
  });

  it('is refused while the caller has its share', async () => {
    const { app, asked, closing, refusals } = endless();
    const first = app.request('/');
    while (asked.count < 1) await turn();
    await app.request('/');
    expect(refusals).toEqual([expect.objectContaining({ slug: 'busy' })]);
    closing.abort();
    await first;
  });

  it('keeps its place until its answer is sent, or nobody reads it', async () => {
    const service = { closing: new AbortController().signal } as Service;
    const reads = new HeavyReads(service, KIND);
    const app = new Hono<{ Variables: { principal: typeof LOCAL; mayGoOn: () => boolean } }>();
    app.get('/:items', (c) => {
      c.set('principal', LOCAL);
      c.set('mayGoOn', () => true);
      const items = Array.from({ length: Number(c.req.param('items')) }, (_, i) => `item ${i}`);
      return reads.answerJson(c, async () => ({ value: { items } }));
    });
    app.onError((_error, c) => c.text('refused', 503));
    const status = async () => (await app.request('/1')).status;

    const long = await app.request('/100000');
    expect(await status()).toBe(503);
    await long.body?.cancel();
    expect(await status()).toBe(200);
    const read = await app.request('/100000');
    expect(await status()).toBe(503);
    await read.text();
    expect(await status()).toBe(200);
  });
});
