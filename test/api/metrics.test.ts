// What /metrics says of the hosts is what their logs say: events by answer, programs in lists and in
// effective arrays, links and gaps that ended, drift, losses; and the objects of a host, a series each.

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { bearer, namedTokens } from './named-tokens.ts';
import { post, problem, startTestService, type TestService } from './running.ts';

const TOKENS = namedTokens({
  all: { hosts: ['*'] },
  own: { hosts: ['h*'], role: 'reader' },
});
const headers = bearer('all');
const CONNECT4 = 'cgroup_inet4_connect';

// Where the machine has much else to do, a reading and its pause take long.
vi.setConfig({ testTimeout: 400_000 });

let service: TestService;
beforeAll(async () => {
  service = await startTestService({ tokens: TOKENS, metricsOpen: true });
});
afterAll(async () => {
  await service.close();
  expect(service.faults).toEqual([]);
});

/** The samples of a text, by name with labels. */
function samplesOf(text: string): Map<string, number> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const at = line.lastIndexOf(' ');
      return [line.slice(0, at), Number(line.slice(at + 1))];
    }),
  );
}

async function scrape(path = '/metrics', who = 'all'): Promise<Map<string, number>> {
  const response = await service.app.request(path, { headers: bearer(who) });
  expect(response.status, await response.clone().text()).toBe(200);
  expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  return samplesOf(await response.text());
}

/** A scrape reads the database again after a pause that is many times as long as the last reading. */
const READ_AGAIN = { timeout: 100_000 };

/** What metrics are at a scrape that has read the database again since. */
async function expectSamples(expected: Readonly<Record<string, number | undefined>>) {
  const names = Object.keys(expected);
  await expect
    .poll(async () => {
      const samples = await scrape();
      return Object.fromEntries(names.map((name) => [name, samples.get(name)]));
    }, READ_AGAIN)
    .toEqual(expected);
}

async function make(name: string): Promise<void> {
  const response = await post(service.app, '/v1/hosts', {
    headers,
    body: { name, release: '6.18' },
  });
  expect(response.status).toBe(201);
}

/** Records lines; returns the events. */
async function record(host: string, lines: readonly object[], more = {}): Promise<unknown[]> {
  const path = `/v1/hosts/${host}/syscalls`;
  const response = await post(service.app, path, { headers: { ...headers, ...more }, body: lines });
  expect(response.status, await response.clone().text()).toBe(200);
  return ((await response.json()) as { events: unknown[] }).events;
}

const calls = (host: string, list: readonly object[]) =>
  record(
    host,
    list.map((call) => ({ call })),
  );
const load = (prog_name: string) => ({
  ...{ name: 'prog_load', prog_type: 'cgroup_sock_addr', expected_attach_type: CONNECT4 },
  prog_name,
});
const link = (prog_fd: number, target_path: string) => ({
  ...{ name: 'link_create', prog_fd, target_path, attach_type: CONNECT4 },
});
const attach = (attach_bpf_fd: number, target_path: string, ...flags: readonly string[]) => ({
  ...{ name: 'prog_attach', attach_bpf_fd, target_path, attach_type: CONNECT4, flags },
});
const detach = (attach_bpf_fd: number, target_path: string) => ({
  ...{ name: 'prog_detach', attach_bpf_fd, target_path, attach_type: CONNECT4 },
});
const close = (fd: number) => ({ name: 'close', fd });
const mkdir = (path: string) => ({ name: 'mkdir', path });
const at = (ms: number) => new Date(Date.parse('2026-01-01T00:00:00Z') + ms).toISOString();

describe('events', () => {
  it('are counted by call and answer, a repeated write once', async () => {
    await make('h-events');
    const before = await scrape();
    const key = { 'idempotency-key': 'once' };
    const lines = [mkdir('/a'), mkdir('/a'), close(99), close(98), load('p')].map((call) => ({
      call,
    }));
    await record('h-events', lines, key);
    await record('h-events', lines, key);
    const after = await scrape();
    const more = (op: string, result: string) => {
      const name = `bpf_events_total{op="${op}",result="${result}"}`;
      return (after.get(name) ?? 0) - (before.get(name) ?? 0);
    };
    expect(more('mkdir', 'ok')).toBe(1);
    expect(more('mkdir', 'EEXIST')).toBe(1);
    expect(more('close', 'EBADF')).toBe(2);
    expect(more('prog_load', 'ok')).toBe(1);
    const all = [...after].filter(([name]) => name.startsWith('bpf_events_total'));
    const sum = all.reduce((n, [, value]) => n + value, 0);
    expect(sum).toBe(after.get('bpfledger_events_recorded_total'));
  });

  it('that a recorder lost are counted where it knew how many', async () => {
    const before = (await scrape()).get('bpf_recorder_lost_events_total') ?? Number.NaN;
    await calls('h-events', [
      { name: 'lost', events: 40, cause: 'the ring buffer was full' },
      { name: 'lost', cause: 'nobody observed' },
      { name: 'lost', events: 2, cause: 'the spool was full' },
    ]);
    expect((await scrape()).get('bpf_recorder_lost_events_total')).toBe(before + 42);
  });
});

describe('programs', () => {
  const attachedSeries = (mode: string) =>
    `bpf_cgroup_attached_programs{attach_type="${CONNECT4}",mode="${mode}"}`;
  const effective = `bpf_cgroup_effective_programs{attach_type="${CONNECT4}"}`;

  it('are counted in lists by mode, and in the arrays of all cgroups', async () => {
    for (const host of ['h-one', 'other']) {
      await make(host);
      // /m: multi with two, below it /m/x, /m/y and /m/y/z; /o: override, hidden below /o/h.
      const cgroups = ['/m', '/m/x', '/m/y', '/m/y/z', '/o', '/o/h', '/o/i'];
      await calls(host, [...cgroups.map(mkdir), load('a'), load('b')]);
      await calls(host, [
        ...[link(3, '/m'), link(4, '/m'), link(3, '/m/y')],
        ...[attach(3, '/o', 'override'), attach(4, '/o/h', 'override')],
      ]);
    }
    await expectSamples({
      [attachedSeries('multi')]: 6,
      [attachedSeries('override')]: 4,
      // On each: 2 on /m and /m/x, 3 on /m/y and /m/y/z, 1 on /o, /o/h and /o/i.
      [effective]: 26,
    });
  });

  it('are those that the effective arrays of the API have', async () => {
    const path = '/v1/effective?program_name=a&program_name=b&limit=1000';
    const slots = (await (await service.app.request(path, { headers })).json()) as {
      readonly items: readonly object[];
    };
    await expectSamples({ [effective]: slots.items.length });
  });

  it('are none of a branch', async () => {
    const body = { name: 'h-try' };
    await post(service.app, '/v1/hosts/h-one/branches', { headers, body });
    await calls('h-try', [attach(3, '/m', 'multi')]);
    await calls('h-one', [attach(4, '/m/x', 'multi')]);
    await expectSamples({ [attachedSeries('multi')]: 7, [effective]: 27 });
  });

  it('go with their cgroups and with a reboot', async () => {
    await calls('h-one', [{ name: 'rmdir', path: '/m/x' }]);
    await expectSamples({ [attachedSeries('multi')]: 6, [effective]: 24 });
    await post(service.app, '/v1/hosts/other/reboot', { headers, body: {} });
    await expectSamples({
      [attachedSeries('multi')]: 3,
      [attachedSeries('override')]: 2,
      [effective]: 11,
    });
  });

  it('for an attach type without a name are counted together', async () => {
    await make('h-odd');
    const sightings = (attach_type: number, id: number) => [
      { call: { name: 'found', prog: { id, prog_type: 'cgroup_skb' } } },
      { call: { name: 'found', entry: { cgroup: '/', attach_type, mode: 'multi', prog_id: id } } },
    ];
    await record('h-odd', [...sightings(4_000_001, 1), ...sightings(4_000_002, 2)]);
    await expectSamples({
      'bpf_cgroup_attached_programs{attach_type="other",mode="multi"}': 2,
      'bpf_cgroup_effective_programs{attach_type="other"}': 2,
    });
  });
});

describe('what ended', () => {
  it('is a link with its lifetime, and a gap with its length, where both ends were seen', async () => {
    await make('h-ends');
    await calls('h-ends', [mkdir('/a'), load('p')]);
    await expectSamples({
      bpf_link_lifetime_seconds_count: 0,
      bpf_slot_empty_seconds_count: 0,
    });
    await record('h-ends', [
      { call: link(3, '/a'), at: at(0) },
      // It had a program before, and has one again 2.5 seconds later.
      { call: close(5), at: at(30_000) },
      { call: attach(3, '/a'), at: at(32_500) },
      { call: detach(3, '/a'), at: at(33_000) },
      { call: attach(3, '/a'), at: at(33_200) },
      // The first one of a cgroup ends no gap.
      { call: attach(3, '/', 'multi'), at: at(34_000) },
      // What was found began before, and what is gone ended before.
      { call: { name: 'found', link: { id: 70, prog_id: 1, attach_type: CONNECT4, cgroup: '/' } } },
      { call: { name: 'gone', link: { id: 70 } } },
    ]);
    await expectSamples({
      bpf_link_lifetime_seconds_count: 1,
      bpf_link_lifetime_seconds_sum: 30,
      'bpf_link_lifetime_seconds_bucket{le="10"}': 0,
      'bpf_link_lifetime_seconds_bucket{le="60"}': 1,
      bpf_slot_empty_seconds_count: 2,
      bpf_slot_empty_seconds_sum: 2.7,
    });
    // Each is counted once, however often it is asked for.
    await calls('h-ends', [close(77)]);
    await new Promise((resolve) => setTimeout(resolve, 1200));
    await expectSamples({ bpf_link_lifetime_seconds_count: 1, bpf_slot_empty_seconds_count: 2 });
  });
});

describe('drift', () => {
  it('is counted by cgroup and attach type, and told without a token', async () => {
    const path = '/v1/hosts/h-ends/executor';
    const place = { kernel: '6.18', cgroup_root: '/sys/fs/cgroup', bpffs: '/b', ephemeral: false };
    const lease = await post(service.app, `${path}/lease`, {
      headers,
      body: { executor: 'e', instance: 'i', place },
    });
    const { lease: held } = (await lease.json()) as { readonly lease: string };
    const differs = (what: string, where: string) => ({ what, where, log: 'a', kernel: 'b' });
    const standing = [
      ...[differs('attached', `/a ${CONNECT4}`), differs('effective', `/a ${CONNECT4}`)],
      ...[differs('effective', `/b ${CONNECT4}`), differs('link', '7')],
    ];
    const report = (now: readonly object[]) =>
      post(service.app, `${path}/reports`, {
        headers,
        body: { lease: held, reports: [], standing: now },
      });
    expect((await report(standing)).status).toBe(200);
    await expectSamples({
      bpf_drift_slots: 2,
      'bpfledger_executor_standing_differences{host="h-ends"}': 4,
    });
    const open = samplesOf(await (await service.app.request('/metrics')).text());
    expect(open.get('bpf_drift_slots')).toBe(2);
    expect([...open.keys()].filter((name) => name.includes('host='))).toEqual([]);
    await report([]);
    await expectSamples({ bpf_drift_slots: 0 });
  });
});

describe('a database that cannot be read', () => {
  it('takes its gauges from the answer and nothing else, until it can', async () => {
    const failed = 'bpfledger_fleet_reads_failed_total';
    const before = await scrape();
    const { database } = service;
    await database.query('alter table entry_lives rename to entry_lives_away');
    try {
      await expect.poll(async () => (await scrape()).get(failed), READ_AGAIN).toBeGreaterThan(0);
      const during = await scrape();
      const gone = [...before.keys()].filter((name) => /^bpf/.test(name) && !during.has(name));
      expect([...new Set(gone.map((name) => name.replace(/\{.*/, '')))]).toEqual([
        'bpf_cgroup_attached_programs',
        'bpf_cgroup_effective_programs',
        'bpf_drift_slots',
      ]);
      expect(service.faults.splice(0)).not.toEqual([]);
    } finally {
      await database.query('alter table entry_lives_away rename to entry_lives');
    }
    await expectSamples({ bpf_drift_slots: 0 });
    service.faults.splice(0);
  });
});

describe('the objects of a host', () => {
  beforeAll(async () => {
    await make('h-objects');
    await record('h-objects', [
      { call: load('policy'), at: at(1500) },
      {
        call: {
          name: 'map_create',
          map_type: 'hash',
          map_name: 'counts',
          key_size: 4,
          value_size: 8,
          max_entries: 16,
        },
      },
      { call: link(3, '/') },
      { call: load('freed') },
      { call: close(5) },
      {
        call: {
          name: 'found',
          prog: { id: 900, prog_type: 'xdp', prog_name: 'old', tag: '00aa00aa00aa00aa' },
        },
      },
    ]);
  });

  it('have a series each', async () => {
    const samples = await scrape('/v1/hosts/h-objects/metrics', 'own');
    const tag = /tag="([^"]+)"/.exec(
      [...samples.keys()].find((n) => n.includes('policy')) ?? '',
    )?.[1];
    expect(Object.fromEntries(samples)).toEqual({
      'bpfledger_objects{kind="program"}': 2,
      'bpfledger_objects{kind="link"}': 1,
      'bpfledger_objects{kind="map"}': 1,
      [`bpf_program_info{id="1",name="policy",type="cgroup_sock_addr",tag="${tag}"}`]: 1,
      'bpf_program_info{id="900",name="old",type="xdp",tag="00aa00aa00aa00aa"}': 1,
      // Nobody saw the other one being loaded.
      'bpf_program_load_time{id="1"}': Date.parse(at(1500)) / 1000,
      [`bpf_link_info{id="1",prog_id="1",attach_type="${CONNECT4}",type="cgroup"}`]: 1,
      'bpf_map_info{id="1",name="counts",type="hash"}': 1,
    });
  });

  it('are told to who may see the host alone, also where metrics are open', async () => {
    const path = '/v1/hosts/other/metrics';
    const foreign = await service.app.request(path, { headers: bearer('own') });
    expect((await problem(foreign)).status).toBe(403);
    expect((await service.app.request(path)).status).toBe(401);
  });

  it('have no series beyond the bound', async () => {
    await make('h-many');
    const found = Array.from({ length: 1000 }, (_, i) => ({
      call: { name: 'found', prog: { id: i + 1, prog_type: 'xdp' } },
    }));
    await record('h-many', found);
    await record('h-many', [{ call: { name: 'found', prog: { id: 5000, prog_type: 'xdp' } } }]);
    const samples = await scrape('/v1/hosts/h-many/metrics');
    expect(samples.get('bpfledger_objects{kind="program"}')).toBe(1001);
    const info = [...samples.keys()].filter((name) => name.startsWith('bpf_program_info'));
    expect(info.length).toBe(1000);
    expect(info.some((name) => name.includes('id="5000"'))).toBe(false);
  });
});
