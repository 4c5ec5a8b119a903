// BPFLEDGER_SPANS on a service that runs as an operator runs it: a process with a preloaded provider of
// the API of OpenTelemetry, which is the real package. Each answered request is one span there.

import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageVersion } from '../../src/package-version.ts';
import { type ServiceProcess, send, startProcess } from './process.ts';
import type { PrintedSpan } from './tracing.ts';

const TRACING = new URL('tracing.ts', import.meta.url).href;
const preload = (...modules: readonly string[]) => ({
  NODE_OPTIONS: modules.map((module) => `--import ${module}`).join(' '),
  BPFLEDGER_EPHEMERAL: 'true',
});
const traced = preload('tsx', TRACING);
const asModule = (text: string) => `data:text/javascript,${encodeURIComponent(text)}`;

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';

describe('a service with spans', () => {
  const spans: PrintedSpan[] = [];
  let service: ServiceProcess;
  beforeAll(async () => {
    service = await startProcess({ ...traced, BPFLEDGER_SPANS: 'true' }, (line) =>
      spans.push(JSON.parse(line) as PrintedSpan),
    );
    const made = await send(`${service.url}/v1/hosts`, { name: 'h', release: '6.18' });
    expect(made.status).toBe(201);
  });
  afterAll(() => service.kill());

  /** The span of a request, by its id. */
  async function spanOf(id: string): Promise<PrintedSpan> {
    const is = (span: PrintedSpan) => span.attributes?.['bpfledger.request_id'] === id;
    await expect.poll(() => spans.filter(is).length).toBe(1);
    return spans.find(is) as PrintedSpan;
  }

  it('gives each request one, below the span of who sent it', async () => {
    const traceparent = `00-${TRACE}-${PARENT}-01`;
    const began = Date.now();
    await fetch(`${service.url}/v1/hosts/h`, { headers: { traceparent, 'x-request-id': 'a' } });
    const { began: start, ended, ...span } = await spanOf('a');
    expect(span).toEqual({
      tracer: `bpfledger ${packageVersion()}`,
      name: 'GET /v1/hosts/:host',
      kind: SpanKind.SERVER,
      attributes: {
        'http.request.method': 'GET',
        'http.route': '/v1/hosts/:host',
        'url.path': '/v1/hosts/h',
        'http.response.status_code': 200,
        'bpfledger.request_id': 'a',
        'enduser.id': 'local',
      },
      trace_id: TRACE,
      parent_id: PARENT,
    });
    expect(Number(start)).toBeGreaterThan(began - 1000);
    expect(Number(ended)).toBeGreaterThanOrEqual(Number(start));
  });

  it('gives a single write one, which no router answers', async () => {
    const body = { call: { name: 'mkdir', path: '/a' } };
    await send(`${service.url}/v1/hosts/h/syscalls`, body, { 'x-request-id': 'b' });
    const span = await spanOf('b');
    expect(span.name).toBe('POST /v1/hosts/:host/syscalls');
    expect(span.parent_id).toBeUndefined();
  });

  it('blames nobody for what a caller asked wrongly', async () => {
    await fetch(`${service.url}/v1/hosts/nobody`, { headers: { 'x-request-id': 'c' } });
    const { status, attributes } = await spanOf('c');
    expect(attributes?.['http.response.status_code']).toBe(404);
    expect(status).not.toBe(SpanStatusCode.ERROR);
  });

  it('leaves it to the sender whether a request is recorded', async () => {
    const traceparent = `00-${TRACE}-${PARENT}-00`;
    await fetch(`${service.url}/v1/hosts/h`, { headers: { traceparent, 'x-request-id': 'd' } });
    await fetch(`${service.url}/v1/hosts/h`, { headers: { 'x-request-id': 'e' } });
    await spanOf('e');
    expect(spans.map(({ attributes }) => attributes?.['bpfledger.request_id'])).not.toContain('d');
  });
});

it('a service without BPFLEDGER_SPANS makes none', async () => {
  const told: string[] = [];
  const service = await startProcess(traced, (line) => told.push(line));
  await fetch(`${service.url}/healthz`);
  expect(await service.stop()).toBe(0);
  expect(told).toEqual([]);
});

it('a service with BPFLEDGER_SPANS and without the API says what to install', async () => {
  const hook = `export async function resolve(name, context, next) {
    if (name === '@opentelemetry/api') throw new Error('there is no such package');
    return next(name, context);
  }`;
  const hooks = JSON.stringify(asModule(hook));
  const hide = asModule(`import { register } from 'node:module'; register(${hooks});`);
  const env = preload(hide);
  await expect(startProcess({ ...env, BPFLEDGER_SPANS: 'true' })).rejects.toThrow(
    /BPFLEDGER_SPANS needs the package @opentelemetry\/api.*docs\/operation\.md/,
  );
});
