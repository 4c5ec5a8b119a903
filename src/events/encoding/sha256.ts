/** SHA-256 of a few bytes, as each event and each node of a tree needs it. */
import { hash } from 'node:crypto';

const BYTES = 32;

/**
 * The digest, 32 bytes. It comes as a text and is copied: Node takes three times as long to hand
 * over bytes of its own (docs/performance.md#bytes-made-by-node).
 */
export function sha256(bytes: Uint8Array): Uint8Array {
  const text = hash('sha256', bytes, 'binary');
  const digest = new Uint8Array(BYTES);
  for (let i = 0; i < BYTES; i++) digest[i] = text.charCodeAt(i);
  return digest;
}
