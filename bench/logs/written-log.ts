/** Writes events that are at hand as a host's log, by the product's own append and sealing. */
import { emptyKernel } from '../../src/domain/boot.ts';
import type { Kernel } from '../../src/domain/kernel.ts';
import { encodeEvent } from '../../src/events/encoding/codec.ts';
import { chainHash, GENESIS_HASH } from '../../src/events/encoding/hash-chain.ts';
import type { LedgerEvent } from '../../src/events/event.ts';
import type { Head } from '../../src/events/head.ts';
import type { ProjectionRow, Projector } from '../../src/events/projector.ts';
import { fold } from '../../src/events/reading/host-state.ts';
import type { Database } from '../../src/events/storage/database.ts';
import { appendFor, type KeyRow } from '../../src/events/writing/append.ts';

/** A number as large as those that writers draw. */
const WRITER = 187_649_984_473_770;

/**
 * Adds a host: its events in batches of one size, each an append of its own.
 *
 * @returns the host's id
 */
export async function writeLog(database: Database, options: WrittenLog): Promise<number> {
  const { name, events, batch, projector = NO_PROJECTOR, keyed = false } = options;
  const [host] = await database.query<{ host_id: number }>(
    'insert into hosts (name) values ($1) returning host_id',
    [name],
  );
  const hostId = (host as { host_id: number }).host_id;
  await database.query(
    `insert into heads (host_id, position, epoch, hash, recorded_at, at_max)
     values ($1, 0, 0, decode($2, 'hex'), 0, 0)`,
    [hostId, Buffer.from(GENESIS_HASH).toString('hex')],
  );
  const append = appendFor(projector.tables);
  const kernel = emptyKernel();
  let from: Head = { position: 0, epoch: 0, hash: GENESIS_HASH, recorded_at: 0, at_max: 0 };
  let pending: LedgerEvent[] = [];
  const flush = async () => {
    if (pending.length === 0) return;
    const rows = project(projector, kernel, pending);
    const { to, bodies } = encodeAppend(from, pending);
    const keys = keyed ? [keyOf(from, to)] : [];
    const moved = await append(database, { hostId, writer: WRITER, from, to, bodies, keys, rows });
    if (!moved) throw new Error(`the head of ${name} is not where it was left`);
    from = to;
    pending = [];
  };
  for await (const event of events) {
    pending.push(event);
    if (pending.length === batch) await flush();
  }
  await flush();
  return hostId;
}

export interface WrittenLog {
  readonly name: string;
  readonly events: Iterable<LedgerEvent> | AsyncIterable<LedgerEvent>;
  /** Events of one append. */
  readonly batch: number;
  /** Default: no projections are written. */
  readonly projector?: Projector;
  /** Whether each append is made under a key; default no. */
  readonly keyed?: boolean;
}

/** Writes none. */
const NO_PROJECTOR: Projector = { tables: [], project: () => [] };

function project(
  projector: Projector,
  kernel: Kernel,
  events: readonly LedgerEvent[],
): ProjectionRow[][] {
  const rows: ProjectionRow[][] = projector.tables.map(() => []);
  if (rows.length === 0) return rows;
  for (const event of events) {
    fold(kernel, [event]);
    projector.project(kernel, event).forEach((added, i) => {
      rows[i]?.push(...added);
    });
  }
  return rows;
}

/** A key as clients make them: a UUID, and the SHA-256 of the body. */
function keyOf(from: Head, to: Head): KeyRow {
  const fingerprint = Buffer.from(to.hash).toString('hex');
  const key = fingerprint.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*/u, '$1-$2-$3-$4-$5');
  const range = { position_from: from.position + 1, position_to: to.position };
  return { actor: 'token:node', key, line: 0, fingerprint, ...range };
}

/** The events of one append have one time of recording: that of the last. */
function encodeAppend(from: Head, events: readonly LedgerEvent[]) {
  const recorded_at = (events.at(-1) as LedgerEvent).recorded_at;
  let { position, hash, at_max } = from;
  const bodies = events.map((event) => {
    const body = encodeEvent({ ...event, recorded_at });
    hash = chainHash(hash, { position: ++position, recorded_at, body });
    at_max = Math.max(at_max, event.at);
    return body;
  });
  return { to: { ...from, position, hash, recorded_at, at_max }, bodies };
}
