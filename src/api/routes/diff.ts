/** GET …/diff: what changed between two moments, as state and as causes. */
import { createRoute } from '@hono/zod-openapi';
import { strictObject } from '../../events/schema/strict-object.ts';
import { askedDiff } from '../../time-travel/diff/asked-diff.ts';
import { diffText } from '../../time-travel/text/diff-text.ts';
import { allowed } from '../guard/access.ts';
import { answersInForms, formatQuery, inForm } from '../request/format.ts';
import { spanQuery, stretchOf } from '../request/span.ts';
import { type App, hostParams } from '../routing.ts';
import type { Service } from '../service.ts';
import { diffAnswer } from '../wire/diff.ts';
import { eventRefOnWire } from '../wire/event-ref.ts';

const route = createRoute({
  method: 'get',
  path: '/v1/hosts/{host}/diff',
  operationId: 'getDiff',
  summary: 'What changed between two moments, and because of which events',
  request: { params: hostParams, query: strictObject({ ...spanQuery, ...formatQuery }) },
  responses: answersInForms('The difference.', diffAnswer),
});

export function diff(app: App, service: Service): void {
  app.openapi(route, async (c) => {
    const { host } = c.req.valid('param');
    const { format, ...query } = c.req.valid('query');
    allowed(c, 'reader', host);
    const { span } = await stretchOf(service, c, host, query);
    const { from, to } = span;
    const found = await askedDiff(service.log, host, { from, to });
    return inForm(c, format, {
      json: () => ({
        ...{ host, position: to, from, to },
        ...found.diff,
        events: found.events.map(eventRefOnWire),
      }),
      text: () => diffText({ from, to }, found),
    });
  });
}
