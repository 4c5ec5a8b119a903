/** GET …/links, …/programs and …/maps: living objects by id, and one of them. */
import { z } from '@hono/zod-openapi';
import type { Kernel } from '../../domain/kernel.ts';
import { strictObject } from '../../events/schema/strict-object.ts';
import type { Queryable } from '../../events/storage/database.ts';
import { linksByIds } from '../../projections/links.ts';
import { livingLinks, livingMaps, livingPrograms } from '../../projections/living.ts';
import { mapsByIds } from '../../projections/maps.ts';
import type { CountedPage, Moment, PageRequest } from '../../projections/moment.ts';
import { programsByIds } from '../../projections/programs.ts';
import type { MomentText } from '../../time-travel/moment.ts';
import { noSuchObject } from '../problem.ts';
import { atQuery, momentOf, worldAt } from '../request/at.ts';
import {
  answerObjects,
  bpftoolLink,
  bpftoolProg,
  bpftoolQuery,
  refuseParts,
} from '../request/bpftool.ts';
import { inOrder, itemsWith, listQuery } from '../request/list.ts';
import { nextPage, numberedPage, pinPage } from '../request/page.ts';
import { type App, countParam, createRoute, hostParams, reads } from '../routing.ts';
import type { Service } from '../service.ts';
import { linkRow, mapRow, oneOf, pageOf, programRow } from '../wire/reads.ts';

interface PageQuery extends PageRequest<number> {
  readonly at?: MomentText | undefined;
  readonly count?: boolean | undefined;
  readonly fields?: readonly string[] | undefined;
  readonly prog_id?: number | undefined;
  readonly cgroup_id?: number | undefined;
  readonly format?: 'json' | 'bpftool';
}

/** What distinguishes one kind of object from the others here. */
interface ObjectRoute {
  /** Plural, as in the path. */
  readonly plural: string;
  readonly singular: string;
  /** Name in schema and operation ids. */
  readonly title: string;
  readonly row: z.ZodObject;
  readonly filters: z.ZodRawShape;
  /** What bpftool shows of it; absent when it is not answered in that form. */
  readonly bpftool?: {
    readonly kind: 'link' | 'program';
    readonly all: z.ZodType;
    readonly one: z.ZodType;
  };
  /** Ids of a page of those that live. */
  readonly living: (kernel: Kernel, page: PageQuery) => CountedPage<number>;
  /** Those of some ids that are there. */
  readonly rows: (
    db: Queryable,
    moment: Moment,
    ids: readonly number[],
  ) => Promise<readonly object[]>;
}

const KINDS: readonly ObjectRoute[] = [
  {
    plural: 'links',
    singular: 'link',
    title: 'Link',
    row: linkRow,
    filters: { prog_id: countParam.optional(), cgroup_id: countParam.optional() },
    bpftool: { kind: 'link', all: z.array(bpftoolLink), one: bpftoolLink },
    living: livingLinks,
    rows: linksByIds,
  },
  {
    plural: 'programs',
    singular: 'program',
    title: 'Program',
    row: programRow,
    filters: {},
    bpftool: { kind: 'program', all: z.array(bpftoolProg), one: bpftoolProg },
    living: livingPrograms,
    rows: programsByIds,
  },
  {
    plural: 'maps',
    singular: 'map',
    title: 'Map',
    row: mapRow,
    filters: {},
    living: livingMaps,
    rows: mapsByIds,
  },
];

/** The schema of an answer that may also be asked for as bpftool prints it. */
function orAs(schema: z.ZodType, bpftool: z.ZodType | undefined): z.ZodType {
  return bpftool === undefined ? schema : z.union([schema, bpftool]);
}

function register(app: App, service: Service, kind: ObjectRoute): void {
  const { plural, singular, title, row, bpftool } = kind;
  const forms = bpftool === undefined ? {} : bpftoolQuery;

  const listRoute = createRoute({
    method: 'get',
    path: `/v1/hosts/{host}/${plural}`,
    operationId: `list${title}s`,
    access: { role: 'reader', hosts: ['path:host'] },
    summary: `Living ${plural} by id`,
    request: {
      params: hostParams,
      query: strictObject({
        ...{ ...atQuery, ...numberedPage, ...listQuery(row), ...forms, ...kind.filters },
      }),
    },
    responses: reads(`${title}s.`, orAs(pageOf(`${title}Page`, row), bpftool?.all)),
  });
  app.openapi(listRoute, async (c) => {
    const { host } = c.req.valid('param');
    const query: PageQuery = pinPage(c.req.valid('query'));
    if (query.format === 'bpftool' && bpftool !== undefined) {
      refuseParts(query);
      return answerObjects({ service, c, host, at: query.at }, bpftool.kind);
    }
    const read = (kernel: Kernel) => kind.living(kernel, query);
    const { moment, answer } = await worldAt(service, c, host, query.at, read);
    const { page: ids, count } = answer;
    const rows = await kind.rows(service.database, moment, ids);
    const last = ids.length < query.limit ? undefined : ids.at(-1);
    const { position } = moment;
    return c.json(
      {
        ...{ host, position, items: itemsWith(inOrder(rows, query.order), query.fields) },
        ...(query.count && { count }),
        ...(last !== undefined && { next: nextPage(position, last) }),
      } as never,
      200,
    );
  });

  const oneRoute = createRoute({
    method: 'get',
    path: `/v1/hosts/{host}/${plural}/{id}`,
    operationId: `get${title}`,
    access: { role: 'reader', hosts: ['path:host'] },
    summary: `One ${singular}`,
    request: {
      params: hostParams.extend({ id: countParam }),
      query: strictObject({ ...atQuery, ...forms }),
    },
    responses: reads(
      `The ${singular}.`,
      orAs(oneOf(`${title}Answer`, singular, row), bpftool?.one),
    ),
  });
  app.openapi(oneRoute, async (c) => {
    const { host, id } = c.req.valid('param');
    const { at, format } = c.req.valid('query') as Pick<PageQuery, 'at' | 'format'>;
    if (format === 'bpftool' && bpftool !== undefined) {
      return answerObjects({ service, c, host, at }, bpftool.kind, id);
    }
    const moment = await momentOf(service, c, host, at);
    const [found] = await kind.rows(service.database, moment, [id]);
    if (found === undefined) throw noSuchObject(`${singular} ${id}`, 'id');
    const { position } = moment;
    return c.json({ host, position, [singular]: found } as never, 200);
  });
}

export function objects(app: App, service: Service): void {
  for (const kind of KINDS) register(app, service, kind);
}
