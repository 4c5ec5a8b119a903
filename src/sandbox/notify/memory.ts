/** The memory of a program while one of its calls waits (process_vm_readv(2)). */
import type { Libc } from '../../native/libc.ts';

/** Bytes that are read or written together; more is done in several steps. */
const CHUNK_BYTES = 65_536;
const PAGE_BYTES = 4096;
const PATH_MAX = 4096;

export class Memory {
  readonly #libc: Libc;
  readonly #chunk = Buffer.alloc(CHUNK_BYTES);
  readonly #local = Buffer.alloc(16);
  readonly #remote = Buffer.alloc(16);

  constructor(libc: Libc) {
    this.#libc = libc;
    this.#local.writeBigUInt64LE(libc.address(this.#chunk), 0);
  }

  /** A copy of some bytes; undefined when some cannot be read (EFAULT), or the thread is gone. */
  read(tid: number, address: number, bytes: number): Buffer | undefined {
    const copy = Buffer.allocUnsafe(bytes);
    for (let done = 0; done < bytes; ) {
      const step = Math.min(bytes - done, CHUNK_BYTES);
      this.#place(address + done, step);
      if (this.#libc.readMemory(tid, this.#local, this.#remote) !== step) return undefined;
      this.#chunk.copy(copy, done, 0, step);
      done += step;
    }
    return copy;
  }

  /** A text up to its NUL; undefined when it cannot be read, or is longer than any path. */
  readText(tid: number, address: number, limit = PATH_MAX): string | undefined {
    const pieces: Buffer[] = [];
    for (let done = 0; done < limit; ) {
      // Up to the end of the page: what comes after it may not be there.
      const at = address + done;
      const step = Math.min(limit - done, PAGE_BYTES - (at % PAGE_BYTES));
      this.#place(at, step);
      if (this.#libc.readMemory(tid, this.#local, this.#remote) !== step) return undefined;
      const end = this.#chunk.indexOf(0);
      const isWhole = end >= 0 && end < step;
      pieces.push(Buffer.from(this.#chunk.subarray(0, isWhole ? end : step)));
      if (isWhole) return Buffer.concat(pieces).toString();
      done += step;
    }
    return undefined;
  }

  /** Writes bytes; false when some could not be written. */
  write(tid: number, address: number, bytes: Buffer): boolean {
    for (let done = 0; done < bytes.length; ) {
      const step = Math.min(bytes.length - done, CHUNK_BYTES);
      this.#place(address + done, step);
      bytes.copy(this.#chunk, 0, done, done + step);
      if (this.#libc.writeMemory(tid, this.#local, this.#remote) !== step) return false;
      done += step;
    }
    return true;
  }

  #place(address: number, bytes: number): void {
    this.#local.writeBigUInt64LE(BigInt(bytes), 8);
    this.#remote.writeBigUInt64LE(BigInt(address), 0);
    this.#remote.writeBigUInt64LE(BigInt(bytes), 8);
  }
}
