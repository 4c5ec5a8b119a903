/** A `union bpf_attr` as the kernel has it: the caller's bytes, and zeros up to its end. */
import { NAME_BYTES } from '../../native/attr-fields.ts';
import type { Memory } from '../notified.ts';

/** Bytes that can be read of an attr, whatever the caller passes: longer than the union of any kernel. */
const READABLE = 256;

/** A bit that means nothing to any command. */
const NO_FLAG = 1 << 31;

/** Of one call after the other: each is answered before the next is read. */
const BYTES = Buffer.alloc(READABLE);

export class AttrBytes {
  readonly #bytes = BYTES;
  /** Where it lies in the caller's memory: answers are written there. */
  readonly address: bigint;
  /** Bytes that the caller passes. */
  readonly size: number;

  constructor(address: bigint, size: number) {
    this.address = address;
    this.size = size;
    for (let at = 0; at < READABLE; at++) BYTES[at] = 0;
  }

  /**
   * Reads what the caller passes.
   *
   * @param known bytes that the release's attr has; what the caller passes beyond is left out
   * @returns false where the process has no such memory
   */
  readFrom(memory: Memory, known: number): boolean {
    return memory.readInto(this.#bytes, this.address, Math.min(this.size, known));
  }

  u32(offset: number): number {
    return this.#bytes.readUInt32LE(offset);
  }

  /** An fd: a signed number. */
  fd(offset: number): number {
    return this.#bytes.readInt32LE(offset);
  }

  pointer(offset: number): bigint {
    return this.#bytes.readBigUInt64LE(offset);
  }

  /** A number of 64 bits, as near as a number of ours comes to it. */
  u64(offset: number): number {
    const value = this.pointer(offset);
    return value > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(value);
  }

  /** A word of flags of 64 bits, in 32: flags that no kernel has stand for those above. */
  flags(offset: number): number {
    const low = this.u32(offset);
    return this.u32(offset + 4) === 0 ? low : (low | NO_FLAG) >>> 0;
  }

  /** One character a byte, up to the NUL; all 16 when there is none. */
  name(offset: number): string {
    const text = this.#bytes.toString('latin1', offset, offset + NAME_BYTES);
    const end = text.indexOf('\0');
    return end < 0 ? text : text.slice(0, end);
  }

  /** Whether a byte from `end` on, that the caller passes, is not zero. */
  reachesPast(end: number): boolean {
    const last = Math.min(this.size, READABLE);
    for (let at = end; at < last; at++) if (this.#bytes[at] !== 0) return true;
    return false;
  }

  /** Where a field lies in the caller's memory. */
  at(offset: number): bigint {
    return this.address + BigInt(offset);
  }
}
