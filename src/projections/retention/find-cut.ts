/** Finds where a log can be cut: at the last checkpoint up to a moment, unless something needs what is before. */
import { type Cut, readCut } from '../../events/cuts.ts';
import { missingHost } from '../../events/host-deletions.ts';
import { executorOf } from '../../events/kernel-reports/leases.ts';
import { type Checkpoint, isSignedBy } from '../../events/proof/checkpoint.ts';
import { readCheckpoints, readKeys } from '../../events/proof/checkpoints.ts';
import { positionAt } from '../../events/reading/log-reader.ts';
import type { Queryable } from '../../events/storage/database.ts';
import { listBoots } from '../boots.ts';
import { branchesThatRead } from '../reading-branches.ts';

/** The log cannot be cut there; the message says why, and what to do. */
export class CannotTrim extends Error {}

/** Before which moment the events may go: a position, or a time in microseconds since the epoch. */
export type Before =
  | { readonly kind: 'position'; readonly position: number }
  | { readonly kind: 'time'; readonly time: number }
  | { readonly kind: 'boot'; readonly boot: number };

export interface TrimQuestion {
  readonly name: string;
  readonly before: Before;
  /** Id of the key whose checkpoints count; left out: any that is stored. */
  readonly key?: string | undefined;
}

/** A cut that can be made. */
export interface PossibleCut {
  readonly host_id: number;
  readonly name: string;
  /** The checkpoint at whose position the log is cut. */
  readonly checkpoint: Checkpoint;
  /** Where it was cut before; undefined for a whole log. */
  readonly cut: Cut | undefined;
}

/**
 * Finds where a log can be cut.
 *
 * @throws LogRefusal `no-such-host`
 * @throws CannotTrim
 */
export async function findCut(database: Queryable, question: TrimQuestion): Promise<PossibleCut> {
  const { name, before, key } = question;
  const [host] = await database.query<{ readonly host_id: number; readonly origin: string | null }>(
    `select h.host_id, o.name as origin from hosts h
     left join hosts o on o.host_id = h.origin_host_id where h.name = $1`,
    [name],
  );
  if (host === undefined) throw await missingHost(database, { name });
  const { host_id, origin } = host;
  if (origin !== null) {
    throw new CannotTrim(`a branch cannot be cut, and ${name} is a branch of ${origin}`);
  }
  await requireUnread(database, { host_id, name });
  const cut = await readCut(database, host_id);
  const until = await positionOf(database, { host_id, name, cut }, before);
  if (until < 1) {
    throw new CannotTrim(`the log of ${name} begins after that moment: there is nothing to remove`);
  }
  const checkpoint = await lastSigned(database, { host_id, until, key });
  if (checkpoint === undefined) {
    const ofKey = key === undefined ? '' : ` by the key ${key}`;
    throw new CannotTrim(
      `a log is cut only at a checkpoint that is signed${ofKey} and states the Merkle tree, and ` +
        `${name} has none up to position ${until}; ` +
        (await firstSigned(database, { host_id, name, key })),
    );
  }
  const { position } = checkpoint;
  if (cut !== undefined && position < cut.position) {
    throw new CannotTrim(
      `the log of ${name} begins at position ${cut.position} already: the last checkpoint before ` +
        `that moment, at position ${position}, is older`,
    );
  }
  await requireReported(database, { host_id, name, position });
  await requireJudged(database, { host_id, name, position });
  return { host_id, name, checkpoint, cut };
}

/** The last position that is before a moment, or at it. */
async function positionOf(
  database: Queryable,
  {
    host_id,
    name,
    cut,
  }: { readonly host_id: number; readonly name: string; readonly cut: Cut | undefined },
  before: Before,
): Promise<number> {
  switch (before.kind) {
    case 'position':
      return before.position;
    case 'time':
      if (cut !== undefined && before.time < cut.at_max) {
        throw new CannotTrim(
          `the log of ${name} begins at position ${cut.position} already, which is after that moment`,
        );
      }
      return positionAt(database, host_id, before.time);
    case 'boot': {
      const moment = { host_id, position: Number.MAX_SAFE_INTEGER };
      const [boot] = await listBoots(database, moment, { after: before.boot - 1, limit: 1 });
      if (boot === undefined) throw new CannotTrim(`the log of ${name} has no boot ${before.boot}`);
      return boot.position_from;
    }
    default:
      return before satisfies never;
  }
}

/** The last checkpoint up to a position that states a tree and has a valid signature. */
async function lastSigned(
  database: Queryable,
  {
    host_id,
    until,
    key,
  }: { readonly host_id: number; readonly until: number; readonly key: string | undefined },
): Promise<Checkpoint | undefined> {
  const keys = new Map((await readKeys(database, host_id)).map((one) => [one.key_id, one]));
  // Before the first position there is nothing that could go.
  for (let to = until; to > 1; ) {
    const page = await readCheckpoints(database, host_id, { to, order: 'desc', limit: 100 });
    for (const checkpoint of page) {
      const signer = keys.get(checkpoint.key_id);
      if (checkpoint.chained?.root === undefined || signer === undefined) continue;
      if (key !== undefined && signer.key_id !== key) continue;
      if (checkpoint.position > 1 && isSignedBy(checkpoint, signer)) return checkpoint;
    }
    to = (page.at(-1)?.position ?? 1) - 1;
  }
  return undefined;
}

/** What to say of the first checkpoint at which the log could be cut. */
async function firstSigned(
  database: Queryable,
  {
    host_id,
    name,
    key,
  }: { readonly host_id: number; readonly name: string; readonly key: string | undefined },
): Promise<string> {
  const [first] = await database.query<{ readonly position: number }>(
    `select position from checkpoints where host_id = $1 and root is not null and position > 1
       and key_id = coalesce($2, key_id)
     order by position limit 1`,
    [host_id, key ?? null],
  );
  return first === undefined
    ? `sign the first one with bpfledger checkpoint ${name}`
    : `the first one is at position ${first.position}`;
}

async function requireReported(
  database: Queryable,
  { host_id, name, position }: { host_id: number; name: string; position: number },
): Promise<void> {
  const executor = await executorOf(database, host_id);
  if (executor === undefined || executor.reported_position >= position) return;
  throw new CannotTrim(
    `the executor ${executor.executor} of ${name} still needs the events after position ` +
      `${executor.reported_position}: wait until it has reported position ${position}`,
  );
}

/** Refuses to remove events that an alert rule has not come to: it would never tell of them. */
async function requireJudged(
  database: Queryable,
  { host_id, name, position }: { host_id: number; name: string; position: number },
): Promise<void> {
  const [rule] = await database.query<{ readonly rule_id: number; readonly name: string }>(
    `select rule_id, name from alert_rules r where not exists (
       select from arrivals a
       where a.host_id = $1::int8 and $2::int8 between a.position_from and a.position_to
         and (r.arrival, r.host_id, r.position) >= (a.arrival, a.host_id, $2::int8))
     order by rule_id limit 1`,
    [host_id, position],
  );
  if (rule === undefined) return;
  throw new CannotTrim(
    `the alert rule ${rule.name} has not come to position ${position} of ${name}: let the service ` +
      `run until it has (bpfledger rules deliveries ${rule.rule_id} shows what it waits for), or ` +
      `remove the rule (bpfledger rules remove ${rule.rule_id})`,
  );
}

/** Refuses a host whose log branches read. */
export async function requireUnread(
  database: Queryable,
  host: { readonly host_id: number; readonly name: string },
): Promise<void> {
  const branches = await branchesThatRead(database, host);
  if (branches !== undefined) throw new CannotTrim(`${branches} (bpfledger hosts delete)`);
}
