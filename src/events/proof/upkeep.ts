/**
 * Keeps the log provable as it grows: every host gets a signed checkpoint now and then, and
 * a log that is long enough is sealed. Any number of instances may do it concurrently.
 */
import { missing } from '../log-refusal.ts';
import { SEGMENT_EVENTS } from '../segment/segment.ts';
import type { Database } from '../storage/database.ts';
import { sealSegments } from './seal.ts';
import { signHead } from './sign-head.ts';
import type { SignedHeads } from './signed-heads.ts';
import type { SigningKey } from './signing-key.ts';

/** Events after which a checkpoint is due. */
const CHECKPOINT_EVENTS = 10_000;
/** Minutes after which a checkpoint is due, when anything was recorded since the last one. */
const CHECKPOINT_MINUTES = 10;
/** Hosts of one round; the next round continues with the others. */
const HOSTS_MAX = 1000;

export interface Upkeep {
  readonly key: SigningKey;
  /** The signed heads, which are kept outside the database. */
  readonly memory: SignedHeads;
  /** Microseconds since the epoch. */
  readonly now: number;
  /** Stops after the host, or the segment, that is under way. */
  readonly signal: AbortSignal;
  /** Called with the error when the log of a host cannot be signed or sealed; the others go on. */
  readonly onFault: (error: unknown) => void;
}

// A log that ends before its signed head is due as well: signing is refused, and reported.
const UNSIGNED = `
  select h.host_id, h.name as host from hosts h join heads t using (host_id)
  left join lateral (select position, signed_at from checkpoints c
    where c.host_id = t.host_id order by position desc limit 1) latest on true
  where t.position < latest.position
    or t.position - coalesce(latest.position, 0) >= $1::int8
    or (t.position > coalesce(latest.position, 0) and coalesce(latest.signed_at, 0) <= $2::int8)
  order by h.host_id limit $3`;

// A branch is a sketch: its own events stay rows, and its origin seals the shared ones.
const UNSEALED = `
  select h.host_id from heads h join hosts using (host_id)
  left join lateral (select position_to from segments s
    where s.host_id = h.host_id order by position_from desc limit 1) latest on true
  left join lateral (select max(position) as position from cuts c
    where c.host_id = h.host_id) cut on true
  where hosts.origin_host_id is null
    and h.position - greatest(latest.position_to, cut.position, 0) >= $1::int8
  order by h.host_id limit $2`;

/** Signs and seals what is due. */
export async function upkeep(database: Database, options: Upkeep): Promise<void> {
  const { key, memory, now, signal, onFault } = options;
  // A host that was deleted meanwhile has nothing to sign or seal.
  const onFaultOfHost = (error: unknown) => missing(error) === undefined && onFault(error);
  const before = now - CHECKPOINT_MINUTES * 60 * 1_000_000;
  const unsigned = await database.query<{ readonly host_id: number; readonly host: string }>(
    UNSIGNED,
    [CHECKPOINT_EVENTS, before, HOSTS_MAX],
  );
  for (const host of unsigned) {
    if (signal.aborted) return;
    await signHead(database, host, { key, memory, now }).catch(onFaultOfHost);
  }
  const unsealed = await database.query<{ readonly host_id: number }>(UNSEALED, [
    SEGMENT_EVENTS,
    HOSTS_MAX,
  ]);
  for (const { host_id } of unsealed) {
    if (signal.aborted) return;
    await sealSegments(database, { host_id, signal }).catch(onFaultOfHost);
  }
}
