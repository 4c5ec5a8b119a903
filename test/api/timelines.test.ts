// What a page draws, asked through the API: a host's timeline is held against its events one by one,
// an array's against the array that is read at each position.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { arrayTimelineAnswer } from '../../src/api/routes/array-timeline.ts';
import { effectiveArray } from '../../src/api/routes/effective.ts';
import { eventPage } from '../../src/api/routes/events.ts';
import { outlineAnswer } from '../../src/api/routes/outline.ts';
import { timelineAnswer } from '../../src/api/routes/timeline.ts';
import { hostPage } from '../../src/api/wire/hosts.ts';
import { cgroupDetail, cgroupRow, oneOf, pageOf } from '../../src/api/wire/reads.ts';
import { loseTail } from '../support/lost-tail.ts';
import { parse, post, problem, startTestService, type TestService } from './running.ts';

let service: TestService;

const type = 'cgroup_inet_egress';
const LOAD = { name: 'prog_load', prog_type: 'cgroup_skb', expected_attach_type: type } as const;
const on = (target_path: string) => ({ target_path, attach_type: type });
const STORY = [
  { name: 'mkdir', path: '/pod' },
  { name: 'mkdir', path: '/pod/c' },
  { ...LOAD, prog_name: 'first' }, // fd 3
  { ...LOAD, prog_name: 'second' }, // fd 4
  { name: 'prog_attach', ...on('/pod'), attach_bpf_fd: 3, flags: ['multi'] },
  { name: 'prog_attach', ...on('/pod'), attach_bpf_fd: 3, flags: ['multi'] }, // EINVAL
  { name: 'link_create', ...on('/pod/c'), prog_fd: 4 }, // fd 6
  // Neither a number below zero in a call nor a text that looks like an answer is a refusal.
  { name: 'spawn', comm: '],[-1,"x' },
  { name: 'close', fd: 77 }, // EBADF
  { name: 'prog_attach', ...on('/pod'), attach_bpf_fd: -1, flags: ['multi'] }, // EBADF
  { name: 'prog_detach', ...on('/pod'), attach_bpf_fd: 3 },
  { name: 'close', fd: 6 },
  { name: 'rmdir', path: '/pod/c' },
  { name: 'rmdir', path: '/nowhere' }, // ENOENT
] as const;

beforeAll(async () => {
  service = await startTestService();
  await post(service.app, '/v1/hosts', { body: { name: 'h', release: '6.18' } });
  const body = STORY.map((call) => ({ call }));
  expect((await post(service.app, '/v1/hosts/h/syscalls', { body })).status).toBe(200);
  const branch = { name: 'try', at: 9 };
  expect((await post(service.app, '/v1/hosts/h/branches', { body: branch })).status).toBe(201);
  const own = [{ call: { name: 'close', fd: 99 } }, { call: { name: 'rmdir', path: '/pod/c' } }];
  await post(service.app, '/v1/hosts/try/syscalls', { body: own });
  await post(service.app, '/v1/hosts/h/reboot', { body: {} });
});
afterAll(async () => {
  expect(service.faults).toEqual([]);
  await service.close();
});

async function get<T extends z.ZodType>(path: string, schema: T): Promise<z.output<T>> {
  const response = await service.app.request(path);
  expect(response.status).toBe(200);
  return parse(response, schema);
}

/** What a timeline should count, by looking at every event. */
async function countEvents(host: string, from: number, to: number) {
  const { items } = await get(`/v1/hosts/${host}/events?limit=1000`, eventPage);
  const some = items.filter(({ position }) => position >= from && position <= to);
  const sum = (of: (event: (typeof items)[number]) => number) =>
    some.reduce((all, event) => all + of(event), 0);
  return {
    events: some.length,
    changes: sum(({ effects }) => {
      const lists = effects.flatMap((effect) =>
        'attach_type' in effect && effect.type.startsWith('Entry')
          ? [`${effect.cgroup_id} ${effect.attach_type}`]
          : [],
      );
      return new Set(lists).size;
    }),
    refusals: sum(({ outcome }) => ('errno' in outcome ? 1 : 0)),
    drift: sum(({ expected }) => (expected === undefined ? 0 : 1)),
    rmdirs: sum(({ effects }) => effects.filter(({ type }) => type === 'CgroupRemoved').length),
    boots: sum(({ call }) => (call.name === 'boot' ? 1 : 0)),
    holes: sum(({ call }) => (call.name === 'lost' ? 1 : 0)),
  };
}

describe('the timeline of a host', () => {
  it.each([
    ['h', 'buckets=1000', 1],
    ['h', 'buckets=5', 4],
    ['h', 'buckets=1', 16],
    ['h', 'from=5&to=9&buckets=2', 3],
    ['try', 'buckets=1000', 1],
    ['try', 'buckets=3', 4],
  ])('%s with %s counts what the events are', async (host, query, width) => {
    const answer = await get(`/v1/hosts/${host}/timeline?${query}`, timelineAnswer);
    expect(answer.width).toBe(width);
    let next = answer.from;
    for (const { position_from, position_to, at, ...counts } of answer.items) {
      expect(position_from).toBe(next);
      next = position_to + 1;
      // Lists that go with their cgroup change too, and no effect tells of them one by one.
      const { changes, ...rest } = counts;
      const { changes: told, ...expected } = await countEvents(host, position_from, position_to);
      expect(rest).toEqual(expected);
      expect(changes).toBeGreaterThanOrEqual(told);
      const first = await service.log.event(host, position_from);
      expect(Date.parse(at)).toBe(Math.floor(first.at / 1000));
    }
    expect(next).toBe(answer.to + 1);
  });

  it('counts what a real kernel answered otherwise, and holes of the record', async () => {
    await post(service.app, '/v1/hosts', { body: { name: 'seen', release: '6.18' } });
    const observed = [
      { call: { name: 'mkdir', path: '/a' }, outcome: { errno: 'EPERM' } },
      { call: { name: 'mkdir', path: '/b' }, outcome: { ret: 0 } },
      { call: { name: 'lost', events: 3 } },
      { call: { name: 'rmdir', path: '/none' }, outcome: { errno: 'ENOENT' } },
    ];
    for (const body of observed) {
      const response = await post(service.app, '/v1/hosts/seen/syscalls', { body });
      expect(await response.text()).not.toContain('problem');
    }
    const { items } = await get('/v1/hosts/seen/timeline?buckets=1', timelineAnswer);
    const { position } = await get('/v1/hosts/seen/events', eventPage);
    const expected = await countEvents('seen', 1, position);
    expect(expected).toMatchObject({ drift: 1, holes: 1, refusals: 2 });
    expect(items).toMatchObject([expected]);
  });

  it('counts the same as a log grows, and as another one takes its place', async () => {
    await post(service.app, '/v1/hosts', { body: { name: 'grows', release: '6.18' } });
    const record = async (...calls: readonly object[]) => {
      const body = calls.map((call) => ({ call }));
      expect((await post(service.app, '/v1/hosts/grows/syscalls', { body })).status).toBe(200);
    };
    const dirs = (name: string, n: number) =>
      Array.from({ length: n }, (_, i) => ({ name: 'mkdir', path: `/${name}${i}` }));
    const expectTrue = async (full: number) => {
      const { items, width } = await get('/v1/hosts/grows/timeline?buckets=4', timelineAnswer);
      expect(items.filter(({ events }) => events === width)).toHaveLength(full);
      for (const { position_from, position_to, at, changes, ...rest } of items) {
        const { changes: told, ...expected } = await countEvents(
          'grows',
          position_from,
          position_to,
        );
        expect(rest).toEqual(expected);
        expect(changes).toBeGreaterThanOrEqual(told);
        const first = await service.log.event('grows', position_from);
        expect(Date.parse(at)).toBe(Math.floor(first.at / 1000));
      }
    };
    await record(...dirs('a', 149));
    await expectTrue(3);
    await record(...dirs('a', 5));
    await expectTrue(3);
    await record({ name: 'rmdir', path: '/a0' });
    await expectTrue(3);
    const { host_id } = await service.log.host('grows');
    await loseTail(service.database, host_id, 1);
    await record(...dirs('b', 60), ...dirs('b', 60), { name: 'rmdir', path: '/b0' });
    await record(...dirs('c', 34));
    await expectTrue(3);
  });

  it('is of a fixed span for ever, and says how many buckets there may be', async () => {
    const fixed = await service.app.request('/v1/hosts/h/timeline?from=1&to=9');
    expect(fixed.headers.get('cache-control')).toContain('immutable');
    for (const buckets of ['0', '1001', 'many']) {
      const response = await service.app.request(`/v1/hosts/h/timeline?buckets=${buckets}`);
      expect(await problem(response)).toMatchObject({ status: 422, field: 'buckets' });
    }
  });
});

describe('the outline of a tree', () => {
  const outline = (host: string, query: string) =>
    get(`/v1/hosts/${host}/cgroups/outline?${query}`, outlineAnswer);

  it('has the rows of a moment, and what its event changed', async () => {
    const { items, ...told } = await outline('h', 'at=8&seek=event');
    expect(items.map(({ path, depth }) => [path, depth])).toEqual([
      ...[
        ['/', 0],
        ['/pod', 1],
        ['/pod/c', 2],
      ],
    ]);
    expect(told).toMatchObject({ position: 8, offset: 0, rows: 3, matches: 3, cgroups: 3 });
    // The cgroup that the link was made on, with what it inherits.
    const { sought } = told;
    expect(sought).toMatchObject({ path: '/pod/c', row: 2 });
    expect(sought?.effective[0]?.slots.map(({ prog_id }) => prog_id)).toEqual([2, 1]);
    expect(sought?.above.map(({ path }) => path)).toEqual(['/pod', '/']);
    expect(await outline('try', 'at=8&seek=event')).toEqual({ ...told, items, host: 'try' });
  });

  it('is filtered, folded, and of one part', async () => {
    const paths = async (query: string) =>
      (await outline('h', `at=8&${query}`)).items.map(({ path }) => path);
    expect(await paths('search=SECOND')).toEqual(['/', '/pod', '/pod/c']);
    expect(await paths('search=first')).toEqual(['/', '/pod']);
    expect(await paths('search=link%201&attached=true')).toEqual(['/', '/pod', '/pod/c']);
    expect(await paths('offset=1&limit=1')).toEqual(['/pod']);
    const [, pod] = (await outline('h', 'at=8')).items;
    expect(await paths(`closed=${pod?.cgroup_id}`)).toEqual(['/', '/pod']);
    // After the reboot there is the root, which is all that is left of the path.
    const now = await outline('h', 'seek=/pod/c');
    expect(now).toMatchObject({ rows: 1, sought: { path: '/', row: 0 } });
  });

  it.each([
    ['at=99', 404, 'at'],
    ['seek=pod', 422, 'seek'],
    ['closed=1,x', 422, 'closed'],
    [`closed=${Array.from({ length: 201 }, (_, i) => i).join()}`, 422, 'closed'],
    ['limit=1001', 422, 'limit'],
  ])('refuses %s', async (query, status, field) => {
    const response = await service.app.request(`/v1/hosts/h/cgroups/outline?${query}`);
    expect(await problem(response)).toMatchObject({ status, field });
  });
});

describe('the timeline of an array', () => {
  const path = (host: string, cgroup: string, more = '') =>
    `/v1/hosts/${host}/effective/timeline?cgroup=${cgroup}&attach_type=egress${more}`;

  it.each(['h', 'try'])('of %s has each version from where it holds', async (host) => {
    const answer = await get(path(host, '/pod/c'), arrayTimelineAnswer);
    const { items } = answer;
    expect(items.map(({ position }) => position)).toEqual(
      host === 'h' ? [1, 3, 6, 8, 12, 13, 14, 16] : [1, 3, 6, 8, 11],
    );
    for (const [i, version] of items.entries()) {
      const to = (items[i + 1]?.position ?? answer.to + 1) - 1;
      for (let at = version.position; at <= to; at++) {
        const query = `cgroup=/pod/c&attach_type=egress&at=${at}`;
        const response = await service.app.request(`/v1/hosts/${host}/effective?${query}`);
        if (version.cgroup_id === undefined) {
          expect(response.status).toBe(404);
          continue;
        }
        const read = await parse(response, effectiveArray);
        const slots = read.slots.map(({ prog_id, link_id }) => ({ prog_id, link_id }));
        expect(version.slots.map(({ prog_id, link_id }) => ({ prog_id, link_id }))).toEqual(slots);
      }
    }
    expect(answer.programs).toEqual([
      { boot: 1, prog_id: 1, prog_name: 'first' },
      { boot: 1, prog_id: 2, prog_name: 'second' },
    ]);
  });

  it('names the event that made each version', async () => {
    const { items } = await get(path('h', '/pod', '&from=6'), arrayTimelineAnswer);
    expect(items.map(({ by }) => [by.position, by.call])).toEqual([
      [6, 'prog_attach'],
      [12, 'prog_detach'],
      [16, 'boot'],
    ]);
  });
});

describe('what else a page asks', () => {
  it('has cgroups with their lists, as each of them alone has', async () => {
    const pages = pageOf('CgroupPage', cgroupRow);
    const { items } = await get('/v1/hosts/h/cgroups?attached=true&at=9', pages);
    expect(items.map(({ path }) => path)).toEqual(['/', '/pod', '/pod/c']);
    for (const { cgroup_id, attached } of items) {
      const one = oneOf('CgroupAnswer', 'cgroup', cgroupDetail);
      const { cgroup } = await get(`/v1/hosts/h/cgroups/${cgroup_id}?at=9`, one);
      expect(attached).toEqual(cgroup.attached.map(({ position_from: _, ...list }) => list));
    }
    const bare = await get('/v1/hosts/h/cgroups?at=9', pages);
    expect(bare.items.every(({ attached }) => attached === undefined)).toBe(true);
  });

  it('finds hosts by a part of their names, in full pages', async () => {
    for (const name of ['db-1', 'db-2', 'web-1_b', 'web-2']) {
      await post(service.app, '/v1/hosts', { body: { name, release: '6.18' } });
    }
    const names = async (query: string) =>
      (await get(`/v1/hosts?${query}`, hostPage)).items.map(({ name }) => name);
    expect(await names('search=b-')).toEqual(['db-1', 'db-2', 'web-1_b', 'web-2']);
    expect(await names('search=1_')).toEqual(['web-1_b']);
    expect(await names('search=db-&limit=1&after=db-1')).toEqual(['db-2']);
    expect(await names('search=%25')).toEqual([]);
  });
});
