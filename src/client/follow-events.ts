/** Follows a host's log by server-sent events, across lost connections. */
import { setTimeout as sleep } from 'node:timers/promises';
import { linesOf } from './lines.ts';
import { type RestClient, ServiceRefusal } from './rest-client.ts';

/** Connections in a row that may fail before it is given up. */
const ATTEMPTS_MAX = 10;
const PAUSE_MS = 500;

interface EventStreamMessage {
  readonly event: string;
  readonly id: string;
  readonly data: string;
}

interface HistoryChange {
  readonly known: number;
  readonly position: number;
  readonly deleted_at?: string;
}

/** The log that was followed went back, as when a copy of the database was restored, or its host was deleted. */
class HistoryChanged extends Error {
  constructor({ known, position, deleted_at }: HistoryChange) {
    super(
      deleted_at !== undefined
        ? `the host was deleted at ${deleted_at}, with its log up to position ${known}`
        : `the log changed behind this command: it went up to position ${known}, some of the last events are lost, ` +
            `and its head is now at position ${position}. Read it again from the start`,
    );
  }
}

/**
 * Reads what stands for the head of a log as the id of an event does: its position, and what marks
 * its history.
 *
 * @throws ServiceRefusal
 */
export async function readHeadId(client: RestClient, path: string): Promise<string> {
  const response = await client.open(path);
  await response.body?.cancel();
  const [, id] = /:(\d+\.[0-9a-f]+)"$/.exec(response.headers.get('etag') ?? '') ?? [];
  if (id === undefined) throw new Error(`the service gave no ETag for ${path}`);
  return id;
}

/**
 * Reads the events after a position, and those still to come. It never ends by itself.
 *
 * @typeParam T the parts of an event that the caller reads; nothing checks them
 * @param after the position, or the id of an event, which distinguishes one history from another
 * @param onId told the id of each event before it is given
 * @throws HistoryChanged when the log went back: what was followed is not true any more
 * @throws ServiceRefusal when the service refuses, or the last error when nobody answers for a while
 */
export async function* followEvents<T>(
  client: RestClient,
  {
    path,
    after,
    onId,
  }: {
    readonly path: string;
    readonly after: number | string;
    readonly onId?: ((id: string) => void) | undefined;
  },
): AsyncGenerator<T> {
  for await (const { event, id, data } of followMessages(client, { path, last: String(after) })) {
    if (event === 'history-changed') throw new HistoryChanged(JSON.parse(data));
    if (event !== 'event') continue;
    onId?.(id);
    yield JSON.parse(data) as T;
  }
}

/**
 * Reads the messages of a stream, across lost connections. It ends after `history-changed`, and never by
 * itself otherwise.
 *
 * @param last the id after which the stream begins; undefined where the path says where, or nothing does
 * @throws ServiceRefusal when the service refuses, or the last error when nobody answers for a while
 */
export async function* followMessages(
  client: RestClient,
  { path, last: first }: { readonly path: string; readonly last?: string | undefined },
): AsyncGenerator<EventStreamMessage> {
  let last = first;
  for (let attempt = 1; ; attempt++) {
    try {
      const headers = last === undefined ? {} : { 'last-event-id': last };
      for await (const message of messagesOf(await client.open(path, { headers }))) {
        attempt = 1;
        if (message.id !== '') last = message.id;
        yield message;
        if (message.event === 'history-changed') return;
      }
    } catch (error) {
      if (error instanceof ServiceRefusal || attempt >= ATTEMPTS_MAX) throw error;
    }
    await sleep(PAUSE_MS);
  }
}

/** The messages of a stream; comments are heartbeats, and skipped. */
async function* messagesOf({ body }: Response): AsyncGenerator<EventStreamMessage> {
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
