// Reads of the current state, each parsed with the strict schema of its route, and checked against
// what was written.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { effectiveArray } from '../../src/api/routes/effective.ts';
import { eventPage } from '../../src/api/routes/events.ts';
import { stateAnswer } from '../../src/api/routes/state.ts';
import { wireEvent } from '../../src/api/wire/event.ts';
import { hostDetail, hostPage } from '../../src/api/wire/hosts.ts';
import {
  cgroupDetail,
  cgroupPage,
  cgroupRow,
  elementRow,
  linkRow,
  mapRow,
  oneOf,
  pageOf,
  pinRow,
  processDetail,
  processView,
  programRow,
  storageRow,
} from '../../src/api/wire/reads.ts';
import { parse, post, startTestService, type TestService } from './running.ts';

let service: TestService;

const calls = [
  { name: 'mkdir', path: '/a' },
  { name: 'mkdir', path: '/a/b' },
  { name: 'prog_load', prog_type: 'cgroup_skb', prog_name: 'counter' },
  { name: 'link_create', prog_fd: 3, target_path: '/a', attach_type: 'egress' },
  { name: 'obj_pin', bpf_fd: 5, path: '/link' },
  { name: 'map_create', map_type: 'hash', key_size: 4, value_size: 8, max_entries: 16 },
  { name: 'rmdir', path: '/a' },
  { name: 'spawn', comm: 'agent', child_pid: 812 },
];

beforeAll(async () => {
  service = await startTestService();
  await post(service.app, '/v1/hosts', { body: { name: 'h', release: '6.18' } });
  const body = calls.map((call) => ({ call }));
  await post(service.app, '/v1/hosts/h/syscalls', { body });
});
afterAll(() => service.close());

async function read<T extends z.ZodType>(path: string, schema: T): Promise<z.output<T>> {
  const response = await service.app.request(path);
  if (response.status !== 200) throw new Error(`${path}: ${await response.text()}`);
  const tag = response.headers.get('etag');
  if (tag !== null) {
    const known = await service.app.request(path, { headers: { 'if-none-match': tag } });
    expect([known.status, await known.text()]).toEqual([304, '']);
  }
  return parse(response, schema);
}

// Schemas of pages are registered by the routes; these are anonymous twins of them.
const page = <T extends z.ZodType>(item: T) => pageOf('', item);
const one = <K extends string, T extends z.ZodType>(key: K, item: T) => oneOf('', key, item);

describe('reads', () => {
  it('hosts', async () => {
    const { items } = await read('/v1/hosts', hostPage);
    expect(items).toMatchObject([{ name: 'h', position: 9 }]);
    const host = await read('/v1/hosts/h', hostDetail);
    expect(host).toMatchObject({ boot: 1, release: '6.18.44', boots: [{ position_from: 1 }] });
  });

  it('cgroups by id, by path and by subtree', async () => {
    const all = await read('/v1/hosts/h/cgroups', page(cgroupRow));
    expect(all.items.map(({ path }) => path)).toEqual(['/', '/a', '/a/b']);
    const some = await read('/v1/hosts/h/cgroups?limit=2', page(cgroupRow));
    const rest = await read(`/v1/hosts/h/cgroups?limit=2&after=${some.next}`, page(cgroupRow));
    expect([...some.items, ...rest.items]).toEqual(all.items);
    expect(rest.next).toBeUndefined();
    expect((await read('/v1/hosts/h/cgroups?path=/a', page(cgroupRow))).items).toHaveLength(1);
    expect((await read('/v1/hosts/h/cgroups?under=/a', page(cgroupRow))).items).toHaveLength(2);
    const countOf = async (query: string) =>
      (await read(`/v1/hosts/h/cgroups?limit=1&count=true${query}`, cgroupPage)).count;
    expect(await countOf('')).toBe(3);
    expect(await countOf('&under=/a')).toBe(2);
    expect(await countOf('&path=/nowhere')).toBe(0);
    const detail = await read('/v1/hosts/h/cgroups/3', one('cgroup', cgroupDetail));
    expect(detail.cgroup).toMatchObject({
      path: '/a/b',
      attached: [],
      effective: [{ attach_type: 'cgroup_inet_egress', slots: [{ cgroup_id: 2, link_id: 1 }] }],
    });
  });

  it.each(['egress', 'cgroup_skb/egress', 'BPF_CGROUP_INET_EGRESS', '1'])(
    'the effective array of a descendant, by id and path, for %s',
    async (type) => {
      const query = `attach_type=${encodeURIComponent(type)}`;
      const byPath = await read(`/v1/hosts/h/effective?cgroup=/a/b&${query}`, effectiveArray);
      expect(byPath).toEqual(await read(`/v1/hosts/h/effective?cgroup=3&${query}`, effectiveArray));
      expect(byPath.slots).toEqual([
        {
          ...{ prog_id: 1, cgroup_id: 2, index: 0, link_id: 1, prog_name: 'counter' },
          loaded_by: expect.objectContaining({ position: 4, call: 'prog_load', comm: 'init' }),
          put_by: expect.objectContaining({ position: 5, call: 'link_create', actor: 'local' }),
          held_by: { fds: [{ pid: 1, comm: 'init', fd: 5 }], in_flight_to: [], pins: ['/link'] },
        },
      ]);
    },
  );

  it('what maps hold: storages newest first, elements by key, page by page', async () => {
    await post(service.app, '/v1/hosts', { body: { name: 'maps', release: '6.18' } });
    const body = [
      { name: 'mkdir', path: '/a' },
      { name: 'map_create', map_type: 'cgroup_storage', key_size: 16, value_size: 8 },
      { name: 'prog_load', prog_type: 'cgroup_skb', map_fds: [3] },
      { name: 'link_create', prog_fd: 4, target_path: '/', attach_type: 'egress' },
      { name: 'link_create', prog_fd: 4, target_path: '/a', attach_type: 'egress' },
      { name: 'map_create', map_type: 'hash', key_size: 4, value_size: 8, max_entries: 16 },
      { name: 'map_update_elem', map_fd: 5, key: 1, value: 10 },
      { name: 'map_update_elem', map_fd: 5, key: 2, value: 20 },
    ].map((call) => ({ call }));
    const made = await post(service.app, '/v1/hosts/maps/syscalls', { body });
    expect(await made.text()).not.toContain('errno');

    const maps = '/v1/hosts/maps/maps';
    const newest = await read(`${maps}/1/storages?limit=1`, page(storageRow));
    const attach_type = 'cgroup_inet_egress';
    const storage = {
      map_id: 1,
      cgroup_id: 2,
      attach_type,
      value: 0,
      made_at: 6,
      position_from: 6,
    };
    expect(newest).toMatchObject({ items: [storage], next: '9:6' });
    const older = await read(`${maps}/1/storages?after=${newest.next}`, page(storageRow));
    expect(older.items).toEqual([{ ...storage, cgroup_id: 1, made_at: 5, position_from: 5 }]);
    expect((await read(`${maps}/1/storages?at=5`, page(storageRow))).items).toEqual(older.items);
    const elements = await read(`${maps}/2/elements`, page(elementRow));
    expect(elements.items.map(({ key, value }) => [key, value])).toEqual([
      [1, 10],
      [2, 20],
    ]);
    expect((await service.app.request(`${maps}/3/storages`)).status).toBe(404);
  });

  it('links, programs, maps and pins', async () => {
    const links = await read('/v1/hosts/h/links', page(linkRow));
    expect(links.items).toMatchObject([{ link_id: 1, prog_id: 1, cgroup_id: 2 }]);
    expect((await read('/v1/hosts/h/links/1', one('link', linkRow))).link).toEqual(links.items[0]);
    expect((await read('/v1/hosts/h/links?cgroup_id=3', page(linkRow))).items).toEqual([]);
    const programs = await read('/v1/hosts/h/programs', page(programRow));
    expect(programs.items).toMatchObject([{ prog_name: 'counter', tag: 'b11459a0e11ca14c' }]);
    await read('/v1/hosts/h/programs/1', one('program', programRow));
    const maps = await read('/v1/hosts/h/maps', page(mapRow));
    expect(maps.items).toMatchObject([{ map_type: 'hash', max_entries: 16 }]);
    await read('/v1/hosts/h/maps/1', one('map', mapRow));
    const pins = await read('/v1/hosts/h/pins?kind=link', page(pinRow));
    expect(pins.items).toMatchObject([{ path: '/link', object_id: 1 }]);
    expect((await read('/v1/hosts/h/pins?path=/none', page(pinRow))).items).toEqual([]);
  });

  it('a process with what applies to it, and what its exit ends, which is what then happens', async () => {
    await post(service.app, '/v1/hosts', { body: { name: 'p', release: '6.18' } });
    const attach_type = 'cgroup_inet_egress';
    const submit = (calls: readonly object[], pid = 900) =>
      post(service.app, '/v1/hosts/p/syscalls', { body: calls.map((call) => ({ pid, call })) });
    await submit([{ name: 'spawn', child_pid: 900, comm: 'agent' }], 1);
    await submit([
      { name: 'mkdir', path: '/own' },
      { name: 'join', path: '/own' },
      { name: 'prog_load', prog_type: 'cgroup_skb' },
      { name: 'link_create', prog_fd: 3, target_path: '/own', attach_type },
    ]);
    const { process } = await read('/v1/hosts/p/processes/900', one('process', processDetail));
    expect(process).toMatchObject({
      cgroup: '/own',
      effective: [{ attach_type, slots: [{ prog_id: 1, link_id: 1 }] }],
    });
    const predicted = process.exit_ends.map(({ type }) => type);
    expect(predicted).toEqual(expect.arrayContaining(['EntryRemoved', 'LinkFreed', 'ProgFreed']));
    await submit([{ name: 'exit' }]);
    const { items } = await read('/v1/hosts/p/events?call=exit', eventPage);
    expect(items[0]?.effects.filter(({ type }) => predicted.includes(type))).toEqual(
      process.exit_ends,
    );
  });

  it('processes and the whole state', async () => {
    const { items } = await read('/v1/hosts/h/processes', page(processView));
    expect(items.map(({ comm }) => comm)).toEqual(['init', 'agent']);
    const { process } = await read('/v1/hosts/h/processes/812', one('process', processDetail));
    expect(process).toMatchObject({ ...items[1] });
    const { state, position } = await read('/v1/hosts/h/state', stateAnswer);
    expect(position).toBe(9);
    expect(state.links[0]?.held_by).toEqual({
      fds: [{ pid: 1, fd: 5 }],
      in_flight_to: [],
      pins: ['/link'],
    });
  });
});

describe('events', () => {
  const positions = async (query: string): Promise<number[]> => {
    const { items } = await read(`/v1/hosts/h/events?${query}`, eventPage);
    return items.map(({ position }) => position);
  };

  it('page by page', async () => {
    expect(await positions('limit=1000')).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    const first = await read('/v1/hosts/h/events?limit=4', eventPage);
    const second = await read(`/v1/hosts/h/events?limit=4&next=${first.next}`, eventPage);
    const third = await read(`/v1/hosts/h/events?limit=4&next=${second.next}`, eventPage);
    expect([first, second, third].map(({ items }) => items.length)).toEqual([4, 4, 1]);
    expect(third.next).toBeUndefined();
    expect(await positions('after=7')).toEqual([8, 9]);
  });

  it.each([
    ['call=link_create', [5]],
    ['errno=EBUSY', [8]],
    ['errno=none&call=mkdir', [2, 3]],
    ['program=1', [4, 5, 6]],
    ['link=1', [5, 6]],
    ['pid=1&call=boot', [1]],
    ['comm=nobody', []],
    ['actor=local&call=spawn', [9]],
    ['cgroup=/a/b', [3]],
    ['cgroup=/a', [2, 3, 5, 8]],
    ['from=2000-01-01T00:00:00Z&call=obj_pin', [6]],
    ['to=2000-01-01T00:00:00Z', []],
    ['from=2999-01-01T00:00:00Z', []],
  ])('filtered by %s', async (query, expected) => {
    expect(await positions(query)).toEqual(expected);
  });

  it('one', async () => {
    const event = await read('/v1/hosts/h/events/5', wireEvent);
    expect(event.call.name).toBe('link_create');
  });
});

it('operations', async () => {
  const health = (await (await service.app.request('/healthz')).json()) as object;
  expect(health).toMatchObject({ status: 'ok', storage: { kind: service.database.kind } });
  expect((await service.app.request('/readyz')).status).toBe(200);
  expect(await (await service.app.request('/metrics')).text()).toContain('bpfledger_http_request');
  expect(service.faults).toEqual([]);
});
