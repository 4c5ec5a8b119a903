/**
 * A client of the service's REST API. Connections are kept alive (fetch does), every write has an
 * idempotency key, so what was lost on the way can be sent again without being recorded twice.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

/** Times that a request is sent at most. */
const ATTEMPTS_MAX = 5;
/** Milliseconds before the second attempt; each pause after is twice as long. */
const PAUSE_MS = 100;
/** Milliseconds that a `Retry-After` may ask for at most. */
const PAUSE_MS_MAX = 10_000;
/** Milliseconds for one request and its answer. */
const REQUEST_MS_MAX = 60_000;
/** Characters of an answer that is not a problem document, in a message. */
const QUOTED_CHARS_MAX = 200;

/** The service refused: what its problem document says. */
export class ServiceRefusal extends Error {
  readonly status: number;
  /** The line of an NDJSON body that was refused, from 1; absent when it was none of them. */
  readonly line: number | undefined;
  constructor(status: number, message: string, line?: number) {
    super(message);
    this.status = status;
    this.line = line;
  }
}

export interface RestClient {
  /** Reads a resource; `path` begins with `/`. Throws `ServiceRefusal`, or what the network says. */
  get<T>(path: string): Promise<T>;
  /** Writes, once, however often it has to be sent. Throws as `get` does. */
  post<T>(path: string, body: unknown): Promise<T>;
  /** Sends one request and gives the answer unread, for streams. Throws as `get` does. */
  open(path: string, init?: RequestInit): Promise<Response>;
}

/**
 * A client of the service at an address.
 *
 * @param service `url` without a slash at its end, and a token where the service wants one
 */
export function restClient(service: {
  readonly url: string;
  readonly token?: string | undefined;
}): RestClient {
  const { url, token } = service;
  const headers: Record<string, string> =
    token === undefined ? {} : { authorization: `Bearer ${token}` };

  async function open(path: string, init: RequestInit = {}): Promise<Response> {
    const sent = { ...init, headers: { ...headers, ...(init.headers as Record<string, string>) } };
    const response = await fetch(url + path, sent).catch((cause: unknown) => {
      const hint = 'is it running? --url names another address';
      throw new Error(`no answer from ${url}; ${hint}`, { cause: rootOf(cause) });
    });
    if (response.ok) return response;
    throw await refusalOf(response);
  }

  async function send<T>(path: string, init: RequestInit): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        const signal = AbortSignal.timeout(REQUEST_MS_MAX);
        return (await (await open(path, { ...init, signal })).json()) as T;
      } catch (error) {
        if (attempt === ATTEMPTS_MAX || !mayPass(error)) throw error;
        await sleep(pauseBefore(attempt, error));
      }
    }
  }

  return {
    get: (path) => send(path, {}),
    post: (path, body) =>
      send(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': randomUUID() },
        body: JSON.stringify(body),
      }),
    open,
  };
}

/** A refusal with the time after which to try again. */
class Busy extends ServiceRefusal {
  readonly retryAfterMs: number;
  constructor(status: number, message: string, retryAfterMs: number) {
    super(status, message);
    this.retryAfterMs = retryAfterMs;
  }
}

async function refusalOf(response: Response): Promise<ServiceRefusal> {
  const { status } = response;
  const text = await response.text();
  const message = problemText(text, status);
  const seconds = Number(response.headers.get('retry-after'));
  return seconds > 0
    ? new Busy(status, message, Math.min(seconds * 1000, PAUSE_MS_MAX))
    : new ServiceRefusal(status, message, lineIn(text));
}

function lineIn(problem: string): number | undefined {
  try {
    const { line } = JSON.parse(problem) as { readonly line?: unknown };
    return typeof line === 'number' ? line : undefined;
  } catch {
    return undefined;
  }
}

interface Problem {
  readonly title?: string;
  readonly detail?: string;
  readonly errors?: readonly { readonly field: string; readonly message: string }[];
}

/** A problem document in one line: what is wrong, and the fields that are. */
export function problemText(text: string, status: number): string {
  let problem: Problem;
  try {
    problem = JSON.parse(text) as Problem;
  } catch {
    return `answered ${status}: ${text.slice(0, QUOTED_CHARS_MAX)}`;
  }
  const fields = problem.errors?.map(({ field, message }) => `${field || 'body'} ${message}`) ?? [];
  const said = fields.length > 0 ? fields.join('; ') : problem.detail;
  return said === undefined ? `answered ${status}` : `${problem.title}: ${said} (${status})`;
}

/** Whether sending it again may help: nobody answered, or the service had too much to do. */
function mayPass(error: unknown): boolean {
  return error instanceof Busy || !(error instanceof ServiceRefusal);
}

function pauseBefore(attempt: number, error: unknown): number {
  return error instanceof Busy ? error.retryAfterMs : PAUSE_MS * 2 ** (attempt - 1);
}

/** fetch says only "fetch failed"; the error below it says why. */
function rootOf(error: unknown): unknown {
  return error instanceof Error && error.cause !== undefined ? rootOf(error.cause) : error;
}
