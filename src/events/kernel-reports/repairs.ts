/** What an executor put back on its kernel after others had changed it. */
import type { Queryable } from '../storage/database.ts';
import { sqlArray } from '../storage/sql-array.ts';

/** Repairs that are kept for a host; older ones are deleted, so that endless repairs cannot fill a disk. */
const REPAIRS_KEPT_MAX = 1000;

export interface Repair {
  readonly what: string;
  readonly where: string;
  /** What was done, as a sentence. */
  readonly did: string;
}

export interface RepairRow extends Repair {
  readonly repair_id: number;
  /** How far the log was reported when it was put back. */
  readonly position: number;
  readonly executor: string;
  /** Who reported it; null in rows from before this was stored. */
  readonly actor: string | null;
  readonly repaired_at: number;
}

export interface Repaired {
  readonly hostId: number;
  readonly executor: string;
  readonly actor: string;
  readonly position: number;
  readonly repairs: readonly Repair[];
  /** Microseconds since the epoch. */
  readonly now: number;
}

/** Stores repairs, and drops the oldest beyond what is kept. */
export async function storeRepairs(
  tx: Queryable,
  { hostId, executor, actor, position, repairs, now }: Repaired,
): Promise<void> {
  if (repairs.length === 0) return;
  await tx.query(
    `insert into executor_repairs (host_id, position, executor, what, "where", did, repaired_at,
       actor)
     select $1, $2, $3, t.what, t.place, t.did, $4, $8
     from unnest($5::text[], $6::text[], $7::text[]) as t(what, place, did)`,
    [
      hostId,
      position,
      executor,
      now,
      sqlArray(repairs.map(({ what }) => what)),
      sqlArray(repairs.map(({ where }) => where)),
      sqlArray(repairs.map(({ did }) => did)),
      actor,
    ],
  );
  await tx.query(
    `delete from executor_repairs where host_id = $1 and repair_id <= (
       select repair_id from executor_repairs where host_id = $1
       order by repair_id desc limit 1 offset $2)`,
    [hostId, REPAIRS_KEPT_MAX],
  );
}

/** Repairs after one, newest first. */
export function listRepairs(
  database: Queryable,
  hostId: number,
  page: { readonly after: number; readonly limit: number },
): Promise<RepairRow[]> {
  return database.query<RepairRow>(
    `select * from executor_repairs where host_id = $1 and repair_id > $2
     order by repair_id desc limit $3`,
    [hostId, page.after, page.limit],
  );
}
