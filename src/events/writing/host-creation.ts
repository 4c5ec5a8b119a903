/**
 * A new host: its row, its head and its first boot in one transaction. When the answer to the
 * commit is lost the same is tried again: the row's unique name then tells whether it was done,
 * since a boot id belongs to one attempt.
 */
import { emptyKernel } from '../../domain/boot.ts';
import type { Clock } from '../clock.ts';
import { hexOf } from '../encoding/hex.ts';
import type { LedgerEvent } from '../event.ts';
import type { Head } from '../head.ts';
import { LogRefusal } from '../log-refusal.ts';
import type { Projector } from '../projector.ts';
import { genesisOf } from '../reading/birth.ts';
import { readEvents } from '../reading/log-reader.ts';
import type { Database, Queryable } from '../storage/database.ts';
import { findViolatedUnique, wasRefused } from '../storage/database-error.ts';
import type { AskedBoot, IdempotencyKey } from '../submission.ts';
import { type Append, KEY_CONSTRAINT } from './append.ts';
import { draftOf } from './draft.ts';
import { findKey, NO_HOST } from './idempotency.ts';

const ATTEMPTS_MAX = 5;
const PAUSE_MS = 100;
const RETRY_AFTER_MS = 5000;
/** Name of the constraint that refuses a name that was given before. */
export const NAME_CONSTRAINT = 'hosts_name_unique';

export interface HostCreation {
  readonly name: string;
  readonly actor: string;
  readonly idempotency?: IdempotencyKey;
  /** Microseconds since the epoch; default: when it is recorded. */
  readonly at?: number;
}

export interface CreatedHost {
  readonly host_id: number;
  /** Event 1: the first boot. */
  readonly event: LedgerEvent;
  /** Created by an earlier request with the same key. */
  readonly repeated: boolean;
}

export interface CreationContext {
  readonly database: Database;
  readonly clock: Clock;
  readonly projector: Projector;
  readonly append: Append;
  readonly writer: number;
}

/**
 * Creates a host.
 *
 * @param boot its first boot, with a boot id that nothing else has
 * @throws LogRefusal `host-exists`, `idempotency-mismatch`, `fate-unknown`, `at-ahead`,
 *   `config-invalid`
 */
export async function createHost(
  context: CreationContext,
  creation: HostCreation,
  boot: AskedBoot,
): Promise<CreatedHost> {
  const { database, clock } = context;
  let lost: unknown;
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const repeated = await findCreation(database, creation);
    if (repeated !== undefined) return repeated;
    try {
      return await database.transaction((tx) => insertHost(tx, context, creation, boot));
    } catch (error) {
      const constraint = findViolatedUnique(error);
      // Another request with this key was faster: the next round finds it.
      if (constraint === KEY_CONSTRAINT) continue;
      if (constraint === NAME_CONSTRAINT) return await answerNameTaken(database, creation, boot);
      if (wasRefused(error) || error instanceof LogRefusal) throw error;
      lost = error;
      await clock.sleep(PAUSE_MS);
    }
  }
  const reason = { why: 'fate-unknown', retryAfterMs: RETRY_AFTER_MS } as const;
  throw new LogRefusal(reason, { cause: lost });
}

async function insertHost(
  tx: Queryable,
  context: CreationContext,
  { name, actor, idempotency, at }: HostCreation,
  boot: AskedBoot,
): Promise<CreatedHost> {
  const { projector, clock, append, writer } = context;
  const now = clock.now();
  const [host] = await tx.query<{ readonly host_id: number; readonly log_id: string }>(
    `insert into hosts (name, created_at, log_id)
     values ($1, to_timestamp($2::int8 / 1e6), gen_random_uuid())
     returning host_id, log_id::text as log_id`,
    [name, now],
  );
  if (host === undefined) throw new Error('an inserted host has an id');
  const { host_id: hostId, log_id } = host;
  const hash = genesisOf({ host: name, log_id });
  await tx.query(
    `insert into heads (host_id, position, epoch, hash, recorded_at, at_max)
     values ($1, 0, 0, decode($2, 'hex'), 0, 0)`,
    [hostId, hexOf(hash)],
  );
  const from: Head = { position: 0, epoch: 0, hash, recorded_at: 0, at_max: 0 };
  const request = at === undefined ? { call: boot } : { call: boot, at };
  const draft = draftOf([{ actor, calls: [request] }], {
    kernel: emptyKernel(),
    head: from,
    projector,
    now,
    bytesMax: Number.POSITIVE_INFINITY,
  });
  if (draft.fault !== undefined) throw draft.fault.error;
  const [drafted] = draft.drafted;
  if (drafted !== undefined && 'refusal' in drafted) throw drafted.refusal;
  const { head: to, bodies, rows } = draft;
  const appended = await append(tx, { hostId, writer, from, to, bodies, rows, keys: [] });
  if (!appended) throw new Error(`the head of the new host ${hostId} is not where it was put`);
  if (idempotency !== undefined) await insertKey(tx, actor, idempotency, now);
  return { host_id: hostId, event: draft.events[0] as LedgerEvent, repeated: false };
}

/** Records the key of a write that made a host. */
export async function insertKey(
  tx: Queryable,
  actor: string,
  { key, line = 0, fingerprint }: IdempotencyKey,
  now: number,
): Promise<void> {
  await tx.query(
    `insert into idempotency
       (host_id, principal, key, line, fingerprint, position_from, position_to, created_at)
     values ($1, $2, $3, $4, $5, 1, 1, $6)`,
    [NO_HOST, actor, key, line, fingerprint, now],
  );
}

/** What an earlier request with the same key made; undefined when none did. */
async function findCreation(
  database: Database,
  { name, actor, idempotency }: HostCreation,
): Promise<CreatedHost | undefined> {
  if (idempotency === undefined) return undefined;
  const recorded = await findKey(database, { hostId: NO_HOST, actor }, idempotency);
  if (recorded === undefined) return undefined;
  const { host_id, event } = await readFirstBoot(database, name);
  return { host_id, event, repeated: true };
}

/** The name is taken: by an attempt of ours whose answer was lost, or by somebody else. */
async function answerNameTaken(
  database: Database,
  creation: HostCreation,
  boot: AskedBoot,
): Promise<CreatedHost> {
  const repeated = await findCreation(database, creation);
  if (repeated !== undefined) return repeated;
  const { host_id, event } = await readFirstBoot(database, creation.name);
  if (event.call.name === 'boot' && event.call.boot_id === boot.boot_id) {
    return { host_id, event, repeated: false };
  }
  throw new LogRefusal({ why: 'host-exists', host: creation.name });
}

async function readFirstBoot(database: Database, name: string) {
  const text = 'select host_id from hosts where name = $1';
  const [host] = await database.query<{ host_id: number }>(text, [name]);
  if (host === undefined) throw new LogRefusal({ why: 'no-such-host', host: name });
  const [event] = await readEvents(database, host.host_id, { from: 1, limit: 1 });
  return { host_id: host.host_id, event: event as LedgerEvent };
}
