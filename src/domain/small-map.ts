/**
 * A map from objects, by identity, that stays a pair of short arrays while it is small. Most calls
 * drop up to three references; making a Map for those took longer than all their checks.
 */

/** More entries than these are looked up by hash. */
const SCANNED_MAX = 8;

export class SmallMap<K extends object, V> {
  readonly #keys: K[] = [];
  readonly #values: V[] = [];
  #hashed: Map<K, V> | undefined;

  get(key: K): V | undefined {
    if (this.#hashed !== undefined) return this.#hashed.get(key);
    const at = this.#keys.indexOf(key);
    return at < 0 ? undefined : this.#values[at];
  }

  set(key: K, value: V): void {
    if (this.#hashed !== undefined) {
      this.#hashed.set(key, value);
      return;
    }
    const at = this.#keys.indexOf(key);
    if (at >= 0) {
      this.#values[at] = value;
    } else if (this.#keys.length < SCANNED_MAX) {
      this.#keys.push(key);
      this.#values.push(value);
    } else {
      this.#hashed = new Map(this.#keys.map((known, i) => [known, this.#values[i] as V]));
      this.#hashed.set(key, value);
    }
  }
}
