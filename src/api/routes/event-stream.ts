/**
 * GET …/events/stream: the log as server-sent events, from any position on and then live. The id of
 * each is its position and the mark of its history, so a client that comes back with Last-Event-ID
 * misses nothing, sees nothing twice, and learns that the log went back meanwhile. Comments keep
 * the connection alive; bookmarks show a filtered reader how far it is.
 */
import { z } from '@hono/zod-openapi';
import { refuseRemoved } from '../../events/cuts.ts';
import { strictObject } from '../../events/schema/strict-object.ts';
import { STREAMED } from '../answer-headers.ts';
import { callerOfRequest } from '../guard/caller-name.ts';
import { Room } from '../guard/room.ts';
import { PARAMETER_CHARS_MAX, STREAMS } from '../limits.ts';
import { ProblemError } from '../problem.ts';
import { beginningOf } from '../request/beginning.ts';
import { filterOf, filterQuery, stateReader } from '../request/filter-query.ts';
import { startOfStream } from '../request/stream-start.ts';
import { type App, countParam, createRoute, hostParams, problemAnswer } from '../routing.ts';
import type { Service } from '../service.ts';
import { eventMessages } from '../streams/event-messages.ts';
import { answerMessages } from '../streams/message-stream.ts';
import { EVENT_STREAM, eventMessage } from '../wire/messages.ts';

const route = createRoute({
  method: 'get',
  path: '/v1/hosts/{host}/events/stream',
  operationId: 'followEvents',
  access: { role: 'reader', hosts: ['path:host'] },
  summary: 'Follow the log as server-sent events',
  description:
    '`event: event` carries an event, `event: bookmark` the position that a filtered stream has ' +
    'come to. The id of both is `POSITION.MARK`, where MARK distinguishes one history of the log from ' +
    'another: send it back as Last-Event-ID. `event: history-changed` is the last message of a ' +
    'stream whose log went back (a standby that was behind, a copy that was restored), also while ' +
    'nobody was connected: `known` was its end before, or the position that was sent back, ' +
    '`position` is its end now.',
  request: {
    params: hostParams,
    query: strictObject({
      ...filterQuery,
      after: countParam
        .optional()
        .describe('Start after this position; default: from the oldest that is kept.'),
    }),
    headers: z.object({ 'last-event-id': z.string().max(PARAMETER_CHARS_MAX).optional() }),
  },
  responses: {
    200: {
      description: 'The stream.',
      headers: STREAMED,
      content: { [EVENT_STREAM]: { schema: eventMessage } },
    },
    default: problemAnswer,
  },
});

export function eventStream(app: App, service: Service): void {
  /** What ends each open stream. */
  const open = new Set<() => void>();
  const room = new Room(STREAMS, 'streams');
  const endAll = () => {
    for (const end of open) end();
  };

  app.openapi(route, async (c) => {
    const { host } = c.req.valid('param');
    const { after, ...query } = c.req.valid('query');
    const { host_id, position, oldest } = await service.log.head(host);
    const id = startOfStream(c.req.header('last-event-id'));
    const start = id ?? { after: beginningOf(oldest, { after }) - 1 };
    // The mark of its history went with the event.
    if (id !== undefined) refuseRemoved(id.mark === undefined ? id.after + 1 : id.after, oldest);
    // What is behind the head of another history is told of that, in the stream.
    if (start.after > position && start.mark === undefined) {
      const detail = `the log of ${host} ends at position ${position}`;
      throw new ProblemError('no-such-position', { detail, field: 'after', position });
    }
    const filter = await filterOf(service, { host, host_id }, query);
    const leave = room.enter(callerOfRequest(c));
    const stream = eventMessages(() => service.log.subscribe(host, start), {
      filter,
      stateAt: stateReader(service, host),
      onOpen: (end) => {
        open.add(end);
        service.metrics.streams.set(open.size);
        // Once for all streams, since the same listener is added only once.
        service.closing.addEventListener('abort', endAll);
        if (service.closing.aborted) end();
      },
      onEnd: (end) => {
        leave();
        open.delete(end);
        service.metrics.streams.set(open.size);
      },
    });
    return answerMessages(c, stream);
  });
}
