/**
 * A new host: its row, its head and its first boot in one transaction. When the answer to the
 * commit is lost the same is tried again: the row's unique name then tells whether it was done,
 * since a boot id belongs to one attempt.
 */
import { emptyKernel } from '../../domain/boot.ts';
import type { Clock } from '../clock.ts';
import { markOf } from '../encoding/mark.ts';
import type { LedgerEvent } from '../event.ts';
import { type Head, insertHead } from '../head.ts';
import { NAME_CONSTRAINT } from '../hosts.ts';
import { LogRefusal } from '../log-refusal.ts';
import type { Projector } from '../projector.ts';
import { genesisOf } from '../reading/birth.ts';
import { readEvents } from '../reading/log-reader.ts';
import { markAt } from '../reading/mark-at.ts';
import type { Database, Queryable } from '../storage/database.ts';
import { findViolatedUnique, wasRefused } from '../storage/database-error.ts';
import type { AskedBoot, IdempotencyKey } from '../submission.ts';
import { inOnePiece } from '../turns.ts';
import { type Append, KEY_CONSTRAINT } from './append.ts';
import { draftOf } from './draft.ts';
import { findKey, NO_HOST } from './idempotency.ts';

const ATTEMPTS_MAX = 5;
const PAUSE_MS = 100;
const RETRY_AFTER_MS = 5000;

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
  /** What marks its history there (`encoding/mark.ts`). */
  readonly mark: string;
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
  const from: Head = { position: 0, epoch: 0, hash, recorded_at: 0, at_max: 0 };
  await insertHead(tx, hostId, from);
  const request = at === undefined ? { call: boot } : { call: boot, at };
  const drafting = draftOf([{ actor, calls: [request] }], {
    kernel: emptyKernel(),
    head: from,
    projector,
    now,
    bytesMax: Number.POSITIVE_INFINITY,
  });
  const draft = inOnePiece(drafting);
  if (draft.fault !== undefined) throw draft.fault.error;
  const [drafted] = draft.drafted;
  if (drafted !== undefined && 'refusal' in drafted) throw drafted.refusal;
  const { head: to, bodies, rows } = draft;
  const appended = await append(tx, { hostId, writer, from, to, bodies, rows, keys: [] });
  if (!appended) throw new Error(`the head of the new host ${hostId} is not where it was put`);
  if (idempotency !== undefined) await insertKey(tx, actor, idempotency, now);
  const event = draft.events[0] as LedgerEvent;
  return { host_id: hostId, event, mark: markOf(to.hash), repeated: false };
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
  return { ...(await readFirstBoot(database, name)), repeated: true };
}

/** The name is taken: by an attempt of ours whose answer was lost, or by somebody else. */
async function answerNameTaken(
  database: Database,
  creation: HostCreation,
  boot: AskedBoot,
): Promise<CreatedHost> {
  const repeated = await findCreation(database, creation);
  if (repeated !== undefined) return repeated;
  const first = await readFirstBoot(database, creation.name);
  const { event } = first;
  if (event.call.name === 'boot' && event.call.boot_id === boot.boot_id) {
    return { ...first, repeated: false };
  }
  throw new LogRefusal({ why: 'host-exists', host: creation.name });
}

async function readFirstBoot(database: Database, name: string) {
  const text = 'select host_id from hosts where name = $1';
  const [host] = await database.query<{ host_id: number }>(text, [name]);
  if (host === undefined) throw new LogRefusal({ why: 'no-such-host', host: name });
  const [event] = await readEvents(database, host.host_id, { from: 1, limit: 1 });
  const { host_id } = host;
  return { host_id, event: event as LedgerEvent, mark: await markAt(database, host_id, 1) };
}
