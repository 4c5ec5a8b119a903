// A service of its own for a test file: in process, on PGlite in memory or, where vitest.config.ts
// says so, on PostgreSQL; reached through the application's `request`, or by a socket where the
// server itself is looked at.

import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { z } from 'zod';
import { Alerts } from '../../src/api/alerts/alerts.ts';
import type { Attempts } from '../../src/api/alerts/courier.ts';
import { webhookAllowed } from '../../src/api/alerts/public-address.ts';
import { createApp } from '../../src/api/app.ts';
import type { Rates } from '../../src/api/guard/rates.ts';
import type { AnsweredRequest } from '../../src/api/guard/request-ids.ts';
import { type TokenBook, tokenBook } from '../../src/api/guard/token-book.ts';
import { LOCAL, type Tokens } from '../../src/api/guard/tokens.ts';
import { type Metrics, newMetrics } from '../../src/api/metrics.ts';
import { type Problem, problemSchema } from '../../src/api/problem.ts';
import { SURVIVES } from '../../src/api/routes/operations.ts';
import { createHttpServer } from '../../src/api/server.ts';
import type { Service } from '../../src/api/service.ts';
import { systemClock } from '../../src/events/clock.ts';
import { type Log, openLog } from '../../src/events/log.ts';
import type { Signer } from '../../src/events/proof/sign-head.ts';
import { SignedHeads } from '../../src/events/proof/signed-heads.ts';
import { signingKeyOf } from '../../src/events/proof/signing-key.ts';
import { TrustedKeys } from '../../src/events/proof/trusted-keys.ts';
import type { Database } from '../../src/events/storage/database.ts';
import { migrate } from '../../src/events/storage/migrate.ts';
import { openPglite } from '../../src/events/storage/pglite-database.ts';
import { openPostgres } from '../../src/events/storage/postgres-database.ts';
import { Arrivals } from '../../src/projections/fleet/arrivals.ts';
import { projector } from '../../src/projections/projector.ts';
import { straceReader } from '../../src/recorders/strace/recording.ts';
import { createDatabase } from '../support/database.ts';

const onPostgresql = process.env.BPFLEDGER_TEST_API_ON === 'postgresql';

const PEM = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' });

export type App = ReturnType<typeof createApp>;

export interface TestService {
  readonly app: App;
  /** Opens a socket, for what the server itself does; once. Returns the URL. */
  listen(): Promise<string>;
  /** Those that were asked for. */
  readonly tokens: TokenBook | undefined;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly database: Database;
  readonly signedHeads: SignedHeads;
  /** What signs its heads. */
  readonly signer: Signer;
  /** What the service could not explain; a test that expects none checks that it is empty. */
  readonly faults: unknown[];
  /** What its log would tell of each request. */
  readonly answered: AnsweredRequest[];
  close(): Promise<void>;
}

export interface TestServiceOptions {
  readonly database?: Database;
  readonly tokens?: Tokens;
  readonly loopback?: boolean;
  readonly metricsOpen?: boolean;
  readonly rates?: Rates;
  /** Evaluates rules and delivers to this machine too. */
  readonly alerts?: { readonly attempts?: Attempts };
  /** Stands between the routes and the log. */
  readonly between?: (log: Log) => Log;
}

export async function startTestService(options: TestServiceOptions = {}): Promise<TestService> {
  const { database, drop } = options.database
    ? { database: options.database, drop: async () => undefined }
    : await newDatabase();
  const clock = systemClock;
  // Tests break the database below a service; what then fails in between is tried again.
  const arrivals = new Arrivals({ database, clock, randomBytes, onFault: () => undefined });
  const onGrown = (hostId: number) => arrivals.note(hostId);
  const log = await openLog({ database, clock, projector, randomBytes, onGrown });
  const closing = new AbortController();
  const folder = mkdtempSync(join(tmpdir(), 'bpfledger-signed-'));
  const signingKey = signingKeyOf(PEM.toString());
  const faults: unknown[] = [];
  const answered: AnsweredRequest[] = [];
  const tokens = options.tokens && tokenBook(options.tokens, clock);
  const local = (actor: string) => (actor === LOCAL.actor ? LOCAL : undefined);
  const alerts = new Alerts({
    ...{ log, database, arrivals, clock, ...options.alerts },
    owner: (actor) => (tokens === undefined ? local(actor) : tokens.findByActor(actor)),
    allowed: webhookAllowed(options.alerts === undefined ? '' : '127.0.0.0/8'),
    onFault: (error) => faults.push(error),
  });
  if (options.alerts !== undefined) alerts.start();
  const service: Service = {
    log: options.between?.(log) ?? log,
    database,
    arrivals,
    alerts,
    clock,
    metrics: newMetrics(),
    survives: SURVIVES[database.kind],
    metricsOpen: options.metricsOpen ?? false,
    closing: closing.signal,
    version: 'test',
    signingKey,
    signedHeads: await SignedHeads.open(join(folder, 'signed-heads.jsonl')),
    trustedKeys: new TrustedKeys([signingKey.public.key_id]),
    recordings: straceReader,
    onFault: (error) => faults.push(error),
    onAnswered: (request) => answered.push(request),
  };
  const guard = {
    tokens,
    loopback: options.loopback ?? false,
    rates: options.rates,
  };
  let server: Server | undefined;
  return {
    app: createApp(service, guard),
    async listen() {
      server = createHttpServer(service, guard).listen(0, '127.0.0.1');
      await once(server, 'listening');
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    },
    tokens,
    metrics: service.metrics,
    log,
    database,
    signedHeads: service.signedHeads,
    signer: { key: signingKey, memory: service.signedHeads, now: clock.now() },
    faults,
    answered,
    async close() {
      closing.abort();
      server?.close();
      server?.closeAllConnections();
      await alerts.close();
      await log.close();
      await arrivals.close();
      await drop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function newDatabase(): Promise<{ database: Database; drop: () => Promise<void> }> {
  const made = onPostgresql ? await createDatabase() : undefined;
  const database = made ? openPostgres({ url: made.url }) : await openPglite();
  await migrate(database);
  return {
    database,
    async drop() {
      await database.close();
      await made?.drop();
    },
  };
}

export interface Sent {
  readonly headers?: Readonly<Record<string, string>>;
  /** An object is sent as JSON, text as it is. */
  readonly body?: unknown;
}

export async function post(
  app: App,
  path: string,
  { headers = {}, body }: Sent,
): Promise<Response> {
  return app.request(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
  });
}

/** The body of a response, in the strict schema of its route. */
export async function parse<T extends z.ZodType>(
  response: Response,
  schema: T,
): Promise<z.output<T>> {
  return schema.parse(await response.json());
}

export async function problem(response: Response): Promise<Problem> {
  if (response.headers.get('content-type') !== 'application/problem+json') {
    throw new Error(`no problem document: ${response.status} ${await response.text()}`);
  }
  return problemSchema.parse(await response.json());
}

/** The objects of an NDJSON body. */
export async function lines(response: Response): Promise<unknown[]> {
  const text = await response.text();
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown);
}
