/**
 * The floor under writing: exactly the rows that the ledger wrote, written again to copies of its
 * tables without a model, a chain or a check, by multi-row inserts or by COPY. The rows lie ready
 * in memory; only making parameters and the database's work are timed.
 */
import { once } from 'node:events';
import postgres from 'postgres';
import { sqlArray } from '../../src/events/sql-array.ts';
import { projector } from '../../src/projections/projector.ts';

const LOG_TABLES = ['events', 'batches'];
const TABLES = [...LOG_TABLES, ...projector.tables.map(({ name }) => name)];
/** Characters that COPY's text format escapes. */
const ESCAPED: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\t': '\\t' };

type Value = string | number | boolean | null;

/** Rows of one table, a list for each column. */
interface TableRows {
  readonly table: string;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly values: readonly (readonly Value[])[];
}

/** The rows of one batch of the log. */
type Piece = readonly TableRows[];

export interface RawRows {
  /** Events that the rows hold. */
  readonly events: number;
  /** Rows of all tables. */
  readonly rows: number;
  /** Inserts every batch in a transaction of its own, a statement a table; events a second. */
  insert(): Promise<number>;
  /** Copies everything in one transaction, table by table; events a second. */
  copy(): Promise<number>;
  close(): Promise<void>;
}

interface Taken {
  readonly hostId: number;
  /** Positions of one transaction of `insert`. */
  readonly batch: number;
}

/** Takes a host's rows out of a ledger's database, and makes empty copies of its tables there. */
export async function rawRows(url: string, { hostId, batch }: Taken): Promise<RawRows> {
  const sql = postgres(url, {
    max: 2,
    fetch_types: false,
    onnotice: () => undefined,
    types: { int8: { to: 20, from: [20], serialize: String, parse: Number } },
  });
  for (const table of TABLES) {
    await sql.unsafe(`create table raw_${table} (like ${table} including all)`);
  }
  const whole: TableRows[] = [];
  for (const table of TABLES) whole.push(await rowsOf(sql, table, hostId));
  const events = whole[0]?.values[0]?.length ?? 0;
  const pieces = piecesOf(whole, events, batch);
  const empty = () => sql.unsafe(`truncate ${TABLES.map((table) => `raw_${table}`).join(', ')}`);
  const timed = async (work: () => Promise<unknown>): Promise<number> => {
    await empty();
    const start = performance.now();
    await work();
    return (events / (performance.now() - start)) * 1000;
  };
  return {
    events,
    rows: whole.reduce((sum, { values }) => sum + (values[0]?.length ?? 0), 0),
    insert: () =>
      timed(async () => {
        for (const piece of pieces) await inserted(sql, piece);
      }),
    copy: () => timed(() => sql.begin((tx) => copied(tx, whole))),
    close: () => sql.end({ timeout: 5 }),
  };
}

async function rowsOf(sql: postgres.Sql<{ int8: number }>, table: string, hostId: number) {
  const columns = (await sql.unsafe(
    `select attname as name, format_type(atttypid, atttypmod) as type from pg_attribute
     where attrelid = $1::text::regclass and attnum > 0 and not attisdropped order by attnum`,
    [table],
  )) as unknown as TableRows['columns'];
  const read = columns.map(({ name, type }) =>
    type === 'bytea' ? `'\\x' || encode("${name}", 'hex') as "${name}"` : `"${name}"`,
  );
  const place =
    table === 'events' ? 'position' : table === 'batches' ? 'position_to' : 'position_from';
  const rows = await sql.unsafe(
    `select ${read.join(', ')} from ${table} where host_id = $1 order by ${place}`,
    [hostId],
  );
  const values = columns.map(({ name }) => rows.map((row) => row[name] as Value));
  return { table, columns, values };
}

/** The rows cut where every `batch` positions end. */
function piecesOf(whole: readonly TableRows[], events: number, batch: number): Piece[] {
  const pieces: Piece[] = [];
  for (let from = 1; from <= events; from += batch) {
    pieces.push(
      whole.flatMap((rows) => {
        const cut = between(rows, from, from + batch);
        return cut.values[0]?.length === 0 ? [] : [cut];
      }),
    );
  }
  return pieces;
}

function between({ table, columns, values }: TableRows, from: number, to: number): TableRows {
  const place = columns.findIndex(({ name }) => /^position(_to|_from)?$/.test(name));
  const positions = values[place] as readonly number[];
  const start = positions.findIndex((position) => position >= from);
  const end = positions.findIndex((position) => position >= to);
  const cut = (column: readonly Value[]) =>
    start === -1 ? [] : column.slice(start, end === -1 ? undefined : end);
  return { table, columns, values: values.map(cut) };
}

async function inserted(sql: postgres.Sql<{ int8: number }>, piece: Piece): Promise<void> {
  await sql.begin(async (tx) => {
    for (const { table, columns, values } of piece) {
      const lists = columns.map(({ type }, i) => `$${i + 1}::${type}[]`).join(', ');
      const text = `insert into raw_${table} select * from unnest(${lists})`;
      await tx.unsafe(text, values.map(sqlArray), { prepare: true });
    }
  });
}

async function copied(
  sql: postgres.TransactionSql<{ int8: number }>,
  whole: readonly TableRows[],
): Promise<void> {
  for (const { table, values } of whole) {
    const stream = await sql.unsafe(`copy raw_${table} from stdin`).writable();
    const count = values[0]?.length ?? 0;
    for (let start = 0; start < count; start += 1000) {
      let text = '';
      for (let row = start; row < Math.min(start + 1000, count); row++) {
        text += `${values.map((column) => copyText(column[row] ?? null)).join('\t')}\n`;
      }
      if (!stream.write(text)) await once(stream, 'drain');
    }
    stream.end();
    await once(stream, 'finish');
  }
}

function copyText(value: Value): string {
  if (value === null) return '\\N';
  return String(value).replace(/[\\\n\t]/g, (character) => ESCAPED[character] as string);
}
