// Pages of a state are all of one state: what is recorded between two of them is in none. And an
// answer that depends on more than a position of one host is not kept as if it did not.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { post, problem, startTestService, type TestService } from './running.ts';

let service: TestService;
const get = (path: string, headers = {}) => service.app.request(path, { headers });

beforeAll(async () => {
  service = await startTestService();
});
afterAll(async () => {
  expect(service.faults).toEqual([]);
  await service.close();
});

const EGRESS = { attach_type: 'egress' };
const link = (prog_fd: number, target_path: string) => {
  return { name: 'link_create', ...EGRESS, prog_fd, target_path };
};
const hash = {
  ...{ name: 'map_create', map_type: 'hash', key_size: 4, value_size: 8, max_entries: 1000 },
};
const storage = { name: 'map_create', map_type: 'cgroup_storage', key_size: 16, value_size: 8 };
const element = (key: number) => ({ name: 'map_update_elem', map_fd: 4, key, value: key });
const load = { name: 'prog_load', prog_type: 'cgroup_skb' };
const CGROUPS = ['/c1', '/c2', '/c3'];

async function does(host: string, calls: readonly object[]): Promise<void> {
  const body = calls.map((call) => ({ call }));
  const response = await post(service.app, `/v1/hosts/${host}/syscalls`, { body });
  const { events } = (await response.json()) as { events: { outcome: object }[] };
  const refused = events.filter(({ outcome }) => 'errno' in outcome);
  if (refused.length > 0) throw new Error(JSON.stringify(refused));
}

/** A host with three of everything: program 1 is fd 3, map 1 fd 4, program 2, of storages, fd 6. */
async function newHost(name: string): Promise<void> {
  await post(service.app, '/v1/hosts', { body: { name, release: '6.18' } });
  await does(name, [
    ...CGROUPS.map((path) => ({ name: 'mkdir', path })),
    ...[load, hash, storage, { ...load, map_fds: [5] }],
    ...CGROUPS.map((path) => link(3, path)),
    ...CGROUPS.map((path) => link(6, path)),
    ...[1, 2, 3].map(element),
    ...[1, 2, 3].map((n) => ({ name: 'obj_pin', bpf_fd: 3, path: `/p${n}` })),
    ...[1, 2].map(() => ({ name: 'spawn' })),
  ]);
}

/** Changes something of everything. */
async function change(host: string, n: number): Promise<void> {
  await does(host, [
    { name: 'mkdir', path: `/z${n}` },
    ...[load, hash, link(3, `/z${n}`), link(6, `/z${n}`), element(100 + n)],
    { name: 'obj_pin', bpf_fd: 3, path: `/z${n}` },
    { name: 'spawn' },
  ]);
}

interface Page {
  readonly position: number;
  readonly items: readonly object[];
  readonly next?: string;
}

async function page(path: string): Promise<Page> {
  const response = await get(path);
  if (response.status !== 200) throw new Error(await response.text());
  return (await response.json()) as Page;
}

const LISTS = [
  'cgroups',
  'cgroups?under=/',
  'programs',
  'links',
  'links?prog_id=1',
  'maps',
  'maps/1/elements',
  'maps/2/storages',
  'pins',
  'processes',
  'processes/1/history',
  'programs/1/history?format=json',
  'cgroups?at=2999-01-01T00:00:00Z',
  'pins?at=boot:1',
] as const;

describe('pages', () => {
  it.each(LISTS)('of %s are of one position', async (list) => {
    const host = `pages-${LISTS.indexOf(list)}`;
    await newHost(host);
    const path = `/v1/hosts/${host}/${list}${list.includes('?') ? '&' : '?'}`;
    const { position, items: whole } = await page(`${path}limit=1000`);
    const told: object[] = [];
    for (let [after, n] = ['', 0]; ; n++) {
      const { next, ...one } = await page(`${path}limit=1${after}`);
      told.push(...one.items);
      expect(one.position).toBe(position);
      if (next === undefined) break;
      await change(host, n);
      // `after` takes it as well.
      after = `&${n % 2 === 0 ? 'next' : 'after'}=${encodeURIComponent(next)}`;
    }
    expect(whole.length).toBeGreaterThan(1);
    expect(told).toEqual(whole);
  });

  it('go on after any key, at any moment, but not at two positions', async () => {
    await newHost('h');
    expect((await page('/v1/hosts/h/cgroups?at=4&after=2&limit=1')).items).toMatchObject([
      { cgroup_id: 3 },
    ]);
    expect((await page('/v1/hosts/h/cgroups?at=4&after=4:2')).position).toBe(4);
    for (const [query, field] of [
      ['at=5&after=4:2', 'after'],
      ['after=4:x', 'after'],
      ['next=4:x', 'next'],
      ['at=5&next=4:2', 'next'],
      ['after=:2', 'after'],
      ['after=0:2', 'after'],
    ] as const) {
      const told = await problem(await get(`/v1/hosts/h/cgroups?${query}`));
      expect(told).toMatchObject({ status: 422, field });
    }
    expect((await get('/v1/hosts/h/cgroups?after=99999:2')).status).toBe(404);
  });
});

it('lists that are of no position go on by `next` too, which wins over `after`', async () => {
  for (const name of ['twig-1', 'twig-2', 'twig-3']) {
    await change('h', Number(name.at(-1)));
    await post(service.app, '/v1/hosts/h/branches', { body: { name } });
    await post(service.app, '/v1/hosts/h/checkpoints', { body: {} });
  }
  for (const list of ['/v1/hosts', '/v1/hosts/h/branches', '/v1/hosts/h/checkpoints']) {
    const { items: whole } = await page(`${list}?limit=1000`);
    const told: object[] = [];
    let query = '';
    for (;;) {
      const { next, items } = await page(`${list}?limit=1${query}`);
      told.push(...items);
      if (next === undefined) break;
      query = `&next=${encodeURIComponent(next)}&after=0`;
    }
    expect(whole.length).toBeGreaterThan(2);
    expect(told).toEqual(whole);
  }
});

describe('an answer about two hosts', () => {
  const DIFFERS = '/v1/hosts/h/bisect?cgroup=/c1&attach_type=egress&condition=differs:other&to=14';

  it('is asked for again when the other one grew', async () => {
    await post(service.app, '/v1/hosts', { body: { name: 'other', release: '6.18' } });
    const before = await get(DIFFERS);
    expect(before.status).toBe(200);
    const body = Array.from({ length: 20 }, (_, i) => ({ call: { name: 'mkdir', path: `/${i}` } }));
    await post(service.app, '/v1/hosts/other/syscalls', { body });
    const at = (await get('/v1/hosts/h?at=14')).headers.get('etag') ?? '';
    const tags = [before.headers.get('etag') ?? '', at];
    for (const tag of tags) {
      const after = await get(DIFFERS, { 'if-none-match': tag });
      expect(after.status).toBe(200);
      expect(after.headers.get('etag')).toBeNull();
      expect(after.headers.get('cache-control')).toBe('public, no-cache');
    }
  });
});

it.each(['/v1/hosts', '/v1/hosts/h/executor', '/v1/hosts/h/checkpoints', '/v1/keys'])(
  '%s, which no position tells the age of, is not kept',
  async (path) => {
    const { status, headers } = await get(path);
    expect([status, headers.get('etag'), headers.get('cache-control')]).toEqual([
      200,
      null,
      'no-cache',
    ]);
  },
);
