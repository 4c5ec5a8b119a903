/** The memory of a program while one of its calls waits (process_vm_readv(2)). */
import type { Libc } from '../../native/libc.ts';
import type { Memory } from '../notified.ts';

/** Bytes that are read or written together; more is done in several steps. */
const CHUNK_BYTES = 65_536;
const PAGE_BYTES = 4096;

export class Memories {
  readonly #libc: Libc;
  readonly #chunk = Buffer.alloc(CHUNK_BYTES);
  readonly #local = Buffer.alloc(16);
  readonly #remote = Buffer.alloc(16);

  constructor(libc: Libc) {
    this.#libc = libc;
    this.#local.writeBigUInt64LE(libc.address(this.#chunk), 0);
  }

  /** What a thread sees of its memory. */
  of(tid: number): Memory {
    return {
      read: (address, length) => this.#read(tid, address, length),
      readText: (address, max) => this.#readText(tid, address, max),
    };
  }

  /** Writes bytes; false when some could not be written. */
  write(tid: number, address: bigint, bytes: Uint8Array): boolean {
    for (let done = 0; done < bytes.length; ) {
      const step = Math.min(bytes.length - done, CHUNK_BYTES);
      this.#place(address + BigInt(done), step);
      this.#chunk.set(bytes.subarray(done, done + step));
      if (this.#libc.writeMemory(tid, this.#local, this.#remote) !== step) return false;
      done += step;
    }
    return true;
  }

  #read(tid: number, address: bigint, length: number): Buffer | undefined {
    const copy = Buffer.allocUnsafe(length);
    for (let done = 0; done < length; ) {
      const step = Math.min(length - done, CHUNK_BYTES);
      this.#place(address + BigInt(done), step);
      if (this.#libc.readMemory(tid, this.#local, this.#remote) !== step) return undefined;
      this.#chunk.copy(copy, done, 0, step);
      done += step;
    }
    return copy;
  }

  #readText(tid: number, address: bigint, max: number): string | undefined | 'too long' {
    const pieces: Buffer[] = [];
    for (let done = 0; done < max; ) {
      // Up to the end of the page: what comes after it may not be there.
      const at = address + BigInt(done);
      const step = Math.min(max - done, PAGE_BYTES - Number(at % BigInt(PAGE_BYTES)));
      this.#place(at, step);
      if (this.#libc.readMemory(tid, this.#local, this.#remote) !== step) return undefined;
      const end = this.#chunk.subarray(0, step).indexOf(0);
      pieces.push(Buffer.from(this.#chunk.subarray(0, end < 0 ? step : end)));
      if (end >= 0) return Buffer.concat(pieces).toString();
      done += step;
    }
    return 'too long';
  }

  #place(address: bigint, bytes: number): void {
    this.#local.writeBigUInt64LE(BigInt(bytes), 8);
    this.#remote.writeBigUInt64LE(address, 0);
    this.#remote.writeBigUInt64LE(BigInt(bytes), 8);
  }
}
