/**
 * The floor under writing: exactly the rows that the ledger wrote, written again to copies of its
 * tables without a model, a chain or a check, by multi-row inserts or by COPY. For inserts the rows
 * lie ready as values, as a program has them, or as the text that is sent; for COPY as text.
 */
import { once } from 'node:events';
import postgres from 'postgres';
import { sqlArray } from '../../src/events/storage/sql-array.ts';
import { projector } from '../../src/projections/projector.ts';

const TABLES = ['events', ...projector.tables.map(({ name }) => name)];
/** Lines that are given to COPY together. */
const COPY_LINES = 1000;
/** Characters that COPY's text format escapes. */
const ESCAPED: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\t': '\\t' };

type Value = string | number | boolean | null;

/** Rows of one table, a list for each column. */
interface TableRows {
  readonly table: string;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly values: readonly (readonly Value[])[];
}

/** A statement with the rows of one batch for one table. */
interface Insert {
  readonly text: string;
  readonly values: readonly (readonly Value[])[];
  /** The array literals of `values`. */
  readonly params: readonly string[];
}

/** COPY of one table's rows, some thousand lines a piece. */
interface Copy {
  readonly table: string;
  readonly pieces: readonly string[];
}

export interface RawRows {
  /** Events that the rows hold. */
  readonly events: number;
  /** Rows of all tables. */
  readonly rows: number;
  /** Inserts every batch in a transaction of its own, a statement a table; events a second. */
  insert(): Promise<number>;
  /** The same, but for making the parameters, which lie ready. */
  insertReady(): Promise<number>;
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
  const transactions = insertsOf(whole, events, batch);
  const copies = whole.map(copyOf);
  const empty = () => sql.unsafe(`truncate ${TABLES.map((table) => `raw_${table}`).join(', ')}`);
  const rateOf = async (work: () => Promise<unknown>): Promise<number> => {
    await empty();
    const start = performance.now();
    await work();
    return (events / (performance.now() - start)) * 1000;
  };
  return {
    events,
    rows: whole.reduce((sum, { values }) => sum + (values[0]?.length ?? 0), 0),
    insert: () =>
      rateOf(async () => {
        for (const inserts of transactions) {
          await insertRows(sql, inserts, ({ values }) => values.map(sqlArray));
        }
      }),
    insertReady: () =>
      rateOf(async () => {
        for (const inserts of transactions)
          await insertRows(sql, inserts, ({ params }) => [...params]);
      }),
    copy: () => rateOf(() => sql.begin((tx) => copyRows(tx, copies))),
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
  const place = table === 'events' ? 'position' : 'position_from';
  const rows = await sql.unsafe(
    `select ${read.join(', ')} from ${table} where host_id = $1 order by ${place}`,
    [hostId],
  );
  const values = columns.map(({ name }) => rows.map((row) => row[name] as Value));
  return { table, columns, values };
}

/** The inserts of each transaction: the rows cut where every `batch` positions end. */
function insertsOf(whole: readonly TableRows[], events: number, batch: number): Insert[][] {
  const transactions: Insert[][] = [];
  for (let from = 1; from <= events; from += batch) {
    transactions.push(
      whole.flatMap((rows) => {
        const { table, columns, values } = between(rows, from, from + batch);
        if (values[0]?.length === 0) return [];
        const lists = columns.map(({ type }, i) => `$${i + 1}::${type}[]`).join(', ');
        const text = `insert into raw_${table} select * from unnest(${lists})`;
        return [{ text, values, params: values.map(sqlArray) }];
      }),
    );
  }
  return transactions;
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

async function insertRows(
  sql: postgres.Sql<{ int8: number }>,
  inserts: readonly Insert[],
  paramsOf: (insert: Insert) => string[],
): Promise<void> {
  await sql.begin((tx) =>
    inserts.map((insert) => tx.unsafe(insert.text, paramsOf(insert), { prepare: true })),
  );
}

function copyOf({ table, values }: TableRows): Copy {
  const pieces: string[] = [];
  const count = values[0]?.length ?? 0;
  for (let start = 0; start < count; start += COPY_LINES) {
    let text = '';
    for (let row = start; row < Math.min(start + COPY_LINES, count); row++) {
      text += `${values.map((column) => copyText(column[row] ?? null)).join('\t')}\n`;
    }
    pieces.push(text);
  }
  return { table, pieces };
}

async function copyRows(
  sql: postgres.TransactionSql<{ int8: number }>,
  copies: readonly Copy[],
): Promise<void> {
  for (const { table, pieces } of copies) {
    const stream = await sql.unsafe(`copy raw_${table} from stdin`).writable();
    for (const piece of pieces) {
      if (!stream.write(piece)) await once(stream, 'drain');
    }
    stream.end();
    await once(stream, 'finish');
  }
}

function copyText(value: Value): string {
  if (value === null) return '\\N';
  return String(value).replace(/[\\\n\t]/g, (character) => ESCAPED[character] as string);
}
