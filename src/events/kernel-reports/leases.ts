/** Who may apply a host's log to a kernel: one executor at a time, as long as it renews its lease. */
import type { Queryable } from '../storage/database.ts';

/** Milliseconds that a lease lasts without being renewed. */
export const LEASE_MS = 15_000;

export interface ExecutorRow {
  readonly executor: string;
  /** Who took the lease; null where it was taken before that was stored. */
  readonly actor: string | null;
  readonly lease: string;
  readonly leased_at: number;
  readonly expires_at: number;
  readonly place: string;
  readonly reported_position: number;
  readonly standing: string;
  readonly standing_at: number;
}

export interface LeaseRequest {
  readonly hostId: number;
  readonly executor: string;
  /** A text that no other running process has. */
  readonly instance: string;
  /** Who asks. */
  readonly actor: string;
  /** A fresh random text. */
  readonly lease: string;
  readonly place: string;
  /** Microseconds since the epoch. */
  readonly now: number;
}

/**
 * Takes the lease, or renews it for the process that has it. A name is not enough: two
 * processes may have the same name.
 *
 * @returns undefined when another executor holds it
 */
export async function takeLease(
  database: Queryable,
  { hostId, executor, instance, actor, lease, place, now }: LeaseRequest,
): Promise<ExecutorRow | undefined> {
  const [row] = await database.query<ExecutorRow>(
    `insert into executors (host_id, executor, lease, leased_at, expires_at, place,
       reported_position, standing, standing_at, instance, actor)
     values ($1, $2, $3, $4, $5, $6, 0, '[]', $4, $7, $8)
     on conflict (host_id) do update set executor = excluded.executor, lease = excluded.lease,
       leased_at = excluded.leased_at, expires_at = excluded.expires_at, place = excluded.place,
       instance = excluded.instance, actor = excluded.actor
     where executors.expires_at <= $4 or (executors.instance = $7 and executors.actor = $8)
     returning *`,
    [hostId, executor, lease, now, now + LEASE_MS * 1000, place, instance, actor],
  );
  return row;
}

/** The executor of a host, if it ever had one. */
export async function executorOf(
  database: Queryable,
  hostId: number,
): Promise<ExecutorRow | undefined> {
  const [row] = await database.query<ExecutorRow>('select * from executors where host_id = $1', [
    hostId,
  ]);
  return row;
}
