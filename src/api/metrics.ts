/** Counters for /metrics, in Prometheus' text format. */
import type { MiddlewareHandler } from 'hono';
import { routePath } from 'hono/route';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { LedgerEvent } from '../events/event.ts';
import { EventCounts } from './metrics/event-counts.ts';
import { type FleetMetrics, newFleetMetrics } from './metrics/fleet-metrics.ts';

/** Upper ends of the duration buckets, in seconds. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

export interface Metrics {
  readonly registry: Registry;
  /** Metrics that name hosts, for principals that may see all hosts. */
  readonly byHost: Registry;
  readonly requests: Histogram<'method' | 'route' | 'status'>;
  readonly events: Counter;
  /** What `bpf_events_total` and `bpf_recorder_lost_events_total` say. */
  readonly counts: EventCounts;
  /** Of the hosts in the database. */
  readonly fleet: FleetMetrics;
  readonly streams: Gauge;
  readonly disagreements: Counter;
  readonly standing: Gauge<'host'>;
  readonly signingRefused: Counter;
  readonly snapshotFaults: Counter;
  readonly historyChanges: Counter;
  readonly heldHosts: Gauge;
  readonly heldRows: Gauge;
}

/** Fresh counters, at zero. */
export function newMetrics(): Metrics {
  const registry = new Registry();
  const byHost = new Registry();
  const registers = [registry];
  const counts = new EventCounts();
  collectDefaultMetrics({ register: registry });
  tellCounts(counts, registers);
  return {
    registry,
    byHost,
    counts,
    fleet: newFleetMetrics(registers),
    requests: new Histogram({
      name: 'bpfledger_http_request_duration_seconds',
      help: 'Seconds of requests, by route and status; of streams, until the headers are sent',
      labelNames: ['method', 'route', 'status'],
      buckets: BUCKETS,
      registers,
    }),
    events: new Counter({
      name: 'bpfledger_events_recorded_total',
      help: 'Events recorded through this process, without repeated answers',
      registers,
    }),
    streams: new Gauge({
      name: 'bpfledger_event_streams',
      help: 'Open event streams',
      registers,
    }),
    disagreements: new Counter({
      name: 'bpfledger_executor_disagreements_total',
      help: 'Reports in which a real kernel answered differently from the log',
      registers,
    }),
    standing: new Gauge({
      name: 'bpfledger_executor_standing_differences',
      help: 'Differences between a real kernel and the log, at the last comparison',
      labelNames: ['host'],
      registers: [byHost],
    }),
    signingRefused: new Counter({
      name: 'bpfledger_signing_refused_total',
      help: 'Checkpoints that were not signed, because the log does not hold what was signed before',
      registers,
    }),
    snapshotFaults: new Counter({
      name: 'bpfledger_snapshot_faults_total',
      help: 'Stored states that were ignored, because their hash is wrong',
      registers,
    }),
    historyChanges: new Counter({
      name: 'bpfledger_history_changes_total',
      help: 'Times that the database went back, so that the log of a host lost events that were known',
      registers,
    }),
    heldHosts: new Gauge({
      name: 'bpfledger_held_hosts',
      help: 'Hosts whose state is in memory',
      registers,
    }),
    heldRows: new Gauge({
      name: 'bpfledger_held_rows',
      help: 'Rows of the states in memory',
      registers,
    }),
  };
}

/** Metrics that say at each scrape what was counted. */
function tellCounts(counts: EventCounts, registers: Registry[]): void {
  new Counter({
    name: 'bpf_events_total',
    help: 'Events recorded through this process, by call (op) and answer (result): ok, or an errno',
    labelNames: ['op', 'result'],
    registers,
    collect() {
      this.reset();
      for (const { op, result, events } of counts.all()) this.inc({ op, result }, events);
    },
  });
  new Counter({
    name: 'bpf_recorder_lost_events_total',
    help: 'Events that recorders lost and said so to this process, where they knew how many',
    registers,
    collect() {
      this.reset();
      this.inc(counts.lost);
    },
  });
}

/** Counts what a write recorded; a repeated answer recorded nothing. */
export function countRecorded(
  { events, counts }: Metrics,
  recorded: { readonly events: readonly LedgerEvent[]; readonly repeated: boolean },
): void {
  if (recorded.repeated) return;
  events.inc(recorded.events.length);
  counts.count(recorded.events);
}

/** Times every request under the route that answered it. */
export function timeRequests(metrics: Metrics): MiddlewareHandler {
  return async function timeRequests(c, next) {
    const start = performance.now();
    await next();
    observe(
      metrics,
      { method: c.req.method, route: routePath(c, -1), status: c.res.status },
      start,
    );
  };
}

interface Answered {
  readonly method: string;
  readonly route: string;
  readonly status: number;
}

/** Counts a request that was answered just now. */
export function observe(
  { requests }: Metrics,
  { method, route, status }: Answered,
  start: number,
): void {
  requests.observe({ method, route, status: String(status) }, (performance.now() - start) / 1000);
}
