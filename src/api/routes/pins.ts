/** GET …/pins: names on the bpffs that hold an object. */
import { createRoute, z } from '@hono/zod-openapi';
import { strictObject } from '../../events/schema/strict-object.ts';
import { path } from '../../events/schema/text.ts';
import { listPins, pinByPath } from '../../projections/pins.ts';
import { allowed } from '../guard/access.ts';
import { atQuery, momentOf } from '../request/at.ts';
import { type App, answers, countParam, hostParams, pathPage } from '../routing.ts';
import type { Service } from '../service.ts';
import { pageOf, pinRow } from '../wire/reads.ts';

const route = createRoute({
  method: 'get',
  path: '/v1/hosts/{host}/pins',
  operationId: 'listPins',
  summary: 'Pins by path',
  request: {
    params: hostParams,
    query: strictObject({
      ...atQuery,
      ...pathPage,
      path: path.optional().describe('Only the pin at this path.'),
      kind: z.enum(['prog', 'link', 'map']).optional(),
      object_id: countParam.optional(),
    }),
  },
  responses: answers('Pins.', pageOf('PinPage', pinRow)),
});

export function pins(app: App, service: Service): void {
  const { database } = service;
  app.openapi(route, async (c) => {
    const { host } = c.req.valid('param');
    const { at, path: only, ...page } = c.req.valid('query');
    allowed(c, 'reader', host);
    const moment = await momentOf(service, c, host, at);
    const { position } = moment;
    if (only !== undefined) {
      const found = await pinByPath(database, moment, only);
      return c.json({ host, position, items: found ? [found] : [] }, 200);
    }
    const items = await listPins(database, moment, page);
    const last = items.length < page.limit ? undefined : items.at(-1)?.path;
    return c.json({ host, position, items, ...(last !== undefined && { next: last }) }, 200);
  });
}
