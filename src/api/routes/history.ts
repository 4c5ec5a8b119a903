/** GET …/links/{id}/history and its like: the life of one thing, from its making to its end. */
import { z } from '@hono/zod-openapi';
import { oldestKept, refuseRemoved } from '../../events/cuts.ts';
import { strictObject } from '../../events/schema/strict-object.ts';
import { path } from '../../events/schema/text.ts';
import { listBoots } from '../../projections/boots.ts';
import { type Life, lifeOf, pinLife } from '../../projections/lives.ts';
import type { Moment } from '../../projections/moment.ts';
import { type Chapter, storyOf, type Thing } from '../../time-travel/history/history.ts';
import { historyText, thingText } from '../../time-travel/history/history-text.ts';
import { eventsBetween } from '../../time-travel/log-pages.ts';
import type { MomentText } from '../../time-travel/moment.ts';
import { SCANNED_EVENTS_MAX } from '../limits.ts';
import { noSuchObject, type ProblemError } from '../problem.ts';
import { atQuery, momentOf } from '../request/at.ts';
import { answersInForms, formatQuery, inForm } from '../request/format.ts';
import type { HeavyReads } from '../request/heavy-read.ts';
import { nextPage, numberedPage, pinPage } from '../request/page.ts';
import { type App, countParam, createRoute, hostParams } from '../routing.ts';
import type { Service } from '../service.ts';
import { linkHolders } from '../wire/blame.ts';
import { eventOnWire, position, wireEvent } from '../wire/event.ts';
import { reflected } from '../wire/reads.ts';

const chapter = z.strictObject({
  event: wireEvent,
  what: z.string(),
  ended: z.string().exactOptional(),
  held_by: linkHolders.exactOptional(),
});

export const history = z
  .strictObject({
    ...reflected,
    items: z.array(chapter),
    begins: position
      .exactOptional()
      .describe('The log was cut: what happened before this position is not told.'),
    next: z.string().exactOptional(),
  })
  .meta({
    id: 'History',
    description:
      'Events that made, changed, held, released or ended the thing, and refused calls about it; ' +
      '`ended` says why it ended with that event. In the history of a link, `held_by` says who keeps ' +
      'it alive after the event.',
  });

const query = strictObject({ ...atQuery, ...numberedPage, ...formatQuery });

const description =
  `A request looks at ${SCANNED_EVENTS_MAX} events at most, so a page may be short or empty ` +
  'although more follows: follow `next` until it is missing.';

const KINDS = [
  { plural: 'links', kind: 'link', title: 'Link' },
  { plural: 'programs', kind: 'program', title: 'Program' },
  { plural: 'maps', kind: 'map', title: 'Map' },
  { plural: 'cgroups', kind: 'cgroup', title: 'Cgroup' },
  { plural: 'processes', kind: 'process', title: 'Process' },
] as const;

const routeOf = ({ plural, kind, title }: (typeof KINDS)[number]) =>
  createRoute({
    method: 'get',
    path: `/v1/hosts/{host}/${plural}/{id}/history`,
    operationId: `get${title}History`,
    access: { role: 'reader', hosts: ['path:host'] },
    summary: `The life of a ${kind}, in the boot of the moment`,
    description,
    request: { params: hostParams.extend({ id: countParam }), query },
    responses: answersInForms('Its events, oldest first.', history),
  });

const pinRoute = createRoute({
  method: 'get',
  path: '/v1/hosts/{host}/pins/history',
  operationId: 'getPinHistory',
  access: { role: 'reader', hosts: ['path:host'] },
  summary: 'The life of the pins at a path, in the boot of the moment',
  description,
  request: { params: hostParams, query: query.extend({ path }) },
  responses: answersInForms('Its events, oldest first.', history),
});

const cgroupsRoute = createRoute({
  method: 'get',
  path: '/v1/hosts/{host}/cgroups/history',
  operationId: 'getCgroupsHistory',
  access: { role: 'reader', hosts: ['path:host'] },
  summary: 'The lives of the cgroups at a path, in the boot of the moment',
  description,
  request: { params: hostParams, query: query.extend({ path }) },
  responses: answersInForms('Their events, oldest first.', history),
});

interface HistoryQuestion {
  readonly host: string;
  readonly moment: Moment;
  readonly thing: Thing;
  /** Undefined: from the beginning. */
  readonly after: number | undefined;
  readonly limit: number;
}

/** From where to where the thing was there; for what may come again, the whole boot. */
async function lifeIn(
  service: Service,
  { moment, thing }: HistoryQuestion,
): Promise<Life | undefined> {
  const { database } = service;
  switch (thing.kind) {
    case 'pin': {
      const life = await pinLife(database, moment, thing.path);
      return life && { ...life, position_gone: null };
    }
    case 'cgroups':
    case 'process': {
      const page = { after: moment.boot - 1, limit: 1 };
      const [boot] = await listBoots(database, moment, page);
      return boot && { position_from: boot.position_from, position_gone: null };
    }
    case 'link':
    case 'program':
    case 'map':
    case 'cgroup':
      return lifeOf(database, moment, { kind: thing.kind, id: thing.id });
    default:
      return thing satisfies never;
  }
}

interface HistoryAnswer {
  readonly chapters: readonly Chapter[];
  /** Position after which more may follow. */
  readonly next?: number;
  /** The log was cut, and what happened before is not told. */
  readonly begins?: number;
}

function unknownThing(thing: Thing, oldest: number): ProblemError {
  const removed = oldest === 1 ? '' : `; of what ended before position ${oldest} nothing is kept`;
  return noSuchObject(`${thingText(thing)}${removed}`, 'id' in thing ? 'id' : 'path');
}

async function readChapters(
  service: Service,
  asked: HistoryQuestion,
  signal: AbortSignal,
): Promise<HistoryAnswer> {
  const { host, moment, thing, after, limit } = asked;
  const life = await lifeIn(service, asked);
  const oldest = await oldestKept(service.database, moment.host_id);
  if (life === undefined) throw unknownThing(thing, oldest);
  if (after !== undefined) refuseRemoved(after, oldest);
  // The state at the cut is what the first chapter is told from.
  const first = oldest === 1 ? 1 : oldest + 1;
  const from = Math.max(life.position_from, (after ?? 0) + 1, first);
  const cut = life.position_from < first && { begins: oldest };
  const last = Math.min(life.position_gone ?? moment.position, moment.position);
  const to = Math.min(last, from + SCANNED_EVENTS_MAX - 1);
  if (from > to) return { chapters: [], ...cut };
  const { kernel } = await service.log.kernelAt(host, from - 1);
  const events = eventsBetween(service.log, host, { from, to }, signal);
  const { chapters, reached } = await storyOf(thing, { kernel, events, limit });
  const isWhole = after === undefined && to === last && !cut;
  if (isWhole && chapters.length === 0) throw unknownThing(thing, oldest);
  return { chapters, ...cut, ...(reached < last && { next: reached }) };
}

export function histories(app: App, service: Service, stories: HeavyReads): void {
  async function answer(
    c: Parameters<typeof momentOf>[1],
    host: string,
    thing: Thing,
    asked: {
      readonly at?: MomentText | undefined;
      readonly after?: number | undefined;
      readonly limit: number;
      readonly format: 'json' | 'text';
    },
  ): Promise<never> {
    const { at, after, limit, format } = asked;
    const moment = await momentOf(service, c, host, at);
    const question = { host, moment, thing, after, limit };
    const { chapters, next, begins } = await stories.answer(c, ({ signal }) =>
      readChapters(service, question, signal),
    );
    return inForm(c, format, {
      json: () => ({
        ...{ host, position: moment.position },
        items: chapters.map(({ event, ...rest }) => ({ event: eventOnWire(event), ...rest })),
        ...(begins !== undefined && { begins }),
        ...(next !== undefined && { next: nextPage(moment.position, next) }),
      }),
      text: () => {
        const more = next === undefined ? [] : [`More follows after position ${next}.`];
        const cut = begins === undefined ? [] : [`The log was cut: it begins at ${begins}.`];
        return [...historyText(thing, chapters), ...cut, ...more];
      },
    });
  }

  app.openapi(pinRoute, async (c) => {
    const { host } = c.req.valid('param');
    const { path: pinPath, ...asked } = pinPage(c.req.valid('query'));
    return answer(c, host, { kind: 'pin', path: pinPath }, asked);
  });
  app.openapi(cgroupsRoute, async (c) => {
    const { host } = c.req.valid('param');
    const { path: cgroupPath, ...asked } = pinPage(c.req.valid('query'));
    return answer(c, host, { kind: 'cgroups', path: cgroupPath }, asked);
  });
  for (const kind of KINDS) {
    app.openapi(routeOf(kind), async (c) => {
      const { host, id } = c.req.valid('param');
      return answer(c, host, { kind: kind.kind, id }, pinPage(c.req.valid('query')));
    });
  }
}
