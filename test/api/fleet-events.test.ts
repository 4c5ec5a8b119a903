// The events of all hosts: in pages, in both orders, and followed, also over a restart, by tokens for
// all of them and by tokens for few; new hosts join by themselves.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostEventPage } from '../../src/api/wire/host-event.ts';
import { bearer, namedTokens } from './named-tokens.ts';
import { parse, post, problem, startTestService, type TestService } from './running.ts';
import { messagesOf } from './sse.ts';

const TOKENS = namedTokens({ all: { hosts: ['*'] }, few: { hosts: ['web-*'] } });

let service: TestService;
const headers = bearer('all');

async function make(name: string): Promise<void> {
  const made = await post(service.app, '/v1/hosts', { headers, body: { name, release: '6.18' } });
  expect(made.status).toBe(201);
}

async function mkdir(host: string, path: string): Promise<void> {
  const body = { call: { name: 'mkdir', path } };
  expect((await post(service.app, `/v1/hosts/${host}/syscalls`, { headers, body })).status).toBe(
    200,
  );
}

async function page(query: string, who = 'all') {
  const response = await service.app.request(`/v1/events${query}`, { headers: bearer(who) });
  expect(response.status, await response.clone().text()).toBe(200);
  return parse(response, hostEventPage);
}

const follow = async (query: string, more: Record<string, string> = {}, who = 'all') =>
  messagesOf(
    await service.app.request(`/v1/events/stream${query}`, {
      headers: { ...bearer(who), ...more },
    }),
  );

const namesOf = (items: readonly { readonly host: string; readonly position: number }[]) =>
  items.map(({ host, position }) => `${host} ${position}`);

beforeAll(async () => {
  service = await startTestService({ tokens: TOKENS });
  await make('web-1');
  await page('');
  await make('db-1');
  await page('');
  for (let i = 0; i < 3; i++) {
    // A read brings in what was written: each of these arrives alone.
    await mkdir('web-1', `/w${i}`);
    await page('');
    await mkdir('db-1', `/d${i}`);
    await page('');
  }
  await post(service.app, '/v1/hosts/web-1/branches', { headers, body: { name: 'web-try' } });
});
afterAll(() => service.close());

const ORDER = [
  ...['web-1 1', 'db-1 1', 'web-1 2', 'db-1 2'],
  ...['web-1 3', 'db-1 3', 'web-1 4', 'db-1 4'],
];

describe('a page', () => {
  it('has what was just written, with its host, and no branches', async () => {
    const { items, next } = await page('');
    expect(namesOf(items)).toEqual(ORDER);
    expect(items.at(-1)).toMatchObject({ host: 'db-1', call: { name: 'mkdir', path: '/d2' } });
    expect(next === undefined || (await page(`?next=${next}`)).items.length === 0).toBe(true);
  });

  it('goes on where the one before ended, in both orders', async () => {
    for (const order of ['asc', 'desc']) {
      const whole = await page(`?order=${order}`);
      const found: string[] = [];
      for (let next = ''; ; ) {
        const { items, next: more } = await page(`?order=${order}&limit=3${next}`);
        found.push(...namesOf(items));
        if (more === undefined) break;
        next = `&next=${more}`;
      }
      expect(found).toEqual(namesOf(whole.items));
    }
    const newest = await page('?order=desc&limit=1');
    expect(namesOf(newest.items)).toEqual(['db-1 4']);
  });

  it('is filtered', async () => {
    expect(namesOf((await page('?call=mkdir&host=db-*&limit=2')).items)).toEqual([
      'db-1 2',
      'db-1 3',
    ]);
    expect((await page('?call=rmdir')).items).toEqual([]);
    expect((await page('?errno=none&call=boot')).items.length).toBe(2);
  });

  it('shows a token its own hosts alone', async () => {
    const own = (await page('?limit=1000', 'few')).items;
    expect(namesOf(own)).toEqual(['web-1 1', 'web-1 2', 'web-1 3', 'web-1 4']);
    expect((await page('?host=db-1', 'few')).items).toEqual([]);
  });

  it('refuses a place that nobody was given', async () => {
    const get = (query: string) => service.app.request(`/v1/events?${query}`, { headers });
    expect(await problem(await get('next=42'))).toMatchObject({ status: 422 });
    expect(await problem(await get('next=1.1.1.0'))).toMatchObject({ status: 404 });
    expect(await problem(await get('host=A'))).toMatchObject({ status: 422 });
    expect(await problem(await get('order=random'))).toMatchObject({ status: 422 });
  });
});

it('a page before which nothing was says where a stream or a page goes on', async () => {
  const { items, last } = await page('?host=cache-*');
  expect(items).toEqual([]);
  expect(await page(`?host=cache-*&next=${last}`, 'few')).toEqual({ items: [], last });
  const stream = await follow(`?after=${last}`, {}, 'few');
  expect((await stream.take(1))[0]?.data).toMatchObject({ host: 'web-1', position: 1 });
  await stream.stop();
});

describe('a stream', () => {
  it('has what was, then what comes, of new hosts too; and goes on after a restart', async () => {
    const { last } = await page('', 'few');
    const stream = await follow('');
    expect((await stream.take(8)).map(({ event }) => event)).toEqual(Array(8).fill('event'));
    await make('web-2');
    await mkdir('web-2', '/new');
    const news = await stream.take(2);
    expect(news.map(({ data }) => data)).toMatchObject([
      { host: 'web-2', position: 1, call: { name: 'boot' } },
      { host: 'web-2', position: 2, call: { name: 'mkdir', path: '/new' } },
    ]);
    await stream.stop();

    const again = await startTestService({ database: service.database, tokens: TOKENS });
    const before = service;
    service = again;
    try {
      const resumed = await follow('', { 'last-event-id': news[0]?.id ?? '' });
      expect((await resumed.take(1))[0]).toMatchObject({ data: { host: 'web-2', position: 2 } });
      await mkdir('web-1', '/later');
      expect((await resumed.take(1))[0]).toMatchObject({ data: { call: { path: '/later' } } });
      await resumed.stop();
      const since = await follow(`?after=${last}&call=mkdir`, {}, 'few');
      expect((await since.take(2)).map(({ data }) => data)).toMatchObject([
        { host: 'web-2', position: 2 },
        { host: 'web-1', call: { path: '/later' } },
      ]);
      await since.stop();
    } finally {
      service = before;
      await again.close();
    }
  });

  it('from now on has only what comes', async () => {
    const stream = await follow('?after=now&host=db-*');
    await mkdir('web-1', '/other');
    await mkdir('db-1', '/now');
    expect((await stream.take(1))[0]).toMatchObject({
      data: { host: 'db-1', call: { path: '/now' } },
    });
    await stream.stop();
  });

  it('tells of a place that is not there any more, and ends', async () => {
    const { last = '' } = await page('');
    const lost = last.replace(/\.[0-9a-f]+$/, '.abc');
    const stream = await follow('', { 'last-event-id': lost });
    expect(await stream.take(1)).toEqual([
      { event: 'history-changed', id: '', data: { known: lost } },
    ]);
    expect(await stream.ends()).toBe(true);
  });
});

it('a damaged event is named, and hides no other', async () => {
  await mkdir('db-1', '/damaged');
  await mkdir('db-1', '/after');
  const { database } = service;
  const text = `update events set body = '[1' where body like '%"/damaged"%'`;
  await database.query('alter table events disable trigger events_append_only');
  await database.query(text);
  await database.query('alter table events enable trigger events_append_only');
  const { items, unreadable } = await page('?order=desc&limit=5');
  expect(unreadable).toMatchObject([{ host: 'db-1' }]);
  expect(items[0]).toMatchObject({ call: { path: '/after' } });
  const stream = await follow('?host=db-1');
  const events = (await stream.take(7)).map(({ event }) => event);
  expect(events.slice(-2)).toEqual(['unreadable', 'event']);
  await stream.stop();
});

it('a host whose head is damaged is told of as such, however it is asked for', async () => {
  await make('odd-1');
  const ask = async (path: string) =>
    (await service.app.request(`/v1/hosts/odd-1${path}`, { headers })).status;
  expect(await ask('')).toBe(200);
  await service.database.query(
    `update heads set hash = set_byte(hash, 0, 255 - get_byte(hash, 0))
     where host_id = (select host_id from hosts where name = 'odd-1')`,
  );
  expect(await ask('')).toBe(503);
});

// Last: it records more events.
describe('a place that was changed to that of another host', () => {
  it('is answered alike, whether there is such an event or not', async () => {
    const { host_id } = await service.log.head('db-1');
    // Both come in together, so their places have one mark; on a busy machine a look may come between.
    let last: string | undefined;
    let [arrival, mark, position]: (string | number | undefined)[] = [];
    for (let n = 0; position === undefined && n < 50; n++) {
      await page('');
      await mkdir('web-1', `/together-${n}`);
      await mkdir('db-1', `/together-${n}`);
      ({ last } = await page('?limit=1000', 'few'));
      [arrival, , , mark] = (last ?? '').split('.');
      const text = 'select position_to from arrivals where host_id = $1 and arrival = $2';
      const [row] = await service.database.query<{ position_to: number }>(text, [host_id, arrival]);
      position = row?.position_to;
    }
    expect(position).toBeDefined();
    const ask = async (place: string, who: string) => {
      const next = `/v1/events?next=${place}`;
      return (await service.app.request(next, { headers: bearer(who) })).status;
    };
    const real = `${arrival}.${host_id}.${position}.${mark}`;
    expect(await ask(real, 'all')).toBe(200);
    expect(await ask(real, 'few')).toBe(404);
    expect(await ask(`${arrival}.${host_id + 1000}.${position}.${mark}`, 'few')).toBe(404);
    expect(await ask(last ?? '', 'few')).toBe(200);
  });
});
