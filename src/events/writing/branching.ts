/**
 * Branches: a host that shares the log of another one up to a position and then goes its own way.
 * Making one writes a few rows, however long the log is: no event and no projection is copied.
 */
import { inheritCut, requireKept } from '../cuts.ts';
import { type Head, insertHead } from '../head.ts';
import { holdHosts, missingHost } from '../host-deletions.ts';
import { type Host, hostNamed, NAME_CONSTRAINT } from '../hosts.ts';
import { LogRefusal } from '../log-refusal.ts';
import { headAt } from '../reading/head-at.ts';
import { STRETCHES_MAX, stretchesOf } from '../reading/host-line.ts';
import type { Database, Queryable } from '../storage/database.ts';
import { findViolatedUnique, isUnsupported } from '../storage/database-error.ts';
import type { IdempotencyKey } from '../submission.ts';
import { KEY_CONSTRAINT } from './append.ts';
import { insertKey } from './host-creation.ts';
import { findKey, NO_HOST } from './idempotency.ts';

export interface BranchRequest {
  readonly name: string;
  /** The last position that the branch shares with its origin. */
  readonly position: number;
  readonly actor: string;
  readonly idempotency?: IdempotencyKey;
}

export interface MadeBranch {
  readonly branch: Host;
  /** Made by an earlier request with the same key. */
  readonly repeated: boolean;
}

/**
 * Makes a branch.
 *
 * @param now microseconds since the epoch
 * @throws LogRefusal `no-such-host`, `host-exists`, `position-removed`, `branch-too-deep`,
 *   `idempotency-mismatch`, `branches-unsupported` in a database that is distributed by host
 */
export async function createBranch(
  database: Database,
  originId: number,
  { now, ...request }: BranchRequest & { readonly now: number },
): Promise<MadeBranch> {
  const { name, position, actor, idempotency } = request;
  const owner = { hostId: NO_HOST, actor };
  const isMade = async () =>
    idempotency !== undefined && (await findKey(database, owner, idempotency)) !== undefined;
  if (await isMade()) return { branch: await hostNamed(database, name), repeated: true };
  const head = await headAt(database, originId, position);
  try {
    await database.transaction(async (tx) => {
      await insertBranch(tx, originId, { name, head, now });
      if (idempotency !== undefined) await insertKey(tx, actor, idempotency, now);
    });
  } catch (error) {
    if (isUnsupported(error))
      throw new LogRefusal({ why: 'branches-unsupported' }, { cause: error });
    const constraint = findViolatedUnique(error);
    const taken = constraint === NAME_CONSTRAINT || constraint === KEY_CONSTRAINT;
    if (!taken) throw error;
    // Another request with this key was faster, or the name is taken.
    if (!(await isMade())) throw new LogRefusal({ why: 'host-exists', host: name });
    return { branch: await hostNamed(database, name), repeated: true };
  }
  return { branch: await hostNamed(database, name), repeated: false };
}

async function insertBranch(
  tx: Queryable,
  originId: number,
  { name, head, now }: { readonly name: string; readonly head: Head; readonly now: number },
): Promise<void> {
  const { position } = head;
  const there = await holdHosts(tx, [originId]);
  if (!there.has(originId)) throw await missingHost(tx, { host_id: originId });
  // A cut waits until the branch is there, and then refuses; or it was faster.
  await requireKept(tx, originId, position);
  const [host] = await tx.query<{ readonly host_id: number }>(
    `insert into hosts (name, created_at, origin_host_id, origin_position, log_id)
     values ($1, to_timestamp($2::int8 / 1e6), $3, $4, gen_random_uuid()) returning host_id`,
    [name, now, originId, position],
  );
  const hostId = (host as { readonly host_id: number }).host_id;
  const below = await stretchesOf(tx, originId, { from: 1, to: position });
  if (below.length > STRETCHES_MAX) {
    throw new LogRefusal({ why: 'branch-too-deep', depthMax: STRETCHES_MAX });
  }
  for (const { host_id, from, to } of below) {
    await tx.query(
      `insert into lineages (host_id, ancestor_id, position_from, position_to)
       values ($1, $2, $3, $4)`,
      [hostId, host_id, from, to],
    );
  }
  await inheritCut(tx, hostId, originId);
  await insertHead(tx, hostId, head);
}

/**
 * Drops a branch: from now on nobody sees it. Its rows stay, and so do its own branches.
 *
 * @throws LogRefusal `no-such-host` when the origin has no such branch
 */
export async function dropBranch(
  database: Queryable,
  originId: number,
  { name, now }: { readonly name: string; readonly now: number },
): Promise<void> {
  const dropped = await database.query(
    `update hosts set dropped_at = to_timestamp($3::int8 / 1e6)
     where origin_host_id = $1 and name = $2 and dropped_at is null returning host_id`,
    [originId, name, now],
  );
  if (dropped.length === 0) throw new LogRefusal({ why: 'no-such-host', host: name });
}
