/** GET /metrics: what Prometheus asks of the service; and …/metrics: the objects of one host, a series each. */
import { z } from '@hono/zod-openapi';
import { ASKED_AGAIN } from '../answer-headers.ts';
import { OBJECT_SERIES_MAX } from '../limits.ts';
import { FleetReading } from '../metrics/fleet-reading.ts';
import { objectSeries } from '../metrics/object-series.ts';
import { type App, createRoute, hostParams, problemAnswer } from '../routing.ts';
import type { Service } from '../service.ts';

const route = createRoute({
  method: 'get',
  path: '/v1/hosts/{host}/metrics',
  operationId: 'getHostMetrics',
  access: { role: 'reader', hosts: ['path:host'] },
  summary: 'The living programs, links and maps of a host as metrics for Prometheus',
  description:
    'A series for each, with its id as a label: `bpf_program_info`, `bpf_program_load_time`, ' +
    '`bpf_link_info`, `bpf_map_info`. `bpfledger_objects` counts all of a kind; of more than ' +
    `${OBJECT_SERIES_MAX} those with the lowest ids have a series.`,
  request: { params: hostParams },
  responses: {
    200: {
      description: "The metrics, in Prometheus' text format.",
      headers: ASKED_AGAIN,
      content: { 'text/plain': { schema: z.string() } },
    },
    default: problemAnswer,
  },
});

export function metrics(app: App, service: Service): void {
  const { log, metrics, metricsOpen } = service;
  const fleet = new FleetReading(service);

  app.get('/metrics', metricsOpen ? 'open' : { role: 'reader', hosts: 'all' }, async (c) => {
    const { registry, byHost } = metrics;
    const { hosts, rows } = log.sizeOfStates();
    metrics.heldHosts.set(hosts);
    metrics.heldRows.set(rows);
    await fleet.refresh();
    const named = c.get('principal').allHosts ? await byHost.metrics() : '';
    const text = (await registry.metrics()) + named;
    return c.body(text, 200, { 'content-type': registry.contentType });
  });

  app.openapi(route, async (c) => {
    const { host } = c.req.valid('param');
    const series = await objectSeries(service, host);
    return c.text(await series.metrics(), 200, { 'content-type': series.contentType });
  });
}
