/**
 * Runs statements on PGlite, each prepared once per text: PGlite's own `query` parses and plans a
 * text every time, which takes longer than an append takes to run.
 */

import { type PGlite, protocol } from '@electric-sql/pglite';
import { oneByOne } from '../../one-by-one.ts';

/** Statements that are kept prepared; beyond it the one used longest ago is closed. */
const PREPARED_MAX = 200;

const { serialize } = protocol;

/** A message of the server; `name` says which of the fields it has. */
interface ServerMessage {
  readonly name: string;
  readonly dataTypeIDs?: readonly number[];
  readonly fields?: readonly unknown[];
}

interface Field {
  readonly name: string;
  readonly dataTypeID: number;
}

interface Prepared {
  readonly name: string;
  /** Types of the parameters, and of the columns. */
  readonly types: readonly number[];
  readonly columns: readonly Field[];
}

/** PostgreSQL ended during a statement: its later answers mean nothing. */
export class BrokenDown extends Error {}

export class Statements {
  readonly #pg: PGlite;
  /** By text, the one used longest ago first. */
  readonly #prepared = new Map<string, Prepared>();
  #names = 0;
  /** Statements run one after the other: a reply is that of the message before. */
  readonly #inTurn = oneByOne();

  constructor(pg: PGlite) {
    this.#pg = pg;
  }

  /** The rows of a statement. Throws the error of the server with its fields. */
  run(text: string, params: readonly unknown[]): Promise<object[]> {
    return this.#inTurn(() => this.#run(text, params));
  }

  /** Forgets what was prepared: the tables have changed. */
  async forget(): Promise<void> {
    this.#prepared.clear();
    await this.#pg.exec('deallocate all');
  }

  async #run(text: string, params: readonly unknown[]): Promise<object[]> {
    const { name, types, columns } = await this.#statement(text);
    const values = params.map((value, i) => this.#serialize(value, types[i] ?? 0));
    const rows: object[] = [];
    for (const message of await this.#ask([
      serialize.bind({ statement: name, values }),
      serialize.execute({}),
    ])) {
      if (message.name === 'dataRow') rows.push(this.#row(message.fields ?? [], columns));
    }
    return rows;
  }

  async #statement(text: string): Promise<Prepared> {
    const known = this.#prepared.get(text);
    if (known !== undefined) {
      this.#prepared.delete(text);
      this.#prepared.set(text, known);
      return known;
    }
    const name = `s${++this.#names}`;
    const replies = await this.#ask([
      serialize.parse({ name, text }),
      serialize.describe({ type: 'S', name }),
    ]);
    const reply = (kind: string) => replies.find((message) => message.name === kind);
    const prepared = {
      name,
      types: reply('parameterDescription')?.dataTypeIDs ?? [],
      columns: (reply('rowDescription')?.fields ?? []) as readonly Field[],
    };
    this.#prepared.set(text, prepared);
    const [oldest] = this.#prepared;
    if (this.#prepared.size > PREPARED_MAX && oldest !== undefined) {
      this.#prepared.delete(oldest[0]);
      await this.#ask([serialize.close({ type: 'S', name: oldest[1].name })]);
    }
    return prepared;
  }

  /** Sends messages, with the sync that makes the server answer, and returns the answer. */
  async #ask(messages: readonly Uint8Array[]): Promise<readonly ServerMessage[]> {
    const whole = Buffer.concat([...messages, serialize.sync()]);
    const answer = await this.#pg.execProtocol(whole).catch((error: Error) => {
      // An error that is not the server's comes from the compiled program.
      throw 'severity' in error ? error : new BrokenDown(error.message, { cause: error });
    });
    // A healthy server ends every answer with this; a server that broke down answers nothing.
    const replies = answer.messages as unknown as readonly ServerMessage[];
    if (replies.at(-1)?.name !== 'readyForQuery') {
      throw new BrokenDown('PostgreSQL does not answer any more');
    }
    return replies;
  }

  #serialize(value: unknown, type: number): string | null {
    if (value === null || value === undefined) return null;
    return this.#pg.serializers[type]?.(value) ?? String(value);
  }

  #row(fields: readonly unknown[], columns: readonly Field[]): object {
    const row: Record<string, unknown> = {};
    for (let i = 0; i < columns.length; i++) {
      const { name, dataTypeID } = columns[i] as Field;
      const text = fields[i] as string | null;
      const parse = this.#pg.parsers[dataTypeID];
      row[name] = text === null || parse === undefined ? text : parse(text, dataTypeID);
    }
    return row;
  }
}
