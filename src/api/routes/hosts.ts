/** Hosts: one log each; POST makes one with its first boot, …/reboot boots it again. */
import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { oldestKept } from '../../events/cuts.ts';
import { markOf } from '../../events/encoding/mark.ts';
import { countHosts } from '../../events/hosts.ts';
import { LogRefusal } from '../../events/log-refusal.ts';
import { DamagedLog } from '../../events/reading/damaged-log.ts';
import type { MarkedMoment } from '../../events/reading/moment.ts';
import { strictObject } from '../../events/schema/strict-object.ts';
import { listBoots } from '../../projections/boots.ts';
import { RECORDED } from '../answer-headers.ts';
import { contentType, JSON_TYPE } from '../content-type.ts';
import { invalidBy } from '../field-errors.ts';
import { countRecorded } from '../metrics.ts';
import { invalid, ProblemError } from '../problem.ts';
import { atQuery, momentOf } from '../request/at.ts';
import { jsonBody } from '../request/body.ts';
import { expectedHead, withCurrentTag } from '../request/expected-head.ts';
import { itemsWith, listQuery } from '../request/list.ts';
import { beginOf } from '../request/page.ts';
import { fingerprint, idempotencyKey, REPEATED } from '../request/write-headers.ts';
import {
  type App,
  answers,
  createRoute,
  creates,
  hostName,
  hostParams,
  idPage,
  reads,
  readsWithoutTag,
  reflect,
  shortText,
  writeHeaders,
} from '../routing.ts';
import type { Service } from '../service.ts';
import { eventOnWire, wireEvent } from '../wire/event.ts';
import {
  hostDetail,
  hostPage,
  hostRequest,
  hostRow,
  hostRowOf,
  rebootRequest,
} from '../wire/hosts.ts';

const listRoute = createRoute({
  method: 'get',
  path: '/v1/hosts',
  operationId: 'listHosts',
  access: { role: 'reader', hosts: 'filtered' },
  summary: 'Hosts by name',
  request: {
    query: strictObject({
      limit: idPage.limit,
      ...listQuery(hostRow),
      after: hostName.optional(),
      next: hostName.optional().describe('The `next` of the page before.'),
      search: shortText.optional().describe('Only hosts whose names contain this text.'),
    }),
  },
  responses: readsWithoutTag('Hosts that the token may touch.', hostPage),
});

const oneRoute = createRoute({
  method: 'get',
  path: '/v1/hosts/{host}',
  operationId: 'getHost',
  access: { role: 'reader', hosts: ['path:host'] },
  summary: 'One host: its boots, and where its log stood at a moment',
  request: { params: hostParams, query: strictObject(atQuery) },
  responses: reads('The host.', hostDetail),
});

const createHostRoute = createRoute({
  method: 'post',
  path: '/v1/hosts',
  operationId: 'createHost',
  access: { role: 'admin', hosts: ['body:name'] },
  summary: 'Make a host and boot it',
  request: {},
  responses: creates("The host's first event.", wireEvent),
});

const rebootRoute = createRoute({
  method: 'post',
  path: '/v1/hosts/{host}/reboot',
  operationId: 'rebootHost',
  access: { role: 'admin', hosts: ['path:host'] },
  summary: 'Boot a host again',
  description: 'Ends every process, fd, link, program, map, pin and cgroup of the boot before.',
  request: { params: hostParams },
  responses: answers('The boot event.', wireEvent, RECORDED),
});

const creationHeaders = writeHeaders.omit({ 'if-match': true }).extend({
  'if-none-match': z
    .literal('*')
    .optional()
    .describe('Only if there is no such host: else 412, and not 409.'),
});

/** Boots that one answer lists. */
const BOOTS_MAX = 1000;

/** The parsed body of a write, and the key of its retries. */
async function readKeyedBody<T extends z.ZodType>(c: Context, schema: T) {
  contentType(c, [JSON_TYPE]);
  const { text, value } = await jsonBody(c);
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw invalidBy(parsed.error);
  const key = idempotencyKey(c);
  const keyed = key !== undefined && {
    idempotency: { key, fingerprint: fingerprint(c, text) },
  };
  return { request: parsed.data, keyed };
}

/** `If-None-Match: *`, the only one that a host can be made under: it is never made twice. */
function isCreateOnly(c: Context): boolean {
  const header = c.req.header('if-none-match');
  if (header === undefined || header === '*') return header === '*';
  throw invalid([{ field: 'if-none-match', message: 'must be *: only if there is no such host' }]);
}

/** An existing host is what the request forbids by `If-None-Match: *`. */
function notTheFirst(error: unknown): unknown {
  const exists = error instanceof LogRefusal && error.reason.why === 'host-exists';
  return exists
    ? new ProblemError('precondition-failed', { detail: error.message, field: 'if-none-match' })
    : error;
}

const bodyOf = (schema: z.ZodType) => ({ required: true, content: { [JSON_TYPE]: { schema } } });

/** A head that is not that of the last event says nothing true of the host, though its events do. */
async function requireWholeHead({ log }: Service, host: string, moment: MarkedMoment) {
  const head = await log.head(host);
  if (head.position !== moment.position || markOf(head.hash) === moment.mark) return;
  throw new DamagedLog(head.position, 'the hash of the head is not that of the last event');
}

export function hosts(app: App, service: Service): void {
  const { log, database } = service;

  app.openapi(listRoute, async (c) => {
    const principal = c.get('principal');
    const { count, fields, after, next: place, ...page } = c.req.valid('query');
    const { limit } = page;
    const asked = { ...page, after: beginOf({ after, next: place }), patterns: principal.hosts };
    const [rows, all] = await Promise.all([
      log.hosts(asked),
      count === true ? countHosts(database, asked) : undefined,
    ]);
    const items = rows.map((row) => hostRowOf(row, principal));
    const last = rows.length < limit ? undefined : rows.at(-1)?.name;
    const next = last !== undefined && { next: last };
    const counted = all !== undefined && { count: all };
    return c.json({ items: itemsWith(items, fields), ...counted, ...next }, 200);
  });

  app.openapi(oneRoute, async (c) => {
    const { host } = c.req.valid('param');
    const row = await log.host(host);
    const moment = await momentOf(service, c, host, c.req.valid('query').at);
    const { position } = moment;
    const oldest = await oldestKept(database, moment.host_id);
    await requireWholeHead(service, host, moment);
    const { recorded_at } = await log.event(host, position);
    const boots = await listBoots(database, moment, {
      after: moment.boot - BOOTS_MAX,
      limit: BOOTS_MAX,
    });
    const release = boots.at(-1)?.release ?? '';
    const listed = hostRowOf({ ...row, position, recorded_at }, c.get('principal'));
    return c.json({ ...listed, oldest, boot: moment.boot, release, boots }, 200);
  });

  app.describe({
    ...createHostRoute,
    request: { headers: creationHeaders, body: bodyOf(hostRequest) },
  });
  app.openapi({ ...createHostRoute, hide: true }, async (c) => {
    const principal = c.get('principal');
    const { request, keyed } = await readKeyedBody(c, hostRequest);
    const { name } = request;
    const createOnly = isCreateOnly(c);
    const { event, mark, repeated } = await log
      .createHost({ ...request, actor: principal.actor, ...keyed })
      .catch((error: unknown) => {
        throw createOnly ? notTheFirst(error) : error;
      });
    countRecorded(service.metrics, { events: [event], repeated });
    if (repeated) c.header(REPEATED, 'true');
    c.header('location', `/v1/hosts/${name}`);
    reflect(c, name, { position: event.position, mark });
    return c.json(eventOnWire(event), 201);
  });

  app.describe({
    ...rebootRoute,
    request: { params: hostParams, headers: writeHeaders, body: bodyOf(rebootRequest) },
  });
  app.openapi({ ...rebootRoute, hide: true }, async (c) => {
    const { host } = c.req.valid('param');
    const { actor } = c.get('principal');
    const { request, keyed } = await readKeyedBody(c, rebootRequest);
    const expected = await expectedHead(log, c, host);
    const { events, mark, repeated } = await log
      .reboot(host, { ...request, actor, ...keyed, ...(expected && { expected }) })
      .catch(async (error: unknown) => {
        throw await withCurrentTag(log, host, error);
      });
    const [event] = events;
    if (event === undefined) throw new Error('a reboot without an event');
    countRecorded(service.metrics, { events, repeated });
    if (repeated) c.header(REPEATED, 'true');
    reflect(c, host, { position: event.position, mark });
    return c.json(eventOnWire(event), 200);
  });
}
