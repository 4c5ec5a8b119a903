// A full queue: one request is told to come back, a stream waits and keeps its order.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Log } from '../../src/events/log.ts';
import { LogRefusal } from '../../src/events/log-refusal.ts';
import { lines, post, problem, startTestService, type TestService } from './running.ts';

/** How many submissions of each attempt the queue has room for; after them, all. */
let rooms: number[];

const full = () =>
  new LogRefusal({
    why: 'queue-full',
    calls: 20_000,
    callsMax: 20_000,
    submissions: 1,
    submissionsMax: 5000,
    size: 0,
    sizeMax: 1,
    retryAfterMs: 10,
  });

/** A log whose queue is full at first. */
function crowd(log: Log): Log {
  return {
    ...log,
    async submit(host, submission) {
      if (rooms.shift() === 0) throw full();
      return log.submit(host, submission);
    },
    async submitInOrder(host, submissions) {
      const room = rooms.shift() ?? submissions.length;
      if (room >= submissions.length) return log.submitInOrder(host, submissions);
      const { receipts } = await log.submitInOrder(host, submissions.slice(0, room));
      return { receipts, refused: { error: full() } };
    },
  };
}

let service: TestService;
beforeAll(async () => {
  service = await startTestService({ between: crowd });
  await post(service.app, '/v1/hosts', { body: { name: 'h', release: '6.18' } });
});
afterAll(() => service.close());
beforeEach(() => {
  rooms = [];
});

const mkdir = (path: string) => ({ call: { name: 'mkdir', path } });

it('one request is answered 503, with when to come back, and records nothing', async () => {
  rooms = [0];
  const before = await service.log.head('h');
  const response = await post(service.app, '/v1/hosts/h/syscalls', { body: mkdir('/x') });
  expect(response.headers.get('retry-after')).toBe('1');
  expect(await problem(response)).toMatchObject({ status: 503, limit: 20_000, retry_after: 1 });
  expect((await service.log.head('h')).position).toBe(before.position);
});

describe.each([
  ['with a key', { 'idempotency-key': 'once' }, [1, 3, 5]],
  ['without', {}, [0, 0]],
])('a stream %s', (name, header, turnedAway) => {
  it('waits, then goes on where it was turned away', async () => {
    rooms = [...turnedAway];
    const paths = Array.from({ length: 20 }, (_, i) => `/${name}-${i}`);
    const response = await post(service.app, '/v1/hosts/h/syscalls', {
      headers: { 'content-type': 'application/x-ndjson', ...header },
      body: paths.map((path) => `${JSON.stringify(mkdir(path))}\n`).join(''),
    });
    const events = (await lines(response)) as { call: { path: string } }[];
    expect(events.map(({ call }) => call.path)).toEqual(paths);
    expect(rooms).toEqual([]);
  });
});

it('counts what was recorded', async () => {
  const metrics = await (await service.app.request('/metrics')).text();
  expect(metrics).toContain('bpfledger_events_recorded_total 41');
});
