/**
 * GET …/events/stream: the log as server-sent events, from any position on and then live. The id of
 * each is its position, so a client that comes back with Last-Event-ID misses nothing and sees
 * nothing twice. Comments keep the connection alive; bookmarks tell a filtered reader how far it is.
 */
import { createRoute, z } from '@hono/zod-openapi';
import type { LedgerEvent } from '../../events/event.ts';
import { strictObject } from '../../events/schema/strict-object.ts';
import { type EventFilter, matches } from '../../time-travel/event-filter.ts';
import { allowed } from '../guard/access.ts';
import { BOOKMARK_EVENTS, HEARTBEAT_MS, RETRY_AFTER_S, STREAMS_MAX, UNREAD_MS } from '../limits.ts';
import { invalid, ProblemError } from '../problem.ts';
import { filterOf, filterQuery } from '../request/filter-query.ts';
import { type App, countParam, hostParams, problemAnswer } from '../routing.ts';
import { headOf, type Service } from '../service.ts';
import { pulled } from '../streams/pulled.ts';
import { eventOnWire } from '../wire/event.ts';

const EVENT_STREAM = 'text/event-stream';

const route = createRoute({
  method: 'get',
  path: '/v1/hosts/{host}/events/stream',
  operationId: 'followEvents',
  summary: 'Follow the log as server-sent events',
  description:
    '`event: event` carries an event, `event: bookmark` the position that a filtered stream has ' +
    'come to. Both have the position as id: send it back as Last-Event-ID, or as `after`.',
  request: {
    params: hostParams,
    query: strictObject({
      ...filterQuery,
      after: countParam
        .optional()
        .describe('Start after this position; default 0: from the start.'),
    }),
    headers: z.object({ 'last-event-id': z.string().max(20).optional() }),
  },
  responses: {
    200: { description: 'The stream.', content: { [EVENT_STREAM]: { schema: z.string() } } },
    default: problemAnswer,
  },
});

function startOf(lastEventId: string | undefined, after: number | undefined): number {
  if (lastEventId === undefined || lastEventId === '') return after ?? 0;
  if (/^\d{1,15}$/.test(lastEventId)) return Number(lastEventId);
  throw invalid([{ field: 'last-event-id', message: 'must be a position' }]);
}

function asMessage(event: LedgerEvent): string {
  return `event: event\nid: ${event.position}\ndata: ${JSON.stringify(eventOnWire(event))}\n\n`;
}

function asBookmark(position: number): string {
  return `event: bookmark\nid: ${position}\ndata: {"position":${position}}\n\n`;
}

type Pieces = AsyncIterator<readonly LedgerEvent[]>;

/** The messages of pieces of the log, with a heartbeat whenever nothing came for a while. */
async function* messages(
  pieces: Pieces,
  filter: EventFilter,
  service: Service,
): AsyncGenerator<string> {
  let skipped = 0;
  let piece = pieces.next();
  yield ': connected\n\n';
  for (;;) {
    const quiet = new AbortController();
    const beat = service.clock.sleep(HEARTBEAT_MS, quiet.signal).then(() => undefined);
    const got = await Promise.race([piece, beat]);
    quiet.abort();
    if (got === undefined) {
      yield ': heartbeat\n\n';
      continue;
    }
    if (got.done) return;
    const wanted = got.value.filter((event) => matches(event, filter));
    const last = got.value.at(-1)?.position ?? 0;
    skipped = wanted.at(-1)?.position === last ? 0 : skipped + got.value.length - wanted.length;
    let text = wanted.map(asMessage).join('');
    if (skipped >= BOOKMARK_EVENTS) {
      text += asBookmark(last);
      skipped = 0;
    }
    piece = pieces.next();
    if (text !== '') yield text;
  }
}

export function eventStream(app: App, service: Service): void {
  let open = 0;

  /** Counts the stream while it lives, and ends the following with it. */
  async function* counted(
    source: AsyncGenerator<string>,
    stop: AbortController,
  ): AsyncGenerator<string> {
    open++;
    service.metrics.streams.set(open);
    try {
      yield* source;
    } finally {
      stop.abort();
      open--;
      service.metrics.streams.set(open);
    }
  }

  app.openapi(route, async (c) => {
    const { host } = c.req.valid('param');
    const { after, ...query } = c.req.valid('query');
    allowed(c, 'reader', host);
    const start = startOf(c.req.header('last-event-id'), after);
    const { host_id, position } = await headOf(service, host);
    if (start > position) {
      const detail = `the log of ${host} ends at position ${position}`;
      throw new ProblemError('no-such-position', { detail, field: 'after', position });
    }
    if (open >= STREAMS_MAX) {
      const detail = `${STREAMS_MAX} streams are open`;
      throw new ProblemError('busy', { detail, limit: STREAMS_MAX, retry_after: RETRY_AFTER_S });
    }
    const filter = await filterOf(service, host_id, query);
    const stop = new AbortController();
    const signal = AbortSignal.any([stop.signal, service.closing, c.req.raw.signal]);
    const pieces = service.log.subscribe(host, { after: start, signal })[Symbol.asyncIterator]();
    const body = pulled(counted(messages(pieces, filter, service), stop), { unreadMs: UNREAD_MS });
    return c.body(body, 200, {
      'content-type': EVENT_STREAM,
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
  });
}
