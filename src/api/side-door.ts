/**
 * The side door: `POST /v1/hosts/{host}/syscalls` with a JSON body of announced length, served
 * without the router. Most requests of a busy ledger are of this kind, and the router, its
 * middleware and the web's Request and Response objects took most of its time (docs/adr/0010). It
 * is the same route: guards, parsing, recording and problems are the functions that the router's
 * route calls, and unusual requests go to the router.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { JSON_TYPE } from './content-type.ts';
import { type Access, callerOf, refuseStrangers } from './guard/access.ts';
import { beginBody } from './guard/begin-body.ts';
import { BROWSER_HEADERS } from './guard/browser-headers.ts';
import { callerName } from './guard/caller-name.ts';
import { REQUEST_ID, type RequestIds, requestIdsOf } from './guard/request-ids.ts';
import type { Principal } from './guard/tokens.ts';
import { HOST_NAME } from './host-name.ts';
import { BODY_MS, HEAVY_BODY_BYTES, JSON_BODY_BYTES_MAX } from './limits.ts';
import { observe } from './metrics.ts';
import { ProblemError, problemHeaders, problemOf } from './problem.ts';
import { problemFrom } from './problem-of.ts';
import { recordSyscalls } from './record-syscalls.ts';
import { jsonInTurns, jsonOf, lateBody } from './request/body.ts';
import { REPEATED, type Requested } from './request/write-headers.ts';
import { requireHost, requireRole } from './route-access.ts';
import { SYSCALLS_ACCESS } from './routes/syscalls.ts';
import type { Service } from './service.ts';

const PATH = new RegExp(`^/v1/hosts/(${HOST_NAME})/syscalls$`);
/** The route's name in the metrics: the same as the router's. */
const ROUTE = '/v1/hosts/:host/syscalls';
/** Characters. */
const LONG_ANSWER = 16 * 1024;
const ALWAYS = Object.entries(BROWSER_HEADERS).flat();

interface Knock {
  readonly host: string;
  readonly path: string;
  /** Bytes of the body. */
  readonly length: number;
}

/**
 * Serves a request if the side door takes it.
 *
 * @returns whether it does; otherwise nothing of the request is read
 */
export type SideDoor = (request: IncomingMessage, response: ServerResponse) => boolean;

/** The side door of a service. */
export function sideDoor(service: Service, guard: Access): SideDoor {
  return (request, response) => {
    const knock = knockOf(request);
    if (knock === undefined) return false;
    void serve(service, guard, knock, request, response);
    return true;
  };
}

function knockOf({ method, url = '', headers }: IncomingMessage): Knock | undefined {
  if (method !== 'POST' || headers['content-type'] !== JSON_TYPE) return undefined;
  if (headers['content-encoding'] !== undefined) return undefined;
  const length = Number(headers['content-length'] ?? Number.NaN);
  if (!(length <= JSON_BODY_BYTES_MAX)) return undefined;
  const host = PATH.exec(url)?.[1];
  return host === undefined ? undefined : { host, path: url, length };
}

async function serve(
  service: Service,
  guard: Access,
  { host, path, length }: Knock,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const start = performance.now();
  const header = (name: string) => request.headers[name] as string | undefined;
  const c: Requested = { req: { header, method: 'POST', path } };
  const ids = requestIdsOf(header);
  let status = 200;
  let actor: string | undefined;
  let leave: (() => void) | undefined;
  let isRead = false;
  try {
    const principal = identify(guard, c.req);
    actor = principal.actor;
    const caller = callerName(principal, request.socket.remoteAddress);
    leave = guard.rates?.enter(caller, principal.rates);
    requireRole(principal, SYSCALLS_ACCESS.role);
    requireHost(principal, host);
    // Node's parser hands over a head before the bytes behind it; after this they are there.
    await undefined;
    const bytes = arrivedBody(request, length) ?? (await arrivingBody(request, length, caller));
    if (bytes === undefined) return;
    isRead = true;
    const body = bytes.length <= HEAVY_BODY_BYTES ? jsonOf(bytes) : await jsonInTurns(bytes);
    const answer = await recordSyscalls(service, c, { host, principal, ...body });
    const headers = ['content-type', JSON_TYPE, 'etag', answer.etag];
    headers.push(REQUEST_ID, ids.request_id);
    if (answer.repeated) headers.push(REPEATED, 'true');
    send(response, status, headers, answer.body);
  } catch (error) {
    // The rest of an unread body must not be taken for the next request.
    if (!isRead && !request.complete) response.shouldKeepAlive = false;
    status = sendProblem(service, response, error, ids);
  } finally {
    leave?.();
  }
  service.onAnswered?.({
    ...{ ...ids, method: 'POST', path, route: ROUTE, status, ms: performance.now() - start },
    ...(actor !== undefined && { actor }),
  });
  observe(service.metrics, { method: 'POST', route: ROUTE, status }, start);
}

/** Who writes. Throws the problem of a request of strangers, or of nobody that is known. */
function identify(guard: Access, { header, path }: Requested['req']): Principal {
  refuseStrangers(guard, { method: 'POST', path, header });
  const caller = callerOf(guard, header);
  if (caller instanceof ProblemError) throw caller;
  return caller;
}

/** The bytes of a body that came with its head, as most do: they need no room and no time limit. */
function arrivedBody(request: IncomingMessage, length: number): Buffer | undefined {
  if (length === 0) return Buffer.alloc(0);
  return request.readableLength === length ? (request.read() as Buffer) : undefined;
}

/** The bytes of a body; undefined when the client left. Throws a problem when they are late. */
function arrivingBody(
  request: IncomingMessage,
  length: number,
  caller: string,
): Promise<Buffer | undefined> {
  const done = beginBody(caller, length);
  return new Promise<Buffer | undefined>((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const late = setTimeout(() => reject(lateBody()), BODY_MS);
    const settle = (body: Buffer | undefined) => {
      clearTimeout(late);
      resolve(body);
    };
    request.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      bytes += chunk.length;
      // Node ends a body at its announced length.
      if (bytes === length) settle(chunks.length === 1 ? chunk : Buffer.concat(chunks));
    });
    request.on('close', () => bytes < length && settle(undefined));
    request.on('error', () => settle(undefined));
  }).finally(done);
}

/** @param headers names and values in turn: merging objects costs microseconds */
function send(response: ServerResponse, status: number, headers: string[], text: string): void {
  // A short text goes into one piece with its head; of a long one, the bytes are counted and written once.
  const body = text.length < LONG_ANSWER ? text : Buffer.from(text);
  headers.push('content-length', String(Buffer.byteLength(body)), ...ALWAYS);
  response.writeHead(status, headers);
  response.end(body);
}

function sendProblem(
  service: Service,
  response: ServerResponse,
  error: unknown,
  ids: RequestIds,
): number {
  const { slug, details } = problemFrom(error);
  if (slug === 'internal') service.onFault(error, ids);
  const problem = problemOf(slug, details);
  const headers = Object.entries(problemHeaders(slug, details)).flat();
  headers.push(REQUEST_ID, ids.request_id);
  send(response, problem.status, headers, JSON.stringify(problem));
  return problem.status;
}
