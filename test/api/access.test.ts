// Who may ask what: tokens and roles; and what keeps web pages out of a service on loopback.

import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configurationOf } from '../../src/api/configuration.ts';
import { tokensOf } from '../../src/api/guard/tokens.ts';
import { post, problem, startTestService, type TestService } from './running.ts';

const sha256 = (token: string) => createHash('sha256').update(token).digest('hex');
const entry = (name: string, role: string, ...hosts: string[]) =>
  JSON.stringify({ name, role, hosts, sha256: sha256(`a-secret-token-of-${name}`) });
const file = [
  entry('root', 'admin', '*'),
  entry('ci', 'writer', 'ci-*'),
  entry('eyes', 'reader', 'ci-1'),
  entry('camera', 'recorder', 'ci-*'),
].join('\n');

let service: TestService;
let local: TestService;

beforeAll(async () => {
  service = await startTestService({ tokens: tokensOf(file) });
  local = await startTestService({ database: service.database, loopback: true });
});
afterAll(async () => {
  await local.close();
  await service.close();
});

const bearer = (name: string) => ({ authorization: `Bearer a-secret-token-of-${name}` });
const mkdir = { call: { name: 'mkdir', path: '/a' } };

/** Bodies that a recorder may post, and the same without what was seen. */
const seen = { ...mkdir, outcome: { ret: 0 } };
const gap = { call: { name: 'lost' } };

describe('tokens', () => {
  it('an admin makes hosts, and the actor is the token', async () => {
    for (const name of ['ci-1', 'prod']) {
      const body = { name, release: '6.18' };
      const response = await post(service.app, '/v1/hosts', { headers: bearer('root'), body });
      expect(response.status).toBe(201);
      expect(await response.json()).toMatchObject({ actor: 'token:root' });
    }
  });

  it.each([
    ['nobody', 'GET', '/v1/hosts', 401],
    ['nobody', 'GET', '/healthz', 200],
    ['nobody', 'GET', '/readyz', 200],
    ['nobody', 'GET', '/openapi.json', 401],
    ['stranger', 'GET', '/v1/hosts', 401],
    ['eyes', 'GET', '/v1/hosts/ci-1', 200],
    ['eyes', 'GET', '/v1/hosts/prod', 403],
    ['eyes', 'POST', '/v1/hosts/ci-1/syscalls', 403],
    ['eyes', 'POST', '/v1/hosts/ci-1/plan', 200],
    ['ci', 'POST', '/v1/hosts/ci-1/syscalls', 200],
    ['ci', 'POST', '/v1/hosts/prod/syscalls', 403],
    ['ci', 'POST', '/v1/hosts/ci-1/reboot', 403],
    ['ci', 'GET', '/v1/hosts/prod/events/stream', 403],
    ['root', 'POST', '/v1/hosts/prod/syscalls', 200],
  ])('%s may not or may: %s %s → %i', async (name, method, path, status) => {
    const headers = { ...(name !== 'nobody' && bearer(name)), 'content-type': 'application/json' };
    const body = method === 'POST' ? { body: JSON.stringify(mkdir) } : {};
    const response = await service.app.request(path, { method, headers, ...body });
    expect(response.status).toBe(status);
    if (status === 401) expect(response.headers.get('www-authenticate')).toBe('Bearer');
    if (status >= 400) expect((await problem(response)).detail).not.toContain('secret');
  });

  it('a recorder records what was seen, in every form, and asks the model nothing', async () => {
    const send = async (body: unknown, type = 'application/json') => {
      const headers = { ...bearer('camera'), 'content-type': type };
      const response = await post(service.app, '/v1/hosts/ci-1/syscalls', { headers, body });
      return response.status;
    };
    const { position } = await service.log.head('ci-1');
    const lines = (...bodies: object[]) => bodies.map((one) => `${JSON.stringify(one)}\n`).join('');
    const ndjson = 'application/x-ndjson';
    expect([await send(seen), await send([seen, gap])]).toEqual([200, 200]);
    expect([await send(mkdir), await send([seen, mkdir]), await send([mkdir])]).toEqual([
      403, 403, 403,
    ]);
    expect([await send(lines(seen, gap), ndjson), await send(lines(mkdir), ndjson)]).toEqual([
      200, 403,
    ]);
    for (const asked of ['checkpoints', 'branches', 'reboot']) {
      const headers = bearer('camera');
      const refused = await post(service.app, `/v1/hosts/ci-1/${asked}`, { headers, body: {} });
      expect([asked, refused.status]).toEqual([asked, 403]);
    }
    const events = await service.log.read('ci-1', { from: position + 1, limit: 100 });
    expect(events.filter(({ source }) => source === 'decided')).toEqual([]);
    expect(events.filter(({ call }) => call.name === 'mkdir').length).toBeGreaterThan(2);
  });

  it('a list of hosts shows those that the token may touch', async () => {
    const response = await service.app.request('/v1/hosts', { headers: bearer('ci') });
    const { items } = (await response.json()) as { items: { name: string }[] };
    expect(items.map(({ name }) => name)).toEqual(['ci-1']);
  });

  it('a key belongs to who used it', async () => {
    const send = (name: string, path: string) =>
      post(service.app, '/v1/hosts/ci-1/syscalls', {
        headers: { ...bearer(name), 'idempotency-key': 'shared' },
        body: { call: { name: 'mkdir', path } },
      });
    expect((await send('ci', '/x')).status).toBe(200);
    expect((await send('root', '/y')).status).toBe(200);
  });

  it.each([
    ['an unknown role', '{"name":"a","role":"god","hosts":[],"sha256":"00"}', /token 1: role/],
    [
      'a short hash',
      `${entry('a', 'admin')}\n{"name":"b","role":"admin","hosts":[],"sha256":"00"}`,
      /token 2: sha256/,
    ],
    ['one name twice', `${entry('a', 'admin')}\n${entry('a', 'admin')}`, /token 2 is given twice/],
  ])('a file with %s is refused', (_name, text, message) => {
    expect(() => tokensOf(text)).toThrow(message);
  });
});

describe('a service on loopback', () => {
  const own = 'http://127.0.0.1:8080';

  it.each([
    [{ host: '127.0.0.1:8080' }, 200],
    [{ host: 'localhost' }, 200],
    [{ host: '[::1]:8080' }, 200],
    [{ host: 'rebound.example:8080' }, 421],
    [{ host: '127.0.0.1.evil.example' }, 421],
    [{ host: '127.0.0.1:8080', origin: own }, 200],
    [{ host: '127.0.0.1:8080', origin: 'https://evil.example' }, 403],
    [{ host: '127.0.0.1:8080', origin: 'null' }, 403],
  ])('%j → %i', async (headers, status) => {
    const sent = headers as unknown as Record<string, string>;
    expect((await local.app.request('/v1/hosts', { headers: sent })).status).toBe(status);
  });

  it('takes no body that a form could send', async () => {
    const headers = { host: '127.0.0.1:8080', 'content-type': 'application/x-www-form-urlencoded' };
    const response = await post(local.app, '/v1/hosts/ci-1/syscalls', { headers, body: 'a=b' });
    expect(response.status).toBe(415);
  });
});

describe('configuration', () => {
  it('has defaults that are safe', () => {
    expect(configurationOf({ XDG_DATA_HOME: '/data' })).toEqual({
      port: 8080,
      host: '127.0.0.1',
      databaseUrl: undefined,
      dataDir: '/data/bpfledger',
      ephemeral: false,
      tokensFile: undefined,
      metricsOpen: false,
      spans: false,
      logLevel: 'warn',
      held: { hosts: 1000, rows: 1_000_000, idleMs: 600_000, pastRows: 100_000 },
      rates: {},
      webhookAllowed: expect.objectContaining({ hosts: new Set() }),
    });
    const limited = { BPFLEDGER_REQUESTS_PER_SECOND: '50', BPFLEDGER_REQUESTS_CONCURRENT: '8' };
    expect(configurationOf(limited).rates).toEqual({ perSecond: 50, concurrent: 8 });
  });

  it.each([
    [{ HOST: '0.0.0.0' }, /BPFLEDGER_TOKENS_FILE must be set/],
    [{ HOST: '::' }, /BPFLEDGER_TOKENS_FILE must be set/],
    [{ PORT: '70000' }, /PORT/],
    [{ PORT: 'http' }, /PORT/],
    [{ DATABASE_URL: 'mysql://u:topsecret@h' }, /DATABASE_URL/],
    [{ BPFLEDGER_LOG_LEVEL: 'loud' }, /BPFLEDGER_LOG_LEVEL/],
    [{ BPFLEDGER_EPHEMERAL: 'yes' }, /BPFLEDGER_EPHEMERAL/],
    [{ BPFLEDGER_EPHEMERAL: 'true', DATABASE_URL: 'postgresql://h/d' }, /^DATABASE_URL: says/],
    [{ BPFLEDGER_METRICS_OPEN: '1' }, /BPFLEDGER_METRICS_OPEN/],
    [{ BPFLEDGER_SPANS: 'yes' }, /BPFLEDGER_SPANS/],
    [{ BPFLEDGER_HELD_HOSTS_MAX: '0' }, /BPFLEDGER_HELD_HOSTS_MAX/],
    [{ BPFLEDGER_HELD_ROWS_MAX: '1e6' }, /BPFLEDGER_HELD_ROWS_MAX/],
    [{ BPFLEDGER_HELD_IDLE_SECONDS: '-5' }, /BPFLEDGER_HELD_IDLE_SECONDS/],
  ])('refuses %j', (env, message) => {
    expect(() => configurationOf(env)).toThrow(message);
    expect(() => configurationOf(env)).not.toThrow(/topsecret/);
  });

  it('lets others in where there are tokens', () => {
    const env = { HOST: '0.0.0.0', BPFLEDGER_TOKENS_FILE: '/tokens' };
    expect(configurationOf(env)).toMatchObject({ host: '0.0.0.0', tokensFile: '/tokens' });
  });
});
