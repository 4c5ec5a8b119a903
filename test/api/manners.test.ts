// One manner for every client: what is not a request is refused by a problem document too, requests have ids,
// callers have rates, conditions are read as HTTP writes them, and `next` goes on as `next`.

import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Rates } from '../../src/api/guard/rates.ts';
import { tokensOf } from '../../src/api/guard/tokens.ts';
import { openapiDocument } from '../support/openapi.ts';
import { post, problem, startTestService, type TestService } from './running.ts';

let service: TestService;
let url: URL;
const MKDIR = { call: { name: 'mkdir', path: '/made' } };
const SYSCALLS = '/v1/hosts/h/syscalls';

beforeAll(async () => {
  service = await startTestService();
  url = new URL(await service.listen());
  await post(service.app, '/v1/hosts', { body: { name: 'h', release: '6.18' } });
});
afterAll(async () => {
  expect(service.faults).toEqual([]);
  await service.close();
});

/** What a socket answers to bytes that are sent as they are. */
async function raw(bytes: string): Promise<string> {
  const socket = connect(Number(url.port), url.hostname);
  socket.write(bytes);
  return text(socket);
}

describe('what the HTTP server itself refuses', () => {
  const long = 'x'.repeat(20_000);
  it.each([
    ['a malformed request line', 'HOW ABOUT NO\r\n\r\n', 400, 'malformed-request'],
    [
      'a header without a colon',
      'GET / HTTP/1.1\r\nhost: h\r\nodd\r\n\r\n',
      400,
      'malformed-request',
    ],
    ['large headers', `GET / HTTP/1.1\r\nhost: h\r\nx: ${long}\r\n\r\n`, 431, 'headers-too-large'],
    [
      'an unknown expectation',
      `POST ${SYSCALLS} HTTP/1.1\r\nhost: h\r\nexpect: miracles\r\ncontent-length: 2\r\n\r\n{}`,
      417,
      'expectation-failed',
    ],
  ])('%s is answered by a problem document', async (_, bytes, status, slug) => {
    const answer = await raw(bytes);
    const [head = '', body = ''] = answer.split('\r\n\r\n');
    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(head.toLowerCase()).toContain('content-type: application/problem+json');
    const { detail, ...rest } = JSON.parse(
      body.slice(body.indexOf('{'), body.lastIndexOf('}') + 1),
    );
    expect(rest).toMatchObject({ type: `urn:bpfledger:problem:${slug}`, status });
    expect(detail).not.toBe('');
  });

  it('adds nothing to an answer that is under way', async () => {
    const stream = 'GET /v1/hosts/h/events/stream HTTP/1.1\r\nhost: h\r\n\r\n';
    const socket = connect(Number(url.port), url.hostname);
    socket.write(stream);
    await new Promise((resolve) => socket.once('data', resolve));
    socket.write('HOW ABOUT NO\r\n\r\n');
    expect(await text(socket).catch(() => '')).not.toContain('HTTP/1.1 400');
  });
});

describe('ids of requests', () => {
  const trace_id = '4bf92f3577b34da6a3ce929d0e0e4736';
  const parent_id = '00f067aa0ba902b7';
  const headers = { 'x-request-id': 'mine-7', traceparent: `00-${trace_id}-${parent_id}-01` };
  const asked = [
    [
      'the router',
      () => service.app.request('/v1/hosts/h', { headers }),
      '/v1/hosts/h',
      '/v1/hosts/:host',
    ],
    ['a refusal', () => service.app.request('/v1/none', { headers }), '/v1/none', '/*'],
    [
      'the side door',
      () =>
        fetch(new URL(SYSCALLS, url), {
          method: 'POST',
          headers: { ...headers, 'content-type': 'application/json' },
          body: JSON.stringify(MKDIR),
        }),
      SYSCALLS,
      '/v1/hosts/:host/syscalls',
    ],
  ] as const;
  it.each(asked)('are echoed by %s, and told to the log', async (_, ask, path, route) => {
    const response = await ask();
    await response.text();
    expect(response.headers.get('x-request-id')).toBe('mine-7');
    const told = service.answered.at(-1);
    const { status } = response;
    expect(told).toMatchObject({ request_id: 'mine-7', trace_id, parent_id, path, status });
    expect(told).toMatchObject({ route, trace_flags: '01' });
    expect(told?.ms).toBeGreaterThan(0);
  });

  it.each([
    ['none', {}],
    ['one with blanks', { 'x-request-id': 'a b' }],
    ['a long one', { 'x-request-id': 'x'.repeat(129) }],
  ])('%s is replaced by a random one', async (_, sent) => {
    const response = await service.app.request('/v1/hosts/h', { headers: sent });
    expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it.each([
    '00-00000000000000000000000000000000-00f067aa0ba902b7-01',
    `ff-${trace_id}-${parent_id}-01`,
    trace_id,
  ])('the traceparent %s is none', async (traceparent) => {
    await service.app.request('/v1/hosts/h', { headers: { traceparent } });
    expect(service.answered.at(-1)?.trace_id).toBeUndefined();
  });
});

describe('conditions', () => {
  const head = async () => (await service.app.request('/v1/hosts/h')).headers.get('etag') ?? '';
  const write = (ifMatch: string) =>
    post(service.app, SYSCALLS, { headers: { 'if-match': ifMatch }, body: MKDIR });
  const old = '"h:1.0000000000000000"';

  it.each([
    ['a weak tag', (tag: string) => `W/${tag}`],
    ['a list that has it', (tag: string) => `${old}, ${tag}`],
    ['a list of weak tags', (tag: string) => `W/${tag},W/${old}`],
    ['*', () => '*'],
  ])('If-Match takes %s', async (_, of) => {
    expect((await write(of(await head()))).status).toBe(200);
  });

  it('another head is refused with the tag of the head now', async () => {
    const response = await write(`${old}, W/${old}`);
    expect(response.status).toBe(412);
    expect(response.headers.get('etag')).toBe(await head());
    expect(await problem(response)).not.toHaveProperty('etag');
    expect((await write(response.headers.get('etag') ?? '')).status).toBe(200);
  });

  it.each(['"h:1"', 'h:1.0000000000000000', Array(21).fill(old).join(',')])(
    'If-Match %s is refused',
    async (tag) => {
      const { status, field } = await problem(await write(tag));
      expect([status, field]).toEqual([422, 'if-match']);
    },
  );

  it('If-None-Match: * makes a host only if there is none', async () => {
    const make = (condition: string) =>
      post(service.app, '/v1/hosts', {
        headers: { 'if-none-match': condition },
        body: { name: 'fresh', release: '6.18' },
      });
    expect((await make('*')).status).toBe(201);
    const { status, type } = await problem(await make('*'));
    expect([status, type]).toEqual([412, 'urn:bpfledger:problem:precondition-failed']);
    expect((await problem(await make('"h:1"'))).status).toBe(422);
  });
});

it('whatever answers a `next` takes one', () => {
  interface Document {
    readonly paths: Record<string, Record<string, Operation>>;
    readonly components: { readonly schemas: Record<string, Schema> };
  }
  interface Schema {
    readonly $ref?: string;
    readonly anyOf?: readonly Schema[];
    readonly properties?: Record<string, unknown>;
  }
  interface Content {
    readonly content?: Record<string, { readonly schema: Schema }>;
  }
  interface Operation {
    readonly operationId: string;
    readonly parameters?: readonly { readonly name: string }[];
    readonly requestBody?: Content;
    readonly responses: Record<string, Content>;
  }
  const { paths, components } = openapiDocument<Document>();
  const hasNext = (schema: Schema | undefined): boolean => {
    if (schema === undefined) return false;
    const { $ref, anyOf, properties = {} } = schema;
    if ($ref !== undefined) return hasNext(components.schemas[$ref.split('/').at(-1) ?? '']);
    return anyOf?.some(hasNext) ?? 'next' in properties;
  };
  const json = (part: Content | undefined) => part?.content?.['application/json']?.schema;
  const operations = Object.values(paths).flatMap((methods) => Object.values(methods));
  const paged = operations.filter(({ responses }) => hasNext(json(responses['200'])));
  expect(paged.length).toBeGreaterThan(20);
  const lacking = paged.filter(
    ({ parameters = [], requestBody }) =>
      !parameters.some(({ name }) => name === 'next') && !hasNext(json(requestBody)),
  );
  expect(lacking.map(({ operationId }) => operationId)).toEqual([]);
});

describe('callers have rates', () => {
  const token = (name: string) => `a-token-of-${name}-of-some-length`;
  const line = (name: string) => {
    const sha256 = createHash('sha256').update(token(name)).digest('hex');
    const own = name === 'slow' && { requests_per_second: 2 };
    return JSON.stringify({ name, role: 'admin', hosts: ['*'], sha256, ...own });
  };
  const tokens = tokensOf(['one', 'other', 'slow'].map(line).join('\n'));
  const as = (name: string) => ({ authorization: `Bearer ${token(name)}` });
  let ms = 0;
  const rates = new Rates({ perSecond: 5, concurrent: 3 }, () => ms);
  let limited: TestService;
  /** What writes wait for. */
  let gate = Promise.resolve();
  beforeAll(async () => {
    limited = await startTestService({
      ...{ database: service.database, tokens, rates },
      between: (log) => ({
        ...log,
        submit: (...of) => gate.then(() => log.submit(...of)),
      }),
    });
  });
  afterAll(() => limited.close());

  it('of so many a second, each its own', async () => {
    const ask = (name: string) => limited.app.request('/v1/hosts/h', { headers: as(name) });
    for (let n = 0; n < 5; n++) expect((await ask('one')).status).toBe(200);
    const refused = await ask('one');
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(await problem(refused)).toMatchObject({
      ...{ type: 'urn:bpfledger:problem:too-many-requests', status: 429 },
      ...{ limit: 5, retry_after: 1 },
      detail: '5 requests a second are allowed to this caller',
    });
    expect((await ask('other')).status).toBe(200);
    for (const status of [200, 200, 429]) expect((await ask('slow')).status).toBe(status);
    // Whether the service works is asked as often as one likes.
    expect((await limited.app.request('/healthz')).status).toBe(200);
    ms += 200;
    expect((await ask('one')).status).toBe(200);
    expect((await ask('one')).status).toBe(429);
  });

  it('of so many at the same time, also by the side door', async () => {
    const address = await limited.listen();
    ms += 1000;
    const write = () =>
      fetch(`${address}${SYSCALLS}`, {
        method: 'POST',
        headers: { ...as('other'), 'content-type': 'application/json' },
        body: JSON.stringify(MKDIR),
      });
    let open: () => void = () => undefined;
    gate = new Promise((resolve) => {
      open = resolve;
    });
    let answered = 0;
    const writes = [1, 2, 3, 4, 5].map(async () => {
      const { status } = await write();
      answered++;
      // Three wait now, and the other two were told so.
      if (answered === 2) open();
      return status;
    });
    expect((await Promise.all(writes)).toSorted()).toEqual([200, 200, 200, 429, 429]);
    ms += 1000;
    expect((await write()).status).toBe(200);
  });
});
