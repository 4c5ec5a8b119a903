/**
 * The trusted keys: the service's own, and those that somebody pinned
 * from outside. A key that arrives with a log proves nothing about the log.
 */
import { hexOf } from '../encoding/hex.ts';
import type { PublicKey } from './signing-key.ts';

/** Keys that a list may pin. */
const PINS_MAX = 1000;
/** A key's id, or all of its 32 bytes. */
const PIN = /^(?:[0-9a-f]{16}|[0-9a-f]{64})$/u;

export class TrustedKeys {
  readonly #pins: ReadonlySet<string>;

  /** @param pins ids of keys, or their 32 bytes in hexadecimal */
  constructor(pins: readonly string[]) {
    this.#pins = new Set(pins);
  }

  trusts({ key_id, bytes }: PublicKey): boolean {
    return this.#pins.has(key_id) || this.#pins.has(hexOf(bytes));
  }

  /** These and one more. */
  with({ bytes }: PublicKey): TrustedKeys {
    return new TrustedKeys([...this.#pins, hexOf(bytes)]);
  }
}

/**
 * The keys of a list: one a line, 64 hexadecimal digits (`public_key` of GET /v1/keys) or 16
 * (`key_id`); `#` begins a comment.
 *
 * @throws Error that names the line
 */
export function parseTrustedKeys(text: string): TrustedKeys {
  const pins: string[] = [];
  for (const [i, line] of text.split('\n').entries()) {
    const pin = line.replace(/#.*/u, '').trim();
    if (pin === '') continue;
    if (!PIN.test(pin)) {
      throw new Error(`line ${i + 1} is not a key (64 hexadecimal digits) or a key id (16)`);
    }
    pins.push(pin);
  }
  if (pins.length > PINS_MAX) throw new Error(`${pins.length} keys are more than ${PINS_MAX}`);
  return new TrustedKeys(pins);
}
