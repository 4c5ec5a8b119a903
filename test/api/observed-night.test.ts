// A recording of last night, imported in the morning: every question about it is answered by the
// times of the kernel, and says where the record has a hole.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { post, problem, startTestService, type TestService } from './running.ts';

let service: TestService;
const NIGHT = '/v1/hosts/night';
const time = (clock: string) => `2026-03-25T${clock}Z`;
const attach_type = 'cgroup_inet_egress';
const pid = 812;
const fds = { 3: { kind: 'cgroup', id: 40, path: '/pod' }, 4: { kind: 'prog', id: 477 } };
const attach = { name: 'prog_attach', target_fd: 3, attach_bpf_fd: 4, attach_type };
const flags = ['multi'];
const ok = { ret: 0 };

const RECORDING = [
  {
    at: time('03:00:01'),
    call: { name: 'mkdir', path: '/pod' },
    outcome: { ret: 0, cgroup_id: 40 },
  },
  { at: time('03:00:02'), pid, fds, call: { ...attach, flags }, outcome: ok },
  {
    at: time('03:05:00'),
    call: { name: 'lost', events: 3, from: time('03:04:00'), cause: 'ring full' },
  },
  { at: time('03:10:00'), pid, fds, call: { ...attach, name: 'prog_detach' }, outcome: ok },
  // Told out of order: another processor was a moment behind.
  {
    at: time('03:09:59.5'),
    call: { name: 'mkdir', path: '/b' },
    outcome: { ret: 0, cgroup_id: 41 },
  },
  { at: time('03:12:00'), pid, fds, call: { ...attach, flags }, outcome: { errno: 'EACCES' } },
  { at: time('03:15:00'), pid, fds, call: { ...attach, flags }, outcome: ok },
];

beforeAll(async () => {
  service = await startTestService();
  const body = { name: 'night', release: '6.18', at: time('03:00:00') };
  expect((await post(service.app, '/v1/hosts', { body })).status).toBe(201);
  expect((await post(service.app, `${NIGHT}/syscalls`, { body: RECORDING })).status).toBe(200);
});
afterAll(async () => {
  expect(service.faults).toEqual([]);
  await service.close();
});

/** What of the answers is looked at. */
interface Answer {
  readonly items: readonly { readonly call: object }[];
  readonly slots: readonly { readonly prog_id: number }[];
  readonly holes: readonly object[];
}

const get = async (path: string): Promise<Answer> => {
  const response = await service.app.request(`${NIGHT}${path}`);
  expect(response.status, path).toBe(200);
  return response.json() as Promise<Answer>;
};
const text = async (path: string) =>
  (await service.app.request(`${NIGHT}${path}${path.includes('?') ? '&' : '?'}format=text`)).text();
const PLACE = 'cgroup=/pod&attach_type=egress';

describe('a recording of last night', () => {
  it('has the events that were seen and those that were inferred, as they are asked for', async () => {
    const { items } = await get('/events?source=inferred');
    expect(items.map(({ call }) => Object.keys(call)[1])).toEqual([
      ...['process', 'fd', 'prog', 'fd'],
    ]);
    const drift = await get('/events?drift=true');
    expect(drift.items).toMatchObject([{ outcome: { errno: 'EACCES' }, expected: { ret: 0 } }]);
    const lost = await get('/events?call=lost');
    expect(lost.items).toMatchObject([{ call: { events: 3 } }]);
  });

  it.each([
    ['03:00:01.5', []],
    ['03:09:59.9', [477]],
    ['03:12:30', []],
    ['03:16:00', [477]],
  ])('at %s these programs ran: %j', async (clock, programs) => {
    const { slots } = await get(`/effective?${PLACE}&at=${time(clock)}`);
    expect(slots.map(({ prog_id }) => prog_id)).toEqual(programs);
  });

  it('tells the gap to the microsecond, and the hole', async () => {
    const { items, holes } = await get(`/gaps?${PLACE}`);
    expect(items).toMatchObject([
      { why: 'no_cgroup' },
      { why: 'empty', since: time('03:00:01.000000') },
      { why: 'empty', since: time('03:10:00.000000'), until: time('03:15:00.000000'), micros: 3e8 },
    ]);
    const hole = { events: 3, from: time('03:04:00.000000'), cause: 'ring full' };
    expect(holes).toMatchObject([{ at: time('03:05:00.000000'), ...hole }]);
    expect(await text(`/gaps?${PLACE}`)).toContain(
      `3 events were lost from ${time('03:04:00.000000')} to ${time('03:05:00.000000')}, ring full`,
    );
  });

  it('explains why the program did not run at 03:12, and that the record is not whole', async () => {
    const told = await get(`/explain?${PLACE}&program=477&at=${time('03:12:30')}`);
    expect(told).toMatchObject({
      ...{ why: 'detached', event: { at: time('03:10:00.000000'), comm: '', pid } },
      later_refusal: { at: time('03:12:00.000000') },
      holes: [{ events: 3 }],
    });
  });

  it('finds the first time at which nothing ran, and blames who was seen', async () => {
    const from = await get(`/bisect?${PLACE}&condition=lacks:477&from=${time('03:01:00')}`);
    expect(from).toMatchObject({
      found: { event: { at: time('03:10:00.000000'), call: 'prog_detach' } },
      holes: [{ events: 3 }],
    });
    const blamed = await text(`/effective?${PLACE}`);
    expect(blamed).toContain('attached at ');
    expect(blamed).toContain('program found at ');
  });

  it('tells the life of a program from when it was found', async () => {
    const told = await text('/programs/477/history');
    expect(told).toContain('program 477 found');
    expect(told).toContain(`, known at ${time('03:00:02.000000')}`);
  });

  it('holds when it is verified, and in each form of export', async () => {
    expect(await get('/verify')).toMatchObject({ holds: true, outcomes: { difference_count: 0 } });
    for (const format of ['ndjson', 'csv', 'audit']) {
      const response = await service.app.request(`${NIGHT}/export?format=${format}`);
      expect(response.status).toBe(200);
      expect(await response.text()).toContain('inferred');
    }
  });

  it('comes back byte for byte from a bundle, holes included', async () => {
    const bundle = await (await service.app.request(`${NIGHT}/export?format=bundle`)).arrayBuffer();
    const response = await service.app.request('/v1/bundles?host=copy', {
      method: 'POST',
      headers: { 'content-type': 'application/vnd.bpfledger.bundle+ndjson' },
      body: bundle,
    });
    expect(response.status, await response.clone().text()).toBe(201);
    const copy = async (path: string): Promise<Answer> =>
      (await service.app.request(`/v1/hosts/copy${path}`)).json() as Promise<Answer>;
    expect((await copy('/events')).items).toEqual((await get('/events')).items);
    expect((await copy(`/gaps?${PLACE}`)).holes).toHaveLength(1);
    expect(await copy('/verify')).toMatchObject({ holds: true });
  });

  it('is replayed under another release with the numbers that were seen', async () => {
    const replay = async (release: string) => {
      const body = { release };
      return (await post(service.app, `${NIGHT}/replays`, { body })).json();
    };
    expect(await replay('6.1')).toMatchObject({ items: [] });
  });

  it('branches, and goes on from there', async () => {
    const body = { name: 'what-if', at: time('03:09:00') };
    const made = await post(service.app, `${NIGHT}/branches`, { body });
    expect(made.status, await made.clone().text()).toBe(201);
    const gaps = await service.app.request(`/v1/hosts/what-if/gaps?${PLACE}`);
    expect(((await gaps.json()) as Answer).holes).toHaveLength(1);
  });

  it('takes no event of tomorrow, which would hide all later ones from reads by time', async () => {
    const at = new Date(Date.now() + 3_600_000).toISOString();
    const body = { call: { name: 'close', fd: 9 }, outcome: ok, at };
    const refused = await problem(await post(service.app, `${NIGHT}/syscalls`, { body }));
    expect(refused).toMatchObject({ status: 422, field: 'at', limit: 300 });
  });
});
