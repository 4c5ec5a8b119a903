/** GET …/events: pages of the log, filtered; and one event. */
import { oldestKept, refuseRemoved } from '../../events/cuts.ts';
import type { LedgerEvent } from '../../events/event.ts';
import { DamagedLog } from '../../events/reading/damaged-log.ts';
import { readEvents } from '../../events/reading/log-reader.ts';
import { markAt } from '../../events/reading/mark-at.ts';
import { strictObject } from '../../events/schema/strict-object.ts';
import type { Queryable } from '../../events/storage/database.ts';
import { holesBetween } from '../../projections/holes.ts';
import { type EventFilter, isOpen, selectWanted } from '../../time-travel/filter/event-filter.ts';
import { rangeOf } from '../../time-travel/filter/range.ts';
import type { StateReader } from '../../time-travel/filter/refused-by-fd.ts';
import { SCANNED_EVENTS_MAX, SEARCHES } from '../limits.ts';
import { ProblemError } from '../problem.ts';
import { atQuery, keepFor, momentOf } from '../request/at.ts';
import { beginningOf } from '../request/beginning.ts';
import { filterOf, filterQuery, stateReader } from '../request/filter-query.ts';
import { HeavyReads } from '../request/heavy-read.ts';
import { itemsWith, listQuery, tooManyToCount } from '../request/list.ts';
import { nextToken, placeAfter } from '../request/next-token.ts';
import {
  type App,
  countParam,
  createRoute,
  hostParams,
  idPage,
  reads,
  shortText,
} from '../routing.ts';
import type { Service } from '../service.ts';
import { answerInTurns } from '../streams/json-in-turns.ts';
import { eventOnWire, wireEvent } from '../wire/event.ts';
import { pageOf } from '../wire/reads.ts';

export const eventPage = pageOf('EventPage', wireEvent);

const listRoute = createRoute({
  method: 'get',
  path: '/v1/hosts/{host}/events',
  operationId: 'listEvents',
  access: { role: 'reader', hosts: ['path:host'] },
  summary: 'Pages of the log',
  description:
    `A request looks at ${SCANNED_EVENTS_MAX} events at most, so a filtered page may be short or ` +
    'empty although more events match: follow `next` until it is missing. As many are counted: with ' +
    'a filter, ask for the count of a shorter span (`from`, `to`).',
  request: {
    params: hostParams,
    query: strictObject({
      ...atQuery,
      ...filterQuery,
      limit: idPage.limit,
      ...listQuery(wireEvent),
      after: countParam
        .optional()
        .describe('Events after this position; default: from the oldest that is kept.'),
      next: shortText.optional().describe('The `next` of the page before.'),
    }),
  },
  responses: reads('Events.', eventPage),
});

const oneRoute = createRoute({
  method: 'get',
  path: '/v1/hosts/{host}/events/{position}',
  operationId: 'getEvent',
  access: { role: 'reader', hosts: ['path:host'] },
  summary: 'One event',
  description:
    'Before a cut, only those are kept that what lived there names: who loaded, attached or made it.',
  request: { params: hostParams.extend({ position: countParam }) },
  responses: reads('The event.', wireEvent),
});

/** Events that a search from the end reads in one stretch. */
const BACK_EVENTS = 1000;

interface Scan {
  readonly filter: EventFilter;
  readonly stateAt: StateReader;
  /** First and last position of what is left to search. */
  readonly from: number;
  readonly to: number;
  readonly limit: number;
}

interface FoundEvents {
  readonly found: readonly LedgerEvent[];
  /** The last position that was looked at. */
  readonly reached: number;
}

/** The next events that match, and the position that the search came to. */
async function scan(
  database: Queryable,
  hostId: number,
  { filter, stateAt, from, to, limit }: Scan,
): Promise<FoundEvents> {
  const found: LedgerEvent[] = [];
  const last = Math.min(to, from - 1 + (isOpen(filter) ? limit : SCANNED_EVENTS_MAX));
  let reached = from - 1;
  while (reached < last) {
    const range = { from: reached + 1, limit: last - reached };
    const events = await readEvents(database, hostId, range);
    if (events.length === 0) break;
    const wanted = await selectWanted(events, filter, stateAt);
    found.push(...wanted.slice(0, limit - found.length));
    if (found.length >= limit) return { found, reached: found.at(-1)?.position ?? reached };
    reached = events.at(-1)?.position ?? reached;
  }
  return { found, reached };
}

/** The same from the end: stretch by stretch, each read forwards. */
async function scanBack(
  database: Queryable,
  hostId: number,
  { filter, stateAt, from, to, limit }: Scan,
): Promise<FoundEvents> {
  const found: LedgerEvent[] = [];
  const stretch = isOpen(filter) ? limit : BACK_EVENTS;
  const first = Math.max(from, to + 1 - (isOpen(filter) ? limit : SCANNED_EVENTS_MAX));
  let reached = to + 1;
  while (reached > first) {
    const begin = Math.max(first, reached - stretch);
    const wanted: LedgerEvent[] = [];
    for (let next = begin; next < reached; ) {
      const range = { from: next, limit: reached - next };
      const events = await readEvents(database, hostId, range);
      if (events.length === 0) break;
      wanted.push(...(await selectWanted(events, filter, stateAt)));
      next = (events.at(-1)?.position ?? next) + 1;
    }
    found.push(...wanted.reverse().slice(0, limit - found.length));
    if (found.length >= limit) return { found, reached: found.at(-1)?.position ?? reached };
    reached = begin;
  }
  return { found, reached };
}

/** Of holes there is a table: they are found without a look at what is between them. */
function isOfHoles({ call, program, named, cgroup }: EventFilter): boolean {
  const isScoped = program !== undefined || named !== undefined || cgroup !== undefined;
  return call?.length === 1 && call[0] === 'lost' && !isScoped;
}

/** The latest holes that match. */
async function holesBack(
  { database, log }: Pick<Service, 'log'> & { readonly database: Queryable },
  { host, host_id }: { readonly host: string; readonly host_id: number },
  { filter, stateAt, from, to, limit }: Scan,
): Promise<FoundEvents> {
  const positions = await holesBetween(database, { host_id, from, to, limit });
  const events = positions.length === 0 ? [] : await log.eventsAt(host, positions);
  const wanted = await selectWanted(events, filter, stateAt);
  const isAll = positions.length < limit;
  return { found: wanted.toReversed(), reached: isAll ? from : (positions[0] ?? from) };
}

/** How many events match on all pages. */
async function countOf(database: Queryable, hostId: number, search: Scan): Promise<number> {
  const length = Math.max(0, search.to - search.from + 1);
  if (isOpen(search.filter)) return length;
  if (length > SCANNED_EVENTS_MAX) throw tooManyToCount(`${length} events are asked about`);
  const all = await scan(database, hostId, { ...search, limit: SCANNED_EVENTS_MAX });
  return all.found.length;
}

export function events(app: App, service: Service): void {
  const searches = new HeavyReads(service, SEARCHES);

  app.openapi(listRoute, async (c) => {
    const { host } = c.req.valid('param');
    const { at, limit, after, next, count, fields, ...query } = c.req.valid('query');
    const { order, ...conditions } = query;
    const { host_id, position } = await momentOf(service, c, host, at);
    const filter = await filterOf(service, { host, host_id }, conditions);
    const oldest = await oldestKept(service.database, host_id);
    const from = beginningOf(oldest, { after, filter });
    const whole = { from, to: position };
    const range = await rangeOf(service.database, host_id, filter, whole);
    const place = next === undefined ? undefined : placeAfter(next, query);
    const isForward = order === 'asc';
    // A reader that went back to before the cut is at the end; one that comes from there would miss some.
    if (isForward && place !== undefined) refuseRemoved(place + 1, oldest);
    const left = isForward
      ? { ...range, from: Math.max(range.from, (place ?? 0) + 1) }
      : { ...range, to: Math.min(range.to, (place ?? Number.MAX_SAFE_INTEGER) - 1) };
    const search = { filter, stateAt: stateReader(service, host), ...left, limit };
    const find = (database: Queryable): Promise<FoundEvents> => {
      if (isForward) return scan(database, host_id, search);
      if (!isOfHoles(filter)) return scanBack(database, host_id, search);
      return holesBack({ log: service.log, database }, { host, host_id }, search);
    };
    const look = async (database: Queryable) => ({
      ...(await find(database)),
      counted: count && { count: await countOf(database, host_id, { ...search, ...range }) },
    });
    const { found, reached, counted } = isOpen(filter)
      ? await look(service.database)
      : await searches.answer(c, ({ database }) => look(database));
    const items = itemsWith(found.map(eventOnWire), fields);
    const hasMore = isForward ? reached < left.to : reached > left.from;
    const more = hasMore && { next: nextToken(reached, query) };
    return answerInTurns(c, { host, position, items, ...counted, ...more }) as Promise<never>;
  });

  app.openapi(oneRoute, async (c) => {
    const { host, position: wanted } = c.req.valid('param');
    const { database, log } = service;
    const { host_id, position, oldest } = await log.head(host);
    if (wanted < 1 || wanted > position) {
      const detail = `the log of ${host} has positions 1 to ${position}`;
      throw new ProblemError('no-such-position', { detail, field: 'position', position });
    }
    const [events, mark] = await Promise.all([
      log.eventsAt(host, [wanted]),
      // Before a cut there are no appends any more.
      markAt(database, host_id, Math.max(wanted, oldest)),
    ]);
    const [event] = events;
    if (event === undefined) {
      refuseRemoved(wanted, oldest);
      throw new DamagedLog(wanted, 'missing from the log');
    }
    keepFor(c, host, { moment: { position: wanted, mark }, fixed: true });
    return c.json(eventOnWire(event), 200);
  });
}
