/** What may be made of the bytes of somebody else's segment, checked before it is made. */
import { jsonMemory, LIST_MEMORY, VALUE_MEMORY } from './json-memory.ts';

/** Bytes of UTF-8 that a character (a unit of UTF-16) has at most. */
const CHARACTER_BYTES_MAX = 3;

/** The segment would take more than any that was packed from events. */
export class BudgetSpent extends Error {}

export class Budget {
  #text: number;
  #memory: number;

  /**
   * @param left.text characters of the events: what is referred to again and again counts each time
   * @param left.memory bytes, about, of the values that are read
   */
  constructor(left: { readonly text: number; readonly memory: number }) {
    this.#text = left.text;
    this.#memory = left.memory;
  }

  text(characters: number): void {
    this.#text -= characters;
    if (this.#text < 0) throw new BudgetSpent('the texts are longer than any segment has');
  }

  /** Values of a column. */
  values(count: number): void {
    this.#take(VALUE_MEMORY * count);
  }

  /** Records that become a list each. */
  lists(count: number): void {
    this.#take(LIST_MEMORY * count);
  }

  /** A JSON text that is about to be parsed, all of whose values are part of the events. */
  json(text: Uint8Array): void {
    if (text.length > CHARACTER_BYTES_MAX * this.#text) this.text(text.length);
    this.#take(jsonMemory(text, this.#memory));
  }

  #take(memory: number): void {
    this.#memory -= memory;
    if (this.#memory < 0) throw new BudgetSpent('the values are more than any segment has');
  }
}
