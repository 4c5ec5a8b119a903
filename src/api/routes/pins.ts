/** GET …/pins: names on the bpffs that hold an object. */
import { z } from '@hono/zod-openapi';
import type { Kernel } from '../../domain/kernel.ts';
import { strictObject } from '../../events/schema/strict-object.ts';
import { path } from '../../events/schema/text.ts';
import { livingPins } from '../../projections/living.ts';
import { pinsAtPaths } from '../../projections/pins.ts';
import { atQuery, momentOf, worldAt } from '../request/at.ts';
import { inOrder, itemsWith, listQuery } from '../request/list.ts';
import { nextPage, pathPage, pinPage } from '../request/page.ts';
import { type App, countParam, createRoute, hostParams, reads } from '../routing.ts';
import type { Service } from '../service.ts';
import { pageOf, pinRow } from '../wire/reads.ts';

const route = createRoute({
  method: 'get',
  path: '/v1/hosts/{host}/pins',
  operationId: 'listPins',
  access: { role: 'reader', hosts: ['path:host'] },
  summary: 'Pins by path',
  request: {
    params: hostParams,
    query: strictObject({
      ...atQuery,
      ...pathPage,
      ...listQuery(pinRow),
      path: path.optional().describe('Only the pin at this path.'),
      kind: z.enum(['prog', 'link', 'map']).optional(),
      object_id: countParam.optional(),
    }),
  },
  responses: reads('Pins.', pageOf('PinPage', pinRow)),
});

export function pins(app: App, service: Service): void {
  const { database } = service;
  app.openapi(route, async (c) => {
    const { host } = c.req.valid('param');
    const { at, path: only, count, fields, ...page } = pinPage(c.req.valid('query'));
    if (only !== undefined) {
      const moment = await momentOf(service, c, host, at);
      const items = await pinsAtPaths(database, moment, [only]);
      const counted = count && { count: items.length };
      return c.json(
        { host, position: moment.position, items: itemsWith(items, fields), ...counted } as never,
        200,
      );
    }
    const read = (kernel: Kernel) => livingPins(kernel, page);
    const { moment, answer } = await worldAt(service, c, host, at, read);
    const { position } = moment;
    const rows = await pinsAtPaths(database, moment, answer.page);
    const last = answer.page.length < page.limit ? undefined : answer.page.at(-1);
    return c.json(
      {
        ...{ host, position, items: itemsWith(inOrder(rows, page.order), fields) },
        ...(count && { count: answer.count }),
        ...(last !== undefined && { next: nextPage(position, last) }),
      } as never,
      200,
    );
  });
}
