/**
 * A map from objects, by identity, that is a short chain while it is small
 * (docs/performance.md#a-map-for-a-few).
 */

/** More entries than these are looked up by hash. */
const CHAINED_MAX = 8;

interface Cell<K, V> {
  readonly key: K;
  value: V;
  readonly next: Cell<K, V> | undefined;
}

export class SmallMap<K extends object, V> {
  #last: Cell<K, V> | undefined;
  #length = 0;
  #hashed: Map<K, Cell<K, V>> | undefined;

  get(key: K): V | undefined {
    return this.#cellOf(key)?.value;
  }

  set(key: K, value: V): void {
    const known = this.#cellOf(key);
    if (known !== undefined) {
      known.value = value;
      return;
    }
    this.#last = { key, value, next: this.#last };
    this.#length++;
    if (this.#hashed !== undefined) this.#hashed.set(key, this.#last);
    else if (this.#length > CHAINED_MAX) this.#hash();
  }

  #cellOf(key: K): Cell<K, V> | undefined {
    if (this.#hashed !== undefined) return this.#hashed.get(key);
    let cell = this.#last;
    while (cell !== undefined && cell.key !== key) cell = cell.next;
    return cell;
  }

  #hash(): void {
    this.#hashed = new Map();
    for (let cell = this.#last; cell !== undefined; cell = cell.next) {
      this.#hashed.set(cell.key, cell);
    }
  }
}
