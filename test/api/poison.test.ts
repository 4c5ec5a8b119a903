// One write must not spoil a host for all reads after it: a time far ahead, ids that make a cgroup
// its own ancestor, a state that grows beyond memory. Each is refused as a whole, by the field, the
// limit and what to do; and a host that was spoiled before it was refused can still be read.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lines, post, problem, startTestService, type TestService } from './running.ts';

let service: TestService;
const get = (path: string) => service.app.request(path);

beforeAll(async () => {
  service = await startTestService();
});
afterAll(async () => {
  expect(service.faults).toEqual([]);
  await service.close();
});

async function newHost(name: string, more: object = {}): Promise<Response> {
  return post(service.app, '/v1/hosts', { body: { name, release: '6.18', ...more } });
}

const syscalls = (host: string, body: unknown, headers: Record<string, string> = {}) =>
  post(service.app, `/v1/hosts/${host}/syscalls`, { body, headers });

async function headOf(host: string): Promise<number> {
  const { position } = (await (await get(`/v1/hosts/${host}`)).json()) as { position: number };
  return position;
}

const mkdir = (path: string, at?: string) => ({ ...(at && { at }), call: { name: 'mkdir', path } });

/** What a client whose clock is ahead sends. */
const ahead = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();

describe('a time ahead of the log', () => {
  const FAR = ['9999-12-31T23:59:59.999999Z', '2200-01-01T00:00:00Z', ahead(600)];

  it.each(FAR)('%s is refused in a call, a list, a boot and a reboot', async (at) => {
    const host = `ahead-${FAR.indexOf(at)}`;
    const told = await problem(await newHost(host, { at }));
    expect(told).toMatchObject({ status: 422, field: 'at', limit: 300 });
    expect((await get(`/v1/hosts/${host}`)).status).toBe(404);
    await newHost(host);
    expect(await problem(await syscalls(host, mkdir('/a', at)))).toMatchObject({
      type: 'urn:bpfledger:problem:invalid-request',
      field: 'at',
      limit: 300,
    });
    const list = await syscalls(host, [mkdir('/a'), mkdir('/b', at)]);
    expect(await problem(list)).toMatchObject({ status: 422, field: '1.at' });
    const reboot = await post(service.app, `/v1/hosts/${host}/reboot`, { body: { at } });
    expect(await problem(reboot)).toMatchObject({ status: 422, field: 'at' });
    expect(await headOf(host)).toBe(1);
  });

  it.each([undefined, 'key'])('ends a stream at its line, under the key %s', async (key) => {
    const host = `ahead-lines-${key}`;
    await newHost(host);
    const sent = [mkdir('/a'), mkdir('/b'), mkdir('/c', '2200-01-01T00:00:00Z'), mkdir('/d')];
    const response = await syscalls(host, sent.map((line) => JSON.stringify(line)).join('\n'), {
      'content-type': 'application/x-ndjson',
      ...(key && { 'idempotency-key': key }),
    });
    const told = await lines(response);
    expect(told.slice(0, 2)).toMatchObject([{ position: 2 }, { position: 3 }]);
    expect(told.slice(2)).toMatchObject([{ status: 422, field: 'at', line: 3 }]);
    expect(await headOf(host)).toBe(3);
  });

  it('is refused as the beginning and the end of a hole', async () => {
    await newHost('hole');
    const hole = (span: object) => ({ call: { name: 'lost', ...span } });
    const far = { from: ahead(600), to: ahead(700) };
    const told = await problem(await syscalls('hole', hole(far)));
    expect(told).toMatchObject({ status: 422, field: 'call.from', limit: 300 });
    const list = await syscalls('hole', [mkdir('/a'), hole({ to: FAR[1] })]);
    expect(await problem(list)).toMatchObject({ status: 422, field: '1.call.to', limit: 300 });
    expect(await headOf('hole')).toBe(1);
    expect((await syscalls('hole', hole({ to: ahead(200) }))).status).toBe(200);
  });

  it('is taken while it is as near as clocks differ, and from the past', async () => {
    await newHost('near', { at: '1970-01-01T00:00:00Z' });
    for (const at of [ahead(200), '2001-01-01T00:00:00Z']) {
      expect((await syscalls('near', mkdir(`/x${Date.parse(at)}`, at))).status).toBe(200);
    }
  });
});

describe('ids of a boot', () => {
  const BROKEN = [
    [{ root_cgroup_id: 5, first_cgroup_id: 5 }, 'config.first_cgroup_id'],
    [{ root_cgroup_id: 5, first_cgroup_id: 4 }, 'config.first_cgroup_id'],
    // Left out, the first id of a cgroup is 2.
    [{ root_cgroup_id: 9 }, 'config.first_cgroup_id'],
    // The ids after it would not differ.
    [{ first_cgroup_id: 2 ** 53 - 1 }, 'config.first_cgroup_id'],
    [{ nofile: 2 ** 20 + 1 }, 'config.nofile'],
  ] as const;

  it.each(BROKEN)('%j are refused: %s', async (config, field) => {
    const made = await problem(await newHost('ids', { config }));
    expect(made).toMatchObject({ type: 'urn:bpfledger:problem:invalid-request', field });
    expect((await get('/v1/hosts/ids')).status).toBe(404);
    await newHost('ids-again');
    const again = await post(service.app, '/v1/hosts/ids-again/reboot', { body: { config } });
    expect(await problem(again)).toMatchObject({ status: 422, field });
    expect(await headOf('ids-again')).toBe(1);
  });

  it('are refused when they contradict those of the boot before', async () => {
    await newHost('ids-before', { config: { root_cgroup_id: 5, first_cgroup_id: 20 } });
    const reboot = (config: object) =>
      post(service.app, '/v1/hosts/ids-before/reboot', { body: { config } });
    const told = await problem(await reboot({ root_cgroup_id: 20 }));
    expect(told.detail).toContain('first_cgroup_id');
    expect((await reboot({ root_cgroup_id: 19 })).status).toBe(200);
  });
});

describe('a state that grows', () => {
  const DUPS = 1000;
  const forks = Array.from({ length: 1000 }, () => ({ call: { name: 'fork' } }));

  it('is refused where it passes the limit, as a whole', async () => {
    await newHost('forks', { config: { nofile: 2000 } });
    for (let i = 0; i < 2; i++) {
      const dups = Array.from({ length: DUPS / 2 + 50 }, () => ({ call: { name: 'dup', fd: 0 } }));
      expect((await syscalls('forks', dups)).status).toBe(200);
    }
    const before = await headOf('forks');
    const told = await problem(await syscalls('forks', forks));
    expect(told).toMatchObject({
      type: 'urn:bpfledger:problem:host-too-large',
      status: 422,
      limit: 1_000_000,
    });
    expect(told.field).toMatch(/^9\d\d\.call$/);
    expect(await headOf('forks')).toBe(before);
    const planned = await post(service.app, '/v1/hosts/forks/plan', { body: forks });
    expect((await problem(planned)).type).toBe('urn:bpfledger:problem:host-too-large');
    // Others of the same batch are recorded, and the host goes on.
    const both = await Promise.all([
      syscalls('forks', mkdir('/before')),
      syscalls('forks', forks),
      syscalls('forks', mkdir('/after')),
    ]);
    expect(both.map(({ status }) => status)).toEqual([200, 422, 200]);
    expect(await headOf('forks')).toBe(before + 2);
    const { items } = (await (await get('/v1/hosts/forks/processes')).json()) as {
      items: { fds: unknown[] }[];
    };
    expect(items.map(({ fds }) => fds.length)).toEqual([3 + DUPS + 100]);
  });

  it('has an end for the limit of a process', async () => {
    await newHost('nofile');
    const told = await syscalls('nofile', { call: { name: 'setrlimit', nofile: 2 ** 20 + 1 } });
    expect(((await told.json()) as { outcome: object }).outcome).toMatchObject({
      errno: 'EPERM',
      rule: 'nofile-over-nr-open',
    });
    const most = await syscalls('nofile', { call: { name: 'setrlimit', nofile: 2 ** 20 } });
    expect(((await most.json()) as { outcome: object }).outcome).toEqual({ ret: 0 });
  });
});
