/**
 * A `union bpf_attr` under construction. The buffer is always larger than the union of any kernel
 * (some write past the end of a shorter attr), whatever size the caller passes with it.
 */
import type { SystemCalls } from './syscall.ts';

/** Bytes of the buffer: the union has 168 on 6.18. */
const BUFFER_BYTES = 256;
/** Above one page the kernel answers E2BIG without reading the attr. */
const SIZE_READ_MAX = 4096;
/** The default size: the whole union as 6.18 knows it. */
export const ATTR_BYTES = 168;

/** What an attr points at lives as long as its buffer. */
const POINTEES = new WeakMap<Buffer, Buffer[]>();

export class Attr {
  readonly buffer: Buffer;
  /** Bytes that the kernel is told of. */
  readonly size: number;
  readonly #kernel: SystemCalls;

  constructor(kernel: SystemCalls, size = ATTR_BYTES) {
    this.size = size;
    this.#kernel = kernel;
    this.buffer = Buffer.alloc(Math.max(BUFFER_BYTES, Math.min(size, SIZE_READ_MAX)));
    POINTEES.set(this.buffer, []);
  }

  /**
   * An unsigned or signed 32-bit field.
   *
   * @throws RangeError for a number of which the field would keep only the low bits
   */
  u32(offset: number, value: number): this {
    if (!Number.isInteger(value) || value < -(2 ** 31) || value >= 2 ** 32) {
      throw new RangeError(`${value} does not fit into 32 bits`);
    }
    this.buffer.writeInt32LE(value | 0, offset);
    return this;
  }

  u64(offset: number, value: number | bigint): this {
    this.buffer.writeBigUInt64LE(BigInt(value), offset);
    return this;
  }

  /** A pointer to a buffer; `undefined` is the null pointer. */
  pointer(offset: number, to: Buffer | undefined): this {
    if (to === undefined) return this;
    POINTEES.get(this.buffer)?.push(to);
    return this.u64(offset, this.#kernel.address(to));
  }

  /** A name in a field of 16 bytes: one byte a character, as the wire carries it. */
  name(offset: number, name: string): this {
    Buffer.from(name, 'latin1').copy(this.buffer, offset, 0, 16);
    return this;
  }

  readU32(offset: number): number {
    return this.buffer.readUInt32LE(offset);
  }

  readU64(offset: number): bigint {
    return this.buffer.readBigUInt64LE(offset);
  }
}
