/** Answers with server-sent events: one body, one set of headers, one way to let go of what it holds. */
import type { Context } from 'hono';
import type { AccessEnv } from '../guard/access.ts';
import { callerOfRequest } from '../guard/caller-name.ts';
import type { Room } from '../guard/room.ts';
import { HEARTBEAT_MS, UNREAD_MS } from '../limits.ts';
import type { Service } from '../service.ts';
import { EVENT_STREAM } from '../wire/messages.ts';
import { pullStream } from './pull-stream.ts';

type Messages = AsyncIterator<string | Uint8Array, undefined>;

/** Answers with messages, and with heartbeats while there are none. */
export function answerMessages(
  c: Context<AccessEnv>,
  messages: Messages,
  onEnd: () => void = () => undefined,
) {
  const body = pullStream(messages, {
    unreadMs: UNREAD_MS,
    mayGoOn: c.get('mayGoOn'),
    heartbeat: { ms: HEARTBEAT_MS, text: ': heartbeat\n\n' },
    onEnd,
  });
  return c.body(body, 200, {
    'content-type': EVENT_STREAM,
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
}

/**
 * The same for messages that wait by a signal, which aborts when nobody gets any more: the reader left
 * or was cut off, or the service ends.
 *
 * @throws ProblemError when the caller has as many streams of the room as it may
 */
export function answerInRoom(
  c: Context<AccessEnv>,
  { service, room }: { readonly service: Pick<Service, 'closing'>; readonly room: Room },
  messagesUntil: (signal: AbortSignal) => Messages,
) {
  const leave = room.enter(callerOfRequest(c));
  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, service.closing, c.req.raw.signal]);
  return answerMessages(c, messagesUntil(signal), () => {
    stop.abort();
    leave();
  });
}
