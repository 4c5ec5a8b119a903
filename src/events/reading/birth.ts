/**
 * What a log is bound to: the name of its host and a random id, with which its hash chain begins.
 * So when a host is renamed in the tables, its chain no longer begins with its name. Logs from
 * before ids existed begin with zeros. A branch has its origin's beginning, and an imported host has
 * that of the exported log.
 */
import { createHash } from 'node:crypto';
import { GENESIS_HASH } from '../encoding/hash-chain.ts';
import { missingHost } from '../host-deletions.ts';
import type { Queryable } from '../storage/database.ts';

/** What the chain of a log begins with. */
export interface Birth {
  /** The name of the host when it was created. */
  readonly host: string;
  /** A random UUID. */
  readonly log_id: string;
}

/** Which log this is, as the tables say. */
export interface LogIdentity {
  readonly host: string;
  /** Of this host, also for a branch or an import; null when it was created before ids existed. */
  readonly log_id: string | null;
  /** Null for a chain that begins with zeros. */
  readonly born: Birth | null;
  /** The first event that was recorded by this host: those before were imported with its log. */
  readonly recorded_from: number;
}

/** The hash before the first event. */
export function genesisOf(born: Birth | null): Uint8Array {
  if (born === null) return GENESIS_HASH;
  return createHash('sha256')
    .update(`bpfledger log v2\n${born.host}\n${born.log_id}\n`, 'utf8')
    .digest();
}

interface BirthRow {
  readonly host: string;
  readonly log_id: string | null;
  readonly born_as: string | null;
  readonly born_log_id: string | null;
  readonly imported_to: number | null;
}

/** Only the root of a branch may have been imported, and the branch has its events up to the fork. */
const IDENTITY = `
  select h.name as host, h.log_id::text as log_id,
    case when i.host_id is null then r.name else i.born_as end as born_as,
    case when i.host_id is null then r.log_id else i.born_log_id end::text as born_log_id,
    case when i.host_id is not null then least(i.position_to, l.position_to) end as imported_to
  from hosts h left join lineages l on l.host_id = h.host_id and l.position_from = 1
  join hosts r on r.host_id = coalesce(l.ancestor_id, h.host_id)
  left join imports i on i.host_id = r.host_id
  where h.host_id = $1`;

/**
 * Which log a host has.
 *
 * @throws LogRefusal `no-such-host`
 */
export async function identityOf(database: Queryable, hostId: number): Promise<LogIdentity> {
  const [row] = await database.query<BirthRow>(IDENTITY, [hostId]);
  if (row === undefined) throw await missingHost(database, { host_id: hostId });
  const { host, log_id, born_as, born_log_id, imported_to } = row;
  const born =
    born_as === null || born_log_id === null ? null : { host: born_as, log_id: born_log_id };
  return { host, log_id, born, recorded_from: (imported_to ?? 0) + 1 };
}
