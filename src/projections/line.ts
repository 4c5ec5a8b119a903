/**
 * SQL for the first and the newest version of one key, in the line of hosts that a branch reads. A
 * query on a view of a line reads all versions of the key that ancestors have, to sort them; these
 * look once into each stretch of the line, so that they cost the same however long a log is.
 */
import { type LineForm, type LineText, lineText } from '../events/reading/host-line.ts';

export interface KeyVersions {
  /** A table of versions. */
  readonly table: string;
  readonly columns: string;
  /** The condition on the rows, beside host and position: the boot, the key. */
  readonly where: string;
}

/** The newest version at or before `$3` of a key of host `$1`: a subquery of one row or none. */
export function newestOf(form: LineForm, versions: KeyVersions): string {
  return oneOf(form, versions, 'desc');
}

/** The first version of a key of host `$1`, if it is not after `$3`: a subquery of one row or none. */
export function firstOf(form: LineForm, versions: KeyVersions): string {
  return oneOf(form, versions, 'asc');
}

function oneOf(
  { isBranch }: LineForm,
  { table, columns, where }: KeyVersions,
  order: 'asc' | 'desc',
): string {
  const rows = `select ${columns} from ${table} where ${where}`;
  const one = `order by position_from ${order} limit 1`;
  const own = `(${rows} and host_id = $1 and position_from <= $3 ${one})`;
  if (!isBranch) return own;
  return `(select * from (
    ${own}
    union all
    select inherited.* from lineages l cross join lateral (
      ${rows} and host_id = l.ancestor_id
        and position_from between l.position_from and least(l.position_to, $3) ${one}) inherited
    where l.host_id = $1) of_line ${one})`;
}

/** A query for the objects among the ids `$4`, of the boot `$2`, that exist at `$3`, by id. */
export function someOf({
  table,
  columns,
  key,
}: {
  readonly table: string;
  readonly columns: string;
  readonly key: string;
}): LineText {
  const where = `boot = $2 and ${key} = wanted.id`;
  return lineText(
    (form) => `select newest.* from unnest($4::int8[]) as wanted(id) cross join lateral (
      select ${columns} from ${newestOf(form, { table, columns: '*', where })} one where not gone) newest
    order by ${key}`,
  );
}
