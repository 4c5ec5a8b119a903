/** GET …/effective/timeline: the versions of an effective array over a span. */
import { z } from '@hono/zod-openapi';
import { attachType } from '../../events/schema/attach-type.ts';
import { strictObject } from '../../events/schema/strict-object.ts';
import { programNames } from '../../projections/lives.ts';
import {
  type ArrayVersion,
  arrayTimeline,
  distinctVersions,
} from '../../time-travel/array-timeline.ts';
import { eventRef } from '../../time-travel/wording/event-ref.ts';
import { ARRAY_VERSIONS_MAX } from '../limits.ts';
import type { HeavyReads } from '../request/heavy-read.ts';
import { placeOf, placeQuery } from '../request/place.ts';
import { spanOf, spanQuery } from '../request/span.ts';
import { type App, createRoute, hostParams, positionParam, reads } from '../routing.ts';
import type { Service } from '../service.ts';
import { position } from '../wire/event.ts';
import { eventRefOnWire, wireEventRef } from '../wire/event-ref.ts';
import { reflected, slot } from '../wire/reads.ts';
import { timestamp } from '../wire/timestamp.ts';

const arrayVersion = z
  .strictObject({
    position: position.describe('From here on; the start of the span for an older version.'),
    at: timestamp,
    boot: z.int().min(1),
    cgroup_id: z.int().exactOptional().describe('Absent while there is no such cgroup.'),
    slots: z.array(slot),
    by: wireEventRef.describe('The event at the position.'),
  })
  .meta({ id: 'ArrayVersion' });

export const arrayTimelineAnswer = z
  .strictObject({
    ...reflected,
    path: z.string(),
    attach_type: attachType,
    from: position,
    to: position,
    items: z.array(arrayVersion),
    programs: z
      .array(z.strictObject({ boot: z.int(), prog_id: z.int(), prog_name: z.string() }))
      .describe('Names of the programs of all slots, by boot.'),
    next: position
      .exactOptional()
      .describe(
        `There are more than ${ARRAY_VERSIONS_MAX} versions: the \`next\` of the following page.`,
      ),
  })
  .meta({ id: 'ArrayTimeline' });

const nextPosition = positionParam
  .optional()
  .describe('The `next` of the page before, in the place of `from`.');

const route = createRoute({
  method: 'get',
  path: '/v1/hosts/{host}/effective/timeline',
  operationId: 'getArrayTimeline',
  access: { role: 'reader', hosts: ['path:host'] },
  summary: 'The versions of an effective array over a span',
  request: {
    params: hostParams,
    query: strictObject({ ...placeQuery, ...spanQuery, next: nextPosition }),
  },
  responses: reads('The versions, oldest first.', arrayTimelineAnswer),
});

/** The names of the programs of all versions, by boot. */
async function namesIn({ database }: Service, host_id: number, versions: readonly ArrayVersion[]) {
  const ids = new Map<number, { readonly last: number; readonly programs: Set<number> }>();
  for (const { boot, position: last, slots } of versions) {
    const programs = ids.get(boot)?.programs ?? new Set<number>();
    for (const { prog_id } of slots) programs.add(prog_id);
    ids.set(boot, { last, programs });
  }
  const names = [];
  for (const [boot, { last, programs }] of ids) {
    const found = await programNames(database, { host_id, boot, position: last }, programs);
    for (const { prog_id, prog_name } of found.values()) names.push({ boot, prog_id, prog_name });
  }
  return names;
}

/** @param timelines bounds the reads of arrays through time, whichever route they come by */
export function arrayTimelines(app: App, service: Service, timelines: HeavyReads): void {
  const { log } = service;
  app.openapi(route, async (c) => {
    const { host } = c.req.valid('param');
    const query = c.req.valid('query');
    const { span, last } = await spanOf(service, c, host, {
      ...query,
      ...(query.next !== undefined && {
        from: { kind: 'position', position: query.next } as const,
      }),
    });
    const { path, ...place } = await placeOf(service, last, query);
    const all = await timelines.answer(c, async ({ database }) =>
      distinctVersions(await arrayTimeline(database, span, { path, ...place })),
    );
    const versions = all.slice(0, ARRAY_VERSIONS_MAX);
    const next = all[ARRAY_VERSIONS_MAX]?.position;
    const events = await log.eventsAt(
      host,
      versions.map(({ position: from }) => from),
    );
    const items = versions.flatMap(({ levels: _, slots, ...version }, i) => {
      const event = events[i];
      if (event === undefined) return [];
      const by = eventRefOnWire(eventRef(event));
      return [{ ...version, at: by.at, slots: [...slots], by }];
    });
    const programs = await namesIn(service, span.host_id, versions);
    const { from, to } = span;
    const { attach_type } = place;
    const more = next !== undefined && { next };
    return c.json(
      { host, position: to, path, attach_type, from, to, items, programs, ...more },
      200,
    );
  });
}
