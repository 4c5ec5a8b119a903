/** GET …/gaps: when nothing ran on a cgroup for an attach type, or one program did not. */
import { z } from '@hono/zod-openapi';
import { rfc3339 } from '../../events/encoding/rfc3339.ts';
import { attachType } from '../../events/schema/attach-type.ts';
import { strictObject } from '../../events/schema/strict-object.ts';
import { arrayTimeline } from '../../time-travel/array-timeline.ts';
import { gapsOf } from '../../time-travel/gaps/gaps.ts';
import { gapsText } from '../../time-travel/gaps/gaps-text.ts';
import { type DescribedGap, describeGaps, isKnown } from '../../time-travel/gaps/told-gaps.ts';
import { holesIn } from '../../time-travel/holes/holes.ts';
import { holesText } from '../../time-travel/holes/holes-text.ts';
import { GAPS_MAX } from '../limits.ts';
import { invalid } from '../problem.ts';
import { answersInForms, formatQuery, inForm } from '../request/format.ts';
import type { HeavyReads } from '../request/heavy-read.ts';
import { requireKnownProgram } from '../request/known-program.ts';
import { placeOf, placeQuery } from '../request/place.ts';
import { spanOf, spanQuery } from '../request/span.ts';
import { type App, countParam, createRoute, hostParams } from '../routing.ts';
import type { Service } from '../service.ts';
import { position } from '../wire/event.ts';
import { eventRefOnWire, wireEventRef } from '../wire/event-ref.ts';
import { reflected } from '../wire/reads.ts';
import { holeOnWire, wireHole } from '../wire/sighting.ts';
import { timestamp } from '../wire/timestamp.ts';

const gap = z
  .strictObject({
    why: z.enum([
      ...(['empty', 'program_missing', 'no_cgroup'] as const),
      ...(['cgroup_not_known', 'array_not_known'] as const),
    ]),
    position_from: position,
    position_to: position,
    since: timestamp,
    until: timestamp,
    micros: z.int().min(0),
    opened_by: wireEventRef.exactOptional(),
    closed_by: wireEventRef.exactOptional(),
  })
  .meta({
    id: 'Gap',
    description:
      'From the event that opened it to the event that closed it, by the times of the kernel. ' +
      'Without `opened_by` it began before the span; without `closed_by` it is still open. ' +
      'Of `…_not_known` nothing was seen: the cgroup, or a program in the array, was found at its ' +
      'end, and was there before.',
  });

export const gapsAnswer = z
  .strictObject({
    ...reflected,
    path: z.string(),
    attach_type: attachType,
    program: z.int().exactOptional(),
    from: position,
    to: position,
    items: z.array(gap),
    total_micros: z.int().min(0).describe('Of all gaps but those that are not known.'),
    holes: z.array(wireHole).describe('Holes of the record in the span, the latest 20.'),
  })
  .meta({ id: 'Gaps' });

const route = createRoute({
  method: 'get',
  path: '/v1/hosts/{host}/gaps',
  operationId: 'getGaps',
  access: { role: 'reader', hosts: ['path:host'] },
  summary: 'When an effective array was empty, or lacked a program',
  request: {
    params: hostParams,
    query: strictObject({
      ...placeQuery,
      program: countParam.optional().describe('Gaps of this program; default: of any program.'),
      ...spanQuery,
      ...formatQuery,
    }),
  },
  responses: answersInForms('The gaps, oldest first.', gapsAnswer),
});

const gapOnWire = ({ since, until, opened_by, closed_by, ...rest }: DescribedGap) => ({
  ...rest,
  since: rfc3339(since),
  until: rfc3339(until),
  ...(opened_by && { opened_by: eventRefOnWire(opened_by) }),
  ...(closed_by && { closed_by: eventRefOnWire(closed_by) }),
});

export function gaps(app: App, service: Service, timelines: HeavyReads): void {
  const { log } = service;
  app.openapi(route, async (c) => {
    const { host } = c.req.valid('param');
    const { program, format, ...query } = c.req.valid('query');
    const asking = await spanOf(service, c, host, query);
    const { span, last } = asking;
    const place = await placeOf(service, last, query);
    if (program !== undefined) {
      await requireKnownProgram(service, asking, { id: program, field: 'program' });
    }
    const versions = await timelines.answer(c, (wanted) =>
      arrayTimeline(wanted.database, span, place),
    );
    const found = gapsOf(versions, { program, to: span.to });
    if (found.length > GAPS_MAX) {
      const message = `there are ${found.length} gaps, more than ${GAPS_MAX}; ask from a later one`;
      throw invalid([{ field: 'from', message, limit: GAPS_MAX }]);
    }
    const described = await describeGaps(found, (at) => log.event(host, at));
    const holes = await holesIn(service.database, span, (at) => log.eventsAt(host, at));
    const { path, attach_type } = place;
    const { from, to } = span;
    const asked = { path, attach_type, ...(program !== undefined && { program }), from, to };
    return inForm(c, format, {
      json: () => ({
        ...{ host, position: to, ...asked, items: described.map(gapOnWire) },
        total_micros: described.filter(isKnown).reduce((sum, { micros }) => sum + micros, 0),
        holes: holes.map(holeOnWire),
      }),
      text: () => [...gapsText(asked, described), ...holesText(holes)],
    });
  });
}
