/**
 * Spans of OpenTelemetry: one for each request that was answered, by the API alone. The operator
 * preloads an SDK, which samples and exports them (docs/operation.md). Without one nothing is kept.
 */
import type { Tracer } from '@opentelemetry/api';
import type { AnsweredRequest } from './guard/request-ids.ts';

/** The first status of answers that the service is to blame for. */
const FAULTS_FROM = 500;
const RADIX = 16;

/**
 * What records a span of a request, with the names of the semantic conventions for HTTP servers.
 *
 * @param version of this program
 * @throws Error that says what to install, when the API is not there
 */
export async function requestSpans(
  version: string,
): Promise<(request: AnsweredRequest, endMs: number) => void> {
  const api = await import('@opentelemetry/api').catch((cause: unknown) => {
    const what =
      'BPFLEDGER_SPANS needs the package @opentelemetry/api, and an SDK that is preloaded';
    throw new Error(`${what} (docs/operation.md)`, { cause });
  });
  const { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } = api;
  const tracer: Tracer = trace.getTracer('bpfledger', version);
  return ({ method, route, path, status, ms, ...ids }, endMs) => {
    const { request_id, trace_id, parent_id, trace_flags = '0', actor } = ids;
    const isOfTrace = trace_id !== undefined && parent_id !== undefined;
    const traceFlags = Number.parseInt(trace_flags, RADIX);
    const parent = { traceId: trace_id ?? '', spanId: parent_id ?? '', traceFlags, isRemote: true };
    const span = tracer.startSpan(
      `${method} ${route}`,
      {
        kind: SpanKind.SERVER,
        startTime: endMs - ms,
        attributes: {
          'http.request.method': method,
          'http.route': route,
          'url.path': path,
          'http.response.status_code': status,
          'bpfledger.request_id': request_id,
          ...(actor !== undefined && { 'enduser.id': actor }),
        },
      },
      isOfTrace ? trace.setSpanContext(ROOT_CONTEXT, parent) : ROOT_CONTEXT,
    );
    if (status >= FAULTS_FROM) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end(endMs);
  };
}
