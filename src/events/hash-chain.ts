/**
 * The hash chain: each event's hash covers the hash before it, its position, its time and its
 * exact text, so that no event can be changed, moved or left out without changing all hashes
 * after it.
 *
 *     hash(n) = SHA-256(hash(n-1) || u64be position || u64be recorded_at || u32be length || text)
 */
import { createHash } from 'node:crypto';
import type { EncodedEvent } from './codec.ts';

/** The hash before the first event of a log. */
export const GENESIS_HASH: Uint8Array = new Uint8Array(32);

/** The hash of an event that follows one with the hash `previous`; 32 bytes. */
export function chainHash(previous: Uint8Array, event: EncodedEvent): Uint8Array {
  const text = Buffer.from(event.body, 'utf8');
  const head = Buffer.allocUnsafe(20);
  head.writeBigUInt64BE(BigInt(event.position), 0);
  head.writeBigUInt64BE(BigInt(event.recorded_at), 8);
  head.writeUInt32BE(text.length, 16);
  return createHash('sha256').update(previous).update(head).update(text).digest();
}
