/** GET …/pins: names on the bpffs that hold an object. */
import { z } from '@hono/zod-openapi';
import type { Kernel } from '../../domain/kernel.ts';
import { strictObject } from '../../events/schema/strict-object.ts';
import { path } from '../../events/schema/text.ts';
import { livingPins } from '../../projections/living.ts';
import { pinsAtPaths } from '../../projections/pins.ts';
import { atQuery, momentOf, worldAt } from '../request/at.ts';
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
    const { at, path: only, ...page } = pinPage(c.req.valid('query'));
    if (only !== undefined) {
      const moment = await momentOf(service, c, host, at);
      const items = await pinsAtPaths(database, moment, [only]);
      return c.json({ host, position: moment.position, items }, 200);
    }
    const read = (kernel: Kernel) => livingPins(kernel, page);
    const { moment, answer: paths } = await worldAt(service, c, host, at, read);
    const { position } = moment;
    const items = await pinsAtPaths(database, moment, paths);
    const last = items.length < page.limit ? undefined : items.at(-1)?.path;
    return c.json(
      { host, position, items, ...(last !== undefined && { next: nextPage(position, last) }) },
      200,
    );
  });
}
