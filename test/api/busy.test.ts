// A full queue: one request is told to come back, a stream waits and keeps its order.

import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Log } from '../../src/events/log.ts';
import { LogRefusal } from '../../src/events/log-refusal.ts';
import { lines, post, problem, startTestService, type TestService } from './running.ts';

/** Submissions that are let through before the queue is full, round by round. */
let rounds: number[];
let passed: number;

const full = () =>
  new LogRefusal({
    why: 'queue-full',
    calls: 20_000,
    callsMax: 20_000,
    submissions: 1,
    submissionsMax: 5000,
    retryAfterMs: 10,
  });

/** A log whose queue is full after a while, until everything that was turned away has been told. */
function crowded(log: Log): Log {
  return {
    ...log,
    async submit(host, submission) {
      const [room] = rounds;
      if (room !== undefined && passed >= room) {
        setTimeout(() => {
          if (rounds[0] === room) rounds.shift();
          passed = 0;
        }, 1);
        throw full();
      }
      passed++;
      return log.submit(host, submission);
    },
  };
}

let service: TestService;
beforeAll(async () => {
  service = await startTestService({ between: crowded });
  rounds = [];
  await post(service.app, '/v1/hosts', { body: { name: 'h', release: '6.18' } });
});
afterAll(() => service.close());
beforeEach(() => {
  passed = 0;
});

const mkdir = (path: string) => ({ call: { name: 'mkdir', path } });

it('one request is answered 503, with when to come back, and records nothing', async () => {
  rounds = [0];
  const before = await service.log.head('h');
  const response = await post(service.app, '/v1/hosts/h/syscalls', { body: mkdir('/x') });
  expect(response.headers.get('retry-after')).toBe('1');
  expect(await problem(response)).toMatchObject({ status: 503, limit: 20_000, retry_after: 1 });
  expect((await service.log.head('h')).position).toBe(before.position);
});

it('a stream waits, then goes on where it was turned away', async () => {
  rounds = [3, 5];
  const paths = Array.from({ length: 20 }, (_, i) => `/s${i}`);
  const response = await post(service.app, '/v1/hosts/h/syscalls', {
    headers: { 'content-type': 'application/x-ndjson' },
    body: paths.map((path) => `${JSON.stringify(mkdir(path))}\n`).join(''),
  });
  const events = (await lines(response)) as { call: { path: string } }[];
  expect(events.map(({ call }) => call.path)).toEqual(paths);
});

it('counts what was recorded', async () => {
  const metrics = await (await service.app.request('/metrics')).text();
  expect(metrics).toContain('bpfledger_events_recorded_total 21');
});
