/**
 * Long polls: a read of a host that is answered once the log has a position, or after a while. It waits on
 * the feed of the host, as the streams do, and no longer than its client.
 */
import type { MiddlewareHandler } from 'hono';
import { z } from 'zod';
import type { AccessEnv } from '../guard/access.ts';
import { callerOfRequest } from '../guard/caller-name.ts';
import { Room } from '../guard/room.ts';
import { isHostName } from '../host-name.ts';
import { LONG_POLLS, WAIT_S } from '../limits.ts';
import { countParam } from '../routing.ts';
import type { Service } from '../service.ts';

const seconds = z
  .string()
  .superRefine((text, context) => {
    if (/^\d{1,2}$/.test(text) && Number(text) >= 1 && Number(text) <= WAIT_S.max) return;
    const message = `must be 1…${WAIT_S.max} seconds`;
    context.addIssue({ code: 'custom', message, params: { limit: WAIT_S.max } });
  })
  .transform(Number)
  .meta({ type: 'integer', minimum: 1, maximum: WAIT_S.max });

const fields = {
  wait_for: countParam
    .optional()
    .describe(
      'Answer once the log has this position, or after `wait` seconds, whichever comes first: with ' +
        'what is there then, as the position of the answer says.',
    ),
  wait: seconds
    .optional()
    .describe(`With \`wait_for\`: how many seconds to wait; default ${WAIT_S.usual}.`),
};
const asked = z.object(fields);

/** The query of a read that may be a long poll. */
export function waitingQuery(query: z.ZodObject, strict: (shape: z.ZodRawShape) => z.ZodObject) {
  return strict({ ...query.shape, ...fields });
}

/** The same as the handler of the read gets it, which need not know of the wait. */
export function withoutWait(query: z.ZodObject) {
  return query.transform(({ wait_for, wait, ...rest }, context) => {
    if (wait !== undefined && wait_for === undefined) {
      const message = 'needs `wait_for`, the position to wait for';
      context.addIssue({ code: 'custom', path: ['wait'], message });
    }
    return rest;
  });
}

/** Waits where a request asks for it. What is wrong with the query, the schema of the route says. */
export function longPolls({ log, closing }: Pick<Service, 'log' | 'closing'>) {
  const room = new Room(LONG_POLLS, 'long polls');
  return async function longPoll(c, next) {
    const { data } = asked.safeParse(c.req.query());
    const host = c.req.param('host') ?? '';
    if (data?.wait_for === undefined || !isHostName(host)) return next();
    const { wait_for: position, wait = WAIT_S.usual } = data;
    const head = await log.head(host);
    if (head.position < position) {
      await room.hold(callerOfRequest(c), async () => {
        const over = AbortSignal.timeout(wait * 1000);
        const signal = AbortSignal.any([over, closing, c.req.raw.signal]);
        await reach(log, { host, after: head.position, position, signal });
      });
    }
    return next();
  } satisfies MiddlewareHandler<AccessEnv>;
}

/** Waits until a log has a position, its history changes, or a signal aborts. */
async function reach(
  log: Service['log'],
  to: {
    readonly host: string;
    readonly after: number;
    readonly position: number;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const { host, after, position, signal } = to;
  const follower = await log.subscribe(host, { after });
  const end = () => void follower.return();
  signal.addEventListener('abort', end);
  try {
    for (let reached = after; reached < position && !signal.aborted; ) {
      const { done, value } = await follower.next();
      if (done) return;
      reached = value.at(-1)?.position ?? reached;
    }
  } finally {
    signal.removeEventListener('abort', end);
    end();
  }
}
