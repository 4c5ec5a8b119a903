/** A host's log behind the service's REST API, as an executor reads it and reports to it. */
import { release } from 'node:os';
import { followEvents } from '../../client/follow-events.ts';
import { hostPath } from '../../client/host-path.ts';
import { type RestClient, ServiceRefusal } from '../../client/rest-client.ts';
import { checkEvent } from './event-check.ts';
import type { Ledger, LedgerReader, LoggedEvent } from './ledger.ts';

/** The statuses of a position after the head or a host that is gone, and of an id of another history. */
const OTHER_LOG: readonly number[] = [404, 412];

/** Who takes the lease, and where it works. */
export interface Holder {
  readonly executor: string;
  /** Of the one process that has the place (`takePlace`). */
  readonly instance: string;
  /** Paths on this machine. */
  readonly cgroupRoot: string;
  readonly bpffs: string;
  readonly ephemeral: boolean;
}

/**
 * Reads the log of a host.
 *
 * @param onId told the id of each event before it is given
 */
export function restLedgerReader(
  client: RestClient,
  host: string,
  onId?: (id: string) => void,
): LedgerReader {
  const path = hostPath(host);
  return {
    async bootPosition() {
      const { boots } = await client.get<{ boots: { position_from: number }[] }>(path);
      return boots.at(-1)?.position_from ?? 1;
    },
    async readReported() {
      const { reported_position } = await readProgress(client, host);
      return reported_position;
    },
    follow: (after) => followChecked(client, { path: `${path}/events/stream`, after, onId }),
  };
}

/** Reads the log of a host and reports to it, once the lease is taken. */
export function restLedger(client: RestClient, host: string, holder: Holder): Ledger {
  const path = `${hostPath(host)}/executor`;
  const { executor, instance, cgroupRoot, bpffs, ephemeral } = holder;
  const place = { kernel: release(), cgroup_root: cgroupRoot, bpffs, ephemeral };
  let lease = '';
  let lastId: string | undefined;
  const onId = (id: string) => {
    lastId = id;
  };
  return {
    ...restLedgerReader(client, host, onId),
    async lease() {
      const taken = await client.post<{ lease: string; reported_position: number }>(
        `${path}/lease`,
        { executor, instance, place },
      );
      lease = taken.lease;
      return taken.reported_position;
    },
    async report(reports, more = {}) {
      const read = lastId !== undefined && { last_event_id: lastId };
      const body = { lease, reports, ...read, ...more };
      await client.post(`${path}/reports`, body).catch(refuseOtherHistory);
    },
  };
}

/** A log that does not hold what was applied went back; the stream may say so only later. */
function refuseOtherHistory(error: unknown): never {
  if (!(error instanceof ServiceRefusal) || !OTHER_LOG.includes(error.status)) throw error;
  const message = 'the log changed behind this command: what was applied is no longer in it';
  throw new Error(message, { cause: error });
}

/** A call that no executor has reported yet. */
export interface PendingCall {
  readonly position: number;
  readonly pid: number;
  readonly call: { readonly name: string; readonly [field: string]: unknown };
}

/** Reads the calls from the last reported one up to the head, in order; nothing checks them. */
export async function* readPending(client: RestClient, host: string): AsyncGenerator<PendingCall> {
  const { head, reported_position } = await readProgress(client, host);
  if (reported_position >= head) return;
  const stream = { path: `${hostPath(host)}/events/stream`, after: reported_position };
  for await (const event of followEvents<PendingCall>(client, stream)) {
    yield event;
    if (event.position >= head) return;
  }
}

function readProgress(client: RestClient, host: string) {
  const path = `${hostPath(host)}/executor`;
  return client.get<{ readonly head: number; readonly reported_position: number }>(path);
}

/** An event as the API answers it: what is not of the log itself is left out by the check. */
interface AnsweredEvent extends Record<keyof LoggedEvent, unknown> {
  readonly outcome: { readonly message?: string; readonly [field: string]: unknown };
  readonly effects: readonly { readonly eventually?: true; readonly [field: string]: unknown }[];
}

/**
 * Events as the log has them, without what the API says beside it: the sentence of a refusal, and
 * which effects come late.
 */
async function* followChecked(
  client: RestClient,
  stream: Parameters<typeof followEvents>[1],
): AsyncGenerator<LoggedEvent> {
  for await (const event of followEvents<AnsweredEvent>(client, stream)) {
    const { message: _, ...outcome } = event.outcome;
    const effects = event.effects.map(({ eventually: _, ...effect }) => effect);
    yield checkEvent({ ...event, outcome, effects });
  }
}
