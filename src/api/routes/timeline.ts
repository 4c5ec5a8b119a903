/** GET …/timeline: what happened on a host over a span, counted in buckets of positions. */
import { z } from '@hono/zod-openapi';
import { rfc3339 } from '../../events/encoding/rfc3339.ts';
import { strictObject } from '../../events/schema/strict-object.ts';
import { KnownBuckets, steadyWidth } from '../../projections/known-buckets.ts';
import { BUCKETS_DEFAULT, BUCKETS_MAX, COUNTS } from '../limits.ts';
import { HeavyReads } from '../request/heavy-read.ts';
import { spanOf, spanQuery } from '../request/span.ts';
import { type App, createRoute, hostParams, reads } from '../routing.ts';
import type { Service } from '../service.ts';
import { position } from '../wire/event.ts';
import { reflected } from '../wire/reads.ts';
import { timestamp } from '../wire/timestamp.ts';

const count = z.int().min(0);

const bucket = z
  .strictObject({
    position_from: position,
    position_to: position,
    at: timestamp.describe('When the first event of the bucket happened.'),
    events: count,
    changes: count.describe('Changes of lists of entries.'),
    refusals: count.describe('Calls that the kernel refused.'),
    drift: count.describe('Calls that the kernel answered otherwise than the rules.'),
    rmdirs: count.describe('Removed cgroups.'),
    boots: count,
    holes: count.describe('Events that mark a lost part of the record.'),
  })
  .meta({ id: 'Bucket', description: 'Neighbouring positions, with what happened at them.' });

export const timelineAnswer = z
  .strictObject({
    ...reflected,
    from: position,
    to: position,
    width: z.int().min(1).describe('Positions of a bucket; the last one may have fewer.'),
    until: timestamp.describe('When the last event of the span happened.'),
    items: z.array(bucket),
  })
  .meta({ id: 'Timeline' });

const bucketsParam = z
  .string()
  .transform((text, context) => {
    const buckets = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
    if (buckets >= 1 && buckets <= BUCKETS_MAX) return buckets;
    const message = `must be 1…${BUCKETS_MAX}`;
    context.addIssue({ code: 'custom', message, params: { limit: BUCKETS_MAX } });
    return z.NEVER;
  })
  .default(BUCKETS_DEFAULT)
  .describe('Buckets at most; a bucket has one position or more.')
  .meta({ type: 'integer', minimum: 1, maximum: BUCKETS_MAX, default: BUCKETS_DEFAULT });

const route = createRoute({
  method: 'get',
  path: '/v1/hosts/{host}/timeline',
  operationId: 'getTimeline',
  access: { role: 'reader', hosts: ['path:host'] },
  summary: 'What happened over a span, counted in buckets of positions',
  request: {
    params: hostParams,
    query: strictObject({ ...spanQuery, buckets: bucketsParam }),
  },
  responses: reads('The buckets, oldest first.', timelineAnswer),
});

export function timeline(app: App, service: Service): void {
  const { log } = service;
  const counts = new HeavyReads(service, COUNTS);
  const known = new KnownBuckets();

  app.openapi(route, async (c) => {
    const { host } = c.req.valid('param');
    const { buckets, ...query } = c.req.valid('query');
    const { span } = await spanOf(service, c, host, query);
    const { from, to } = span;
    const width = steadyWidth(Math.ceil((to - from + 1) / buckets));
    const timesOf = async (positions: readonly number[]) =>
      (await log.eventsAt(host, positions)).map(({ at }) => at);
    const found = await counts.answer(c, ({ database }) =>
      known.read(database, span, width, timesOf),
    );
    const { at: until } = await log.event(host, to);
    const items = found.map((one) => ({
      ...one,
      at: rfc3339(one.at),
      events: one.position_to - one.position_from + 1,
    }));
    return c.json({ host, position: to, from, to, width, until: rfc3339(until), items }, 200);
  });
}
