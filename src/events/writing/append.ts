/**
 * The append: one prepared statement that moves the head row if position, epoch and chain
 * value are as the writer believes, and adds events, keys and the projections' rows only if it moved. Its
 * text depends on which tables get rows, never on how many: a table that gets none costs the
 * server as much as one row would.
 */
import { hexOf } from '../encoding/hex.ts';
import type { Head } from '../head.ts';
import type { ProjectionRow, ProjectionTable } from '../projector.ts';
import type { Queryable } from '../storage/database.ts';
import { sqlArray } from '../storage/sql-array.ts';

/** A key that a submission of the batch was made under. */
export interface KeyRow {
  readonly actor: string;
  readonly key: string;
  readonly line: number;
  readonly fingerprint: string;
  readonly position_from: number;
  readonly position_to: number;
}

export interface Batch {
  readonly hostId: number;
  /** Which writer appends, for the day when it has to find its batch again. */
  readonly writer: number;
  /** The head that the batch continues. */
  readonly from: Head;
  /** The head that it makes. */
  readonly to: Head;
  /** Texts of the events from `from.position + 1` on. */
  readonly bodies: readonly string[];
  readonly keys: readonly KeyRow[];
  /** By index of the projection table. */
  readonly rows: readonly (readonly ProjectionRow[])[];
}

/** Name of the constraint that refuses a key that was used before. */
export const KEY_CONSTRAINT = 'idempotency_host_id_principal_key_line_pk';

/** Appends a batch: false when the head is elsewhere, so that nothing was written. */
export type Append = (database: Queryable, batch: Batch) => Promise<boolean>;

/**
 * Tables that a statement may be written for on its own. A batch with rows for more of them gets
 * the statement for all: every text is a prepared statement on every connection.
 */
const TABLES_APART = 3;

/** The append for a set of projection tables. */
export function appendFor(tables: readonly ProjectionTable[]): Append {
  const texts = new Map<string, string>();
  const all = [...tables.keys()];
  return async (database, batch) => {
    const filled = all.filter((i) => (batch.rows[i]?.length ?? 0) > 0);
    const used = filled.length > TABLES_APART ? all : filled;
    const isKeyed = batch.keys.length > 0;
    const form = `${isKeyed} ${used.join()}`;
    const text = texts.get(form) ?? statementFor(tables, used, isKeyed);
    texts.set(form, text);
    const params = paramsOf(batch, tables, used);
    const [row] = await database.query<{ moved: number }>(text, params);
    return row?.moved === 1;
  };
}

/** Parameters of the log itself, and of the keys. */
const LOG_PARAMS = 10;
const KEY_PARAMS = 6;

/** @param used indexes of the tables that get rows */
function statementFor(
  tables: readonly ProjectionTable[],
  used: readonly number[],
  isKeyed: boolean,
): string {
  let param = LOG_PARAMS + (isKeyed ? KEY_PARAMS : 0);
  const projections = used.map((i) => {
    const { name, columns } = tables[i] as ProjectionTable;
    const names = columns.map((column) => `"${column.name}"`).join(', ');
    const lists = columns.map((column) => `$${++param}::${column.type}[]`).join(', ');
    return `p${i} as (
  insert into "${name}" (host_id, ${names})
  select head.host_id, r.* from head, unnest(${lists}) as r)`;
  });
  return `with head as (
  update heads set position = $4::int8, recorded_at = $5::int8, at_max = $6::int8,
    hash = decode($7::text, 'hex')
  where host_id = $1::int8 and position = $2::int8 and epoch = $3::int8
    and hash = decode($10::text, 'hex')
  returning host_id
), e as (
  insert into events (host_id, position, recorded_at, body, at_max, writer, hash)
  select head.host_id, $2::int8 + i, $5::int8, body, case when $2::int8 + i = $4::int8 then $6::int8 end,
    case when $2::int8 + i = $4::int8 then $8::int8 end,
    case when $2::int8 + i = $4::int8 then decode($7::text, 'hex') end
  from head, unnest(string_to_array($9::text, chr(10))) with ordinality as r(body, i)
)${[...(isKeyed ? [KEYS] : []), ...projections].map((insert) => `, ${insert}`).join('')}
select count(*)::int4 as moved from head`;
}

const KEYS = `k as (
  insert into idempotency
    (host_id, principal, key, line, fingerprint, position_from, position_to, created_at)
  select head.host_id, r.*, $5::int8 from head,
    unnest($11::text[], $12::text[], $13::int4[], $14::text[], $15::int8[], $16::int8[]) as r)`;

function paramsOf(
  batch: Batch,
  tables: readonly ProjectionTable[],
  used: readonly number[],
): unknown[] {
  const { from, to, keys } = batch;
  const params: unknown[] = [
    batch.hostId,
    from.position,
    from.epoch,
    to.position,
    to.recorded_at,
    to.at_max,
    hexOf(to.hash),
    batch.writer,
    batch.bodies.join('\n'),
    hexOf(from.hash),
  ];
  if (keys.length > 0) params.push(...keyParams(keys));
  for (const i of used) {
    const rows = batch.rows[i] ?? [];
    tables[i]?.columns.forEach((_, c) => {
      params.push(sqlArray(rows.map((row) => row[c] ?? null)));
    });
  }
  return params;
}

function keyParams(keys: readonly KeyRow[]): string[] {
  return [
    sqlArray(keys.map((row) => row.actor)),
    sqlArray(keys.map((row) => row.key)),
    sqlArray(keys.map((row) => row.line)),
    sqlArray(keys.map((row) => row.fingerprint)),
    sqlArray(keys.map((row) => row.position_from)),
    sqlArray(keys.map((row) => row.position_to)),
  ];
}
