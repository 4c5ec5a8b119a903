/**
 * The package's door `bpfledger/client`: every operation of the API as a typed method. The types, and the
 * table by which requests are made, are generated of openapi.yaml.
 */
import { randomUUID } from 'node:crypto';
import { followMessages } from './follow-events.ts';
import { linesOf } from './lines.ts';
import { type LedgerOperations, OPERATIONS } from './operations.generated.ts';
import {
  type ProblemDocument,
  problemText,
  type RestClient,
  restClient,
  ServiceRefusal,
} from './rest-client.ts';

export type * from './operations.generated.ts';
export { type ProblemDocument, ServiceRefusal };

/** An operation as the table has it. */
interface Operation {
  readonly method: string;
  readonly path: string;
  readonly query: readonly string[];
  readonly headers: readonly string[];
  readonly form: 'json' | 'messages' | 'lines' | 'text' | 'none';
  /** The media type of what it takes. */
  readonly body?: string;
}

type Given = Readonly<Record<string, unknown>>;

const KEY = 'idempotency-key';
const ETAGS = new WeakMap<object, string>();

/**
 * A client of the service at an address. Reads, and writes with JSON, are sent again when nobody answered
 * or the service had too much to do; a write has an idempotency key of its own where none is given, so it is
 * recorded once. Streams go on across lost connections.
 *
 * @param service `url` without a slash at its end, and a token where the service wants one
 * @example
 * const client = ledgerClient({ url: 'http://127.0.0.1:8080' });
 * const { items } = await client.listEvents({ host: 'web1', cgroup: '/pods', limit: 10 });
 */
export function ledgerClient(service: {
  readonly url: string;
  readonly token?: string | undefined;
}): LedgerOperations {
  const rest = restClient(service);
  const methods = Object.entries(OPERATIONS as Readonly<Record<string, Operation>>).map(
    ([id, operation]) => [id, (given: Given = {}) => perform(rest, operation, given)],
  );
  return Object.fromEntries(methods) as LedgerOperations;
}

/**
 * The ETag of an answer, to be sent back as `if-match`: the host and the position that it reflects.
 *
 * @param answer what a method gave; of a copy nothing is known
 */
export function etagOf(answer: object): string | undefined {
  return ETAGS.get(answer);
}

function perform(rest: RestClient, operation: Operation, given: Given): unknown {
  const path = pathOf(operation, given);
  const init = initOf(operation, given);
  switch (operation.form) {
    case 'json':
      return rest.send(path, init, readTagged);
    case 'none':
      return rest.send(path, init, async () => undefined);
    case 'messages':
      return parsedMessages(rest, path, given['last-event-id']);
    case 'lines':
      return parsedLines(rest, path, init);
    case 'text':
      return textLines(rest, path, init);
    default:
      return operation.form satisfies never;
  }
}

function pathOf({ path, query }: Operation, given: Given): string {
  const target = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    if (given[name] === undefined) throw new TypeError(`${name} is missing`);
    return encodeURIComponent(String(given[name]));
  });
  const asked = new URLSearchParams();
  for (const name of query) {
    for (const value of [given[name]].flat()) {
      if (value !== undefined) asked.append(name, String(value));
    }
  }
  return asked.size === 0 ? target : `${target}?${asked}`;
}

function initOf({ method, headers, body }: Operation, given: Given): RequestInit {
  const sent = headers.flatMap((name) =>
    given[name] === undefined ? [] : [[name, String(given[name])] as const],
  );
  const isKeyed = headers.includes(KEY) && given[KEY] === undefined;
  return {
    method,
    headers: {
      ...Object.fromEntries(sent),
      ...(isKeyed && { [KEY]: randomUUID() }),
      ...(body !== undefined && { 'content-type': body }),
    },
    ...(body === 'application/json' && { body: JSON.stringify(given.body) }),
    ...(body !== undefined && body !== 'application/json' && { body: given.body as string }),
  };
}

async function readTagged(answer: Response): Promise<unknown> {
  const value: unknown = await answer.json();
  const tag = answer.headers.get('etag');
  if (tag !== null && typeof value === 'object' && value !== null) ETAGS.set(value, tag);
  return value;
}

async function* parsedMessages(rest: RestClient, path: string, first: unknown) {
  const last = first === undefined ? undefined : String(first);
  for await (const { event, id, data } of followMessages(rest, { path, last })) {
    const payload: unknown = JSON.parse(data);
    yield id === '' ? { event, data: payload } : { event, id, data: payload };
  }
}

async function* textLines(rest: RestClient, path: string, init: RequestInit) {
  const { body } = await rest.open(path, init);
  if (body !== null) yield* linesOf(body);
}

async function* parsedLines(rest: RestClient, path: string, init: RequestInit) {
  for await (const line of textLines(rest, path, init)) {
    const value = JSON.parse(line) as ProblemDocument & { readonly status?: number };
    // What is refused after the answer began is its last line.
    if (value.status !== undefined) {
      throw new ServiceRefusal(value.status, problemText(line, value.status), value);
    }
    yield value;
  }
}
