// Spans of OpenTelemetry: what an SDK that is preloaded gets of each request.

import {
  type Context,
  type Span,
  SpanKind,
  type SpanOptions,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requestSpans } from '../../src/api/request-spans.ts';

interface Recorded {
  readonly name: string;
  readonly options: SpanOptions;
  readonly parent: ReturnType<typeof trace.getSpanContext>;
  end?: number;
  status?: number;
}

describe('the span of a request', () => {
  const recorded: Recorded[] = [];
  const asked = {
    request_id: 'mine-7',
    method: 'GET',
    path: '/v1/hosts/h',
    route: '/v1/hosts/:host',
  };
  const ids = { trace_id: '4bf92f3577b34da6a3ce929d0e0e4736', parent_id: '00f067aa0ba902b7' };
  let record: Awaited<ReturnType<typeof requestSpans>>;

  beforeAll(async () => {
    const startSpan = (name: string, options: SpanOptions = {}, context?: Context) => {
      const one: Recorded = { name, options, parent: context && trace.getSpanContext(context) };
      recorded.push(one);
      return {
        setStatus: ({ code }: { readonly code: number }) => {
          one.status = code;
        },
        end: (at: number) => {
          one.end = at;
        },
      } as unknown as Span;
    };
    const tracer = { startSpan, startActiveSpan: () => undefined as never };
    trace.setGlobalTracerProvider({ getTracer: () => tracer });
    record = await requestSpans('1.0.0');
  });
  afterAll(() => trace.disable());

  it('has the times, the route and the answer of the request', () => {
    record({ ...asked, status: 200, ms: 12, actor: 'token:ci' }, 5000);
    const span = recorded.at(-1);
    expect(span).toMatchObject({ name: 'GET /v1/hosts/:host', end: 5000, parent: undefined });
    expect(span?.status).toBeUndefined();
    expect(span?.options).toEqual({
      kind: SpanKind.SERVER,
      startTime: 4988,
      attributes: {
        'http.request.method': 'GET',
        'http.route': '/v1/hosts/:host',
        'url.path': '/v1/hosts/h',
        'http.response.status_code': 200,
        'bpfledger.request_id': 'mine-7',
        'enduser.id': 'token:ci',
      },
    });
  });

  it.each([
    ['01', 1],
    ['00', 0],
  ])('is below the span of the sender, with its flags %s', (trace_flags, traceFlags) => {
    record({ ...asked, ...ids, trace_flags, status: 404, ms: 1 }, 5000);
    const { trace_id: traceId, parent_id: spanId } = ids;
    const span = recorded.at(-1);
    expect(span?.parent).toEqual({ traceId, spanId, traceFlags, isRemote: true });
    expect(span?.status).toBeUndefined();
  });

  it('is an error where the service is to blame', () => {
    record({ ...asked, status: 503, ms: 1 }, 5000);
    expect(recorded.at(-1)?.status).toBe(SpanStatusCode.ERROR);
  });
});
