/**
 * Texts of events as columns, and back byte for byte. A text that is not the canonical text of
 * its own JSON is kept as it is: packing never has to trust what it packs.
 */
import type { Json } from '../field-coder.ts';
import { type ColumnReader, ColumnWriter, KIND, readColumn } from './column.ts';
import { Place, placeInEvent } from './place.ts';
import { type ByteReader, type ByteWriter, FOLDABLE_BELOW, TruncatedBytes } from './varint.ts';

/** Lists and objects within each other that a packed text may have. */
const DEPTH_MAX = 64;
/** Values in a packed text. A few bytes of a forged segment could else announce any number. */
const VALUES_MAX = 4_000_000;

/** The JSON of a text, if the text is what that JSON is written as. */
function canonicalJson(text: string): Json | undefined {
  try {
    const json = JSON.parse(text) as Json;
    return JSON.stringify(json) === text && isPackable(json) ? json : undefined;
  } catch {
    return undefined;
  }
}

function isPackable(json: Json): boolean {
  let left = VALUES_MAX;
  function fits(value: Json, depthLeft: number): boolean {
    if (--left < 0 || depthLeft < 0) return false;
    if (typeof value !== 'object' || value === null) return true;
    return Object.values(value).every((item) => fits(item, depthLeft - 1));
  }
  return fits(json, DEPTH_MAX);
}

/** Takes texts in their order. */
export class TextColumnsWriter {
  readonly #columns: ColumnWriter[] = [];
  readonly #strings = new Map<string, number>();
  readonly #event = new Place<ColumnWriter>(() => {
    const column = new ColumnWriter();
    this.#columns.push(column);
    return column;
  });

  add(text: string): void {
    const json = canonicalJson(text);
    if (json !== undefined) return this.#value(json, this.#event);
    this.#event.column.kind(KIND.text);
    this.#string(this.#event.column, text);
  }

  writeTo(out: ByteWriter): void {
    const strings = Buffer.from(JSON.stringify([...this.#strings.keys()]), 'utf8');
    out.varint(strings.length);
    out.bytes(strings);
    out.varint(this.#columns.length);
    for (const column of this.#columns) column.writeTo(out);
  }

  #value(json: Json, place: Place<ColumnWriter>): void {
    const { column } = place;
    if (json === null) return column.kind(KIND.null);
    if (typeof json === 'boolean') return column.kind(json ? KIND.true : KIND.false);
    if (typeof json === 'string') {
      column.kind(KIND.string);
      return this.#string(column, json);
    }
    if (typeof json === 'number') {
      const folds = Number.isInteger(json) && Math.abs(json) < FOLDABLE_BELOW;
      column.kind(folds ? KIND.number : KIND.wideNumber);
      return folds ? column.number(json) : this.#string(column, JSON.stringify(json));
    }
    if (isList(json)) {
      column.kind(KIND.list);
      column.number(json.length);
      const placeOf = itemPlaces(place, this.#event);
      for (const [index, item] of json.entries()) this.#value(item, placeOf(json, index));
      return;
    }
    column.kind(KIND.object);
    this.#string(column, JSON.stringify(Object.keys(json)));
    for (const [key, value] of Object.entries(json)) this.#value(value, place.at(`.${key}`));
  }

  #string(column: ColumnWriter, text: string): void {
    const known = this.#strings.get(text);
    if (known === undefined) this.#strings.set(text, this.#strings.size);
    column.string(known === undefined ? 0 : known + 1);
  }
}

function isList(json: Json): json is readonly Json[] {
  return Array.isArray(json);
}

function itemPlaces<Column>(place: Place<Column>, event: Place<Column>) {
  if (place === event) {
    return (list: readonly Json[], index: number) => placeInEvent(event, list, index);
  }
  return (list: readonly Json[], index: number) => place.item(list, index);
}

/** The next text: its JSON where it has any, and how it is written. */
export interface PackedText {
  /** Absent when the text is not the canonical text of any JSON. */
  readonly json?: Json;
  readonly text: () => string;
}

/** Gives texts in the order in which they were packed. Throws on bytes that no writer made. */
export class TextColumnsReader {
  readonly #strings: readonly string[];
  readonly #columns: readonly ColumnReader[];
  readonly #event: Place<ColumnReader>;
  #stringsSeen = 0;
  #columnsSeen = 0;
  #valuesLeft = 0;

  constructor(from: ByteReader) {
    const strings: unknown = JSON.parse(Buffer.from(from.bytes(from.varint())).toString('utf8'));
    if (!Array.isArray(strings) || !strings.every((one) => typeof one === 'string')) {
      throw new TruncatedBytes('the table of strings is no list of strings');
    }
    this.#strings = strings;
    const columns: ColumnReader[] = [];
    for (let left = from.varint(); left > 0; left--) {
      columns.push(readColumn(from));
    }
    this.#columns = columns;
    this.#event = new Place(() => this.#nextColumn());
  }

  next(): PackedText {
    const kind = this.#event.column.kind();
    if (kind === KIND.text) {
      const text = this.#string(this.#event.column);
      return { text: () => text };
    }
    this.#valuesLeft = VALUES_MAX;
    const json = this.#value(kind, this.#event, DEPTH_MAX);
    return { json, text: () => JSON.stringify(json) };
  }

  #value(kind: number, place: Place<ColumnReader>, depthLeft: number): Json {
    if (depthLeft < 0) throw new TruncatedBytes(`values nest deeper than ${DEPTH_MAX}`);
    if (--this.#valuesLeft < 0) throw new TruncatedBytes(`more than ${VALUES_MAX} values`);
    const { column } = place;
    switch (kind) {
      case KIND.null:
        return null;
      case KIND.false:
        return false;
      case KIND.true:
        return true;
      case KIND.number:
        return column.number();
      case KIND.string:
        return this.#string(column);
      case KIND.wideNumber:
        return JSON.parse(this.#string(column)) as Json;
      case KIND.list:
        return this.#list(place, depthLeft);
      case KIND.object:
        return this.#object(place, depthLeft);
      default:
        throw new TruncatedBytes(`no value is of the kind ${kind}`);
    }
  }

  #list(place: Place<ColumnReader>, depthLeft: number): Json {
    const length = place.column.number();
    const placeOf = itemPlaces(place, this.#event);
    const list: Json[] = [];
    while (list.length < length) {
      const item = placeOf(list, list.length);
      list.push(this.#value(item.column.kind(), item, depthLeft - 1));
    }
    return list;
  }

  #object(place: Place<ColumnReader>, depthLeft: number): Json {
    const keys = JSON.parse(this.#string(place.column)) as readonly string[];
    const entries = keys.map((key): [string, Json] => {
      const below = place.at(`.${key}`);
      return [key, this.#value(below.column.kind(), below, depthLeft - 1)];
    });
    return Object.fromEntries(entries);
  }

  #string(column: ColumnReader): string {
    const reference = column.string();
    const text = this.#strings[reference === 0 ? this.#stringsSeen++ : reference - 1];
    if (text === undefined) throw new TruncatedBytes('a string is missing');
    return text;
  }

  #nextColumn(): ColumnReader {
    const column = this.#columns[this.#columnsSeen++];
    if (column === undefined) throw new TruncatedBytes('a column is missing');
    return column;
  }
}
