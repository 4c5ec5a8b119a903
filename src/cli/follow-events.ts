/** Follows a host's log by server-sent events, across lost connections. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type RestClient, ServiceRefusal } from '../recorders/rest-client.ts';
import type { WireEvent } from './event-text.ts';
import { linesOf } from './lines.ts';

/** Connections in a row that may fail before it is given up. */
const ATTEMPTS_MAX = 10;
const PAUSE_MS = 500;

interface Message {
  readonly event: string;
  readonly id: string;
  readonly data: string;
}

/**
 * The events after a position, and those still to come. It never ends by itself.
 *
 * @throws ServiceRefusal when the service refuses, or the last error when nobody answers for a while
 */
export async function* followEvents(
  client: RestClient,
  { path, after }: { readonly path: string; readonly after: number },
): AsyncGenerator<WireEvent> {
  let last = String(after);
  for (let attempt = 1; ; attempt++) {
    try {
      const response = await client.open(path, { headers: { 'last-event-id': last } });
      for await (const { event, id, data } of messagesOf(response)) {
        last = id;
        attempt = 1;
        if (event === 'event') yield JSON.parse(data) as WireEvent;
      }
    } catch (error) {
      if (error instanceof ServiceRefusal || attempt >= ATTEMPTS_MAX) throw error;
    }
    await sleep(PAUSE_MS);
  }
}

/** The messages of a stream; comments are heartbeats, and skipped. */
async function* messagesOf({ body }: Response): AsyncGenerator<Message> {
  if (body === null) return;
  let message = { event: '', id: '', data: '' };
  for await (const line of linesOf(body)) {
    if (line === '') {
      if (message.data !== '') yield message;
      message = { event: '', id: '', data: '' };
      continue;
    }
    const [, field, value = ''] = /^(event|id|data): (.*)$/u.exec(line) ?? [];
    if (field !== undefined) message = { ...message, [field]: value };
  }
}
