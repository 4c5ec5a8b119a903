/**
 * The fds of a process (`files_struct`, fs/file.c): the open numbers, and a bit for each so that
 * the lowest free one is found without a look at each lower one (`find_next_fd`). It has layers as
 * a table has: a process that opens one fd in a batch costs that fd, not a copy of all fds.
 */
import { NR_OPEN } from './release/config.ts';
import { type RowKind, Table } from './table.ts';

export interface Fd {
  readonly file: number;
  readonly cloexec: boolean;
}

const WORD_BITS = 32;
/** Words with as much memory as a row of a state. */
const WORDS_PER_ROW = 64;
const FULL = -1;
/** Numbers from here on have no bit: only older logs have limits beyond it. */
const BITS_END = NR_OPEN;
const FD: RowKind<Fd> = { copy: (fd) => fd, keysReturn: true };

export class FdTable {
  readonly #rows: Table<number, Fd>;
  readonly #base: FdTable | undefined;
  /** A bit for each open number below `BITS_END`, 32 to a word; words may be missing. */
  #words: number[];
  /** All words below this one are full (`next_fd` says the same in numbers). */
  #fullBelow: number;
  /** The table that it was written into: processes that share a layer go on sharing. */
  #flushed: FdTable | undefined;

  constructor(base?: FdTable) {
    this.#base = base;
    this.#rows = base === undefined ? new Table(FD) : base.#rows.layer();
    this.#words = base === undefined ? [] : base.#words.slice();
    this.#fullBelow = base === undefined ? 0 : base.#fullBelow;
  }

  /** Rows that the table counts as: its fds, and its bits where numbers are high. */
  get rows(): number {
    return this.#rows.size + bitRows(this.#words.length);
  }

  get(number: number): Fd | undefined {
    return this.#rows.get(number);
  }

  has(number: number): boolean {
    return this.#rows.has(number);
  }

  /** @returns rows that the bits grew by; those of the fds are counted by whoever knows of them */
  set(number: number, fd: Fd): number {
    this.#rows.set(number, fd);
    if (number >= BITS_END) return 0;
    const word = number >>> 5;
    const words = this.#words.length;
    this.#words[word] = (this.#words[word] ?? 0) | (1 << (number & 31));
    return word < words ? 0 : bitRows(word + 1) - bitRows(words);
  }

  /** Throws when the number is not open: an impossible effect. */
  delete(number: number): void {
    this.#rows.delete(number);
    if (number >= BITS_END) return;
    const word = number >>> 5;
    this.#words[word] = (this.#words[word] ?? 0) & ~(1 << (number & 31));
    if (word < this.#fullBelow) this.#fullBelow = word;
  }

  /** The lowest free number that is not `taken`. */
  lowestFree(taken: number | undefined): number {
    const words = this.#words;
    let word = this.#fullBelow;
    while (words[word] === FULL) word++;
    this.#fullBelow = word;
    for (; word < BITS_END / WORD_BITS; word++) {
      let used = words[word] ?? 0;
      if (taken !== undefined && taken >>> 5 === word) used |= 1 << (taken & 31);
      if (used !== FULL) return word * WORD_BITS + lowestZero(used);
    }
    let number = BITS_END;
    while (this.#rows.has(number) || number === taken) number++;
    return number;
  }

  /** The lowest free number that is not below `from`. */
  lowestFreeFrom(from: number): number {
    let number = from;
    while (this.#rows.has(number)) number++;
    return number;
  }

  /** The open numbers in their order. */
  numbers(): number[] {
    const numbers: number[] = [];
    for (let word = 0; word < this.#words.length; word++) {
      for (let bits = this.#words[word] ?? 0; bits !== 0; bits &= bits - 1) {
        numbers.push(word * WORD_BITS + lowestZero(~bits));
      }
    }
    if (numbers.length === this.#rows.size) return numbers;
    const beyond = [...this.#rows.keys()].filter((number) => number >= BITS_END);
    return [...numbers, ...beyond.sort((a, b) => a - b)];
  }

  values(): Iterable<Fd> {
    return this.#rows.values();
  }

  [Symbol.iterator](): Iterator<[number, Fd]> {
    return this.#rows.entries();
  }

  layer(): FdTable {
    return new FdTable(this);
  }

  /** A table of its own with the same fds. */
  copy(): FdTable {
    const copied = new FdTable();
    for (const [number, fd] of this) copied.set(number, fd);
    return copied;
  }

  /** Writes a layer of `base` into it and gives that; a table that is not a layer of it stays. */
  flushInto(base: FdTable | undefined): FdTable {
    if (this.#flushed !== undefined) return this.#flushed;
    if (base === undefined || this.#base !== base) return this;
    this.#flushed = base;
    this.#rows.flush();
    base.#words = this.#words;
    base.#fullBelow = this.#fullBelow;
    return base;
  }
}

function bitRows(words: number): number {
  return Math.floor(words / WORDS_PER_ROW);
}

/** Index of the lowest bit that is not set; at least one of the 32 is not set. */
function lowestZero(word: number): number {
  return 31 - Math.clz32(~word & (word + 1));
}
