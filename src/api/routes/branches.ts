/**
 * Branches of a host: POST makes one, GET lists them, DELETE hides one. A branch is a host of its
 * own: syscalls are posted to it, and everything is read of it, under its name.
 */
import { z } from '@hono/zod-openapi';
import { markOf } from '../../events/encoding/mark.ts';
import { countHosts } from '../../events/hosts.ts';
import { strictObject } from '../../events/schema/strict-object.ts';
import { contentType, JSON_TYPE } from '../content-type.ts';
import { invalidBy } from '../field-errors.ts';
import { requireMoment } from '../request/at.ts';
import { jsonBody } from '../request/body.ts';
import { itemsWith, listQuery } from '../request/list.ts';
import { momentField } from '../request/moment-field.ts';
import { beginOf } from '../request/page.ts';
import { fingerprint, idempotencyKey, REPEATED } from '../request/write-headers.ts';
import {
  type App,
  createRoute,
  creates,
  hostName,
  hostParams,
  idPage,
  problemAnswer,
  readsWithoutTag,
  reflect,
  writeHeaders,
} from '../routing.ts';
import type { Service } from '../service.ts';
import { branchRow, hostRowOf } from '../wire/hosts.ts';
import { counted } from '../wire/reads.ts';

const branchRequest = strictObject({
  name: hostName,
  at: momentField
    .exactOptional()
    .describe('The last moment that it shares with its origin; default: the head.'),
}).meta({ id: 'BranchRequest' });

export const branchPage = z
  .strictObject({ items: z.array(branchRow), count: counted, next: z.string().exactOptional() })
  .meta({ id: 'BranchPage' });

const listRoute = createRoute({
  method: 'get',
  path: '/v1/hosts/{host}/branches',
  operationId: 'listBranches',
  access: { role: 'reader', hosts: ['path:host'] },
  summary: 'The direct branches of a host, by name',
  request: {
    params: hostParams,
    query: strictObject({
      limit: idPage.limit,
      ...listQuery(branchRow),
      after: hostName.optional(),
      next: hostName.optional().describe('The `next` of the page before.'),
    }),
  },
  responses: readsWithoutTag('Branches that the token may touch.', branchPage),
});

const createBranchRoute = createRoute({
  method: 'post',
  path: '/v1/hosts/{host}/branches',
  operationId: 'createBranch',
  access: { role: 'writer', hosts: ['path:host', 'body:name'] },
  summary: 'A host that shares the log of another up to a moment',
  description:
    'It takes constant time, however long the log is. What is recorded on a branch never changes its origin.',
  request: { params: hostParams },
  responses: creates('The branch.', branchRow),
});

const dropRoute = createRoute({
  method: 'delete',
  path: '/v1/hosts/{host}/branches/{name}',
  operationId: 'dropBranch',
  access: { role: 'writer', hosts: ['path:host', 'path:name'] },
  summary: 'Hide a branch',
  description:
    'From then on there is no host with that name, and the name stays taken. Nothing is removed: ' +
    'the branches of this branch stay.',
  request: { params: hostParams.extend({ name: hostName }) },
  responses: { 204: { description: 'It is hidden.' }, default: problemAnswer },
});

export function branches(app: App, service: Service): void {
  const { log } = service;

  app.openapi(listRoute, async (c) => {
    const { host } = c.req.valid('param');
    const principal = c.get('principal');
    const { limit, order, count, fields, ...place } = c.req.valid('query');
    const page = { limit, order, after: beginOf(place), patterns: principal.hosts };
    const { host_id } = await log.head(host);
    const rows = await log.branches(host, page);
    const items = rows.map((row) => hostRowOf(row, principal));
    const last = rows.length < limit ? undefined : rows.at(-1)?.name;
    const counted = count && { count: await countHosts(service.database, page, host_id) };
    const next = last !== undefined && { next: last };
    return c.json({ items: itemsWith(items, fields), ...counted, ...next } as never, 200);
  });

  app.describe({
    ...createBranchRoute,
    request: {
      params: hostParams,
      headers: writeHeaders.omit({ 'if-match': true }),
      body: { required: true, content: { [JSON_TYPE]: { schema: branchRequest } } },
    },
  });
  app.openapi({ ...createBranchRoute, hide: true }, async (c) => {
    const { host } = c.req.valid('param');
    const principal = c.get('principal');
    contentType(c, [JSON_TYPE]);
    const { text, value } = await jsonBody(c);
    const parsed = branchRequest.safeParse(value);
    if (!parsed.success) throw invalidBy(parsed.error);
    const { name, at } = parsed.data;
    const { moment } = await requireMoment(service, host, at, 'at');
    const key = idempotencyKey(c);
    const keyed = key !== undefined && {
      idempotency: { key, fingerprint: fingerprint(c, text) },
    };
    const { position } = moment;
    const made = await log.createBranch(host, {
      name,
      position,
      actor: principal.actor,
      ...keyed,
    });
    if (made.repeated) c.header(REPEATED, 'true');
    c.header('location', `/v1/hosts/${name}`);
    const { position: head, hash } = await log.head(name);
    reflect(c, name, { position: head, mark: markOf(hash) });
    return c.json(hostRowOf(made.branch, principal) as never, 201);
  });

  app.openapi(dropRoute, async (c) => {
    const { host, name } = c.req.valid('param');
    await log.dropBranch(host, name);
    return c.body(null, 204);
  });
}
