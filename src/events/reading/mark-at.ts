/** The mark of any position of a log (`encoding/mark.ts`): one look at the append that holds it. */
import { refuseRemoved } from '../cuts.ts';
import { MARK, markOf } from '../encoding/mark.ts';
import type { Queryable } from '../storage/database.ts';
import { OLDEST } from '../storage/oldest.ts';
import { DamagedLog } from './damaged-log.ts';
import { headAt } from './head-at.ts';
import { type LineForm, lineText, queryLine, stretchesOf } from './host-line.ts';

/** A stretch of the host's own ends at the head. */
const FAR = Number.MAX_SAFE_INTEGER;

/**
 * SQL for the mark of position `$2` of host `$1`. Null for a branch that grew out of the middle of
 * the append: there is `forkMark`.
 */
export function markText({ isBranch }: LineForm): string {
  const end = (host: string, more: string) => `(select ${MARK} from batches
    where host_id = ${host} and position_to >= $2::int8 ${more} order by position_to limit 1)`;
  if (!isBranch) return end('$1', '');
  const stretch = `from lineages l where l.host_id = $1 and l.position_to >= $2::int8
    order by l.position_to limit 1`;
  return end(
    `coalesce((select l.ancestor_id ${stretch}), $1)`,
    `and position_to <= coalesce((select l.position_to ${stretch}), ${FAR})`,
  );
}

const AT = lineText((form) => `select ${markText(form)} as mark, ${OLDEST} as oldest`);

/**
 * The mark of a position.
 *
 * @throws DamagedLog when the log does not reach it
 * @throws LogRefusal `position-removed` for one before the log was cut
 */
export async function markAt(
  database: Queryable,
  hostId: number,
  position: number,
): Promise<string> {
  const params = [hostId, position] as const;
  const [row] = await queryLine<{ mark: string | null; oldest: number }>(database, AT, params);
  refuseRemoved(position, row?.oldest ?? 1);
  return row?.mark ?? forkMark(database, hostId, position);
}

/** The mark of a position whose append a branch has only the beginning of. */
export async function forkMark(
  database: Queryable,
  hostId: number,
  position: number,
): Promise<string> {
  const [stretch] = await stretchesOf(database, hostId, { from: position, to: FAR });
  if (stretch === undefined || stretch.to === FAR) {
    throw new DamagedLog(position, 'the append that recorded it has no end');
  }
  return markOf((await headAt(database, hostId, stretch.to)).hash);
}
