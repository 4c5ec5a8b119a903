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

const PROBLEM_TYPE = 'urn:bpfledger:problem:';

/** A problem document, as far as clients read it. */
export interface ProblemDocument {
  /** `urn:bpfledger:problem:…`. */
  readonly type?: string;
  readonly title?: string;
  readonly detail?: string;
  readonly field?: string;
  readonly errors?: readonly { readonly field: string; readonly message: string }[];
  readonly limit?: number;
  readonly line?: number;
  readonly position?: number;
}

/** The service refused: what its problem document says. */
export class ServiceRefusal extends Error {
  override readonly name = 'ServiceRefusal';
  readonly status: number;
  /** Absent when something before the service answered. */
  readonly problem: ProblemDocument | undefined;
  constructor(status: number, message: string, problem?: ProblemDocument) {
    super(message);
    this.status = status;
    this.problem = problem;
  }

  /** Which problem it is: `no-such-host`; undefined when something before the service answered. */
  get slug(): string | undefined {
    return this.problem?.type?.replace(PROBLEM_TYPE, '');
  }

  /** The line of an NDJSON body that was refused, from 1; absent when it was none of them. */
  get line(): number | undefined {
    return this.problem?.line;
  }
}

export interface RestClient {
  /** Reads a resource; `path` begins with `/`. Throws `ServiceRefusal`, or what the network says. */
  get<T>(path: string): Promise<T>;
  /** Writes, once, however often it has to be sent. Throws as `get` does. */
  post<T>(path: string, body: unknown): Promise<T>;
  /** Sends a request, again where that may help, and reads its answer. Throws as `get` does. */
  send<T>(path: string, init: RequestInit, read: (answer: Response) => Promise<T>): Promise<T>;
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

  async function send<T>(
    path: string,
    init: RequestInit,
    read: (answer: Response) => Promise<T>,
  ): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        const signal = AbortSignal.timeout(REQUEST_MS_MAX);
        return await read(await open(path, { ...init, signal }));
      } catch (error) {
        if (attempt === ATTEMPTS_MAX || !mayPass(error)) throw error;
        await sleep(pauseBefore(attempt, error));
      }
    }
  }

  return {
    get: <T>(path: string) => send(path, {}, readJson<T>),
    post: <T>(path: string, body: unknown) =>
      send(
        path,
        {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'idempotency-key': randomUUID() },
          body: JSON.stringify(body),
        },
        readJson<T>,
      ),
    send,
    open,
  };
}

/** @typeParam T what the caller reads of it; nothing checks it */
async function readJson<T>(answer: Response): Promise<T> {
  return (await answer.json()) as T;
}

/** A refusal with the time after which to try again. */
class Busy extends ServiceRefusal {
  readonly retryAfterMs: number;
  constructor(retryAfterMs: number, ...of: ConstructorParameters<typeof ServiceRefusal>) {
    super(...of);
    this.retryAfterMs = retryAfterMs;
  }
}

async function refusalOf(response: Response): Promise<ServiceRefusal> {
  const { status } = response;
  const text = await response.text();
  const refusal = [status, problemText(text, status), problemIn(text)] as const;
  const seconds = Number(response.headers.get('retry-after'));
  return seconds > 0
    ? new Busy(Math.min(seconds * 1000, PAUSE_MS_MAX), ...refusal)
    : new ServiceRefusal(...refusal);
}

function problemIn(text: string): ProblemDocument | undefined {
  try {
    return JSON.parse(text) as ProblemDocument;
  } catch {
    return undefined;
  }
}

/** A problem document in one line: what is wrong, and the fields that are. */
export function problemText(text: string, status: number): string {
  const problem = problemIn(text);
  if (problem === undefined) return `answered ${status}: ${text.slice(0, QUOTED_CHARS_MAX)}`;
  const fields =
    problem.errors?.map(({ field, message }) => `${field || 'body'}: ${message}`) ?? [];
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
