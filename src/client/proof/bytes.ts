/** Bytes in base64 and in hexadecimal, and SHA-256, by what browsers and Node both have. */

/** What a proof says is wrong: it proves nothing, and the message says why. */
export class ProofRefused extends Error {
  override readonly name = 'ProofRefused';
}

const HEX = /^(?:[0-9a-f]{2})*$/u;

/**
 * The bytes of a base64 text with its padding.
 *
 * @throws ProofRefused when it is not the one text of these bytes
 */
export function fromBase64(text: string, what: string): Uint8Array<ArrayBuffer> {
  try {
    const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
    if (toBase64(bytes) === text) return bytes;
  } catch {
    // Said below.
  }
  throw new ProofRefused(`${what} is not base64`);
}

export function toBase64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}

/** @throws ProofRefused */
export function fromHex(text: string, what: string): Uint8Array<ArrayBuffer> {
  if (!HEX.test(text)) throw new ProofRefused(`${what} is not hexadecimal`);
  return Uint8Array.from(text.match(/../gu) ?? [], (pair) => Number.parseInt(pair, 16));
}

export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export function utf8(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

export function joinBytes(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export async function sha256(...parts: readonly Uint8Array[]): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', joinBytes(...parts)));
}

/** Whether both are the same; nothing here is secret. */
export function same(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, i) => byte === other[i]);
}

/** Whether a key made a signature of a text. */
export async function isEd25519(
  publicKey: Uint8Array<ArrayBuffer>,
  signature: Uint8Array<ArrayBuffer>,
  text: string,
): Promise<boolean> {
  const key = await crypto.subtle.importKey('raw', publicKey, 'Ed25519', false, ['verify']);
  return crypto.subtle.verify('Ed25519', key, signature, utf8(text));
}
