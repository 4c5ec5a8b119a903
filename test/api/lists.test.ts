// What all lists take alike: `order`, `count` and `fields`. By the document each list has them, save those
// that are named here with the reason; and each list that has them does by them what it says.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openapiDocument } from '../support/openapi.ts';
import { post, problem, startTestService, type TestService } from './running.ts';

interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly { readonly $ref?: string; readonly name?: string }[];
  readonly responses: Readonly<Record<string, unknown>>;
}
const document = openapiDocument<{
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, { readonly properties?: object }>>;
    readonly parameters: Readonly<Record<string, { readonly name: string }>>;
  };
}>();

/** Lists that lack some of it. */
const LACKING: Readonly<Record<string, { readonly has: readonly string[]; readonly why: string }>> =
  {
    getEffectiveEverywhere: {
      has: ['fields'],
      why: 'its slots are made host by host, page by page',
    },
    getArrayTimeline: { has: [], why: 'each version follows from the one before' },
    replayHost: { has: [], why: 'calls are decided in their order' },
    getDrift: { has: [], why: 'it is three lists' },
    ...Object.fromEntries(
      ['Link', 'Program', 'Map', 'Cgroup', 'Process', 'Pin', 'Cgroups'].map((thing) => [
        `get${thing}History`,
        { has: [], why: 'a story is told from its beginning' },
      ]),
    ),
  };

function namesOf({ parameters = [] }: Operation): string[] {
  return parameters.map(({ $ref, name = '' }) =>
    $ref === undefined
      ? name
      : (document.components.parameters[$ref.split('/').at(-1) ?? '']?.name ?? ''),
  );
}

/** Whether the answer of an operation is a page of items. */
function isPaged({ responses }: Operation): boolean {
  const text = JSON.stringify(responses['200'] ?? {});
  return [...text.matchAll(/#\/components\/schemas\/(\w+)/g)].some(([, id = '']) => {
    const { properties = {} } = document.components.schemas[id] ?? {};
    return 'items' in properties && 'next' in properties;
  });
}

const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods));

it.each(operations.filter(isPaged).map((one) => [one.operationId, one] as const))(
  '%s has what lists have',
  (id, operation) => {
    const names = namesOf(operation);
    const wanted = LACKING[id]?.has ?? ['order', 'count', 'fields'];
    expect(['order', 'count', 'fields'].filter((name) => names.includes(name))).toEqual(wanted);
  },
);

let service: TestService;

beforeAll(async () => {
  service = await startTestService();
  await post(service.app, '/v1/hosts', { body: { name: 'h', release: '6.18' } });
  const link = (prog_fd: number, target_path: string) => ({
    ...{ name: 'link_create', attach_type: 'egress', prog_fd, target_path },
  });
  const load = { name: 'prog_load', prog_type: 'cgroup_skb' };
  const map = { name: 'map_create', key_size: 4, value_size: 8 };
  const storage = { ...map, map_type: 'cgroup_storage', key_size: 16 };
  const paths = ['/c1', '/c2', '/c3'];
  const calls = [
    ...paths.map((path) => ({ name: 'mkdir', path })),
    ...[load, { ...map, map_type: 'hash', max_entries: 9 }, storage, { ...load, map_fds: [5] }],
    ...paths.map((path) => link(6, path)),
    ...[1, 2, 3].map((key) => ({ name: 'map_update_elem', map_fd: 4, key, value: key })),
    ...[1, 2, 3].map((n) => ({ name: 'obj_pin', bpf_fd: 3, path: `/p${n}` })),
    ...[1, 2].map(() => ({ name: 'spawn' })),
  ];
  const body = calls.map((call) => ({ call }));
  const recorded = await post(service.app, '/v1/hosts/h/syscalls', { body });
  expect(await recorded.text()).not.toContain('"errno"');
  for (const path of ['/d1', '/d2']) {
    await post(service.app, '/v1/hosts/h/checkpoints', { body: {} });
    await post(service.app, '/v1/hosts/h/syscalls', { body: { call: { name: 'mkdir', path } } });
  }
  for (const name of ['a', 'b', 'c']) {
    await post(service.app, '/v1/hosts/h/branches', { body: { name } });
  }
});
afterAll(() => service.close());

interface Page {
  readonly items: readonly Readonly<Record<string, unknown>>[];
  readonly count?: number;
  readonly next?: string;
}

async function ask(list: string, query: string): Promise<Page> {
  const url = `${list}${list.includes('?') ? '&' : '?'}${query}`;
  const response = await service.app.request(url);
  expect(response.status, await response.clone().text()).toBe(200);
  return (await response.json()) as Page;
}

async function all(list: string, query: string): Promise<Page['items']> {
  const items: Page['items'][number][] = [];
  for (let next = ''; ; ) {
    const page = await ask(list, `${query}${next}`);
    items.push(...page.items);
    if (page.next === undefined) return items;
    next = `&next=${encodeURIComponent(page.next)}`;
  }
}

const H = '/v1/hosts/h';
/** Each list, the order that it has by itself, and a field that tells its items apart. */
const LISTS = [
  ['/v1/hosts', 'asc', 'name'],
  ['/v1/events', 'asc', 'position'],
  ['/v1/events?call=mkdir', 'asc', 'position'],
  ['/v1/programs?name=', 'asc', 'prog_id'],
  [`${H}/branches`, 'asc', 'name'],
  [`${H}/events`, 'asc', 'position'],
  [`${H}/events?effect=CgroupMade`, 'asc', 'position'],
  [`${H}/events?from=3&to=9`, 'asc', 'position'],
  [`${H}/processes`, 'asc', 'pid'],
  [`${H}/cgroups`, 'asc', 'cgroup_id'],
  [`${H}/cgroups?under=/c1`, 'asc', 'cgroup_id'],
  [`${H}/links`, 'asc', 'link_id'],
  [`${H}/links?cgroup_id=2`, 'asc', 'link_id'],
  [`${H}/programs`, 'asc', 'prog_id'],
  [`${H}/maps`, 'asc', 'map_id'],
  [`${H}/maps/2/storages`, 'desc', 'made_at'],
  [`${H}/maps/1/elements`, 'asc', 'key'],
  [`${H}/pins`, 'asc', 'path'],
  [`${H}/pins?path=/p1`, 'asc', 'path'],
  [`${H}/checkpoints`, 'asc', 'position'],
] as const;

describe.each(LISTS)('%s', (given, order, key) => {
  // Programs without a name are found by their tag.
  const list = given.replace('name=', 'tag=');
  async function withTag(): Promise<string> {
    if (!given.startsWith('/v1/programs')) return list;
    const { items } = await ask(`${H}/programs`, 'limit=1');
    return `${list}${items[0]?.tag}`;
  }

  it('counts, turns round and leaves out fields', async () => {
    const asked = await withTag();
    const whole = await all(asked, 'limit=1000');
    expect(whole.length).toBeGreaterThan(0);
    expect((await ask(asked, 'limit=1&count=true')).count).toBe(whole.length);
    expect((await ask(asked, 'limit=1')).count).toBeUndefined();
    expect(await all(asked, `limit=2&order=${order}`)).toEqual(whole);
    const other = order === 'asc' ? 'desc' : 'asc';
    expect(await all(asked, `limit=2&order=${other}`)).toEqual(whole.toReversed());
    expect(await all(asked, `limit=2&fields=${key}`)).toEqual(
      whole.map((item) => ({ [key]: item[key] })),
    );
    const url = `${asked}${asked.includes('?') ? '&' : '?'}fields=nothing`;
    expect(await problem(await service.app.request(url))).toMatchObject({
      ...{ status: 422, field: 'fields', detail: expect.stringContaining('must be one of') },
    });
  });
});

it('a list that cannot count so many events says so', async () => {
  const body = Array.from({ length: 1000 }, () => ({ call: { name: 'close', fd: 99 } }));
  await post(service.app, '/v1/hosts', { body: { name: 'long', release: '6.18' } });
  for (let i = 0; i < 20; i++) await post(service.app, '/v1/hosts/long/syscalls', { body });
  const { count } = await ask('/v1/hosts/long/events', 'limit=1&count=true');
  expect(count).toBeGreaterThan(20_000);
  const response = await service.app.request('/v1/hosts/long/events?call=close&count=true');
  expect(await problem(response)).toMatchObject({ status: 422, field: 'count', limit: 20_000 });
});
