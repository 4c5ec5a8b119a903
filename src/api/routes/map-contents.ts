/** GET …/maps/{id}/storages and …/maps/{id}/elements: what a living map holds. */
import type { z } from '@hono/zod-openapi';
import type { PageOrder } from '../../events/page-order.ts';
import { strictObject } from '../../events/schema/strict-object.ts';
import type { Queryable } from '../../events/storage/database.ts';
import { countElements, elementsOf } from '../../projections/elements.ts';
import { mapsByIds } from '../../projections/maps.ts';
import type { Moment, PageRequest } from '../../projections/moment.ts';
import { countStorages, storagesOf } from '../../projections/storages.ts';
import { noSuchObject } from '../problem.ts';
import { atQuery, momentOf } from '../request/at.ts';
import { itemsWith, listQuery } from '../request/list.ts';
import { nextPage, numberedPage, pinPage } from '../request/page.ts';
import { type App, countParam, createRoute, hostParams, reads } from '../routing.ts';
import type { Service } from '../service.ts';
import { elementRow, pageOf, storageRow } from '../wire/reads.ts';

/** What distinguishes the two kinds of contents here. */
interface Contents<R extends object> {
  /** Plural, as in the path. */
  readonly plural: string;
  /** Name in schema and operation ids. */
  readonly title: string;
  readonly summary: string;
  readonly row: z.ZodObject;
  readonly list: (
    db: Queryable,
    moment: Moment,
    id: number,
    page: PageRequest<number>,
  ) => Promise<R[]>;
  readonly count: (db: Queryable, moment: Moment, id: number) => Promise<number>;
  /** The order when none is asked for. */
  readonly order: PageOrder;
  /** What the page after this row is asked for with. */
  readonly key: (row: R) => number;
}

function register<R extends object>(app: App, service: Service, contents: Contents<R>): void {
  const { plural, title, summary, row, list, count, order, key } = contents;
  const route = createRoute({
    method: 'get',
    path: `/v1/hosts/{host}/maps/{id}/${plural}`,
    operationId: `list${title}s`,
    access: { role: 'reader', hosts: ['path:host'] },
    summary,
    request: {
      params: hostParams.extend({ id: countParam }),
      query: strictObject({ ...atQuery, ...numberedPage, ...listQuery(row, order) }),
    },
    responses: reads(`${title}s.`, pageOf(`${title}PageRequest`, row)),
  });
  app.openapi(route, async (c) => {
    const { host, id } = c.req.valid('param');
    const { at, count: isCounted, fields, ...page } = pinPage(c.req.valid('query'));
    const moment = await momentOf(service, c, host, at);
    const [map] = await mapsByIds(service.database, moment, [id]);
    if (map === undefined) throw noSuchObject(`map ${id}`, 'id');
    const items = await list(service.database, moment, id, page);
    const last = items.length < page.limit ? undefined : items.at(-1);
    const { position } = moment;
    return c.json(
      {
        ...{ host, position, items: itemsWith(items, fields) },
        ...(isCounted && { count: await count(service.database, moment, id) }),
        ...(last && { next: nextPage(position, key(last)) }),
      } as never,
      200,
    );
  });
}

export function mapContents(app: App, service: Service): void {
  register(app, service, {
    plural: 'storages',
    title: 'Storage',
    summary: 'The cgroup storages of a map, newest first',
    row: storageRow,
    list: storagesOf,
    count: countStorages,
    order: 'desc',
    key: (storage) => storage.made_at,
  });
  register(app, service, {
    plural: 'elements',
    title: 'Element',
    summary: 'The elements of a plain map by key',
    row: elementRow,
    list: elementsOf,
    count: countElements,
    order: 'asc',
    key: (element) => element.key,
  });
}
