/**
 * GET /v1/events: the events of all hosts that the token may see, in the order in which they came in; and
 * …/stream: the same as server-sent events, from any place on and then live.
 */
import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { strictObject } from '../../events/schema/strict-object.ts';
import type { Database } from '../../events/storage/database.ts';
import {
  ARRIVED_MAX,
  type ArrivalPlace,
  type ArrivedEvent,
  type ArrivedRange,
  type CutHost,
  countArrived,
  FIRST_PLACE,
  LAST_PLACE,
  readArrived,
} from '../../projections/fleet/arrived-events.ts';
import type { FleetFilter } from '../../time-travel/filter/fleet-filter.ts';
import { STREAMED } from '../answer-headers.ts';
import type { AccessEnv } from '../guard/access.ts';
import { Room } from '../guard/room.ts';
import { FLEET_STREAMS, PARAMETER_CHARS_MAX, SCANNED_EVENTS_MAX, SEARCHES } from '../limits.ts';
import { placeText, requirePlace, seenPlaceOf } from '../request/arrival-place.ts';
import { eventQuery, fleetFilterOf } from '../request/filter-query.ts';
import { hostsQuery, wantedHosts } from '../request/fleet-query.ts';
import { HeavyReads } from '../request/heavy-read.ts';
import { itemsWith, listQuery, tooManyToCount } from '../request/list.ts';
import {
  type App,
  createRoute,
  limitParam,
  problemAnswer,
  readsWithoutTag,
  shortText,
} from '../routing.ts';
import type { Service } from '../service.ts';
import { fleetMessages, SharedReads } from '../streams/fleet-messages.ts';
import { answerInTurns } from '../streams/json-in-turns.ts';
import { answerInRoom } from '../streams/message-stream.ts';
import { hostEventPage, hostEventsOnWire, wireHostEvent } from '../wire/host-event.ts';
import { EVENT_STREAM, hostEventMessage } from '../wire/messages.ts';

const listRoute = createRoute({
  method: 'get',
  path: '/v1/events',
  operationId: 'listFleetEvents',
  access: { role: 'reader', hosts: 'filtered' },
  summary: 'Events of all hosts, in the order in which they came in',
  description:
    'Of the hosts that the token may see, without branches; a new host joins by itself. Events that ' +
    'came in together, within some tenths of a second, are host by host. A request looks at ' +
    `${SCANNED_EVENTS_MAX} events at most, so a filtered page may be short or empty although more ` +
    'events match: follow `next` until it is missing. As many are counted: with a filter, ask for ' +
    'the count of a shorter span (`from`, `to`).',
  request: {
    query: strictObject({
      ...hostsQuery,
      ...eventQuery,
      limit: limitParam,
      ...listQuery(wireHostEvent),
      next: shortText.optional().describe('The `next` of the page before.'),
    }),
  },
  responses: readsWithoutTag('Events.', hostEventPage),
});

const streamRoute = createRoute({
  method: 'get',
  path: '/v1/events/stream',
  operationId: 'followFleetEvents',
  access: { role: 'reader', hosts: 'filtered' },
  summary: 'Follow the events of all hosts as server-sent events',
  description:
    '`event: event` carries an event with its `host`; `event: bookmark` shows a filtered reader how ' +
    'far it is. The id of both is a place: sent back as Last-Event-ID, also after a restart of the ' +
    'service, the stream goes on there, and misses nothing. `event: unreadable` names an event that ' +
    'is damaged. `event: removed` names a host whose log was cut, and the `oldest` position of it that ' +
    'is kept: events before it are not in the stream. `event: history-changed` is the last message of a stream whose place is not there ' +
    'any more, since the database went back.',
  request: {
    query: strictObject({
      ...hostsQuery,
      ...eventQuery,
      after: shortText
        .optional()
        .describe(
          'Start after this place: the `last` of a page, or the id of a message. `now`: only what ' +
            'comes. Default: from the start.',
        ),
    }),
    headers: z.object({ 'last-event-id': z.string().max(PARAMETER_CHARS_MAX).optional() }),
  },
  responses: {
    200: {
      description: 'The stream.',
      headers: STREAMED,
      content: { [EVENT_STREAM]: { schema: hostEventMessage } },
    },
    default: problemAnswer,
  },
});

const NOW = 'now';

/** How many events match on all pages. Those that cannot be read count, as they are told of. */
async function countWanted(
  database: Database,
  filter: FleetFilter,
  range: Omit<ArrivedRange, 'after' | 'limit'>,
): Promise<number> {
  let count = 0;
  let read = 0;
  let place: ArrivalPlace | undefined = FIRST_PLACE;
  while (place !== undefined) {
    const asked: ArrivedRange = { ...range, order: 'asc', after: place, limit: ARRIVED_MAX };
    const page = await readArrived(database, asked);
    read += page.events.length;
    if (read > SCANNED_EVENTS_MAX) throw tooManyToCount('more events are asked about');
    count += (await filter.selectWanted(database, page.events)).length;
    place = page.reached;
  }
  return count;
}

export function fleetEvents(app: App, service: Service): void {
  const { arrivals, database } = service;
  const searches = new HeavyReads(service, SEARCHES);
  const room = new Room(FLEET_STREAMS, 'streams of all hosts');
  const reads = new SharedReads(service);

  app.openapi(listRoute, async (c) => {
    const { host, limit, order, next, count, fields, ...query } = c.req.valid('query');
    const hosts = await wantedHosts(service, c.get('principal'), host);
    await arrivals.catchUp();
    const start = order === 'asc' ? FIRST_PLACE : LAST_PLACE;
    const seen = await wantedHosts(service, c.get('principal'), undefined);
    const after =
      next === undefined ? start : await requirePlace(database, next, { field: 'next', seen });
    const { from, to } = query;
    const filter = fleetFilterOf(service, query);
    const takesAll = filter.isOpen;
    // A host that has such a program only now is not among those apart: what arrived since is left for later.
    const until = arrivals.latest;
    const apart = takesAll ? undefined : await filter.hostsApart(database, hosts);
    const range = {
      ...{ order, from, to, hosts: apart ?? hosts },
      ...(apart !== undefined && { until }),
    };

    const found: ArrivedEvent[] = [];
    const cuts = new Map<string, CutHost>();
    let place: ArrivalPlace | undefined = after;
    /** How far the search came. */
    let last = after;
    async function search(db: Database): Promise<void> {
      for (let left = SCANNED_EVENTS_MAX; left > 0 && place !== undefined; ) {
        const most = takesAll ? limit - found.length : Math.min(ARRIVED_MAX, left);
        const page = await readArrived(db, { ...range, after: place, limit: most });
        for (const cut of page.cuts) cuts.set(cut.host, cut);
        left -= Math.max(page.events.length, 1);
        place = page.reached;
        last = place ?? last;
        for (const one of takesAll ? page.events : await filter.selectWanted(db, page.events)) {
          found.push(one);
          if (found.length < limit) continue;
          last = one.place;
          place = last;
          return;
        }
      }
    }
    const ask = async (db: Database) => {
      await search(db);
      if (count !== true) return undefined;
      return {
        count: takesAll ? await countArrived(db, hosts) : await countWanted(db, filter, range),
      };
    };
    const counted = takesAll
      ? await ask(database)
      : await searches.answer(c, (wanted) => ask(wanted.database));
    const { items, ...unreadable } = hostEventsOnWire(found);
    return answerInTurns(c, {
      ...{ items: itemsWith(items, fields), ...unreadable, ...counted },
      ...(cuts.size > 0 && { removed: [...cuts.values()] }),
      ...(place !== undefined && { next: placeText(place) }),
      ...(order === 'asc' && { last: placeText(last) }),
    }) as Promise<never>;
  });

  app.openapi(streamRoute, async (c) => {
    const { host, after, ...query } = c.req.valid('query');
    const filter = fleetFilterOf(service, query);
    const start = await startOf(c, after);
    const principal = c.get('principal');
    return answerInRoom(c, { service, room }, (signal) =>
      fleetMessages(service, {
        ...{ start, filter, signal, reads },
        hosts: () => wantedHosts(service, principal, host),
      }),
    );
  });

  async function startOf(c: Context<AccessEnv>, after: string | undefined): Promise<ArrivalPlace> {
    const id = c.req.header('last-event-id');
    const seen = await wantedHosts(service, c.get('principal'), undefined);
    if (id !== undefined && id !== '') return seenPlaceOf(id, 'last-event-id', seen);
    if (after === undefined) return FIRST_PLACE;
    if (after !== NOW) return seenPlaceOf(after, 'after', seen);
    await arrivals.catchUp();
    return { ...LAST_PLACE, arrival: arrivals.latest };
  }
}
