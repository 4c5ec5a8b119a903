/** Follows a log. EventSource cannot send a token, so the stream is read by fetch. */
import type { LedgerEvent } from './answers.ts';
import { AskRefused, hostPath, open, withQuery } from './ask.ts';

/** Milliseconds before a lost stream is opened again. */
const AGAIN_MS = 1000;

export interface Following {
  /** New events, in order. */
  readonly onEvents: (events: readonly LedgerEvent[]) => void;
  /** Whether the stream is open. */
  readonly onOpen: (open: boolean) => void;
  /** The log is another one now. */
  readonly onHistoryChanged: () => void;
}

/** Follows the log of a host after a position, until the signal aborts. */
export async function follow(
  host: string,
  start: { readonly after: number; readonly signal: AbortSignal },
  following: Following,
): Promise<void> {
  const { signal } = start;
  let { after } = start;
  let lastId: string | undefined;
  while (!signal.aborted) {
    try {
      const path = withQuery(hostPath(host, '/events/stream'), { after });
      const headers: Record<string, string> =
        lastId === undefined ? {} : { 'last-event-id': lastId };
      const response = await open(path, { signal, headers });
      following.onOpen(true);
      for await (const messages of messagesOf(response)) {
        if (messages.some(({ event }) => event === 'history-changed')) {
          following.onHistoryChanged();
          return;
        }
        lastId = messages.findLast(({ id }) => id !== '')?.id ?? lastId;
        const events = messages
          .filter(({ event }) => event === 'event')
          .map(({ data }) => JSON.parse(data) as LedgerEvent);
        after = events.at(-1)?.position ?? after;
        if (events.length > 0) following.onEvents(events);
      }
    } catch (error) {
      if (error instanceof AskRefused && error.status >= 400 && error.status < 500) throw error;
    }
    if (signal.aborted) return;
    following.onOpen(false);
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}

interface StreamMessage {
  readonly event: string;
  readonly id: string;
  readonly data: string;
}

/** The messages of a stream of server-sent events, as many as arrive together. */
async function* messagesOf(response: Response): AsyncGenerator<StreamMessage[]> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (reader === undefined) return;
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const parts = (rest + value).split('\n\n');
    rest = parts.pop() ?? '';
    yield parts.map(messageOf);
  }
}

function messageOf(text: string): StreamMessage {
  const message = { event: '', id: '', data: '' };
  for (const line of text.split('\n')) {
    const [, field, value = ''] = /^(event|id|data): ?(.*)$/.exec(line) ?? [];
    if (field !== undefined) message[field as keyof StreamMessage] += value;
  }
  return message;
}
