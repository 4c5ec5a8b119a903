/** GET …/bisect: the first position at which a condition on an effective array holds. */
import { z } from '@hono/zod-openapi';
import { attachType } from '../../events/schema/attach-type.ts';
import { strictObject } from '../../events/schema/strict-object.ts';
import type { Span } from '../../projections/list-versions.ts';
import { type ArrayPlace, arrayTimeline } from '../../time-travel/array-timeline.ts';
import { firstHolding, testOf, type Verdict } from '../../time-travel/bisect/bisect.ts';
import { bisectText } from '../../time-travel/bisect/bisect-text.ts';
import { readSpellings, sideBySide } from '../../time-travel/bisect/differing.ts';
import { holesIn } from '../../time-travel/holes/holes.ts';
import { holesText } from '../../time-travel/holes/holes-text.ts';
import { eventRef } from '../../time-travel/wording/event-ref.ts';
import { READ_OF_TWO } from '../answer-headers.ts';
import { keepForOnce } from '../request/at.ts';
import { type AskedCondition, conditionParam } from '../request/condition.ts';
import { answersInForms, formatQuery, inForm } from '../request/format.ts';
import type { HeavyReads } from '../request/heavy-read.ts';
import { requireKnownProgram } from '../request/known-program.ts';
import { placeOf, placeQuery } from '../request/place.ts';
import { spanOf, spanQuery } from '../request/span.ts';
import { type App, createRoute, hostParams } from '../routing.ts';
import type { Service } from '../service.ts';
import { position } from '../wire/event.ts';
import { eventRefOnWire, wireEventRef } from '../wire/event-ref.ts';
import { reflected, slot } from '../wire/reads.ts';
import { holeOnWire, wireHole } from '../wire/sighting.ts';

export const bisectAnswer = z
  .strictObject({
    ...reflected,
    path: z.string(),
    attach_type: attachType,
    from: position,
    to: position,
    holes: z.array(wireHole).describe('Holes of the record in the span, the latest 20.'),
    found: z
      .strictObject({
        position,
        event: wireEventRef,
        before: z.array(slot).exactOptional(),
        slots: z.array(slot),
        at_start: z.boolean(),
        monotone: z.boolean(),
      })
      .exactOptional(),
  })
  .meta({
    id: 'Bisection',
    description:
      '`found` is missing when the condition never held. `at_start`: it already held at `from`. ' +
      '`monotone`: it held from there to the end.',
  });

const route = createRoute({
  method: 'get',
  path: '/v1/hosts/{host}/bisect',
  operationId: 'bisect',
  access: { role: 'reader', hosts: ['path:host', 'query:condition'] },
  summary: 'The first position at which a condition on an effective array holds',
  request: {
    params: hostParams,
    query: strictObject({
      ...placeQuery,
      condition: conditionParam,
      ...spanQuery,
      ...formatQuery,
    }),
  },
  responses: answersInForms('What was found.', bisectAnswer, READ_OF_TWO),
});

interface Search {
  readonly span: Span;
  readonly place: ArrayPlace;
  readonly condition: AskedCondition;
}

/** Two hosts are compared at equal positions; the shorter log stays as it ended. */
async function verdictOf(
  { database, log }: Pick<Service, 'database' | 'log'>,
  { span, place, condition }: Search,
): Promise<Verdict> {
  const versions = await arrayTimeline(database, span, place);
  if (condition.kind !== 'differs') return firstHolding(versions, testOf(condition));
  const { host_id, position: head } = await log.head(condition.host);
  const otherSpan = { host_id, from: Math.min(span.from, head), to: Math.min(span.to, head) };
  const { path, attach_type } = place;
  const others = await arrayTimeline(database, otherSpan, { path, attach_type });
  const compared = sideBySide(
    { versions, spelled: await readSpellings(database, span.host_id, versions) },
    { versions: others, spelled: await readSpellings(database, host_id, others) },
  );
  return firstHolding(compared.versions, (version) => compared.differing.has(version));
}

export function bisect(app: App, service: Service, timelines: HeavyReads): void {
  app.openapi(route, async (c) => {
    const { host } = c.req.valid('param');
    const { condition, format, ...query } = c.req.valid('query');
    const asking = await spanOf(service, c, host, query);
    const { span, last } = asking;
    const place = await placeOf(service, last, query);
    if ('program' in condition) {
      await requireKnownProgram(service, asking, { id: condition.program, field: 'condition' });
    }
    const verdict = await timelines.answer(c, ({ database }) =>
      verdictOf({ ...service, database }, { span, place, condition }),
    );
    // While the other log is shorter, what it records next may still change the answer.
    if (condition.kind === 'differs') keepForOnce(c);
    const { path, attach_type } = place;
    const { from, to } = span;
    const { found, at_start, monotone } = verdict;
    const { log, database } = service;
    const event = found && eventRef(await log.event(host, found.version.position));
    const holes = await holesIn(database, span, (at) => log.eventsAt(host, at));
    return inForm(c, format, {
      json: () => ({
        ...{ host, position: to, path, attach_type, from, to },
        holes: holes.map(holeOnWire),
        ...(found &&
          event && {
            found: {
              ...{ position: event.position, event: eventRefOnWire(event), at_start, monotone },
              ...(found.before && { before: found.before.slots }),
              slots: found.version.slots,
            },
          }),
      }),
      text: () => {
        const asked = { path, attach_type, condition: c.req.query('condition') ?? '', from, to };
        return [...bisectText(asked, verdict, event), ...holesText(holes)];
      },
    });
  });
}
