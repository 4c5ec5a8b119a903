/**
 * What a request is called: in its answer, and in the lines of the log that are about it. A client, or a proxy,
 * gives it by `X-Request-Id`; a trace by `traceparent` (W3C Trace Context). Otherwise it is a random one.
 */
import { randomUUID } from 'node:crypto';

export interface RequestIds {
  readonly request_id: string;
  /** The trace that the request belongs to, and the span that sent it. */
  readonly trace_id?: string;
  readonly parent_id?: string;
  /** Two hexadecimal digits, as sent: whether the sender recorded the trace. */
  readonly trace_flags?: string;
}

/** What the log of the service tells of a request, at the level `info`. */
export interface AnsweredRequest extends RequestIds {
  readonly method: string;
  /** Without the query, which may name what only the caller should know. */
  readonly path: string;
  /** The pattern that the path fits, as metrics name it. */
  readonly route: string;
  readonly status: number;
  /** Until the answer began. */
  readonly ms: number;
  /** Absent when nobody is known to have asked. */
  readonly actor?: string;
}

export const REQUEST_ID = 'x-request-id';

const ID = /^[\x21-\x7e]{1,128}$/;
/** A later version may have more at the end. */
const TRACEPARENT =
  /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(?:-|$)/;

/** The ids of a request with these headers. What is not an id is not taken over. */
export function requestIdsOf(header: (name: string) => string | undefined): RequestIds {
  const given = header(REQUEST_ID);
  const [, trace_id, parent_id, trace_flags] = TRACEPARENT.exec(header('traceparent') ?? '') ?? [];
  const request_id = given !== undefined && ID.test(given) ? given : randomUUID();
  return trace_id === undefined || parent_id === undefined || trace_flags === undefined
    ? { request_id }
    : { request_id, trace_id, parent_id, trace_flags };
}
