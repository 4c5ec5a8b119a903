/**
 * The executor's side: POST …/executor/lease and …/executor/reports, and what came of it: GET
 * …/executor, and …/drift (drift.ts). Reports are not events: a follower of the log does not see them.
 */
import { randomUUID } from 'node:crypto';
import type { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { markOf } from '../../events/encoding/mark.ts';
import { rfc3339 } from '../../events/encoding/rfc3339.ts';
import { executorOf, LEASE_MS, takeLease } from '../../events/kernel-reports/leases.ts';
import { countReports, type Report, storeReports } from '../../events/kernel-reports/reports.ts';
import { contentType, JSON_TYPE } from '../content-type.ts';
import { invalidBy } from '../field-errors.ts';
import { ProblemError } from '../problem.ts';
import { jsonBody, largeJsonBody } from '../request/body.ts';
import { entityTag, type MarkedPosition } from '../request/write-headers.ts';
import {
  type App,
  answersWithoutTag,
  createRoute,
  hostParams,
  readsWithoutTag,
} from '../routing.ts';
import type { Service } from '../service.ts';
import {
  executorAnswer,
  leaseAnswer,
  leaseRequest,
  reportsAnswer,
  reportsRequest,
} from '../wire/executor.ts';

const bodyOf = (schema: z.ZodType) => ({ required: true, content: { [JSON_TYPE]: { schema } } });

const leaseRoute = createRoute({
  method: 'post',
  path: '/v1/hosts/{host}/executor/lease',
  operationId: 'takeExecutorLease',
  access: { role: 'executor', hosts: ['path:host'] },
  summary: "Become the one executor of a host's log",
  description: 'When the same instance asks again, a new lease replaces the old one.',
  request: { params: hostParams },
  responses: answersWithoutTag('The lease.', leaseAnswer),
});

const reportsRoute = createRoute({
  method: 'post',
  path: '/v1/hosts/{host}/executor/reports',
  operationId: 'postExecutorReports',
  access: { role: 'executor', hosts: ['path:host'] },
  summary: 'Report what the kernel answered, and renew the lease',
  description:
    'Reports are in the order of the log, without gaps. A report that was recorded stays as it is. ' +
    'Send `last_event_id`: reports of events that the log lost are then refused, whatever is there now.',
  request: { params: hostParams },
  responses: answersWithoutTag('How far the host is reported.', reportsAnswer),
});

const executorRoute = createRoute({
  method: 'get',
  path: '/v1/hosts/{host}/executor',
  operationId: 'getExecutor',
  access: { role: 'reader', hosts: ['path:host'] },
  summary: 'Who applies the log, where, and how far',
  request: { params: hostParams },
  responses: readsWithoutTag('The executor.', executorAnswer),
});

export function executor(app: App, service: Service): void {
  writes(app, service);
  reads(app, service);
}

function writes(app: App, service: Service): void {
  const { log, database, clock } = service;

  app.describe({
    ...leaseRoute,
    request: { params: hostParams, body: bodyOf(leaseRequest) },
  });
  app.openapi({ ...leaseRoute, hide: true }, async (c) => {
    const { host } = c.req.valid('param');
    const { actor } = c.get('principal');
    const { executor: name, instance, place } = await bodyAs(c, leaseRequest);
    const { host_id: hostId } = await log.head(host);
    const lease = {
      hostId,
      executor: name,
      instance,
      actor,
      lease: randomUUID(),
      now: clock.now(),
    };
    const row = await takeLease(database, { ...lease, place: JSON.stringify(place) });
    if (row === undefined) throw await leaseHeld(service, hostId);
    const { lease: taken, expires_at, reported_position } = row;
    const answer = { lease: taken, expires_at: rfc3339(expires_at), lease_ms: LEASE_MS };
    return c.json({ ...answer, reported_position }, 200);
  });

  app.describe({
    ...reportsRoute,
    request: { params: hostParams, body: bodyOf(reportsRequest) },
  });
  app.openapi({ ...reportsRoute, hide: true }, async (c) => {
    const { host } = c.req.valid('param');
    const { actor } = c.get('principal');
    const body = await bodyAs(c, reportsRequest, largeJsonBody);
    const { lease, reports, last_event_id: id, standing, repairs } = body;
    const { host_id: hostId, position: head } = await log.head(host);
    requireOrder(reports, head);
    const now = clock.now();
    const stored = await storeReports(database, {
      hostId,
      lease,
      actor,
      // The compiler has proven the schemas equal to the domain's types, except `readonly`.
      reports: reports as readonly Report[],
      now,
      ...(id !== undefined && { read: markedPosition(id) }),
      ...(standing !== undefined && { standing }),
      ...(repairs !== undefined && { repairs }),
    });
    if (stored === 'lease-lost') {
      throw new ProblemError(stored, { detail: 'the lease ended; take a new one' });
    }
    if (stored === 'history-changed') throw await otherHistory(log, host);
    service.metrics.disagreements.inc(stored.disagree);
    if (standing !== undefined) service.metrics.standing.set({ host }, standing.length);
    return c.json({ ...stored, expires_at: rfc3339(now + LEASE_MS * 1000) }, 200);
  });
}

function markedPosition(id: string): MarkedPosition {
  const [position, mark = ''] = id.split('.');
  return { position: Number(position), mark };
}

/** The log went back: what the executor applied is not in it. */
async function otherHistory(log: Service['log'], host: string): Promise<ProblemError> {
  const { position, hash } = await log.head(host);
  return new ProblemError('position-changed', {
    detail: 'the log went back: the last event that was read is not in it any more',
    field: 'last_event_id',
    position,
    etag: entityTag(host, { position, mark: markOf(hash) }),
  });
}

async function leaseHeld(service: Service, hostId: number): Promise<ProblemError> {
  const holder = await executorOf(service.database, hostId);
  const left = Math.max((holder?.expires_at ?? 0) - service.clock.now(), 0) / 1_000_000;
  // Do not retry immediately: a holder that lives renews its lease for ever.
  const name = holder?.executor ?? 'another executor';
  const detail = `${name} applies this log; its lease lasts ${Math.ceil(left)} s more`;
  return new ProblemError('lease-held', { detail });
}

async function bodyAs<T extends z.ZodType>(
  c: Context,
  schema: T,
  read = jsonBody,
): Promise<z.output<T>> {
  contentType(c, [JSON_TYPE]);
  const { value } = await read(c);
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw invalidBy(parsed.error);
  return parsed.data;
}

/** Reports follow one another and the log; a gap would hide what was never applied. */
function requireOrder(reports: readonly { readonly position: number }[], head: number): void {
  for (const [i, { position }] of reports.entries()) {
    const expected = (reports[0]?.position ?? 0) + i;
    const field = `reports.${i}.position`;
    if (position !== expected) {
      throw new ProblemError('invalid-request', { detail: `${field}: must be ${expected}`, field });
    }
    if (position > head) {
      const detail = `the head of the log is at position ${head}`;
      throw new ProblemError('no-such-position', { detail, field, position: head });
    }
  }
}

function reads(app: App, service: Service): void {
  const { log, database, clock } = service;

  app.openapi(executorRoute, async (c) => {
    const { host } = c.req.valid('param');
    const { host_id: hostId, position: head } = await log.head(host);
    const row = await executorOf(database, hostId);
    const counts = await countReports(database, hostId);
    const executor = row && {
      name: row.executor,
      actor: row.actor,
      place: JSON.parse(row.place),
      leased_at: rfc3339(row.leased_at),
      expires_at: rfc3339(row.expires_at),
      alive: row.expires_at > clock.now(),
    };
    const reported_position = row?.reported_position ?? 0;
    return c.json({ host, head, executor: executor ?? null, reported_position, ...counts }, 200);
  });
}
