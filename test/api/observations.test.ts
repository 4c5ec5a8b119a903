// Observations over the API: what a recorder posts, what the log makes of it, and what is refused
// because it contradicts itself.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { recordedEvents } from '../../src/api/routes/syscalls.ts';
import { wireEvent } from '../../src/api/wire/event.ts';
import { lines, parse, post, problem, startTestService, type TestService } from './running.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(async () => {
  expect(service.faults).toEqual([]);
  await service.close();
});

let hosts = 0;
async function newHost(fields: object = {}): Promise<string> {
  const name = `seen-${++hosts}`;
  const body = { name, release: '6.18', ...fields };
  expect((await post(service.app, '/v1/hosts', { body })).status).toBe(201);
  return `/v1/hosts/${name}`;
}

const get = async (path: string) =>
  (await service.app.request(path)).json() as Promise<{ readonly items?: readonly object[] }>;
const record = (host: string, body: unknown, headers = {}) =>
  post(service.app, `${host}/syscalls`, { body, headers });
const one = async (host: string, body: unknown) => parse(await record(host, body), wireEvent);
const list = async (host: string, body: unknown) => parse(await record(host, body), recordedEvents);

const linkCreate = {
  call: { name: 'link_create', prog_fd: 4, target_fd: 3, attach_type: 'egress' },
  outcome: { ret: 5, link_id: 124 },
  at: '2026-03-25T03:12:07.640559Z',
  ...{ pid: 812, tid: 815, comm: 'cilium-agent', uid: 0 },
  cgroup: '/system.slice/cilium.service',
  fds: { 3: { kind: 'cgroup', id: 386, path: '/kubepods/pod1' }, 4: { kind: 'prog', id: 477 } },
};

describe('an observation', () => {
  it('is recorded with who called, and with what must have happened before it', async () => {
    const host = await newHost({ at: '2026-03-25T03:00:00Z' });
    const since = '2026-03-25T03:11:00Z';
    const { events } = await list(host, [{ ...linkCreate, since }]);
    expect(events.map(({ source, call }) => [source, call.name, Object.keys(call)[1]])).toEqual([
      ['inferred', 'found', 'process'],
      ['inferred', 'found', 'cgroup'],
      ['inferred', 'found', 'fd'],
      ['inferred', 'found', 'prog'],
      ['inferred', 'found', 'fd'],
      ['observed', 'link_create', 'target_fd'],
    ]);
    const between = { from: '2026-03-25T03:11:00.000000Z', to: linkCreate.at };
    expect(events[0]).toMatchObject({ pid: 812, comm: 'cilium-agent', between });
    expect(events.at(-1)).toMatchObject({
      ...{ at: linkCreate.at, pid: 812, tid: 815, uid: 0, comm: 'cilium-agent' },
      ...{ cgroup: linkCreate.cgroup, unit: 'cilium.service' },
      outcome: { ret: 5, link_id: 124 },
      effects: [
        { type: 'LinkCreated', link_id: 124, prog_id: 477, cgroup_id: 386, fd: 5 },
        { type: 'EntryInserted', index: 0 },
      ],
    });
    expect(events.at(-1)).not.toHaveProperty('expected');
    expect(await get(`${host}/links/124`)).toMatchObject({
      link: { link_id: 124, prog_id: 477, cgroup_id: 386 },
    });
    expect(await get(`${host}/verify`)).toMatchObject({ holds: true });
  });

  it('is answered with its own event, and a line too', async () => {
    const host = await newHost();
    expect(await one(host, linkCreate)).toMatchObject({ position: 7, source: 'observed' });
    const close = { call: { name: 'close', fd: 5 }, outcome: { ret: 0 }, pid: 900 };
    const ndjson = [close, { ...close, pid: 901 }].map((line) => JSON.stringify(line)).join('\n');
    const response = await service.app.request(`${host}/syscalls`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body: ndjson,
    });
    const streamed = z.array(wireEvent).parse(await lines(response));
    expect(streamed.map(({ source, position }) => [source, position])).toEqual([
      ['observed', 9],
      ['observed', 11],
    ]);
  });

  it('under a key is recorded once, inferences included', async () => {
    const host = await newHost();
    const headers = { 'idempotency-key': 'k' };
    const first = await record(host, [linkCreate], headers);
    const again = await record(host, [linkCreate], headers);
    expect(await again.json()).toEqual(await first.json());
    expect(await get(host)).toMatchObject({ position: 7 });
  });

  it('of a refusal beyond the rules says so, and what the rules would have said', async () => {
    const host = await newHost();
    await one(host, { call: { name: 'mkdir', path: '/a' } });
    const body = { call: { name: 'rmdir', path: '/a' }, outcome: { errno: 'EACCES' } };
    expect(await one(host, body)).toMatchObject({
      outcome: {
        ...{ errno: 'EACCES', rule: 'beyond-these-rules' },
        message: expect.stringContaining('no rule of this release gives this errno here: an LSM'),
      },
      expected: { ret: 0 },
      effects: [],
    });
    expect(await get(`${host}/verify`)).toMatchObject({ holds: true, outcomes: { holds: true } });
  });

  it('takes every errno of Linux, also one that no rule gives', async () => {
    const host = await newHost();
    const body = { call: { name: 'prog_load', prog_type: 'xdp' }, outcome: { errno: 'ENOSYS' } };
    expect(await one(host, body)).toMatchObject({ outcome: { errno: 'ENOSYS' } });
  });

  it('does not know the tag of a program whose instructions were not seen', async () => {
    const host = await newHost();
    const call = { name: 'prog_load', prog_type: 'cgroup_skb' };
    const { call: recorded, effects } = await one(host, { call, outcome: { ret: 3 } });
    expect(recorded).not.toHaveProperty('tag');
    expect(effects).toMatchObject([{ type: 'ProgLoaded', tag: '' }]);
  });

  it('lets later calls of a list refer to what it returned', async () => {
    const host = await newHost();
    const { events } = await list(host, [
      { call: { name: 'prog_load', prog_type: 'cgroup_skb' }, outcome: { ret: 33 } },
      { call: { name: 'close', fd: { result_of: 0 } } },
    ]);
    expect(events[1]).toMatchObject({ source: 'decided', call: { fd: 33 }, outcome: { ret: 0 } });
  });
});

describe('a sighting', () => {
  it('makes a host that runs already', async () => {
    const host = await newHost();
    const attach_type = 'egress';
    const { events } = await list(host, [
      { call: { name: 'found', cgroup: { path: '/a/b', id: 386 } } },
      { call: { name: 'found', prog: { id: 477, prog_type: 'cgroup_skb', prog_name: 'pol' } } },
      {
        call: {
          name: 'found',
          entry: { cgroup: '/a/b', attach_type, mode: 'multi', prog_id: 477 },
        },
      },
      { call: { name: 'found', process: { uid: 0 } }, pid: 812, comm: 'agent' },
      { call: { name: 'found', fd: { fd: 7, kind: 'prog', id: 477 } }, pid: 812 },
    ]);
    expect(events.map(({ source }) => source)).toEqual(Array(5).fill('observed'));
    const query = `cgroup=${encodeURIComponent('/a/b')}&attach_type=egress`;
    expect(await get(`${host}/effective?${query}`)).toMatchObject({ slots: [{ prog_id: 477 }] });
    expect(await get(`${host}/verify`)).toMatchObject({ holds: true });
  });

  it('of a hole has the times that are known', async () => {
    const host = await newHost();
    const hole = { name: 'lost', events: 12, to: '2026-03-25T03:12:00Z', cause: 'ring full' };
    expect(await one(host, { call: hole })).toMatchObject({
      source: 'observed',
      call: { ...hole, to: '2026-03-25T03:12:00.000000Z' },
      effects: [],
    });
  });
});

describe('an id that a kernel gives twice in one boot', () => {
  it('is another cgroup each time, with lists of its own', async () => {
    const host = await newHost();
    const cgroup = { path: '/a', id: 40 };
    const entry = { cgroup: '/a', attach_type: 'egress', mode: 'multi', prog_id: 7 };
    const { events } = await list(host, [
      { call: { name: 'found', cgroup } },
      { call: { name: 'found', prog: { id: 7, prog_type: 'cgroup_skb' } } },
      { call: { name: 'found', entry } },
      { call: { name: 'gone', cgroup: { path: '/a' } }, at: '2026-03-25T03:00:01Z' },
      { call: { name: 'found', cgroup }, at: '2026-03-25T03:00:02Z' },
      { call: { name: 'found', entry }, at: '2026-03-25T03:00:03Z' },
    ]);
    const [, , , gone, again] = events.map(({ position }) => position);
    const put = events.at(-1)?.position;
    const { items } = await get(`${host}/gaps?cgroup=/a&attach_type=egress&from=${gone}`);
    expect(items).toMatchObject([
      { why: 'cgroup_not_known', position_from: gone, position_to: again },
      { why: 'array_not_known', position_from: again, position_to: put },
    ]);
    expect(await get(`${host}/effective?cgroup=/a&attach_type=egress`)).toMatchObject({
      slots: [{ prog_id: 7 }],
    });
  });

  it('is another map each time, with elements of its own', async () => {
    const host = await newHost();
    const create = {
      name: 'map_create',
      map_type: 'hash',
      key_size: 4,
      value_size: 4,
      max_entries: 4,
    };
    const update = { name: 'map_update_elem', map_fd: 3, key: 1, value: 5 };
    await list(host, [
      { call: create, outcome: { ret: 3, map_id: 9 } },
      { call: update, outcome: { ret: 0 } },
      { call: create, outcome: { ret: 3, map_id: 9 } },
    ]);
    expect(await get(`${host}/maps/9/elements`)).toMatchObject({ items: [] });
    await one(host, { call: { ...update, key: 2 }, outcome: { ret: 0 } });
    expect(await get(`${host}/maps/9/elements`)).toMatchObject({ items: [{ key: 2, value: 5 }] });
  });
});

describe('what contradicts itself is refused, and nothing of it is recorded', () => {
  const close = { name: 'close', fd: 3 };
  const load = { name: 'prog_load', prog_type: 'cgroup_skb' };
  const lost = { name: 'lost' };
  const observation = (call: object, outcome: object, more: object = {}) => ({
    call,
    outcome,
    ...more,
  });
  it.each([
    [
      'both answers',
      observation(close, { ret: 0, errno: 'EBADF' }),
      'outcome.errno',
      /contradicts ret/,
    ],
    ['no answer', observation(close, {}), 'outcome.ret', /is missing/],
    ['a negative return value', observation(load, { ret: -1 }), 'outcome.ret', /negative/],
    ['an unknown errno', observation(close, { errno: 'EPERMM' }), 'outcome.errno', /EPERM/],
    [
      'a value that close never returns',
      observation(close, { ret: 7 }),
      'outcome.ret',
      /must be 0/,
    ],
    ['an id of 0', observation(load, { ret: 3, prog_id: 0 }), 'outcome.prog_id', /at least 1/],
    [
      'an output of another call',
      observation(load, { ret: 3, link_id: 5 }),
      'outcome.link_id',
      /is not an output of prog_load/,
    ],
    [
      'outputs of a refusal',
      observation(load, { errno: 'EPERM', prog_id: 5 }),
      'outcome.prog_id',
      /contradicts errno/,
    ],
    [
      'two objects',
      observation({ name: 'dup', fd: 3 }, { ret: 5, prog_id: 5, link_id: 5 }),
      'outcome.link_id',
      /one object/,
    ],
    [
      'another object than was asked for',
      observation({ name: 'prog_get_fd_by_id', prog_id: 4 }, { ret: 5, prog_id: 5 }),
      'outcome.prog_id',
      /asks for/,
    ],
    [
      'a number that was open',
      observation({ name: 'dup', fd: 3 }, { ret: 3 }),
      'outcome.ret',
      /the call names/,
    ],
    [
      'a child that is its parent',
      observation({ name: 'fork' }, { ret: 9 }, { pid: 9 }),
      'outcome.ret',
      /child/,
    ],
    [
      'another fd than dup2 asked for',
      observation({ name: 'dup2', fd: 3, to_fd: 8 }, { ret: 9 }),
      'outcome.ret',
      /to_fd/,
    ],
    ['no process', observation(close, { ret: 0 }, { pid: 0 }), 'pid', /at least 1/],
    ['facts without an outcome', { call: close, fds: { 3: { kind: 'prog' } } }, 'fds', /outcome/],
    [
      'an fd that is none',
      observation(close, { ret: 0 }, { fds: { x: { kind: 'prog' } } }),
      'fds.x',
      /fd number/,
    ],
    [
      'more facts than a call has fds',
      observation(
        close,
        { ret: 0 },
        {
          fds: Object.fromEntries(Array.from({ length: 101 }, (_, fd) => [fd, { kind: 'other' }])),
        },
      ),
      'fds',
      /100/,
    ],
    [
      'a record that is whole after the call',
      observation(close, { ret: 0 }, { at: '2026-01-01T00:00:00Z', since: '2026-01-02T00:00:00Z' }),
      'since',
      /after/,
    ],
    ['an unknown part', observation(close, { ret: 0, rett: 1 }), 'outcome.rett', /ret/],
    [
      'two things found at once',
      { call: { name: 'found', prog: { id: 1 }, map: { id: 1 } } },
      'call',
      /exactly one/,
    ],
    ['nothing found', { call: { name: 'found' } }, 'call', /exactly one/],
    ['a thing that is none', { call: { name: 'gone', porg: { id: 1 } } }, 'call.porg', /prog/],
    [
      'a sighting from before what it follows',
      { call: lost, at: '2026-01-01T00:00:00Z', since: '2026-01-02T00:00:00Z' },
      'since',
      /after/,
    ],
    ['a sighting of no process', { call: lost, pid: 0 }, 'pid', /at least 1/],
    [
      "an id of a cgroup that is the log's own",
      observation({ name: 'mkdir', path: '/x' }, { ret: 0, cgroup_id: 2 ** 52 - 1 }),
      'outcome.cgroup_id',
      /at most 2251799813685248/,
    ],
    [
      'a found cgroup with such an id',
      { call: { name: 'found', cgroup: { path: '/x', id: 2 ** 51 + 1 } } },
      'call.cgroup.id',
      /at most/,
    ],
    [
      'an fd on a cgroup with such an id',
      { call: { name: 'found', fd: { fd: 3, kind: 'cgroup', id: 2 ** 52 } } },
      'call.fd.id',
      /at most/,
    ],
    [
      'a fact with such an id',
      observation(close, { ret: 0 }, { fds: { 3: { kind: 'cgroup', id: 2 ** 53 - 1 } } }),
      'fds.3.id',
      /at most/,
    ],
    [
      'a fact with an id past 32 bits',
      observation(close, { ret: 0 }, { fds: { 3: { kind: 'prog', id: 2 ** 32 } } }),
      'fds.3.id',
      /at most 4294967295/,
    ],
    [
      'a sighting with an outcome',
      { call: { name: 'lost' }, outcome: { ret: 0 } },
      'outcome',
      /unknown/,
    ],
    [
      'a hole that ends before it begins',
      { call: { name: 'lost', from: '2026-01-02T00:00:00Z', to: '2026-01-01T00:00:00Z' } },
      'call.to',
      /before/,
    ],
  ])('%s', async (_what, body, field, message) => {
    const host = await newHost();
    const found = await problem(await record(host, body));
    expect(found).toMatchObject({ status: 422 });
    expect(found.errors?.[0] ?? found).toMatchObject({ field });
    expect(found.errors?.[0]?.message ?? found.detail).toMatch(message);
    expect(await get(host)).toMatchObject({ position: 1 });
  });

  it('a plan of what is known', async () => {
    const host = await newHost();
    for (const body of [observation(close, { ret: 0 }), { call: { name: 'lost' } }]) {
      const refused = await problem(await post(service.app, `${host}/plan`, { body }));
      expect(refused).toMatchObject({ status: 422 });
      expect(JSON.stringify(refused)).toContain('a plan asks what the model answers');
    }
  });
});
