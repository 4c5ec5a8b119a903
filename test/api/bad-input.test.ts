// Whatever the service cannot take is answered by a problem document that names the field and,
// where there is one, the limit; and nothing is recorded.

import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiDocument } from '../../src/api/document.ts';
import { post, problem, type Sent, startTestService, type TestService } from './running.ts';

const PLACE = 'cgroup=/&attach_type=egress';
let service: TestService;
let url: string;

beforeAll(async () => {
  service = await startTestService();
  url = await service.listen();
  await post(service.app, '/v1/hosts', { body: { name: 'h', release: '6.18' } });
});
afterAll(() => service.close());

/** Of no history. */
const MARK = '0123456789abcdef';
const close = { call: { name: 'close', fd: 3 } };
const load = { name: 'prog_load', prog_type: 'cgroup_skb' };
const link = { name: 'link_create', attach_type: 'egress' };
const long = (n: number) => `/${'x'.repeat(n)}`;

interface Row {
  readonly send: unknown;
  readonly type: string;
  readonly field?: string;
  readonly limit?: number;
}

const invalid = (send: unknown, field: string, limit?: number): Row => ({
  send,
  type: 'invalid-request',
  field,
  ...(limit !== undefined && { limit }),
});
const call = (fields: object, field: string, limit?: number) =>
  invalid({ call: fields }, `call.${field}`, limit);

const rows: Readonly<Record<string, Row>> = {
  'no JSON': { send: '{"call":', type: 'malformed-body' },
  'an empty body': { send: '', type: 'malformed-body' },
  'bad UTF-8': { send: new Uint8Array([0x22, 0xc3, 0x28, 0x22]), type: 'malformed-body' },
  'a number': invalid(5, 'body'),
  null: invalid(null, 'body'),
  'an empty list': invalid([], 'body', 1000),
  'a list of 1001': invalid(Array(1001).fill(close), 'body', 1000),
  'the second of a list': invalid([close, { call: { name: 'close' } }], '1.call.fd'),
  'no call': invalid({}, 'call'),
  'a bare call': invalid(load, 'call'),
  'an unknown top field': invalid({ ...close, process: 3 }, 'process'),
  'an actor: who calls is told by the token alone': invalid(
    { ...close, actor: 'token:root' },
    'actor',
  ),
  'an unknown call': call({ name: 'link_creat' }, 'name'),
  'a call without a name': call({}, 'name'),
  'a call with a number for a name': call({ name: 7 }, 'name'),
  'a boot': call({ name: 'boot' }, 'name'),
  'an unknown field': call({ ...link, progfd: 3 }, 'progfd'),
  'a __proto__ field': {
    ...invalid('{"call":{"name":"recv_fd","__proto__":{"a":1}}}', 'call.__proto__'),
  },
  'an fd as text': call({ name: 'close', fd: '3' }, 'fd'),
  'a fractional fd': call({ name: 'close', fd: 1.5 }, 'fd'),
  'an fd past 32 bits': call({ name: 'close', fd: 2 ** 31 }, 'fd', 2 ** 31 - 1),
  'an fd below 32 bits': call({ name: 'close', fd: -(2 ** 31) - 1 }, 'fd', -(2 ** 31)),
  'a reference without a number': call({ name: 'close', fd: { result_of: 'a' } }, 'fd.result_of'),
  'a negative reference': call({ name: 'close', fd: { result_of: -1 } }, 'fd.result_of', 0),
  'a misspelt reference': call({ name: 'close', fd: { resultof: 1 } }, 'fd.result_of'),
  'an unknown attach type': call({ ...link, attach_type: 'egres' }, 'attach_type'),
  'a negative attach type': call({ ...link, attach_type: -1 }, 'attach_type', 2 ** 32 - 1),
  'no attach type': call({ name: 'link_create' }, 'attach_type'),
  'an unknown flag': call({ ...link, flags: ['multy'] }, 'flags.0'),
  'flags as text': call({ ...link, flags: 'multi' }, 'flags'),
  'too many flags': call({ ...link, flags: Array(33).fill('multi') }, 'flags', 32),
  'flags past 32 bits': call({ ...link, flags: 2 ** 32 }, 'flags', 2 ** 32 - 1),
  'a prototype name for a flag': call({ ...link, flags: ['constructor'] }, 'flags.0'),
  'an unknown program type': call({ ...load, prog_type: 'skb' }, 'prog_type'),
  'instructions that are not base64': call({ ...load, insns: '!' }, 'insns'),
  'half an instruction': call({ ...load, insns: 'AAAA' }, 'insns'),
  'a wrong tag': call({ ...load, insns: 'twAAAAEAAACVAAAAAAAAAA==', insn_cnt: 3 }, 'insn_cnt'),
  'a revision past 2^53': call({ ...link, expected_revision: 2 ** 53 }, 'expected_revision'),
  'two targets': call({ ...link, target_fd: 3, target_path: '/a' }, 'target_path'),
  'two anchors': call({ ...link, relative_fd: 3, relative_id: 4 }, 'relative_id'),
  'a relative path': call({ name: 'mkdir', path: 'a' }, 'path'),
  'a path with dots': call({ name: 'mkdir', path: '/a/../b' }, 'path'),
  'a path that is too long': call({ name: 'mkdir', path: long(4096) }, 'path', 4096),
  'a path that is too deep': call({ name: 'mkdir', path: '/x'.repeat(129) }, 'path', 128),
  'a NUL in a path': call({ name: 'mkdir', path: '/a\0b' }, 'path'),
  'half a surrogate pair': call({ name: 'mkdir', path: '/\ud800' }, 'path'),
  'a NUL in a name': call({ ...load, prog_name: 'a\0' }, 'prog_name'),
  'a name that is too long': call({ ...load, prog_name: 'x'.repeat(256) }, 'prog_name', 255),
  'a comm that is too long': invalid({ ...close, comm: 'x'.repeat(16) }, 'comm', 15),
  'an unknown capability': call({ name: 'capset', caps: ['CAP_WAKE_ALARM'] }, 'caps.0'),
  'a mode past 07777': call({ name: 'chmod', path: '/a', mode: 4096 }, 'mode', 4095),
  'a key that is not a key': call({ name: 'map_lookup_elem', key: 'x' }, 'key'),
  'a time without a zone': invalid({ ...close, at: '2026-01-01T00:00:00' }, 'at'),
  'the 30th of February': invalid({ ...close, at: '2026-02-30T00:00:00Z' }, 'at'),
  'a forward reference': {
    send: [{ call: { name: 'close', fd: { result_of: 0 } } }],
    type: 'bad-reference',
    field: '0.call.fd',
  },
  'a reference to a refusal': {
    send: [{ call: { name: 'close', fd: 99 } }, { pid: { result_of: 0 }, call: { name: 'exit' } }],
    type: 'bad-reference',
    field: '1.pid',
  },
};

/** A single write may come in by the router or by the side door: to a client they are the same. */
const WAYS = {
  'the router': (sent: Sent) => post(service.app, '/v1/hosts/h/syscalls', sent),
  'the side door': ({ headers = {}, body }: Sent) =>
    fetch(`${url}/v1/hosts/h/syscalls`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : (bytesOf(body) ?? JSON.stringify(body)),
    }),
};

function bytesOf(body: unknown): ArrayBuffer | undefined {
  return body instanceof Uint8Array ? Uint8Array.from(body).buffer : undefined;
}

describe.each(Object.entries(WAYS))('POST syscalls by %s', (_way, sent) => {
  it.each(Object.entries(rows))('refuses %s', async (_name, { send, type, field, limit }) => {
    const response = await sent({ body: send });
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    const told = await problem(response);
    expect(told).toMatchObject({
      type: `urn:bpfledger:problem:${type}`,
      status: response.status,
      ...(field !== undefined && { field }),
      ...(limit !== undefined && { errors: [{ field, limit }] }),
    });
  });

  it('says what was probably meant', async () => {
    const body = { call: { name: 'link_create', attach_typ: 'egress', attach_type: 'egress' } };
    const told = await problem(await sent({ body }));
    expect(told.detail).toContain('did you mean "attach_type"');
  });

  it('records nothing of all this', async () => {
    expect((await service.log.head('h')).position).toBe(1);
    expect(service.faults).toEqual([]);
  });
});

it('answers by the side door what it answers by the router', async () => {
  const answers = [];
  for (const sent of Object.values(WAYS)) {
    const response = await sent({ headers: { 'idempotency-key': 'both' }, body: [close] });
    const names = ['content-type', 'x-content-type-options', 'etag'];
    const headers = names.map((name) => response.headers.get(name));
    answers.push([response.status, headers, await response.text()]);
  }
  expect(answers[1]).toEqual(answers[0]);
});

it('answers a request that came in one piece behind a refused one', async () => {
  const request = (body: string) =>
    `POST /v1/hosts/h/syscalls HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.write(request('{') + request(JSON.stringify(close)));
  let text = '';
  for await (const chunk of socket) {
    text += String(chunk);
    if (/HTTP\/1\.1 \d+ [\s\S]*HTTP\/1\.1 \d+ [\s\S]*\r\n\r\n/.test(text)) break;
  }
  expect([...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)).toEqual([
    '400',
    '200',
  ]);
});

it('counts single writes under the name of their route', async () => {
  const text = await (await service.app.request('/metrics')).text();
  const counted = /^bpfledger_http_request_duration_seconds_count\{(.*)\} (\d+)$/gm;
  const writes = [...text.matchAll(counted)].filter(([, labels]) => labels?.includes('syscalls'));
  const routes = new Set(writes.map(([, labels]) => /route="([^"]*)"/.exec(labels ?? '')?.[1]));
  expect([...routes]).toEqual(['/v1/hosts/:host/syscalls']);
});

describe('what only the kernel may refuse', () => {
  it.each([
    ['fd -1', { name: 'close', fd: -1 }, 'EBADF'],
    ['a huge fd', { name: 'close', fd: 2 ** 31 - 1 }, 'EBADF'],
    ['a bad program name', { ...load, prog_name: 'a-b' }, 'EINVAL'],
    ['an attach type without a name', { ...link, attach_type: 4_000_000_000 }, 'EBADF|EINVAL'],
  ])('%s is a recorded outcome', async (_name, fields, errno) => {
    const response = await post(service.app, '/v1/hosts/h/syscalls', { body: { call: fields } });
    expect(response.status).toBe(200);
    const event = (await response.json()) as { outcome: { errno: string; message: string } };
    expect(event.outcome.errno).toMatch(new RegExp(`^(${errno})$`));
    expect(event.outcome.message).not.toContain('?');
  });
});

describe('requests around the body', () => {
  const path = '/v1/hosts/h/syscalls';
  const body = close;

  it.each([
    [{ 'content-type': 'text/plain' }, 415, 'unsupported-media-type', 'content-type'],
    [
      { 'content-type': 'application/json; charset=latin1' },
      415,
      'unsupported-media-type',
      'content-type',
    ],
    [{ 'content-encoding': 'gzip' }, 415, 'unsupported-encoding', 'content-encoding'],
    [{ 'idempotency-key': 'a b' }, 422, 'invalid-request', 'idempotency-key'],
    [{ 'idempotency-key': 'x'.repeat(201) }, 422, 'invalid-request', 'idempotency-key'],
    [{ 'if-match': `"other:1.${MARK}"` }, 422, 'invalid-request', 'if-match'],
    [{ 'if-match': '"h:1"' }, 422, 'invalid-request', 'if-match'],
    [{ 'if-match': `"h:1.${MARK}"` }, 412, 'position-changed', 'if-match'],
    [{ origin: 'https://evil.example', host: '127.0.0.1:1' }, 403, 'foreign-origin', 'origin'],
  ])('%j → %i %s', async (headers, status, type, field) => {
    const response = await post(service.app, path, { headers, body });
    expect(response.status).toBe(status);
    expect(await problem(response)).toMatchObject({ type: `urn:bpfledger:problem:${type}`, field });
  });

  it('a body past the limit is refused by its announced length, and while it streams', async () => {
    const large = `"${'x'.repeat(8 * 1024 * 1024)}"`;
    const announced = await post(service.app, path, {
      headers: { 'content-length': String(large.length) },
      body: large,
    });
    expect(await problem(announced)).toMatchObject({ status: 413, limit: 8 * 1024 * 1024 });
    expect(await problem(await post(service.app, path, { body: large }))).toMatchObject({
      status: 413,
      limit: 8 * 1024 * 1024,
    });
  });

  it.each([
    ['GET', '/v1/hosts/nobody', 404, 'no-such-host'],
    ['GET', '/v1/hosts/UPPER', 422, 'invalid-request'],
    ['GET', '/v1/hosts/h/events/999', 404, 'no-such-position'],
    ['GET', '/v1/hosts/h/events/0', 404, 'no-such-position'],
    ['GET', '/v1/hosts/h/events?limit=1001', 422, 'invalid-request'],
    ['GET', '/v1/hosts/h/events?colour=red', 422, 'invalid-request'],
    ['GET', '/v1/hosts/h/events?next=xyz', 422, 'invalid-request'],
    ['GET', '/v1/hosts/h/events?call=link_creat', 422, 'invalid-request'],
    ['GET', '/v1/hosts/h/events/stream?after=999', 404, 'no-such-position'],
    ['GET', '/v1/hosts/h/links/77', 404, 'no-such-object'],
    ['GET', '/v1/hosts/h/effective?cgroup=/none&attach_type=egress', 404, 'no-such-object'],
    ['GET', '/v1/hosts/h/effective?cgroup=/&attach_type=nope', 422, 'invalid-request'],
    ['GET', `/v1/hosts/h/effective/timeline?${PLACE}&next=0`, 422, 'invalid-request'],
    ['GET', '/v1/nothing', 404, 'no-such-route'],
    ['DELETE', '/v1/hosts/h/events', 405, 'method-not-allowed'],
  ])('%s %s → %i %s', async (method, target, status, type) => {
    const response = await service.app.request(target, { method });
    expect(response.status).toBe(status);
    expect((await problem(response)).type).toBe(`urn:bpfledger:problem:${type}`);
    if (status === 405) expect(response.headers.get('allow')).toContain('GET');
  });

  it('every operation refuses a parameter that it does not know, and does nothing', async () => {
    const { paths } = apiDocument(service.app) as { paths: Record<string, object> };
    const operations = Object.entries(paths).flatMap(([at, item]) =>
      Object.keys(item).map((method) => [method.toUpperCase(), at] as const),
    );
    operations.push(['GET', '/metrics'], ['GET', '/openapi.json'], ['GET', '/openapi.yaml']);
    expect(operations.length).toBeGreaterThan(50);
    const { position } = await service.log.head('h');
    for (const [method, at] of operations) {
      const target = at.replace('{host}', 'h').replaceAll(/\{\w+\}/g, '1');
      const body = method === 'POST' ? { body: JSON.stringify(close) } : {};
      const headers = { 'content-type': 'application/json' };
      const response = await fetch(`${url}${target}?dry_run=true`, { method, headers, ...body });
      const { type, errors } = await problem(response);
      expect([method, at, type]).toEqual([method, at, 'urn:bpfledger:problem:invalid-request']);
      expect(errors?.map(({ field }) => field)).toContain('dry_run');
    }
    expect((await service.log.head('h')).position).toBe(position);
  });

  it('a release that is a number is told as it has to be written', async () => {
    const body = { name: 'x', release: 6.18 };
    const told = await problem(await post(service.app, '/v1/hosts', { body }));
    expect(told.detail).toBe('release: must be a string: write "6.18"');
  });

  it.each([
    ['at=1&at=2', 'at', 'is given twice: give it once'],
    ['limit=1&limit=1&limit=1', 'limit', 'is given 3 times: give it once'],
    ['format=json&format=json', 'format', 'is given twice: give it once'],
    ['wait_for=1&wait_for=1', 'wait_for', 'is given twice: give it once'],
  ])(
    'GET …/cgroups?%s is told which parameter stands there too often',
    async (query, field, message) => {
      const told = await problem(await service.app.request(`/v1/hosts/h/cgroups?${query}`));
      expect(told.status).toBe(422);
      expect(told.errors).toEqual([{ field, message }]);
    },
  );

  it('a parameter that may be given several times is told which of its values is wrong', async () => {
    const told = await problem(await service.app.request('/v1/hosts/h/events?pid=1&pid=x'));
    expect(told.errors).toEqual([
      { field: 'pid', message: 'must be a whole number of at most 15 digits' },
    ]);
  });

  it.each([
    ['boot:0', 'must be a boot from 1 on, of at most 9 digits (boot:2)'],
    ['boot:9999999999', 'must be a boot from 1 on, of at most 9 digits (boot:2)'],
    ['0', 'must be a position from 1 on, of at most 15 digits'],
    ['1234567890123456', 'must be a position from 1 on, of at most 15 digits'],
    ['2026-02-30T00:00:00Z', '2026-02-30 is not a day of the calendar'],
    ['2026-13-01T00:00:00Z', '2026-13-01 is not a day of the calendar'],
    ['2026-02-03T24:30:00Z', 'hours end at 23, minutes and seconds at 59, offsets at 23:59'],
    ['1969-12-31T23:59:59Z', 'must not be before 1970'],
    ['noon', 'must be a position (42), an RFC 3339 time, or the end of a boot (boot:2)'],
  ])('?at=%s: %s', async (at, message) => {
    const told = await problem(await service.app.request(`/v1/hosts/h/cgroups?at=${at}`));
    expect(told).toMatchObject({ status: 422, errors: [{ field: 'at', message }] });
  });

  it('a time of a call that is on no day of the calendar is told so', async () => {
    const body = { call: { name: 'mkdir', path: '/a' }, at: '2026-02-30T00:00:00Z' };
    const told = await problem(await post(service.app, '/v1/hosts/h/syscalls', { body }));
    expect(told.detail).toBe('at: 2026-02-30 is not a day of the calendar');
  });

  it.each([
    [1e300, 'must be at most 2147483647', 2147483647],
    [-1e300, 'must be at least -2147483648', -2147483648],
  ])('a number that is far off (%d) is told one limit', async (attach_bpf_fd, message, limit) => {
    const call = { name: 'prog_attach', attach_bpf_fd, target_path: '/', attach_type: 'egress' };
    const told = await problem(await post(service.app, '/v1/hosts/h/syscalls', { body: { call } }));
    expect(told.errors).toEqual([{ field: 'call.attach_bpf_fd', message, limit }]);
  });

  it('a call that stands alone is told where it belongs', async () => {
    for (const body of [{ name: 'mkdir', path: '/a' }, [{ name: 'mkdir', path: '/a' }]]) {
      const told = await problem(await post(service.app, '/v1/hosts/h/syscalls', { body }));
      expect(told.detail).toMatch(/call: is missing: put `name` and the fields of the call inside/);
    }
  });

  it('an unknown release names the nearest known ones', async () => {
    const body = { name: 'x', release: '4.4' };
    const told = await problem(await post(service.app, '/v1/hosts', { body }));
    expect(told).toMatchObject({ status: 422, field: 'release' });
    expect(told.detail).toContain('the oldest is 5.7');
  });

  it.each([
    ['events?limt=5', 'limt', 'did you mean "limit"?'],
    ['events?errno=EPREM', 'errno', 'did you mean "EPERM"?'],
    [
      'links?colour=red',
      'colour',
      'there are: at, limit, after, next, order, count, fields, format',
    ],
    ['events?call=link_creat', 'call', 'did you mean "link_create"?'],
    ['effective?cgroup=/&attach_type=eggress', 'attach_type', 'did you mean "egress"?'],
    ['effective?cgroup=/&attach_type=4294967296', 'attach_type', 'must be a name or 0…4294967295'],
  ])('GET …/%s says what was probably meant', async (target, field, hint) => {
    const told = await problem(await service.app.request(`/v1/hosts/h/${target}`));
    expect(told).toMatchObject({ status: 422, field, detail: expect.stringContaining(hint) });
  });
});
