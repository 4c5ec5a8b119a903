// No text that a client sends reaches the database with what it cannot hold: a NUL, or half of a
// surrogate pair. Every parameter of every operation is tried, and every text of every body.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openapiDocument } from '../support/openapi.ts';
import { post, startTestService, type TestService } from './running.ts';

const place = { kernel: '6.18.44', cgroup_root: '/cg', bpffs: '/bpf', ephemeral: false };
const report = {
  position: 1,
  how: 'performed',
  outcome: { errno: 'EPERM', rule: 'kernel-said-so' },
};
const difference = { what: 'attached', where: '/a', log: 'multi 1', kernel: 'none' };
const BAD = { 'a NUL': 'a\0b', 'half a pair': 'a\ud800' };

/** A body that each operation takes; one that has none is not in the list of bodies. */
const BODIES: Readonly<Record<string, unknown>> = {
  createHost: { name: 'new', release: '6.18', at: '2026-01-01T00:00:00Z' },
  rebootHost: { release: '6.18', at: '2026-01-01T00:00:00Z' },
  createBranch: { name: 'branch', at: '1' },
  planSyscalls: { call: { name: 'mkdir', path: '/p' }, comm: 'x' },
  replayHost: { release: '6.12' },
  addRule: {
    name: 'guard-left',
    url: 'https://example.org/hook',
    filter: { host: ['web*'], cgroup: ['/a'] },
    condition: { kind: 'left', program: { prog_name: 'n' }, cgroup: '/a' },
  },
  takeExecutorLease: { executor: 'one', instance: 'i', place },
  postExecutorReports: {
    lease: 'l',
    reports: [
      { ...report, kernel_ids: { prog_id: 1 }, note: 'n' },
      { ...report, position: 2, outcome: { ...report.outcome, about: { path: '/p' } } },
    ],
    standing: [difference],
    repairs: [{ what: 'entry', where: '/a', did: 'put back' }],
  },
  postSyscalls: [
    { comm: 'x', at: '2026-01-01T00:00:00Z', call: { name: 'mkdir', path: '/p' } },
    {
      call: {
        name: 'prog_load',
        prog_type: 'cgroup_skb',
        prog_name: 'n',
        insns: 'twAAAAEAAACVAAAAAAAAAA==',
      },
    },
    { call: { name: 'map_create', map_type: 'array', map_name: 'm' } },
    { call: { name: 'rename', path: '/a', to: '/b' } },
    {
      call: { name: 'close', fd: 3 },
      outcome: { ret: 0 },
      cgroup: '/a',
      fds: { 3: { kind: 'cgroup', path: '/a' } },
    },
    { call: { name: 'lost', cause: 'c' } },
    { call: { name: 'found', prog: { id: 9, prog_name: 'n' } } },
  ],
};

interface Operation {
  readonly method: string;
  readonly path: string;
  readonly operationId: string;
  readonly parameters: readonly { readonly name: string; readonly in: string }[];
  readonly body: boolean;
}

const OPERATIONS = operations();

function operations(): Operation[] {
  const { paths } = openapiDocument<{
    paths: Record<string, Record<string, Partial<Operation> & { requestBody?: object }>>;
  }>();
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId = '', parameters = [], requestBody }]) => {
      const body = requestBody !== undefined;
      return { method: method.toUpperCase(), path, operationId, parameters, body };
    }),
  );
}

/** A value again and again, each time with another of its texts, or names, spoilt. */
function* spoilt(value: unknown, bad: string): Generator<unknown> {
  if (typeof value === 'string') yield `${value}${bad}`;
  if (typeof value !== 'object' || value === null) return;
  for (const [name, field] of Object.entries(value)) {
    for (const other of spoilt(field, bad)) {
      if (Array.isArray(value)) yield value.map((one, i) => (String(i) === name ? other : one));
      else yield { ...value, [name]: other };
    }
    if (Array.isArray(value)) continue;
    const { [name]: _, ...rest } = value as Record<string, unknown>;
    yield { ...rest, [`${name}${bad}`]: field };
  }
}

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
  await post(service.app, '/v1/hosts', { body: { name: 'h', release: '6.18' } });
  const call = { name: 'mkdir', path: '/a' };
  await post(service.app, '/v1/hosts/h/syscalls', { body: { call } });
});
afterAll(() => service.close());

/** What a parameter has where it is not the one that is tried. */
const PLAIN: Readonly<Record<string, string>> = {
  ...{ host: 'h', at: '1', cgroup: '/a', attach_type: 'egress', against: 'h', from: '1', to: '2' },
  ...{ condition: 'effective', path: '/a', program: '1', prog: '1', position: '1', id: '1' },
};

/** Streams never end, so what they answer is looked at and let go. */
async function status(target: string, init: RequestInit): Promise<number> {
  const response = await service.app.request(target, init);
  await response.body?.cancel();
  return response.status;
}

function targetOf({ path, parameters }: Operation, name: string, bad: string): string {
  const way = path.replace(/\{(\w+)\}/gu, (_, part: string) =>
    encodeURIComponent(part === name ? bad : (PLAIN[part] ?? '1')),
  );
  const query = parameters.filter(
    (one) => one.in === 'query' && (one.name === name || one.name in PLAIN),
  );
  const words = query.map((one) => {
    return `${one.name}=${one.name === name ? bad : encodeURIComponent(PLAIN[one.name] ?? '')}`;
  });
  return words.length === 0 ? way : `${way}?${words.join('&')}`;
}

describe('every operation', () => {
  it.each(OPERATIONS.map((one) => [one.operationId, one] as const))('%s', async (_, operation) => {
    const { method, parameters, body, operationId } = operation;
    const headers = body ? { 'content-type': 'application/json' } : {};
    const valid = body ? { body: JSON.stringify(BODIES[operationId] ?? {}) } : {};
    for (const { name, in: where } of parameters.filter((one) => one.in !== 'header')) {
      // A half of a pair has no UTF-8; what stands for it in a URL is its three bytes.
      for (const bad of ['a%00b', 'a%ED%A0%80', '%2Fa%00b', '%2Fa%ED%A0%80']) {
        const raw = where === 'path' ? decodeURIComponentLoosely(bad) : bad;
        const told = await status(targetOf(operation, name, raw), { method, headers, ...valid });
        expect([name, bad, told]).toEqual([name, bad, expect.toSatisfy((n: number) => n < 500)]);
      }
    }
    expect(service.faults).toEqual([]);
  });
});

function decodeURIComponentLoosely(text: string): string {
  return text.replaceAll('%00', '\0').replaceAll('%2F', '/').replaceAll('%ED%A0%80', '\ufffd');
}

describe.each(Object.entries(BAD))('a body with %s', (_, bad) => {
  it.each(
    OPERATIONS.filter((one) => BODIES[one.operationId] !== undefined).map(
      (one) => [one.operationId, one] as const,
    ),
  )('for %s is refused', async (operationId, operation) => {
    const target = targetOf(operation, '', '');
    for (const body of spoilt(BODIES[operationId], bad)) {
      const response = await post(service.app, target, { body });
      expect([response.status, body]).toEqual([422, body]);
    }
    expect(service.faults).toEqual([]);
  });
});

it('every operation with a body is tried', () => {
  const bodies = operations()
    .filter(({ body }) => body)
    .map(({ operationId }) => operationId);
  // A bundle has lines with digests of their own, and a recording is not JSON.
  const tried = bodies.filter((id) => id !== 'importBundle' && id !== 'importRecording');
  expect(tried.sort()).toEqual(Object.keys(BODIES).sort());
});
