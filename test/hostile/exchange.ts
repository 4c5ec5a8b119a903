// A request as it is sent, and what comes back for it: by a socket or without one.

/** What came back for a request. */
export interface Answer {
  readonly status: number;
  /** Without its parameters, as the charset; empty when there is none. */
  readonly type: string;
  /** Undefined for a stream: it is read only as far as its head. */
  readonly text: string | undefined;
}

/** Sends a request, and waits for its answer. */
export type Send = (url: string, sent: Sent) => Promise<Answer>;

export interface Sent {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

const STREAM = 'text/event-stream';
/** The type of an answer from its header. */
export const typeOf = (header: string | null | undefined) => header?.split(';')[0] ?? '';
export const isStream = (type: string) => type === STREAM;

/** The answer of an application that is asked without a socket. */
export async function answerOf(response: Response): Promise<Answer> {
  const type = typeOf(response.headers.get('content-type'));
  if (!isStream(type)) return { status: response.status, type, text: await response.text() };
  await response.body?.cancel();
  return { status: response.status, type, text: undefined };
}
