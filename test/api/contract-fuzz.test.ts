// Requests for every operation that nobody would write by hand: parameters of their schemas, wrong ones,
// foreign ones and none, bodies with anything in them. Whatever is asked, the answer is one that
// openapi.yaml tells of, word for word, and the service neither fails nor changes what may not change.

import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Random, randomFrom } from '../../src/recorders/generator/random.ts';
import { closed, openapiDocument } from '../support/openapi.ts';
import { seedOfRun } from '../support/seed.ts';
import { post, startTestService, type TestService } from './running.ts';

/** Requests of each operation. `BPFLEDGER_CONTRACT_REQUESTS=250` makes more than 20,000. */
const REQUESTS = Number(process.env.BPFLEDGER_CONTRACT_REQUESTS ?? 6);

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
}

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: boolean;
  readonly schema: Schema;
}

interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { readonly schema: Schema }>>;
  };
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: Schema }>> }>
  >;
}

const document = openapiDocument<{
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}>();
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, ...operation })),
);
type Asked = (typeof operations)[number];

const ajv = new Ajv2020({ strict: false, validateFormats: false });
ajv.addSchema(closed(document) as object, 'api');
const checks = new Map<string, ReturnType<typeof ajv.compile>>();

const pointer = (...names: readonly string[]) =>
  names
    .map((name) => `/${encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'))}`)
    .join('');

function faultsOf(body: unknown, where: readonly string[]): unknown {
  const at = `api#${pointer(...where)}`;
  const check = checks.get(at) ?? ajv.compile({ $ref: at });
  checks.set(at, check);
  return check(body) ? undefined : check.errors?.slice(0, 3);
}

const seed = seedOfRun(20260512);
const random = randomFrom(seed);
const pick = <T>(from: readonly T[]): T => from[random.below(from.length)] as T;

/** Values that mean something on the host, and some that mean nothing anywhere. */
const TELLING: Readonly<Record<string, readonly string[]>> = {
  host: ['h', 'h', 'h', 'h2', 'nobody', 'H'],
  name: ['b', 'c', 'nobody', 'policy'],
  cgroup: ['/', '/pods', '2', '/none'],
  attach_type: ['egress', 'connect4', '1', 'nothing'],
  path: ['/p', '/pods', '/'],
  at: ['1', '3', 'boot:1', '2026-01-01T00:00:00Z', '99999', 'never'],
  from: ['1', '2', 'boot:1', '5.10', '2026-01-01T00:00:00Z'],
  to: ['4', 'boot:1', '6.18', '2030-01-01T00:00:00Z'],
  condition: ['has:1', 'lacks:1', 'empty', 'filled', 'differs:h2', 'odd'],
  format: ['json', 'text', 'bpftool', 'csv', 'bundle'],
  program_name: ['policy', 'none'],
  rule: ['1', '2', '3', '4', '99'],
  release: ['6.18', '5.10', 'none'],
};
const ODD = [
  '',
  '\0',
  '0',
  '-1',
  '1e3',
  'x'.repeat(300),
  '%00',
  '..',
  '\u{1f980}',
  '[]',
  'true',
  '1',
];

function textFor(name: string, schema: Schema): string {
  if (random.chance(0.15)) return pick(ODD);
  const telling = TELLING[name];
  if (telling !== undefined) return pick(telling);
  const value = instanceOf(schema.items ?? schema, random, 0);
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** Something of a schema, more or less. */
function instanceOf(schema: Schema, of: Random, depth: number): unknown {
  const { $ref, enum: words, const: constant, anyOf, oneOf, type, properties } = schema;
  if (of.chance(0.03)) return pick([null, 7, '', [], {}, true]);
  if ($ref !== undefined) {
    const named = document.components.schemas[$ref.split('/').at(-1) ?? ''];
    return depth > 6 ? null : instanceOf(named ?? {}, of, depth + 1);
  }
  if (constant !== undefined) return constant;
  if (words !== undefined) return pick(words);
  const options = anyOf ?? oneOf;
  if (options !== undefined) return instanceOf(pick(options), of, depth + 1);
  switch (type) {
    case 'integer':
    case 'number':
      return pick([0, 1, 2, 3, 4, 5, 7, 100, 2 ** 31, -1]);
    case 'boolean':
      return of.chance(0.5);
    case 'array':
      return Array.from({ length: of.below(3) }, () =>
        instanceOf(schema.items ?? {}, of, depth + 1),
      );
    case 'object': {
      const names = Object.keys(properties ?? {}).filter(
        (name) => schema.required?.includes(name) || of.chance(0.3),
      );
      const fields = names.map((name) => [
        name,
        instanceOf(properties?.[name] ?? {}, of, depth + 1),
      ]);
      if (of.chance(0.05)) fields.push(['unheard_of', 1]);
      return Object.fromEntries(fields);
    }
    default:
      return pick(['/', '/pods', 'a', '1', '6.18', 'h9', '2026-01-01T00:00:00Z']);
  }
}

let service: TestService;

beforeAll(async () => {
  service = await startTestService();
  const on = { target_path: '/pods', attach_type: 'cgroup_inet_egress' };
  const calls = [
    { name: 'mkdir', path: '/pods' },
    { name: 'prog_load', prog_type: 'cgroup_skb', prog_name: 'policy' },
    { name: 'link_create', prog_fd: 3, ...on },
    { name: 'obj_pin', bpf_fd: 3, path: '/p' },
    { name: 'map_create', map_type: 'array', key_size: 4, value_size: 4, max_entries: 1 },
  ];
  for (const name of ['h', 'h2']) {
    await post(service.app, '/v1/hosts', { body: { name, release: '6.18' } });
    const body = calls.map((call) => ({ call }));
    await post(service.app, `/v1/hosts/${name}/syscalls`, { body });
  }
  await post(service.app, '/v1/hosts/h/branches', { body: { name: 'b' } });
  for (const name of ['r1', 'r2', 'r3', 'r4']) {
    const rule = { name, url: 'https://example.org/', filter: { call: 'mkdir' } };
    expect((await post(service.app, '/v1/rules', { body: rule })).status).toBe(201);
  }
}, 60_000);
afterAll(() => service.close());

function requestOf({ path, method, parameters = [], requestBody }: Asked): [string, RequestInit] {
  const query = new URLSearchParams();
  const headers: Record<string, string> = {};
  let target = path;
  for (const { name, in: where, required, schema } of parameters) {
    if (where === 'path') {
      const value =
        name in TELLING || random.chance(0.1) ? textFor(name, schema) : pick(['1', '2']);
      target = target.replace(`{${name}}`, encodeURIComponent(value));
    } else if (required ? random.chance(0.95) : random.chance(0.3)) {
      const value = textFor(name, schema);
      if (where === 'query') query.append(name, value);
      else headers[name] = /^[\x20-\x7e]*$/.test(value) ? value : 'odd';
    }
  }
  if (random.chance(0.05)) query.append(pick(['odd', 'dry_run', 'limt']), '1');
  const [type, content] = Object.entries(requestBody?.content ?? {})[0] ?? [];
  if (type === undefined) return [`${target}?${query}`, { method: method.toUpperCase(), headers }];
  headers['content-type'] = random.chance(0.95) ? type : 'text/html';
  const body = random.chance(0.1)
    ? pick(['', '{', '[]', 'null', '\0', '{"a":'])
    : JSON.stringify(instanceOf(content?.schema ?? {}, random, 0));
  return [`${target}?${query}`, { method: method.toUpperCase(), headers, body }];
}

/** An answer that has some fields of its items, as it is with all of them: the schema is that of the whole. */
async function wholeOf(url: string, init: RequestInit, answer: unknown): Promise<unknown> {
  const [path = '', query] = url.split('?');
  const asked = new URLSearchParams(query);
  const fields = asked.getAll('fields');
  if (fields.length === 0) return answer;
  asked.delete('fields');
  const whole = await (await service.app.request(`${path}?${asked}`, init)).json();
  const { items } = whole as { readonly items: readonly object[] };
  const some = items.map((item) =>
    Object.fromEntries(Object.entries(item).filter(([name]) => fields.includes(name))),
  );
  expect([url, answer]).toEqual([url, { ...(whole as object), items: some }]);
  return whole;
}

it(
  `each answer is as the document says, seed ${seed}`,
  async () => {
    const counts = new Map<string, number>();
    for (let round = 0; round < REQUESTS; round++) {
      for (const operation of operations) {
        const { path, method, operationId, responses } = operation;
        const [url, init] = requestOf(operation);
        const response = await service.app.request(url, init);
        const { status } = response;
        const asked = `${init.method} ${url} ${init.body ?? ''} -> ${status}`.slice(0, 1000);
        const type = response.headers.get('content-type')?.split(';')[0] ?? '';
        if (type === 'text/event-stream') {
          await response.body?.cancel();
          expect([asked, status]).toEqual([asked, 200]);
          counts.set(operationId, (counts.get(operationId) ?? 0) + 1);
          continue;
        }
        const text = await response.text();
        expect(status, `${asked}\n${text.slice(0, 300)}`).not.toBe(500);
        counts.set(operationId, (counts.get(operationId) ?? 0) + (status < 400 ? 1 : 0));
        const key = String(status) in responses ? String(status) : 'default';
        const content = responses[key]?.content ?? {};
        if (type === '') {
          expect([asked, text, Object.keys(content)]).toEqual([asked, '', []]);
          continue;
        }
        // A parameter in a path that no host can have may lead to no route at all.
        expect([asked, Object.keys(content)]).toEqual([asked, expect.arrayContaining([type])]);
        if (!/json$/.test(type) || type.endsWith('ndjson')) continue;
        const where = ['paths', path, method, 'responses', key, 'content', type, 'schema'];
        const answer: unknown = JSON.parse(text);
        const whole = status === 200 ? await wholeOf(url, init, answer) : answer;
        expect([asked, faultsOf(whole, where)]).toEqual([asked, undefined]);
      }
    }
    if (REQUESTS > 6)
      console.info(`${operations.length * REQUESTS} answers, each as the document says`);
    // Most operations are asked something that they do answer.
    const answered = operations.filter(({ operationId }) => (counts.get(operationId) ?? 0) > 0);
    expect(answered.length).toBeGreaterThan(operations.length / 2);
    expect(service.faults).toEqual([]);
  },
  120_000 + REQUESTS * 5000,
);
