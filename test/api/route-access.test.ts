// Every operation of the OpenAPI document × who asks × whose host: what a route declares is what
// it does, and what it declares is what its parameters need.

import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { includes, ROLES, type Role, tokensOf } from '../../src/api/guard/tokens.ts';
import { HOST_NAME } from '../../src/api/host-name.ts';
import type { HostPlace, RouteAccess } from '../../src/api/route-access.ts';
import { openapiDocument } from '../support/openapi.ts';
import { post, problem, startTestService, type TestService } from './running.ts';

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: boolean;
  readonly schema: object;
}

interface Operation {
  readonly method: string;
  readonly path: string;
  readonly operationId: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { readonly schema: Schema }>>;
  };
  readonly security?: readonly object[];
  readonly 'x-access'?: RouteAccess;
}

interface Schema {
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
}

const document = openapiDocument<{
  readonly paths: Readonly<Record<string, Readonly<Record<string, Omit<Operation, 'path'>>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}>();
const operations: readonly Operation[] = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, rest]) => ({ ...rest, method, path })),
);
const guarded = operations.filter((operation) => operation['x-access'] !== undefined);
const accessOf = (operation: Operation) => operation['x-access'] as RouteAccess;
const placesOf = (operation: Operation): readonly HostPlace[] => {
  const { hosts } = accessOf(operation);
  return typeof hosts === 'string' ? [] : hosts;
};

/** What is needed beyond reading; whatever is missing here only reads. */
const ROLE_NEEDED: Readonly<Record<string, Role>> = {
  createHost: 'admin',
  rebootHost: 'admin',
  importBundle: 'admin',
  importRecording: 'admin',
  postSyscalls: 'recorder',
  createBranch: 'writer',
  dropBranch: 'writer',
  signCheckpoint: 'writer',
  addRule: 'writer',
  listRules: 'writer',
  getRule: 'writer',
  removeRule: 'writer',
  listDeliveries: 'writer',
  retryDeliveries: 'writer',
  takeExecutorLease: 'executor',
  postExecutorReports: 'executor',
};

/** Whether a schema is one of hosts' names: by reference, or written out. */
function namesHost(schema: object): boolean {
  const text = JSON.stringify(schema);
  return /\/(HostName|Condition)"/.test(text) || text.includes(JSON.stringify(`^${HOST_NAME}$`));
}

const sha256 = (token: string) => createHash('sha256').update(token).digest('hex');
const token = (role: Role, hosts: 'own' | 'all') => `a-token-of-role-${role}-for-${hosts}`;
const file = ROLES.flatMap((role) =>
  (['own', 'all'] as const).map((hosts) =>
    JSON.stringify({
      name: `${role}-${hosts}`,
      role,
      hosts: [hosts === 'all' ? '*' : 'own*'],
      sha256: sha256(token(role, hosts)),
    }),
  ),
).join('\n');

let service: TestService;

beforeAll(async () => {
  service = await startTestService({ tokens: tokensOf(file) });
  const headers = { authorization: `Bearer ${token('admin', 'all')}` };
  for (const name of ['own', 'foreign']) {
    const body = { name, release: '6.18' };
    expect((await post(service.app, '/v1/hosts', { headers, body })).status).toBe(201);
  }
});
afterAll(() => service.close());

/** A value of each parameter that some operation needs. */
const NEEDED: Readonly<Record<string, string>> = {
  cgroup: '/',
  attach_type: 'egress',
  program: '1',
  condition: 'empty',
  path: '/a',
  from: '5.10',
  to: '6.18',
};

/** Asks for an operation; `foreign` names the place where it names a host of others. */
async function ask(operation: Operation, bearer: string | undefined, foreign?: HostPlace) {
  const host = (place: HostPlace, own: string) => (place === foreign ? 'foreign' : own);
  const path = operation.path
    .replace('{host}', host('path:host', 'own'))
    .replace('{name}', host('path:name', 'own-branch'))
    .replaceAll(/\{\w+\}/g, '1');
  const query = new URLSearchParams();
  for (const parameter of operation.parameters ?? []) {
    if (parameter.in !== 'query' || !parameter.required) continue;
    query.set(parameter.name, NEEDED[parameter.name] ?? '');
  }
  const places = placesOf(operation);
  if (places.includes('query:host')) query.set('host', host('query:host', 'own-2'));
  if (places.includes('query:against')) query.set('against', host('query:against', 'own'));
  if (places.includes('query:condition')) {
    query.set('condition', `differs:${host('query:condition', 'own')}`);
  }
  const type = Object.keys(operation.requestBody?.content ?? {})[0] ?? 'application/json';
  const body = JSON.stringify({ name: host('body:name', 'own-3') });
  const response = await service.app.request(`${path}?${query}`, {
    method: operation.method.toUpperCase(),
    headers: {
      'content-type': type,
      ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
    },
    ...(operation.method === 'post' && { body }),
  });
  const detail = response.status >= 400 ? (await problem(response)).detail : '';
  await response.body?.cancel().catch(() => undefined);
  return { status: response.status, detail };
}

const named = guarded.map((operation) => [operation.operationId, operation] as const);

describe('a declaration', () => {
  it('is there for each operation, or the operation says that it is open', () => {
    const open = operations.filter(({ security }) => security?.length === 0);
    expect(open.map(({ operationId }) => operationId)).toEqual(['getHealth', 'getReadiness']);
    expect(open.length + guarded.length).toBe(operations.length);
  });

  it.each(named)('%s names each place where a request may name a host', (_, operation) => {
    const parameters = (operation.parameters ?? [])
      .filter(({ schema }) => namesHost(schema))
      .filter(({ in: where, name }) => !(where === 'query' && ['after', 'next'].includes(name)))
      .map(({ in: where, name }) => `${where}:${name}`);
    const ref = operation.requestBody?.content['application/json']?.schema.$ref?.split('/').at(-1);
    const fields = Object.entries(document.components.schemas[ref ?? '']?.properties ?? {})
      .filter(([, schema]) => namesHost(schema))
      .map(([name]) => `body:${name}`);
    expect([...placesOf(operation)].sort()).toEqual([...parameters, ...fields].sort());
  });

  it.each(named)('%s asks for the role that it needs', (operationId, operation) => {
    expect(accessOf(operation).role).toBe(ROLE_NEEDED[operationId] ?? 'reader');
  });

  it('stands before each handler, documented or not', () => {
    const first = new Map<string, string>();
    for (const { method, path, handler } of service.app.routes) {
      if (method === 'ALL') continue;
      const route = `${method} ${path}`;
      if (!first.has(route)) first.set(route, handler.name);
    }
    expect(first.size).toBeGreaterThan(operations.length);
    expect([...first].filter(([, handler]) => handler !== 'guard')).toEqual([]);
  });
});

describe.each(named)('%s', (_, operation) => {
  it('is refused without a token, and with one that is unknown', async () => {
    for (const bearer of [undefined, 'a-token-that-nobody-was-ever-given']) {
      expect((await ask(operation, bearer)).status).toBe(401);
    }
  });

  it.each(ROLES)('takes a token of role %s, or names the role that it lacks', async (role) => {
    const { status, detail } = await ask(operation, token(role, 'own'));
    const needed = accessOf(operation).role;
    if (!includes(role, needed)) {
      expect({ status, detail }).toEqual({
        status: 403,
        detail: `the role ${needed} is needed; this token has ${role}`,
      });
    } else {
      expect([401, 403]).not.toContain(status);
      expect(status).toBeLessThan(500);
    }
  });

  it.each(placesOf(operation))(
    'with a host of others in %s, wants a token for it',
    async (place) => {
      const { role } = accessOf(operation);
      expect(await ask(operation, token('admin', 'own'), place)).toEqual({
        status: 403,
        detail: 'this token is not for host foreign',
      });
      expect([401, 403]).not.toContain((await ask(operation, token(role, 'all'), place)).status);
    },
  );
});

it('a bundle may name its host itself only where the token is for all hosts', async () => {
  const send = (bearer: string) =>
    post(service.app, '/v1/bundles', {
      headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/x-ndjson' },
      body: '{}\n',
    });
  const refused = await send(token('admin', 'own'));
  expect(refused.status).toBe(403);
  expect((await problem(refused)).detail).toMatch(/name one in \?host=/);
  expect([401, 403]).not.toContain((await send(token('admin', 'all'))).status);
});
