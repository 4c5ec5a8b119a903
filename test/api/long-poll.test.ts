// Reads that wait for a position: they are answered when it is recorded, or after a while with what is
// there; whoever leaves waits no longer; and every read at a moment may wait.

import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Follower } from '../../src/events/reading/follower.ts';
import { openapiDocument } from '../support/openapi.ts';
import { post, problem, startTestService, type TestService } from './running.ts';

let service: TestService;
/** Followers that wait now. */
const open = new Set<Follower>();

beforeAll(async () => {
  service = await startTestService({
    between: (log) => ({
      ...log,
      async subscribe(host, place) {
        const follower = await log.subscribe(host, place);
        open.add(follower);
        const end = follower.return.bind(follower);
        follower.return = () => {
          open.delete(follower);
          return end();
        };
        return follower;
      },
    }),
  });
  await post(service.app, '/v1/hosts', { body: { name: 'h', release: '6.18' } });
});
afterAll(async () => {
  expect(open.size).toBe(0);
  expect(service.faults).toEqual([]);
  await service.close();
});

const mkdir = (path: string) =>
  post(service.app, '/v1/hosts/h/syscalls', { body: { call: { name: 'mkdir', path } } });
const get = (path: string, init?: RequestInit) => service.app.request(`/v1/hosts/h${path}`, init);
async function positionOf(response: Response): Promise<number> {
  expect(response.status, await response.clone().text()).toBe(200);
  return ((await response.json()) as { position: number }).position;
}
/** Waits until so many reads wait. */
async function waiting(count: number): Promise<void> {
  while (open.size !== count) await new Promise((resolve) => setTimeout(resolve, 5));
}

it('a read waits for its position, however many events it takes, and tells what is there', async () => {
  const reads = ['/state', '/cgroups', '/events', '', '/effective?cgroup=/&attach_type=egress'];
  const asked = reads.map((path) => get(`${path}${path.includes('?') ? '&' : '?'}wait_for=3`));
  await waiting(asked.length);
  await mkdir('/a');
  expect(open.size).toBe(asked.length);
  await mkdir('/b');
  for (const response of await Promise.all(asked)) expect(await positionOf(response)).toBe(3);
});

it('one that is there already is answered immediately, also of a past moment', async () => {
  expect(await positionOf(await get('/cgroups?wait_for=3&wait=60'))).toBe(3);
  expect(await positionOf(await get('/cgroups?wait_for=2&at=2'))).toBe(2);
});

it('after the time it is answered with what is there', async () => {
  const began = performance.now();
  expect(await positionOf(await get('/cgroups?wait_for=99&wait=1'))).toBe(3);
  expect(performance.now() - began).toBeGreaterThan(900);
});

it('nothing waits for a client that left', async () => {
  const client = new AbortController();
  const asked = get('/state?wait_for=99&wait=60', { signal: client.signal });
  await waiting(1);
  client.abort();
  await waiting(0);
  await asked;
});

it('what makes no sense is refused without a wait', async () => {
  for (const [query, field] of [
    ['wait=5', 'wait'],
    ['wait_for=99&wait=0', 'wait'],
    ['wait_for=99&wait=61', 'wait'],
    ['wait_for=x', 'wait_for'],
  ] as const) {
    expect(await problem(await get(`/links?${query}`))).toMatchObject({ status: 422, field });
  }
  expect((await service.app.request('/v1/hosts/none/links?wait_for=9')).status).toBe(404);
});

it('every read of a host at a moment may wait', () => {
  const { paths } = openapiDocument<{
    readonly paths: Readonly<
      Record<string, { readonly get?: { readonly parameters?: readonly { name: string }[] } }>
    >;
  }>();
  const named = Object.entries(paths).flatMap(([path, { get: read }]) => {
    const names = (read?.parameters ?? []).map(({ name }) => name);
    const may = names.includes('at') && path.startsWith('/v1/hosts/{host}');
    return may ? [[path, names.includes('wait_for') && names.includes('wait')] as const] : [];
  });
  expect(named.length).toBeGreaterThan(15);
  expect(named.filter(([, waits]) => !waits)).toEqual([]);
});
