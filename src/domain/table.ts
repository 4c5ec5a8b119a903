/**
 * A keyed table that can be layered: a layer reads through to its base and keeps its own writes,
 * so that `plan` and an uncommitted batch work on a kernel without touching it. Values are
 * changed only through `edit`, which copies what belongs to the base. While a layer is in use, its
 * base does not change: decisions on the layer depend on what it read.
 */
/** What a row is to its table. */
export interface RowKind<V> {
  /** A copy that may be changed while the row it was made from stays as it is. */
  readonly copy: (row: V) => V;
  /**
   * The row that a flushed copy leaves, where its parts are layers themselves.
   *
   * @param below the row that it replaces; undefined when the base reads through to its own base
   */
  readonly settle?: (copy: V, below: V | undefined) => V;
  /**
   * Keys of rows that are gone are used again, as fd numbers and paths are; such rows are marked as
   * gone (docs/performance.md#a-map-whose-keys-return).
   */
  readonly keysReturn?: true;
}

/** Marks of removed rows that may remain, beyond the number of rows. */
const GONE_MAX = 32;

/** Stands for a row that is gone, in layers and where keys return: one lookup finds row and mark. */
const GONE = Symbol('gone');

export class Table<K extends string | number, V> {
  readonly #kind: RowKind<V>;
  readonly #base: Table<K, V> | undefined;
  /**
   * Own rows and marks of those that are gone. A key that is not in it is the base's. No row in it
   * is the base's own: `edit` puts a copy here.
   */
  readonly #rows = new Map<K, V | typeof GONE>();
  /** In layers, and where keys return. Elsewhere `#rows` has no marks. */
  readonly #marksGone: boolean;
  /**
   * Rows that are not gone, with those of the base: as many as `entries` gives. Kept only where rows
   * are marked as gone.
   */
  #size: number;

  constructor(kind: RowKind<V>, base?: Table<K, V>) {
    this.#kind = kind;
    this.#base = base;
    this.#marksGone = base !== undefined || kind.keysReturn === true;
    this.#size = base?.size ?? 0;
  }

  get size(): number {
    return this.#marksGone ? this.#size : this.#rows.size;
  }

  get(key: K): V | undefined {
    const own = this.#rows.get(key);
    if (own === undefined) return this.#base?.get(key);
    return own === GONE ? undefined : own;
  }

  has(key: K): boolean {
    return this.get(key) !== undefined;
  }

  /** The row to change in place. Throws when there is none: an impossible effect. */
  edit(key: K): V {
    const own = this.#rows.get(key);
    if (own !== undefined && own !== GONE) return own;
    const below = own === GONE ? undefined : this.#base?.get(key);
    if (below === undefined) throw new Error(`impossible effect: no row ${String(key)} to change`);
    const copied = this.#kind.copy(below);
    this.#rows.set(key, copied);
    return copied;
  }

  set(key: K, value: V): void {
    if (this.#marksGone && !this.has(key)) this.#size++;
    this.#rows.set(key, value);
  }

  /** Throws when there is no such row: an impossible effect. */
  delete(key: K): void {
    const was = this.#marksGone ? this.has(key) : this.#rows.delete(key);
    if (!was) throw new Error(`impossible effect: no row ${String(key)} to remove`);
    if (!this.#marksGone) return;
    this.#size--;
    this.#rows.set(key, GONE);
    if (this.#base === undefined && this.#rows.size > 2 * this.#size + GONE_MAX) this.#forget();
  }

  /** Rows in the order in which they were first set; a changed row of the base keeps its place. */
  *entries(): Generator<[K, V]> {
    if (this.#base !== undefined) {
      for (const [key, below] of this.#base.entries()) {
        const own = this.#rows.get(key);
        if (own === undefined) yield [key, below];
        else if (own !== GONE) yield [key, own];
      }
    }
    for (const [key, value] of this.#rows) {
      if (value !== GONE && !this.#base?.has(key)) yield [key, value];
    }
  }

  /** Removes the marks of rows that are gone from a table without a base. */
  #forget(): void {
    for (const [key, value] of this.#rows) if (value === GONE) this.#rows.delete(key);
  }

  /** The row that is its own; undefined for one of its base, and for one that is gone. */
  #own(key: K): V | undefined {
    const own = this.#rows.get(key);
    return own === GONE ? undefined : own;
  }

  keys(): Iterable<K> {
    return this.#marksGone ? this.#keysOfEntries() : this.#rows.keys();
  }

  *#keysOfEntries(): Generator<K> {
    for (const [key] of this.entries()) yield key;
  }

  *values(): Generator<V> {
    for (const [, value] of this.entries()) yield value;
  }

  layer(): Table<K, V> {
    return new Table(this.#kind, this);
  }

  /**
   * Writes a layer's rows into its base; the layer must not be used afterwards.
   *
   * @throws Error when the base was changed below the layer: a bug of the layer's owner
   */
  flush(): void {
    const base = this.#base;
    if (base === undefined) throw new Error('only a layer can be flushed');
    const { settle } = this.#kind;
    for (const [key, value] of this.#rows) {
      if (value === GONE) {
        if (base.has(key)) base.delete(key);
      } else {
        base.set(key, settle === undefined ? value : settle(value, base.#own(key)));
      }
    }
    if (base.size !== this.#size)
      throw new Error('impossible layer: its base was changed below it');
  }
}
