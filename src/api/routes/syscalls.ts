/** POST …/syscalls: one call, a list that is recorded as a whole, or a stream of lines. */
import { z } from '@hono/zod-openapi';
import { RECORDED } from '../answer-headers.ts';
import { contentType, JSON_TYPE, NDJSON_TYPE } from '../content-type.ts';
import { recordSyscalls } from '../record-syscalls.ts';
import { largeJsonBody } from '../request/body.ts';
import { postedRequest, syscallRequests } from '../request/syscall-request.ts';
import { REPEATED } from '../request/write-headers.ts';
import type { RouteAccess } from '../route-access.ts';
import { type App, answers, createRoute, hostParams, writeHeaders } from '../routing.ts';
import type { Service } from '../service.ts';
import { position, wireEvent } from '../wire/event.ts';
import { syscallStream } from './syscall-stream.ts';

/** What a list is answered with. */
export const recordedEvents = z
  .strictObject({ host: z.string(), position, events: z.array(wireEvent) })
  .meta({ id: 'RecordedEvents' });

const syscallAnswer = z.union([wireEvent, recordedEvents]);

/** Who may record: checked by the side door too. A recorder may record what was seen alone. */
export const SYSCALLS_ACCESS = {
  role: 'recorder',
  hosts: ['path:host'],
} as const satisfies RouteAccess;

const route = createRoute({
  method: 'post',
  path: '/v1/hosts/{host}/syscalls',
  operationId: 'postSyscalls',
  access: SYSCALLS_ACCESS,
  summary: 'Record syscalls and answer them',
  description:
    'One call is answered with its event, a list with its events (recorded together or not at ' +
    'all), NDJSON with one event a line, streamed as they are recorded. A call that the kernel ' +
    'refuses is recorded and answered like any other, with an errno in its outcome. What was ' +
    'inferred for an observation stands in the log before it, and in the answer to a list. The role ' +
    '`recorder` records observations and sightings alone: a call that the model decides takes `writer`.',
  request: { params: hostParams },
  responses: answers('The recorded events.', syscallAnswer, RECORDED),
});

/** What may be posted, for the document: the body is read and parsed once, by hand. */
const body = {
  required: true,
  content: {
    [JSON_TYPE]: { schema: z.union([postedRequest, syscallRequests]) },
    [NDJSON_TYPE]: { schema: postedRequest },
  },
};

export function syscalls(app: App, service: Service): void {
  const { 200: recorded, default: refused } = route.responses;
  const ndjson = { [NDJSON_TYPE]: { schema: wireEvent } };
  app.describe({
    ...route,
    request: { params: hostParams, headers: writeHeaders, body },
    responses: {
      200: { ...recorded, content: { ...recorded.content, ...ndjson } },
      default: refused,
    },
  });
  app.openapi({ ...route, hide: true }, async (c) => {
    const { host } = c.req.valid('param');
    const principal = c.get('principal');
    const { actor } = principal;
    const type = contentType(c, [JSON_TYPE, NDJSON_TYPE]);
    if (type === JSON_TYPE) {
      const answer = await recordSyscalls(service, c, {
        ...{ host, principal },
        ...(await largeJsonBody(c)),
      });
      c.header('content-type', JSON_TYPE);
      c.header('etag', answer.etag);
      if (answer.repeated) c.header(REPEATED, 'true');
      return c.body(answer.body, 200) as never;
    }
    // A stream of lines is documented above; the typed response knows only the JSON ones.
    return (await syscallStream(c, { service, host, actor })) as never;
  });
}
