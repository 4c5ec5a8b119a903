/** What the routes work on: the log, its database, and the means to report to the operator. */
import type { Clock } from '../events/clock.ts';
import type { Log } from '../events/log.ts';
import type { SignedHeads } from '../events/proof/signed-heads.ts';
import type { SigningKey } from '../events/proof/signing-key.ts';
import type { TrustedKeys } from '../events/proof/trusted-keys.ts';
import type { RecordingReader } from '../events/recording.ts';
import type { Database } from '../events/storage/database.ts';
import type { Arrivals } from '../projections/fleet/arrivals.ts';
import type { AlertService } from './alerts/alert-service.ts';
import type { AnsweredRequest, RequestIds } from './guard/request-ids.ts';
import type { Metrics } from './metrics.ts';

export interface Service {
  readonly log: Log;
  readonly database: Database;
  /** In which order the events of all hosts come in. */
  readonly arrivals: Arrivals;
  /** What is told by webhooks. */
  readonly alerts: AlertService;
  readonly clock: Clock;
  readonly metrics: Metrics;
  /** `/metrics` answers without a token, and then names no hosts. */
  readonly metricsOpen: boolean;
  /** Aborts when the service shuts down: streams end. */
  readonly closing: AbortSignal;
  readonly version: string;
  /** What the storage survives, in a sentence. */
  readonly survives: string;
  /** Signs checkpoints. */
  readonly signingKey: SigningKey;
  /** The signed heads, which are kept outside the database. */
  readonly signedHeads: SignedHeads;
  /** The trusted keys: the signing key, and the pinned ones. */
  readonly trustedKeys: TrustedKeys;
  /** Reads what strace wrote. */
  readonly recordings: RecordingReader;
  /** Called with an error that the service does not expect. */
  readonly onFault: (error: unknown, of?: RequestIds) => void;
  /** Told of each answer, where the log of the service has them. */
  readonly onAnswered?: ((request: AnsweredRequest) => void) | undefined;
}
