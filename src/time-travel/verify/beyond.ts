/**
 * Rows of positions that a log does not have: one that lost its end leaves such rows behind. One
 * statement compares them with the head, so writers may go on meanwhile.
 */
import { countText } from '../../domain/count-text.ts';
import type { Fault } from '../../events/proof/fault.ts';
import type { Queryable } from '../../events/storage/database.ts';
import { projector } from '../../projections/projector.ts';

/** A table, its column of positions, and what one of its rows and several are called. */
type TableKind = readonly [table: string, position: string, one: string, many: string];

const KINDS: readonly TableKind[] = [
  ['events', 'position', 'event', 'events'],
  ['checkpoints', 'position', 'checkpoint', 'checkpoints'],
  ['merkle_nodes', 'position_to', 'node of the tree', 'nodes of the tree'],
  ['segments', 'position_to', 'sealed segment', 'sealed segments'],
  ['snapshots', 'position', 'snapshot', 'snapshots'],
  ['cuts', 'position', 'cut', 'cuts'],
  ['idempotency', 'position_to', 'idempotency key', 'idempotency keys'],
  ['executor_reports', 'position', 'report of an executor', 'reports of an executor'],
  ['executors', 'reported_position', 'lease of an executor', 'leases of an executor'],
  ['imports', 'position_to', 'note of an import', 'notes of an import'],
  ...projector.tables.map(
    ({ name }): TableKind => [name, 'position_from', `row of ${name}`, `rows of ${name}`],
  ),
];

const BEYOND = `
  select t.position as head, found.* from heads t cross join lateral (
    ${KINDS.map(
      ([table, position], i) => `select ${i} as kind, count(*) as rows,
        min(${position}) as position_from, max(${position}) as position_to
      from ${table} where host_id = $1 and ${position} > t.position`,
    ).join(' union all ')}
    union all select ${KINDS.length}, count(*), min(position_to), max(position_to)
      from lineages where ancestor_id = $1 and position_to > t.position
    union all select ${KINDS.length + 1}, count(*), min(e.position), max(e.position)
      from events e join lineages l on l.host_id = e.host_id and e.position <= l.position_to
      where e.host_id = $1
  ) found where t.host_id = $1 and found.rows > 0 order by kind`;

interface RowsBeyond {
  readonly head: number;
  readonly kind: number;
  readonly rows: number;
  readonly position_from: number;
  readonly position_to: number;
}

/** A fault for each kind of row that is stored of positions after the head, or of an ancestor's. */
export async function rowsBeyond(database: Queryable, host_id: number): Promise<Fault[]> {
  const found = await database.query<RowsBeyond>(BEYOND, [host_id]);
  return found.map(({ head, kind, rows, position_from, position_to }) => {
    const [, , one, many] = KINDS[kind] ?? ['', '', 'branch', 'branches'];
    const message =
      kind > KINDS.length
        ? `${countText(rows, 'event is', 'events are')} stored of positions that the branch has from its origin`
        : `${countText(rows, `${one} is`, `${many} are`)} stored of positions after the head, which is ${head}`;
    return { position_from, position_to, message };
  });
}
