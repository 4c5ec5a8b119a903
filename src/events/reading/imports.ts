/** Which hosts were imported, and by whom: their imported events were recorded elsewhere. */
import type { Queryable } from '../storage/database.ts';

export interface ImportedLog {
  /** The last event that was recorded elsewhere; the first one is 1. */
  readonly position_to: number;
  /** Microseconds since the epoch. */
  readonly imported_at: number;
  readonly actor: string;
  /** The name of the host where it was exported. */
  readonly exported_as: string;
  /** Ids of the keys that signed its checkpoints there, separated by blanks. */
  readonly key_ids: string;
}

/** How a host's log was imported, or its origin's, as far as a branch has it. */
export async function importOf(
  database: Queryable,
  hostId: number,
): Promise<ImportedLog | undefined> {
  const [row] = await database.query<ImportedLog>(
    `select least(i.position_to, l.position_to) as position_to, i.imported_at, i.actor,
       i.exported_as, i.key_ids
     from (select) one left join lineages l on l.host_id = $1 and l.position_from = 1
     join imports i on i.host_id = coalesce(l.ancestor_id, $1)`,
    [hostId],
  );
  return row;
}
