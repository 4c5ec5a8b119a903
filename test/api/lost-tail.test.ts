// A log that went back, as a client sees it that kept a tag or an id of what was lost: neither is
// taken for one of what is there now, though the position is the same.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { projector } from '../../src/projections/projector.ts';
import { rebuild } from '../../src/projections/rebuild.ts';
import { loseTail } from '../support/lost-tail.ts';
import { post, problem, startTestService, type TestService } from './running.ts';

let service: TestService;
let other: TestService;
let host: string;
let hosts = 0;

beforeAll(async () => {
  service = await startTestService();
  // Another process on the same database, which knows nothing of what was lost.
  other = await startTestService({ database: service.database });
});
afterAll(async () => {
  await other.close();
  await service.close();
});

/** Ten events: the boot, /a2 … /a10. */
beforeEach(async () => {
  host = `lost-${++hosts}`;
  await post(service.app, '/v1/hosts', { body: { name: host, release: '6.18' } });
  await write(service, 'a', 2, 10);
});

const call = (path: string) => ({ call: { name: 'mkdir', path } });

async function write(to: TestService, name: string, from: number, upTo: number): Promise<void> {
  for (let n = from; n <= upTo; n++) await record(to, `/${name}${n}`);
}

const record = (to: TestService, path: string, headers: Record<string, string> = {}) =>
  post(to.app, `/v1/hosts/${host}/syscalls`, { headers, body: call(path) });

const get = (path: string, headers: Record<string, string> = {}) =>
  service.app.request(`/v1/hosts/${host}${path}`, { headers });

const tagOf = (response: Response) => response.headers.get('etag') ?? '';

/** The log lost what came after 5, and others went on from there to 10. */
async function replaceTail(): Promise<void> {
  const { host_id } = await service.log.head(host);
  await loseTail(service.database, host_id, 5);
  await write(other, 'b', 6, 10);
}

describe('after a log went back without its projections', () => {
  it('a write says that they are to be derived again, and is taken when they are', async () => {
    const { database } = service;
    const { host_id } = await service.log.head(host);
    const kept = projector.tables.map(({ name }) => name);
    await loseTail(database, host_id, 5, kept);
    const refused = await problem(await record(service, '/c6'));
    expect(refused).toMatchObject({ type: 'urn:bpfledger:problem:log-damaged', status: 503 });
    expect(refused.detail).toContain('position 6: the projections have rows of events after');
    expect(refused.detail).toContain('bpfledger rebuild');
    await rebuild(database, { host_id });
    expect((await record(service, '/c6')).status).toBe(200);
  });
});

describe('after a log went back and on to the same position', () => {
  it.each([
    ['a write', async () => tagOf(await record(service, '/kept'))],
    ['a read of the head', async () => (await record(service, '/kept')) && tagOf(await get(''))],
    [
      'a read at the position',
      async () => (await record(service, '/kept')) && tagOf(await get('/cgroups?at=11')),
    ],
    ['a repeated write', repeatWrite],
  ])('the tag of %s is not taken as If-Match', async (_, tag) => {
    const kept = await tag();
    expect(kept).toMatch(/^"lost-\d+:11\.[0-9a-f]{16}"$/);
    await replaceTail();
    await record(other, '/b11');
    const refused = await record(service, '/late', { 'if-match': kept });
    expect(refused.status).toBe(412);
    expect(await problem(refused)).toMatchObject({
      type: 'urn:bpfledger:problem:position-changed',
      field: 'if-match',
      position: 11,
    });
    const { position } = await service.log.head(host);
    expect(position).toBe(11);
    const fresh = tagOf(await get(''));
    expect((await record(service, '/late', { 'if-match': fresh })).status).toBe(200);
  });

  async function repeatWrite(): Promise<string> {
    const key = { 'idempotency-key': `k-${host}` };
    await record(service, '/kept', key);
    const again = await record(service, '/kept', key);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    return tagOf(again);
  }

  it.each([
    '',
    '/cgroups',
    '/state',
    '/cgroups?at=8',
    '/effective?cgroup=/&attach_type=egress&at=8',
    '/events?at=8',
    '/events/8',
    '/processes?at=8',
    '/diff?from=2&to=8',
  ])('GET …%s is not answered 304', async (path) => {
    const before = await get(path);
    expect(before.status).toBe(200);
    const known = { 'if-none-match': tagOf(before) };
    expect((await get(path, known)).status).toBe(304);
    await replaceTail();
    // States of the past are compared with the log once a second.
    await expect.poll(async () => (await get(path, known)).status).toBe(200);
  });

  it('what was there before keeps its tags', async () => {
    const before = await Promise.all(['/cgroups?at=4', '/events/4'].map((path) => get(path)));
    await replaceTail();
    for (const [i, path] of ['/cgroups?at=4', '/events/4'].entries()) {
      const known = { 'if-none-match': tagOf(before[i] as Response) };
      expect((await get(path, known)).status).toBe(304);
    }
  });

  it('a follower that comes back is told, also by a process that knew nothing of it', async () => {
    const { ids } = await messages(service, {});
    expect(ids.at(-1)).toMatch(/^10\.[0-9a-f]{16}$/);
    await replaceTail();
    const fresh = await startTestService({ database: service.database });
    for (const id of [ids[5], ids.at(-1)] as string[]) {
      const back = await messages(fresh, { 'last-event-id': id }, 1);
      expect(back.events).toEqual(['history-changed']);
      expect(back.data).toEqual([{ known: Number.parseInt(id, 10), position: 10 }]);
    }
    // What it has was not lost: it goes on, and learns of what came instead.
    const on = await messages(fresh, { 'last-event-id': ids[4] as string }, 5);
    expect(on.ids.map((id) => Number.parseInt(id, 10))).toEqual([6, 7, 8, 9, 10]);
    await fresh.close();
  });

  it('a follower that is beyond the head is told so', async () => {
    const { ids } = await messages(service, {});
    const { host_id } = await service.log.head(host);
    await loseTail(service.database, host_id, 5);
    const back = await messages(other, { 'last-event-id': ids.at(-1) as string }, 1);
    expect(back.data).toEqual([{ known: 10, position: 5 }]);
  });
});

it('tags each event of a list by the append that recorded it', async () => {
  const body = Array.from({ length: 5 }, (_, i) => call(`/list${i}`));
  const written = await post(service.app, `/v1/hosts/${host}/syscalls`, { body });
  const mark = (tag: string) => tag.slice(-17);
  const tags = await Promise.all(
    ['/events/11', '/events/13', '/cgroups?at=13', '/cgroups?at=15'].map(async (path) =>
      mark(tagOf(await get(path))),
    ),
  );
  expect(new Set([...tags, mark(tagOf(written))]).size).toBe(1);
  const { ids } = await messages(service, { 'last-event-id': '10' }, 5);
  expect(new Set(ids.map((id) => `${id.slice(-16)}"`))).toEqual(new Set(tags));
  // Of a branch that grew out of the middle of an append, all ways agree as well.
  const branch = await post(service.app, `/v1/hosts/${host}/branches`, {
    body: { name: `${host}-b`, at: 13 },
  });
  const path = `/v1/hosts/${host}-b`;
  const ofBranch = [
    branch,
    await service.app.request(path),
    await service.app.request(`${path}/cgroups?at=12`),
    await service.app.request(`${path}/events/13`),
  ].map((response) => mark(tagOf(response)));
  expect(new Set(ofBranch).size).toBe(1);
  expect(ofBranch[0]).not.toBe(tags[0]);
});

interface Followed {
  readonly events: string[];
  readonly ids: string[];
  readonly data: unknown[];
}

/** The first messages of a stream. */
async function messages(
  from: TestService,
  headers: Record<string, string>,
  count = 10,
): Promise<Followed> {
  const response = await from.app.request(`/v1/hosts/${host}/events/stream`, { headers });
  expect(response.status).toBe(200);
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const found: Followed = { events: [], ids: [], data: [] };
  let text = '';
  while (found.events.length < count) {
    const { done, value } = await reader.read();
    if (done) break;
    text += Buffer.from(value).toString();
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const [, event] = /^event: (.*)$/m.exec(block) ?? [];
      if (event === undefined) continue;
      found.events.push(event);
      found.ids.push(/^id: (.*)$/m.exec(block)?.[1] ?? '');
      found.data.push(JSON.parse(/^data: (.*)$/m.exec(block)?.[1] ?? 'null'));
    }
  }
  await reader.cancel();
  return found;
}
