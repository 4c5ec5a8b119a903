/**
 * Metrics of all hosts in the database, without branches. A scrape reads them there
 * (`fleet-reading.ts`), so each instance of the service tells the same; no label names a host.
 */
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** Upper ends of the buckets, in seconds: from a hundredth to thirty days. */
const LIFETIMES = [0.01, 0.1, 1, 10, 60, 600, 3600, 21_600, 86_400, 604_800, 2_592_000];
/** The same of gaps: from a thousandth to a day. */
const GAPS = [0.001, 0.01, 0.1, 1, 5, 30, 60, 300, 1800, 3600, 86_400];

export interface FleetMetrics {
  readonly attached: Gauge<'attach_type' | 'mode'>;
  readonly effective: Gauge<'attach_type'>;
  readonly driftSlots: Gauge;
  readonly linkLifetime: Histogram;
  readonly slotEmpty: Histogram;
  readonly readAt: Gauge;
  readonly readsFailed: Counter;
}

/** Fresh ones, of which nothing is known yet. */
export function newFleetMetrics(registers: Registry[]): FleetMetrics {
  const made: FleetMetrics = {
    attached: new Gauge({
      name: 'bpf_cgroup_attached_programs',
      help: 'Programs in the lists of all cgroups of all hosts, by attach type and mode of the list',
      labelNames: ['attach_type', 'mode'],
      registers,
    }),
    effective: new Gauge({
      name: 'bpf_cgroup_effective_programs',
      help: 'Places in the effective arrays of all cgroups of all hosts, by attach type',
      labelNames: ['attach_type'],
      registers,
    }),
    driftSlots: new Gauge({
      name: 'bpf_drift_slots',
      help: 'Pairs of cgroup and attach type whose programs on a real kernel differ from the log, of all hosts, at the last comparison of each',
      registers,
    }),
    linkLifetime: new Histogram({
      name: 'bpf_link_lifetime_seconds',
      help: 'Seconds from the creation of a link to its end, of links whose creation and end were seen',
      buckets: LIFETIMES,
      registers,
    }),
    slotEmpty: new Histogram({
      name: 'bpf_slot_empty_seconds',
      help: 'Seconds for which a cgroup that had a program for an attach type had none, of such gaps that ended with a new program',
      buckets: GAPS,
      registers,
    }),
    readAt: new Gauge({
      name: 'bpfledger_fleet_read_timestamp_seconds',
      help: 'When the metrics of all hosts were read from the database, in seconds since 1970',
      registers,
    }),
    readsFailed: new Counter({
      name: 'bpfledger_fleet_reads_failed_total',
      help: 'Times that the metrics of all hosts could not be read from the database',
      registers,
    }),
  };
  forgetState(made);
  made.readAt.remove();
  return made;
}

/** What is not known is not told: a gauge without a value has no line. */
export function forgetState({ attached, effective, driftSlots }: FleetMetrics): void {
  attached.reset();
  effective.reset();
  driftSlots.remove();
}
