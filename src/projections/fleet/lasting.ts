/** The SQL of when: what lasts now, which has indexes of its own, or what was there at a time. */
import type { Queryable } from '../../events/storage/database.ts';
import { sqlArray } from '../../events/storage/sql-array.ts';

/** A condition on a row of lives. */
const lastsAt = (time: string | undefined, row: string): string =>
  time === undefined
    ? `${row}.position_to is null`
    : `(${row}.time_from <= ${time} and (${row}.time_to is null or ${row}.time_to > ${time}))`;

/** Collects conditions and their parameters. */
export class ConditionList {
  readonly #texts: string[] = [];
  readonly #parameters: unknown[];
  readonly #row: string;

  /** @param row the alias of the table that they are about */
  constructor(row: string, parameters: unknown[] = []) {
    this.#row = row;
    this.#parameters = parameters;
  }

  /** Conditions on another table of the same query. */
  another(row: string): ConditionList {
    return new ConditionList(row, this.#parameters);
  }

  /** Puts a value among the parameters; its place in the SQL. */
  value(value: unknown, type: string): string {
    this.#parameters.push(value);
    return `$${this.#parameters.length}::${type}`;
  }

  /** A column is one of some texts; one is told apart, since then an index gives the rows in order. */
  among(column: string, wanted: readonly string[] | undefined): this {
    if (wanted === undefined) return this;
    const [first] = wanted;
    this.#texts.push(
      wanted.length === 1
        ? `${this.#row}.${column} = ${this.value(first, 'text')}`
        : `${this.#row}.${column} = any(${this.value(sqlArray(wanted), 'text[]')})`,
    );
    return this;
  }

  /** A host is one of some; all when left out. */
  hosts(wanted: readonly number[] | undefined): this {
    if (wanted === undefined) return this;
    this.#texts.push(`${this.#row}.host_id = any(${this.value(sqlArray(wanted), 'int8[]')})`);
    return this;
  }

  /** It is there: at a time, microseconds since the epoch, or now. */
  lasts(time: number | undefined): this {
    const at = time === undefined ? undefined : this.value(time, 'int8');
    this.#texts.push(lastsAt(at, this.#row));
    return this;
  }

  /** A condition in SQL. */
  and(text: string): this {
    this.#texts.push(text);
    return this;
  }

  get text(): string {
    return this.#texts.length === 0 ? 'true' : this.#texts.join(' and ');
  }

  /** Runs a query with the parameters so far. */
  query<Row extends object>(database: Queryable, text: string): Promise<Row[]> {
    return database.query<Row>(text, this.#parameters);
  }
}
