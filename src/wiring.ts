/**
 * The composition root: wires the log of an opened database to the routes, listens, shuts down. It
 * loads most of the program, so `main.ts` loads it while the database is opened.
 */

import { randomBytes } from 'node:crypto';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Logger, pino } from 'pino';
import { Alerts } from './api/alerts/alerts.ts';
import type { Configuration } from './api/configuration.ts';
import { knownTokens } from './api/guard/known-tokens.ts';
import { isLoopback } from './api/guard/origin.ts';
import { Rates } from './api/guard/rates.ts';
import type { AnsweredRequest, RequestIds } from './api/guard/request-ids.ts';
import { LOCAL } from './api/guard/tokens.ts';
import { DRAIN_MS, IDLE_LOOK_MS, SHUTDOWN_MS, SWEEP_MS, UPKEEP_MS } from './api/limits.ts';
import { newMetrics } from './api/metrics.ts';
import { requestSpans } from './api/request-spans.ts';
import { SURVIVES } from './api/routes/operations.ts';
import { createHttpServer } from './api/server.ts';
import { collectYoungGarbage, whenAtRest } from './at-rest.ts';
import { countText } from './domain/count-text.ts';
import { systemClock } from './events/clock.ts';
import { openLog } from './events/log.ts';
import { isSigningRefused } from './events/log-refusal.ts';
import { Publication } from './events/proof/publish.ts';
import { SIGNED_HEADS_FILE, SignedHeads } from './events/proof/signed-heads.ts';
import { ownSigningKey, readSigningKey, type SigningKey } from './events/proof/signing-key.ts';
import { parseTrustedKeys, TrustedKeys } from './events/proof/trusted-keys.ts';
import { upkeep } from './events/proof/upkeep.ts';
import { SNAPSHOT_FAULTS } from './events/reading/snapshots.ts';
import type { Database } from './events/storage/database.ts';
import { isDenied } from './events/storage/database-error.ts';
import { migrate } from './events/storage/migrate.ts';
import { NewerSchema, pendingMigrations } from './events/storage/pending-migrations.ts';
import { trimMemory } from './native/trim-memory.ts';
import { packageVersion } from './package-version.ts';
import { staleHosts } from './projections/boots.ts';
import { Arrivals } from './projections/fleet/arrivals.ts';
import { projector } from './projections/projector.ts';
import { rebuild } from './projections/rebuild.ts';
import { straceReader } from './recorders/strace/recording.ts';

/** A service that runs. */
export interface Running {
  readonly url: string;
  /** What the storage is and what it survives, in a sentence. */
  readonly storage: string;
  /** Rejects when the embedded database breaks down: nothing is answered any more but 503. */
  readonly lost: Promise<never>;
  /** Reads the tokens file again; when it cannot be used, the tokens stay as they were. */
  reload(): Promise<void>;
  /**
   * Takes no more requests, finishes those under way, closes the database. Ends whatever the
   * database does: what did not finish in time is given up then.
   */
  close(): Promise<void>;
}

/** Name of the key that the service makes for itself in its data folder. */
const KEY_FILE = 'signing-key.pem';

async function signingKeyFrom({ signingKeyFile, dataDir }: Configuration): Promise<SigningKey> {
  try {
    return signingKeyFile === undefined
      ? await ownSigningKey(join(dataDir, KEY_FILE))
      : await readSigningKey(signingKeyFile);
  } catch (error) {
    const setting =
      signingKeyFile === undefined ? 'BPFLEDGER_DATA_DIR' : 'BPFLEDGER_SIGNING_KEY_FILE';
    throw new Error(`cannot read or create the signing key (${setting})`, { cause: error });
  }
}

/** The keys whose checkpoints prove something: the own one, and those of the operator's list. */
async function readTrustedKeys(file: string | undefined, own: SigningKey): Promise<TrustedKeys> {
  if (file === undefined) return new TrustedKeys([]).with(own.public);
  try {
    return parseTrustedKeys(await readFile(file, 'utf8')).with(own.public);
  } catch (error) {
    throw new Error('cannot read the trusted keys (BPFLEDGER_TRUSTED_KEYS_FILE)', { cause: error });
  }
}

/** Tables of a very old version, or a user without the role of the service. */
const UNSEEN =
  'the user of DATABASE_URL may not read which migrations were applied: run `bpfledger migrate` first, ' +
  'as the owner of the tables, and give that user the role bpfledger_service';

/** Sees to the schema and the projections of an opened database: they are those of this program. */
async function bringUpToDate(database: Database): Promise<void> {
  if (database.kind === 'pglite') {
    if ((await pendingMigrations(database)).length > 0) await migrate(database);
    for (const host_id of await staleHosts(database)) await rebuild(database, { host_id });
    return;
  }
  const pending = await pendingMigrations(database).catch((cause: unknown) => {
    if (cause instanceof NewerSchema) throw cause;
    if (isDenied(cause)) throw new Error(UNSEEN, { cause });
    throw new Error('cannot use the database of DATABASE_URL', { cause });
  });
  const stale = pending.length === 0 ? await staleHosts(database) : [];
  if (pending.length === 0 && stale.length === 0) return;
  throw new Error(
    pending.length > 0
      ? `the database lacks the migrations ${pending.join(', ')}: run \`bpfledger migrate\` first`
      : `the projections of ${countText(stale.length, 'host')} are of another version of this program: run \`bpfledger rebuild\` first, as the owner of the tables`,
  );
}

/** Who is told of each answer: the log of the service, and tracing; undefined when neither is. */
async function answerTold({ spans }: Configuration, logger: Logger) {
  const record = spans ? await requestSpans(packageVersion()) : undefined;
  if (record === undefined && !logger.isLevelEnabled('info')) return undefined;
  return (request: AnsweredRequest) => {
    logger.info(request, 'request');
    record?.(request, Date.now());
  };
}

/** On a service without tokens there is one caller. */
const localAlone = (actor: string) => (actor === LOCAL.actor ? LOCAL : undefined);

/** How often a shutdown looks for connections that fell idle. */
const IDLE_SWEEP_MS = 20;

function authority(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

async function listen(server: Server, { host, port }: Configuration): Promise<string> {
  server.listen(port, host);
  await once(server, 'listening');
  return `http://${authority(host, (server.address() as AddressInfo).port)}`;
}

/** Ends connections as their requests are answered, and all of them after a while. */
async function stop(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  // A connection that falls idle after `close` would otherwise be kept alive.
  const sweep = setInterval(() => server.closeIdleConnections(), IDLE_SWEEP_MS);
  const late = setTimeout(() => server.closeAllConnections(), SHUTDOWN_MS);
  await closed;
  clearInterval(sweep);
  clearTimeout(late);
}

/** Does something at intervals, never twice concurrently. */
function every(ms: number, work: () => Promise<void>) {
  let running: Promise<void> | undefined;
  const timer = setInterval(() => {
    running ??= work().finally(() => {
      running = undefined;
    });
  }, ms);
  return {
    /** Waits for what is under way. */
    async stop(): Promise<void> {
      clearInterval(timer);
      await running;
    },
  };
}

/** The database of a service: perhaps not open yet. */
export interface Storage {
  readonly opening: Promise<Database>;
  /** Rejects when it breaks down. */
  readonly lost: Promise<never>;
}

/**
 * Runs the service on a database. It closes the database when the service is closed, and not when it
 * throws.
 */
export async function serviceOn(
  configuration: Configuration,
  { opening, lost }: Storage,
): Promise<Running> {
  const logger = pino({ level: configuration.logLevel });
  lost.catch((error: unknown) => logger.fatal({ err: error }, 'the database is lost'));
  const { tokensFile, dataDir } = configuration;
  const tokens =
    tokensFile === undefined
      ? undefined
      : await knownTokens({ tokensFile, dataDir }, systemClock, (message) => logger.warn(message));
  const book = tokens?.book;
  const signingKey = await signingKeyFrom(configuration);
  const trustedKeys = await readTrustedKeys(configuration.trustedKeysFile, signingKey);
  const signedHeads = await SignedHeads.open(join(dataDir, SIGNED_HEADS_FILE));
  const database = await opening;
  await bringUpToDate(database);
  const closing = new AbortController();
  const arrivals = new Arrivals({
    ...{ database, clock: systemClock, randomBytes },
    onFault: (error) => logger.warn({ err: error }, 'cannot follow the logs of all hosts'),
  });
  try {
    const { held, ephemeral } = configuration;
    const survives = SURVIVES[ephemeral ? 'ephemeral' : database.kind];
    const metrics = newMetrics();
    const log = await openLog({
      ...{ database, clock: systemClock, projector, randomBytes, held },
      onGrown: (hostId) => arrivals.note(hostId),
      onHistoryChanged(change) {
        if (change.deletion !== undefined) return logger.warn(change, 'a host was deleted');
        metrics.historyChanges.inc();
        logger.error(
          change,
          'the database went back: events of a host that this process knew are lost',
        );
      },
    });
    const alerts = new Alerts({
      ...{ log, database, arrivals, clock: systemClock, allowed: configuration.webhookAllowed },
      owner: (actor) => (book === undefined ? localAlone(actor) : book.findByActor(actor)),
      onFault: (error) => logger.warn({ err: error }, 'cannot evaluate or deliver alerts'),
    });
    const service = {
      log,
      database,
      arrivals,
      alerts,
      clock: systemClock,
      metrics,
      metricsOpen: configuration.metricsOpen,
      closing: closing.signal,
      version: packageVersion(),
      survives,
      signingKey,
      signedHeads,
      trustedKeys,
      recordings: straceReader,
      onFault: (error: unknown, of?: RequestIds) =>
        logger.error({ err: error, ...of }, 'request failed'),
      onAnswered: await answerTold(configuration, logger),
    };
    const loopback = isLoopback(configuration.host);
    const rates = new Rates(configuration.rates);
    const server = createHttpServer(service, { tokens: book, loopback, rates });
    const url = await listen(server, configuration);
    alerts.start();
    const sweep = setInterval(() => {
      log.sweepKeys().catch((error: unknown) => logger.warn({ err: error }, 'sweep failed'));
    }, SWEEP_MS);
    const resting = setInterval(() => log.letIdleGo(), IDLE_LOOK_MS);
    const { publishDir } = configuration;
    const publication = publishDir === undefined ? undefined : new Publication(publishDir);
    const upkept = every(UPKEEP_MS, async () => {
      try {
        await upkeep(database, {
          key: signingKey,
          memory: signedHeads,
          now: systemClock.now(),
          signal: closing.signal,
          onFault: (error) => {
            if (isSigningRefused(error)) metrics.signingRefused.inc();
            logger.error({ err: error }, 'cannot sign or seal a log');
          },
        });
        await publication?.publish(database, {
          signal: closing.signal,
          onFault: (error) => logger.error({ err: error }, 'cannot publish a checkpoint'),
        });
      } catch (error) {
        logger.warn({ err: error }, 'upkeep failed');
      }
      await tokens?.keepUses();
    });
    const onSnapshotFault = (fault: unknown) => {
      metrics.snapshotFaults.inc();
      logger.error({ fault }, 'a stored state has a wrong hash: it is ignored');
    };
    subscribe(SNAPSHOT_FAULTS, onSnapshotFault);
    const storage = `${database.kind}: survives ${survives}`;
    logger.info({ url, storage }, 'listening');
    const keepMemory = whenAtRest(() => {
      collectYoungGarbage();
      return trimMemory();
    });
    return {
      url,
      storage,
      lost,
      async reload() {
        try {
          const count = await tokens?.reload();
          if (count !== undefined) logger.info({ tokens: count }, 'read the tokens again');
        } catch (error) {
          logger.error({ err: error }, 'cannot read the tokens file: the tokens stay as they were');
        }
      },
      async close() {
        clearInterval(sweep);
        clearInterval(resting);
        keepMemory();
        unsubscribe(SNAPSHOT_FAULTS, onSnapshotFault);
        closing.abort();
        await stop(server);
        const drained = upkept
          .stop()
          .then(() => alerts.close())
          .then(() => log.close())
          .then(() => arrivals.close());
        await tokens?.keepUses();
        await Promise.race([drained, delay(DRAIN_MS, undefined, { ref: false })]);
        // Whoever still waits for the database is refused by this.
        await database.close();
        await drained;
        logger.info('closed');
      },
    };
  } catch (error) {
    await arrivals.close();
    throw error;
  }
}
