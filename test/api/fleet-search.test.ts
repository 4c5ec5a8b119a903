// The events of all hosts by what has another id on each host: a tag, a program's name, a cgroup. Each is
// compared with what the hosts' own routes find, in both orders, in pages and in streams.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventPage } from '../../src/api/routes/events.ts';
import { hostEventPage } from '../../src/api/wire/host-event.ts';
import { parse, post, problem, startTestService, type TestService } from './running.ts';
import { messagesOf } from './sse.ts';

let service: TestService;
let tag = '';

const HOSTS = ['node-1', 'node-2', 'node-3', 'other'];
const EGRESS = 'cgroup_inet_egress';

async function submit(host: string, calls: readonly object[]): Promise<void> {
  const body = calls.map((call) => ({ call }));
  const response = await post(service.app, `/v1/hosts/${host}/syscalls`, { body });
  expect(response.status, await response.clone().text()).toBe(200);
}

const load = (prog_name: string, ret: number) => ({
  ...{ name: 'prog_load', prog_type: 'cgroup_skb', prog_name, ret },
});
const link = (prog_fd: number, target_path: string) => ({
  ...{ name: 'link_create', prog_fd, target_path, attach_type: EGRESS },
});

/** A pod with a program that is replaced, a call that is refused, and the pod's end. */
const round = (pod: string, replaced = true) => [
  { name: 'mkdir', path: '/pods' },
  { name: 'mkdir', path: `/pods/${pod}` },
  load('policy', 0),
  load('audit', 1),
  link(3, `/pods/${pod}`),
  ...(replaced ? [{ name: 'link_update', link_fd: 6, new_prog_fd: 4 }] : []),
  { name: 'prog_attach', attach_bpf_fd: 3, target_path: '/none', attach_type: EGRESS },
  { name: 'prog_detach', attach_bpf_fd: 4, target_path: `/pods/${pod}`, attach_type: EGRESS },
  { name: 'close', fd: 6 },
  { name: 'rmdir', path: `/pods/${pod}` },
];

beforeAll(async () => {
  service = await startTestService();
  for (const name of HOSTS) {
    await post(service.app, '/v1/hosts', { body: { name, release: '6.18' } });
  }
  await submit('node-1', round('web-1'));
  await submit('node-2', round('db-1', false));
  // Other ids than on the others, and a boot in between.
  await submit('node-3', [{ name: 'mkdir', path: '/first' }, load('filler', 1)]);
  await post(service.app, '/v1/hosts/node-3/reboot', { body: {} });
  await submit('node-3', [{ name: 'mkdir', path: '/second' }, ...round('web-2')]);
  await submit('other', [{ name: 'mkdir', path: '/elsewhere' }, load('filler', 1)]);
  const programs = await service.app.request('/v1/programs?name=policy&limit=1');
  tag = ((await programs.json()) as { items: { tag: string }[] }).items[0]?.tag ?? '';
});
afterAll(() => service.close());

/** All pages of the events of all hosts. */
async function everywhere(query: string, limit: number): Promise<string[]> {
  const found: string[] = [];
  for (let next = ''; ; ) {
    const response = await service.app.request(`/v1/events?${query}&limit=${limit}${next}`);
    expect(response.status, await response.clone().text()).toBe(200);
    const page = await parse(response, hostEventPage);
    found.push(...page.items.map(({ host, position }) => `${host} ${position}`));
    if (page.next === undefined) return found;
    next = `&next=${page.next}`;
  }
}

/** The same of each host by its own route. */
async function hostByHost(query: string, hosts = HOSTS): Promise<string[]> {
  const found: string[] = [];
  for (const host of hosts) {
    const response = await service.app.request(`/v1/hosts/${host}/events?${query}&limit=1000`);
    expect(response.status, await response.clone().text()).toBe(200);
    const { items } = await parse(response, eventPage);
    found.push(...items.map(({ position }) => `${host} ${position}`));
  }
  return found;
}

/** Queries, and of how many hosts they find something. */
const QUERIES: readonly (readonly [query: () => string, hosts: number])[] = [
  [() => 'prog_name=policy', 3],
  [() => 'prog_name=filler&prog_name=audit', 4],
  [() => `tag=${tag}`, 3],
  [() => `tag=${tag}&prog_name=policy&call=link_create`, 3],
  [() => 'tag=ffffffffffffffff', 0],
  [() => 'cgroup=/pods', 3],
  [() => 'cgroup=/pods/web-1', 1],
  [() => 'cgroup=/pods/web-*', 2],
  [() => 'cgroup=/**/*-1', 2],
  [() => 'cgroup=/', 4],
  [() => 'cgroup=/pods/*&prog_name=audit&errno=none', 2],
  [() => 'cgroup=/none&errno=ENOENT', 3],
];

describe.each(QUERIES.map(([query, hosts]) => ({ query, hosts, name: String(query) })))(
  'the query $name',
  ({ query, hosts }) => {
    it('finds what the hosts find, in both orders and in pages', async () => {
      const each = (await hostByHost(query())).sort();
      expect(new Set(each.map((one) => one.split(' ')[0])).size).toBe(hosts);
      const forwards = await everywhere(`${query()}&order=asc`, 1000);
      expect(forwards.toSorted()).toEqual(each);
      expect(await everywhere(`${query()}&order=desc`, 1000)).toEqual(forwards.toReversed());
      expect(await everywhere(`${query()}&order=asc`, 3)).toEqual(forwards);
      const counted = await service.app.request(`/v1/events?${query()}&count=true&limit=1`);
      expect((await parse(counted, hostEventPage)).count).toBe(each.length);
    });
  },
);

it('a refused call that names a program by its fd is found by the name', async () => {
  const found = await everywhere('prog_name=policy&errno=ENOENT', 100);
  expect(found.length).toBe(3);
});

it('a pattern has few wildcards, and a path that is one', async () => {
  const ask = (query: string) => service.app.request(`/v1/events?${query}`);
  expect(await problem(await ask('cgroup=pods'))).toMatchObject({ status: 422, field: 'cgroup' });
  expect(await problem(await ask('cgroup=/*/*/*/*/*'))).toMatchObject({
    status: 422,
    detail: expect.stringContaining('wildcards'),
  });
});

// These come last, since they record more events.
it('a stream learns of programs and cgroups that come later, on new hosts too', async () => {
  const follow = async (query: string) =>
    messagesOf(await service.app.request(`/v1/events/stream?after=now&${query}`));
  const named = await follow('prog_name=policy');
  const below = await follow('cgroup=/pods/new-*');
  await post(service.app, '/v1/hosts', { body: { name: 'late', release: '6.18' } });
  await submit('late', round('new-1'));
  await submit('other', [
    { name: 'mkdir', path: '/pods' },
    { name: 'mkdir', path: '/pods/new-2' },
  ]);
  const expected = ['prog_load', 'link_create', 'link_update', 'prog_attach'];
  for (const name of expected) {
    const [message] = await named.take(1);
    expect(message?.data).toMatchObject({ host: 'late', call: { name } });
  }
  const hosts = (await below.take(7)).map(({ data }) => (data as { host: string }).host);
  expect(hosts.filter((host) => host === 'late').length).toBe(6);
  expect(hosts).toContain('other');
  await named.stop();
  await below.stop();
});

// A request looks at 20,000 events, and those of a host that never had the program are not among them.
it('a program of few hosts is found in one request, however much the others recorded', async () => {
  await post(service.app, '/v1/hosts', { body: { name: 'busy', release: '6.18' } });
  const calls = Array.from({ length: 1000 }, (_, i) => ({ name: 'mkdir', path: `/${i % 50}` }));
  for (let list = 0; list < 21; list++) await submit('busy', calls);
  const countArrived = async () => {
    const response = await service.app.request('/v1/events?host=busy&count=true&limit=1');
    return (await parse(response, hostEventPage)).count;
  };
  await expect.poll(countArrived, { timeout: 60_000 }).toBe(21_001);
  const each = await hostByHost('prog_name=policy', [...HOSTS, 'late']);
  for (const order of ['asc', 'desc']) {
    const query = `prog_name=policy&order=${order}&count=true&limit=1000`;
    const page = await parse(await service.app.request(`/v1/events?${query}`), hostEventPage);
    expect(page.next).toBeUndefined();
    expect(page.items.length).toBe(each.length);
    expect(page.count).toBe(each.length);
  }
  const any = await service.app.request('/v1/events?errno=ENOENT&order=desc&limit=1000');
  expect((await parse(any, hostEventPage)).next).toBeDefined();
});
