// The executor's side of the API: the lease, the reports, and what they show of drift.

import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { tokensOf } from '../../src/api/guard/tokens.ts';
import {
  driftAnswer,
  executorAnswer,
  leaseAnswer,
  reportsAnswer,
} from '../../src/api/wire/executor.ts';
import { parse, post, problem, startTestService, type TestService } from './running.ts';

const place = { kernel: '6.18.44', cgroup_root: '/cg', bpffs: '/bpf', ephemeral: false };
const boot = { position: 1, how: 'performed', outcome: { ret: 0 } } as const;

let service: TestService;
let hosts = 0;
let path: string;

beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.close());

/** A host with a boot and an mkdir. */
async function host(): Promise<void> {
  const name = `x${++hosts}`;
  path = `/v1/hosts/${name}`;
  await post(service.app, '/v1/hosts', { body: { name, release: '6.18' } });
  await post(service.app, `${path}/syscalls`, { body: { call: { name: 'mkdir', path: '/a' } } });
}

async function lease(executor: string, instance = executor) {
  return post(service.app, `${path}/executor/lease`, { body: { executor, instance, place } });
}

async function takeLease(): Promise<string> {
  return (await parse(await lease('one'), leaseAnswer)).lease;
}

async function report(body: object): Promise<Response> {
  return post(service.app, `${path}/executor/reports`, { body });
}

const get = (what: string) => service.app.request(`${path}/${what}`);

describe('the lease', () => {
  it('is for one executor, and its own to take again', async () => {
    await host();
    expect((await lease('one')).status).toBe(200);
    const refused = await problem(await lease('two'));
    expect(refused).toMatchObject({ status: 409, type: 'urn:bpfledger:problem:lease-held' });
    expect(refused.detail).toContain('one applies this log');
    expect((await lease('one')).status).toBe(200);
  });

  it('once taken again, an older one reports nothing', async () => {
    await host();
    const old = await takeLease();
    await takeLease();
    const told = await problem(await report({ lease: old, reports: [boot] }));
    expect(told).toMatchObject({ status: 409, type: 'urn:bpfledger:problem:lease-lost' });
    const state = await parse(await get('executor'), executorAnswer);
    expect(state).toMatchObject({ reported_position: 0, reports: 0, head: 2 });
  });
});

describe('who may', () => {
  const tokenOf = (name: string) => name.padEnd(20, '-');
  const bearer = (name: string) => ({ authorization: `Bearer ${tokenOf(name)}` });
  const ask = (token: string, what: string, body: unknown) =>
    post(guarded.app, `/v1/hosts/h/${what}`, {
      headers: bearer(token),
      body,
    });
  const take = (token: string, instance = 'i') =>
    ask(token, 'executor/lease', { executor: 'one', instance, place });
  const read = async (what: string) => {
    const headers = bearer('reads');
    return guarded.app.request(`/v1/hosts/h/${what}`, { headers });
  };

  beforeEach(async () => {
    const tokens = tokensOf(
      JSON.stringify(
        Object.entries({
          reads: 'reader',
          writes: 'writer',
          runs: 'executor',
          other: 'executor',
          rules: 'admin',
        }).map(([name, role]) => {
          const sha256 = createHash('sha256').update(tokenOf(name)).digest('hex');
          return { name, role, hosts: ['*'], sha256 };
        }),
      ),
    );
    guarded = await startTestService({ tokens });
    const body = { name: 'h', release: '6.18' };
    const headers = bearer('rules');
    await post(guarded.app, '/v1/hosts', { headers, body });
  });
  let guarded: TestService;
  afterEach(() => guarded.close());

  it('take the lease and report: executors and admins, and no writer', async () => {
    for (const token of ['reads', 'writes']) {
      expect((await take(token)).status).toBe(403);
      const told = await ask(token, 'executor/reports', { lease: 'l', reports: [] });
      expect(told.status).toBe(403);
    }
    expect((await take('runs')).status).toBe(200);
  });

  it('record calls: no executor', async () => {
    const call = { name: 'mkdir', path: '/a' };
    expect((await ask('runs', 'syscalls', { call })).status).toBe(403);
    expect((await ask('writes', 'syscalls', { call })).status).toBe(200);
  });

  it('take the lease of another, by its name or its instance: nobody', async () => {
    expect((await take('runs')).status).toBe(200);
    expect((await take('runs', 'a second process of that name')).status).toBe(409);
    expect((await take('other')).status).toBe(409);
    expect((await take('rules')).status).toBe(409);
    expect((await take('runs')).status).toBe(200);
  });

  it('is stored and shown: who took the lease, who reported, who put back', async () => {
    const { lease: key } = await parse(await take('runs'), leaseAnswer);
    const withheld = { ...boot, how: 'withheld' };
    const repairs = [{ what: 'entry', where: '/a', did: 'put back' }];
    const body = { lease: key, reports: [withheld], repairs };
    const stolen = await problem(await ask('other', 'executor/reports', body));
    expect(stolen).toMatchObject({ status: 409, type: 'urn:bpfledger:problem:lease-lost' });
    expect((await ask('runs', 'executor/reports', body)).status).toBe(200);
    const state = await parse(await read('executor'), executorAnswer);
    expect(state.executor).toMatchObject({ name: 'one', actor: 'token:runs' });
    const drift = await parse(await read('drift'), driftAnswer);
    expect(drift.items).toMatchObject([{ actor: 'token:runs' }]);
    expect(drift.repairs).toMatchObject([{ actor: 'token:runs' }]);
  });
});

describe('reports', () => {
  it('move the reported position on, and say how many disagree', async () => {
    await host();
    const mkdir = {
      position: 2,
      how: 'performed',
      outcome: { errno: 'EEXIST', rule: 'kernel-said-so' },
    };
    const answer = await report({ lease: await takeLease(), reports: [boot, mkdir] });
    const told = await parse(answer, reportsAnswer);
    expect(told).toMatchObject({ reported_position: 2, disagree: 1 });
    const drift = await parse(await get('drift'), driftAnswer);
    expect(drift.items).toMatchObject([
      { position: 2, call: 'mkdir', log: { ret: 0 }, kernel: { errno: 'EEXIST' } },
    ]);
  });

  it('sent twice, are there once as they were first sent', async () => {
    await host();
    const key = await takeLease();
    await report({ lease: key, reports: [boot] });
    const other = { ...boot, outcome: { ret: 7 } };
    const again = await parse(await report({ lease: key, reports: [other] }), reportsAnswer);
    expect(again.reported_position).toBe(1);
    expect((await parse(await get('drift'), driftAnswer)).items).toEqual([]);
    expect((await parse(await get('executor'), executorAnswer)).reports).toBe(1);
  });

  it('of a call that was withheld disagree, whatever the outcome', async () => {
    await host();
    const withheld = { position: 2, how: 'withheld', outcome: { ret: 0 }, note: 'outside' };
    await report({ lease: await takeLease(), reports: [boot, withheld] });
    const { items } = await parse(await get('drift'), driftAnswer);
    expect(items).toMatchObject([{ position: 2, how: 'withheld', note: 'outside' }]);
  });

  it.each([
    ['with a gap', [boot, { ...boot, position: 3 }], 'invalid-request', 'reports.1.position'],
    ['past the head', [{ ...boot, position: 9 }], 'no-such-position', 'reports.0.position'],
    ['of no known way', [{ ...boot, how: 'guessed' }], 'invalid-request', 'reports.0.how'],
  ])('%s are refused, and nothing is stored', async (_, reports, slug, field) => {
    await host();
    const told = await problem(await report({ lease: await takeLease(), reports }));
    expect(told).toMatchObject({ type: `urn:bpfledger:problem:${slug}`, field });
    expect((await parse(await get('executor'), executorAnswer)).reports).toBe(0);
  });

  it('carry what stands otherwise now, until it is said anew', async () => {
    await host();
    const key = await takeLease();
    const standing = [{ what: 'attached', where: '/a', log: 'multi 1', kernel: 'none' }];
    await report({ lease: key, reports: [], standing });
    await report({ lease: key, reports: [] });
    expect((await parse(await get('drift'), driftAnswer)).standing).toEqual(standing);
    await report({ lease: key, reports: [], standing: [] });
    expect((await parse(await get('drift'), driftAnswer)).standing).toEqual([]);
  });

  it('carry what was put back, newest first', async () => {
    await host();
    const key = await takeLease();
    const repair = (where: string) => ({ what: 'entry', where, did: 'program 1 put back' });
    await report({ lease: key, reports: [boot], repairs: [repair('/a'), repair('/b')] });
    await report({ lease: key, reports: [], repairs: [repair('/c')] });
    const { repairs } = await parse(await get('drift'), driftAnswer);
    expect(repairs.map(({ where }) => where)).toEqual(['/c', '/b', '/a']);
    expect(repairs[0]).toMatchObject({ kind: 'repair', position: 1, executor: 'one' });
  });

  it('keep the newest thousand of what was put back', async () => {
    await host();
    const key = await takeLease();
    const repairs = Array.from({ length: 600 }, (_, i) => {
      return { what: 'entry', where: `/${i}`, did: 'program 1 put back' };
    });
    for (let i = 0; i < 2; i++) await report({ lease: key, reports: [], repairs });
    const told = await parse(await get('drift?limit=1000'), driftAnswer);
    expect(told.repairs.length).toBe(1000);
    expect(told.repairs.at(-1)?.where).toBe('/200');
  });

  it('are not events', async () => {
    await host();
    await report({ lease: await takeLease(), reports: [boot] });
    expect((await service.log.head(`x${hosts}`)).position).toBe(2);
  });
});

it('a host that no executor ever applied has none, and no drift', async () => {
  await host();
  const state = await parse(await get('executor'), executorAnswer);
  expect(state).toMatchObject({ executor: null, reported_position: 0, reports: 0 });
  const drift = await parse(await get('drift'), driftAnswer);
  expect(drift).toMatchObject({ standing: [], standing_at: null, items: [] });
});

describe('the stream of drift', () => {
  it('tells what stands, and then each change with what is new', async () => {
    await host();
    const key = await takeLease();
    const reader = (await get('drift/stream')).body?.getReader();
    if (reader === undefined) throw new Error('the stream has no body');
    const next = async () => {
      const { value } = await reader.read();
      const [kind, data = ''] = new TextDecoder().decode(value).split('\ndata: ');
      expect(kind).toBe('event: drift');
      return driftAnswer.parse(JSON.parse(data));
    };
    expect(await next()).toMatchObject({ standing: [], items: [], repairs: [] });
    const standing = [{ what: 'attached', where: '/a', log: 'multi 1', kernel: 'none' }];
    await report({ lease: key, reports: [boot], standing });
    expect(await next()).toMatchObject({ standing, items: [], reported_position: 1 });
    const withheld = { position: 2, how: 'withheld', outcome: { ret: 0 }, note: 'outside' };
    await report({ lease: key, reports: [withheld] });
    expect(await next()).toMatchObject({ standing, items: [{ position: 2 }] });
    const repairs = [{ what: 'entry', where: '/a', did: 'program 1 put back' }];
    await report({ lease: key, reports: [], standing: [], repairs });
    expect(await next()).toMatchObject({ standing: [], items: [], repairs });
    await reader.cancel();
  });

  it('of a host that is not there is refused', async () => {
    const told = await problem(await service.app.request('/v1/hosts/nobody/drift/stream'));
    expect(told).toMatchObject({ status: 404, type: 'urn:bpfledger:problem:no-such-host' });
  });
});
