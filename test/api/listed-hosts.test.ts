// Lists of hosts and branches show a token those that it is for, in full pages, and name no other:
// neither among the items, nor in `next`, nor as an origin.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bearer, namedTokens } from './named-tokens.ts';
import { post, startTestService, type TestService } from './running.ts';

const TOKENS = namedTokens({
  all: { hosts: ['*'] },
  few: { hosts: ['ours-*', 'web_1', 'a.b'] },
  none: { hosts: [] },
  branches: { hosts: ['try-*'] },
});

let service: TestService;

/** Between the few that a token is for stand many that it is not for. */
const FOREIGN = ['aab', 'axb', ...Array.from({ length: 12 }, (_, i) => `secret-${i}`), 'webx1'];
const OURS = ['a.b', 'ours-1', 'ours-2', 'web_1'];

beforeAll(async () => {
  service = await startTestService({ tokens: TOKENS });
  for (const name of [...FOREIGN, ...OURS]) {
    const body = { name, release: '6.18' };
    const made = await post(service.app, '/v1/hosts', { headers: bearer('all'), body });
    expect(made.status).toBe(201);
  }
  for (const name of ['try-1', 'secret-try', 'try-2', 'secret-try-2', 'try-3']) {
    const made = await post(service.app, '/v1/hosts/secret-0/branches', {
      headers: bearer('all'),
      body: { name },
    });
    expect(made.status).toBe(201);
  }
});
afterAll(() => service.close());

interface Page {
  readonly items: readonly { readonly name: string; readonly origin?: object }[];
  readonly next?: string;
}

/** The pages of a list, to its end. */
async function pagesOf(name: string, path: string, limit: number): Promise<Page[]> {
  const pages: Page[] = [];
  for (let after = ''; ; ) {
    const response = await service.app.request(`${path}?limit=${limit}${after}`, {
      headers: bearer(name),
    });
    expect(response.status).toBe(200);
    const text = await response.text();
    if (name !== 'all') expect(text).not.toMatch(/secret|aab|axb|webx1/);
    const page = JSON.parse(text) as Page;
    pages.push(page);
    if (page.next === undefined) return pages;
    after = `&after=${page.next}`;
  }
}

describe('a list of hosts', () => {
  it.each([1, 2, 3, 100])('is of those that the token is for, in pages of %i', async (limit) => {
    const pages = await pagesOf('few', '/v1/hosts', limit);
    expect(pages.flatMap(({ items }) => items.map(({ name }) => name))).toEqual(OURS);
    for (const { items } of pages.slice(0, -1)) expect(items.length).toBe(limit);
    expect(pages.length).toBeLessThanOrEqual(Math.floor(OURS.length / limit) + 1);
  });

  it.each([
    ['few', '', OURS.length],
    ['few', '&search=ours', 2],
    ['few', '&search=_', 1],
    ['none', '', 0],
    ['all', '', FOREIGN.length + OURS.length + 5],
  ] as const)('tells %s how many there are with count=true: %s', async (name, more, count) => {
    const asked = `/v1/hosts?limit=1&count=true${more}`;
    const response = await service.app.request(asked, { headers: bearer(name) });
    expect(await response.json()).toMatchObject({ count });
  });

  it('is empty for a token that is for none, and whole for one that is for all', async () => {
    expect(await pagesOf('none', '/v1/hosts', 2)).toEqual([{ items: [] }]);
    const [page] = await pagesOf('all', '/v1/hosts', 100);
    expect(page?.items.length).toBe(FOREIGN.length + OURS.length + 5);
  });

  it('does not tell of an origin that the token is not for', async () => {
    const items = (await pagesOf('branches', '/v1/hosts', 2)).flatMap((page) => page.items);
    expect(items.map(({ name }) => name)).toEqual(['try-1', 'try-2', 'try-3']);
    expect(items.filter(({ origin }) => origin !== undefined)).toEqual([]);
    const one = await service.app.request('/v1/hosts/try-1', { headers: bearer('branches') });
    expect(await one.text()).not.toContain('secret');
    const told = await service.app.request('/v1/hosts/try-1', { headers: bearer('all') });
    expect(await told.json()).toMatchObject({ origin: { host: 'secret-0', position: 1 } });
  });
});

describe('a list of branches', () => {
  it.each([1, 2, 100])('is of those that the token is for, in pages of %i', async (limit) => {
    const tokens = namedTokens({ both: { role: 'reader', hosts: ['secret-0', 'try-*'] } });
    const other = await startTestService({ database: service.database, tokens });
    const names: string[] = [];
    for (let after = ''; ; ) {
      const response = await other.app.request(
        `/v1/hosts/secret-0/branches?limit=${limit}${after}`,
        { headers: bearer('both') },
      );
      const text = await response.text();
      expect(text).not.toContain('secret-try');
      const { items, next } = JSON.parse(text) as Page;
      names.push(...items.map(({ name }) => name));
      if (next === undefined) break;
      expect(items.length).toBe(limit);
      after = `&after=${next}`;
    }
    expect(names).toEqual(['try-1', 'try-2', 'try-3']);
    await other.close();
  });
});
