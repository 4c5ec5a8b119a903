/**
 * The hash chain: each event's hash covers the hash before it, its position, its time and its
 * exact text, so that no event can be changed, moved or left out without changing all hashes
 * after it.
 *
 *     hash(n) = SHA-256(hash(n-1) || u64be position || u64be recorded_at || u32be length || text)
 */
import type { EncodedEvent } from './codec.ts';
import { sha256 } from './sha256.ts';

/** The hash before the first event of a log. */
export const GENESIS_HASH: Uint8Array = new Uint8Array(32);

/** The hash before, two numbers of 8 bytes and one of 4. */
const HEAD_BYTES = 52;

const U32 = 2 ** 32;

/** @param value a whole number below 2^53 */
function writeU64(bytes: Buffer, value: number, at: number): void {
  bytes.writeUInt32BE(Math.floor(value / U32), at);
  bytes.writeUInt32BE(value % U32, at + 4);
}

/** What the hash of an event that follows one with the hash `previous` is computed of. */
export function hashedBytes(previous: Uint8Array, event: EncodedEvent): Buffer {
  return writeHashed(Buffer.allocUnsafe(hashedSize(event)), previous, event);
}

/** The hash of an event that follows one with the hash `previous`; 32 bytes. */
export function chainHash(previous: Uint8Array, event: EncodedEvent): Uint8Array {
  const size = hashedSize(event);
  const isReused = size >= REUSED_MIN && size <= reused.length;
  const bytes = isReused ? reused.subarray(0, size) : Buffer.allocUnsafe(size);
  return sha256(writeHashed(bytes, previous, event));
}

/** Bytes from which on an allocation is memory of its own, and new pages cost more than the hash. */
const REUSED_MIN = 4096;
const reused = Buffer.allocUnsafeSlow(64 * 1024);

function hashedSize({ body }: EncodedEvent): number {
  return HEAD_BYTES + Buffer.byteLength(body, 'utf8');
}

function writeHashed(bytes: Buffer, previous: Uint8Array, event: EncodedEvent): Buffer {
  const { position, recorded_at, body } = event;
  const length = bytes.length - HEAD_BYTES;
  bytes.set(previous, 0);
  writeU64(bytes, position, 32);
  writeU64(bytes, recorded_at, 40);
  bytes.writeUInt32BE(length, 48);
  // As long in bytes as in characters: then it is ASCII, which is copied without a look at each.
  bytes.write(body, HEAD_BYTES, length === body.length ? 'latin1' : 'utf8');
  return bytes;
}
