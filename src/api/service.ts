/** What the routes work on: the log, the database it is in, and what the operator is told of them. */
import type { SigningKey } from '../events/checkpoint/signing-key.ts';
import type { Clock } from '../events/clock.ts';
import type { Database } from '../events/database.ts';
import type { Log } from '../events/log.ts';
import { momentAt } from '../projections/boots.ts';
import type { Moment } from '../projections/moment.ts';
import type { Metrics } from './metrics.ts';

export interface Service {
  readonly log: Log;
  readonly database: Database;
  readonly clock: Clock;
  readonly metrics: Metrics;
  /** Aborts when the service shuts down: streams end. */
  readonly closing: AbortSignal;
  readonly version: string;
  /** Signs checkpoints. */
  readonly signingKey: SigningKey;
  /** Told of what nobody foresaw. */
  readonly onFault: (error: unknown) => void;
}

/** The head of a host's log as a moment. Throws the log's refusal for a host that is not there. */
export async function headOf(service: Service, host: string): Promise<Moment> {
  const { host_id, position } = await service.log.head(host);
  const moment = await momentAt(service.database, { host_id, position });
  if (moment === undefined) throw new Error(`host ${host} has no boot`);
  return moment;
}
