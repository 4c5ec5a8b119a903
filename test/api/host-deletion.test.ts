// A host that its owner deletes, as clients see it: 404 that tells of it, streams that end with it, what
// stays, and a later host of the same name.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { deletionPage } from '../../src/api/wire/deletion.ts';
import type { Log } from '../../src/events/log.ts';
import { DamagedLog } from '../../src/events/reading/damaged-log.ts';
import { deleteHost } from '../../src/projections/delete-host.ts';
import { bearer, namedTokens } from './named-tokens.ts';
import { parse, post, problem, startTestService, type TestService } from './running.ts';
import { messagesOf } from './sse.ts';

const TOKENS = namedTokens({ all: { hosts: ['*'] }, few: { hosts: ['web-*'] } });
const headers = bearer('all');
const NOW = 1_796_000_000_000_000;
const DELETED_AT = '2026-11-30T00:53:20.000000Z';

let service: TestService;
/** What a read in `between` does first. */
let meanwhile: (() => Promise<void>) | undefined;

beforeAll(async () => {
  service = await startTestService({ tokens: TOKENS, between });
});
afterAll(() => service.close());

/** The log, in which a host may be deleted between the head and what is read of it. */
function between(log: Log): Log {
  return {
    ...log,
    async withHead(host, read) {
      const asked = meanwhile;
      meanwhile = undefined;
      if (asked === undefined) return log.withHead(host, read);
      await asked();
      throw new DamagedLog(2, 'missing from the log');
    },
  };
}

const get = (path: string, more: Record<string, string> = headers) =>
  service.app.request(path, { headers: more });
const remove = (name: string, reason = '') =>
  deleteHost(service.database, { name, actor: 'root', reason, now: NOW });

/** The boot and two directories. */
async function make(name: string): Promise<void> {
  const made = await post(service.app, '/v1/hosts', { headers, body: { name, release: '6.18' } });
  expect(made.status).toBe(201);
  const calls = ['/a', '/b'].map((path) => ({ call: { name: 'mkdir', path } }));
  const path = `/v1/hosts/${name}/syscalls`;
  expect((await post(service.app, path, { headers, body: calls })).status).toBe(200);
}

const detail = (name: string) =>
  `there is no host ${name}: it was deleted at ${DELETED_AT} by root, with 3 events`;

it('is not there any more, by any request, which tells when it went', async () => {
  await make('web-1');
  await remove('web-1');
  for (const path of [
    ...[
      '',
      '/state',
      '/state?at=2',
      '/cgroups',
      '/cgroups?at=2',
      '/events',
      '/events/2',
      '/verify',
    ],
    ...['/branches', '/checkpoints', '/export', '/timeline', '/drift', '/events/stream'],
  ]) {
    const answer = await problem(await get(`/v1/hosts/web-1${path}`));
    expect([path, answer.status, answer.detail]).toEqual([path, 404, detail('web-1')]);
  }
  for (const [path, body] of [
    ['/syscalls', { call: { name: 'mkdir', path: '/x' } }],
    ['/reboot', {}],
    ['/branches', { name: 'web-b' }],
    ['/checkpoints', {}],
    ['/plan', { call: { name: 'mkdir', path: '/x' } }],
  ] as const) {
    const answer = await problem(
      await post(service.app, `/v1/hosts/web-1${path}`, { headers, body }),
    );
    expect([path, answer.status, answer.detail]).toEqual([path, 404, detail('web-1')]);
  }
  const others = await problem(await get('/v1/hosts/web-0'));
  expect(others.detail).toBe(
    'there is no host web-0; GET /v1/hosts (bpfledger hosts list) lists the hosts, POST /v1/hosts ' +
      '(bpfledger hosts create) makes one',
  );
  expect(service.faults).toEqual([]);
});

it('is answered as gone also where it goes while it is read', async () => {
  await make('web-2');
  meanwhile = async () => void (await remove('web-2'));
  const answer = await problem(await get('/v1/hosts/web-2/state'));
  expect([answer.status, answer.detail]).toEqual([404, detail('web-2')]);
  // What is damaged and there is told as damaged.
  await make('web-3');
  meanwhile = async () => undefined;
  expect((await problem(await get('/v1/hosts/web-3/state'))).status).toBe(503);
});

it('ends its streams, which tell when it went', async () => {
  await make('web-4');
  const path = '/v1/hosts/web-4';
  const streams = await Promise.all([get(`${path}/events/stream`), get(`${path}/links/stream`)]);
  const [events, links] = streams.map(messagesOf);
  await events?.take(3);
  await links?.take(1);
  await remove('web-4');
  const gone = { known: 3, position: 0, deleted_at: DELETED_AT };
  for (const stream of [events, links]) {
    const [last] = (await stream?.take(1)) ?? [];
    expect(last).toEqual({ event: 'history-changed', id: '', data: gone });
    expect(await stream?.ends()).toBe(true);
  }
});

it('is passed over by who follows all hosts, also from one of its events, with a token for few', async () => {
  await make('web-5');
  const before = (await (await get('/v1/events?order=desc&limit=1', bearer('few'))).json()) as {
    items: { host: string }[];
  };
  expect(before.items[0]?.host).toBe('web-5');
  const all = await get('/v1/events?host=web-5', bearer('few'));
  const { last } = (await all.json()) as { last: string };
  await remove('web-5');
  await make('web-6');
  const rest = await get(`/v1/events?next=${last}`, bearer('few'));
  expect(rest.status, await rest.clone().text()).toBe(200);
  const { items } = (await rest.json()) as { items: { host: string; position: number }[] };
  expect(items.map(({ host, position }) => `${host} ${position}`)).toEqual([
    ...['web-6 1', 'web-6 2', 'web-6 3'],
  ]);
  const stream = messagesOf(
    await get('/v1/events/stream', { ...bearer('few'), 'last-event-id': last }),
  );
  expect((await stream.take(3)).map(({ event }) => event)).toEqual(['event', 'event', 'event']);
  await stream.stop();
});

it('stays known by what it was, to who might see it', async () => {
  await make('db-1');
  const { hash } = await service.log.head('db-1');
  const signed = await post(service.app, '/v1/hosts/db-1/checkpoints', { headers, body: {} });
  const { note } = (await signed.json()) as { note: string };
  await remove('db-1', 'ticket 12');
  const { items, count } = await parse(
    await get('/v1/deletions?host=db-*&count=true'),
    deletionPage,
  );
  expect(count).toBe(1);
  expect(items).toEqual([
    {
      ...{ host: 'db-1', log_id: expect.any(String), position: 3, events: 3 },
      ...{ hash: Buffer.from(hash).toString('hex'), checkpoint: note },
      ...{ recorded_from: expect.any(String), recorded_to: expect.any(String) },
      ...{ actor: 'root', database_user: expect.any(String) },
      ...{ deleted_at: DELETED_AT, reason: 'ticket 12' },
    },
  ]);
  const few = await parse(await get('/v1/deletions', bearer('few')), deletionPage);
  expect(few.items.map(({ host }) => host)).not.toContain('db-1');
  // A page after the other, in both orders.
  for (const order of ['asc', 'desc']) {
    const whole = await parse(await get(`/v1/deletions?order=${order}`), deletionPage);
    const found: string[] = [];
    for (let next: string | undefined = ''; next !== undefined; ) {
      const place: string = next && `&next=${next}`;
      const page = await parse(
        await get(`/v1/deletions?order=${order}&limit=1${place}`),
        deletionPage,
      );
      found.push(...page.items.map(({ host }) => host));
      next = page.next;
    }
    expect(found).toEqual(whole.items.map(({ host }) => host));
  }
});

it('leaves its name to another log, which is not signed as the old one', async () => {
  await make('web-7');
  const sign = () => post(service.app, '/v1/hosts/web-7/checkpoints', { headers, body: {} });
  expect((await sign()).status).toBe(201);
  await remove('web-7');
  await make('web-7');
  const refused = await problem(await sign());
  expect(refused.type).toBe('urn:bpfledger:problem:signing-refused');
  const verified = (await (await get('/v1/hosts/web-7/verify')).json()) as {
    not_excluded: string[];
  };
  expect(verified.not_excluded.join('\n')).toContain(
    `Another host web-7 was deleted at ${DELETED_AT}, with 3 events`,
  );
  // An operator accepts it.
  const head = await service.log.head('web-7');
  await service.signedHeads.accept('web-7', head, NOW);
  expect((await sign()).status).toBe(201);
});
