/**
 * The memory of a program while one of its calls waits (process_vm_readv(2)). What a call points at
 * mostly lies together, and a page costs little more to read than a word: so the page that was read
 * last is kept for the rest of the call.
 */
import type { Libc } from '../../native/libc.ts';
import type { Memory } from '../notified.ts';

/** Bytes that are read or written together; more is done in several steps. */
const CHUNK_BYTES = 65_536;
const PAGE_BYTES = 4096;
/** Bits of a place in a page. */
const PAGE_BITS = 12;
const WORD_BITS = 64;
/** The address of no page. */
const NO_PAGE = 1n;

export class Memories {
  readonly #libc: Libc;
  readonly #chunk = Buffer.alloc(CHUNK_BYTES);
  /** `struct iovec`, here and there: an address and a length. */
  readonly #local = new BigUint64Array(2);
  readonly #remote = new BigUint64Array(2);
  readonly #page = Buffer.alloc(PAGE_BYTES);
  readonly #chunkAddress: bigint;
  readonly #pageAddress: bigint;
  #pageOf = 0;
  #pageAt = NO_PAGE;
  /** Of the thread that called last: mostly it calls again. */
  #last = { tid: 0, memory: this.#memoryOf(0) };

  constructor(libc: Libc) {
    this.#libc = libc;
    this.#chunkAddress = libc.address(this.#chunk);
    this.#pageAddress = libc.address(this.#page);
  }

  /** What a thread sees of its memory from now on. */
  of(tid: number): Memory {
    this.#pageAt = NO_PAGE;
    if (this.#last.tid !== tid) this.#last = { tid, memory: this.#memoryOf(tid) };
    return this.#last.memory;
  }

  #memoryOf(tid: number): Memory {
    return {
      read: (address, length) => {
        const copy = Buffer.allocUnsafe(length);
        return this.#read(tid, copy, address, length) ? copy : undefined;
      },
      readInto: (target, address, length) => this.#read(tid, target, address, length),
      readText: (address, max) => this.#readText(tid, address, max),
    };
  }

  /** Writes bytes; false when some could not be written. */
  write(tid: number, address: bigint, bytes: Uint8Array): boolean {
    for (let done = 0; done < bytes.length; ) {
      const step = Math.min(bytes.length - done, CHUNK_BYTES);
      this.#place(this.#chunkAddress, address + BigInt(done), step);
      this.#chunk.set(bytes.subarray(done, done + step));
      if (this.#libc.writeMemory(tid, this.#local, this.#remote) !== step) return false;
      done += step;
    }
    return true;
  }

  #read(tid: number, copy: Buffer, address: bigint, length: number): boolean {
    const offset = Number(BigInt.asUintN(PAGE_BITS, address));
    if (offset + length <= PAGE_BYTES) {
      if (length > 0 && !this.#turnTo(tid, BigInt.asUintN(WORD_BITS, address - BigInt(offset))))
        return false;
      this.#page.copy(copy, 0, offset, offset + length);
      return true;
    }
    for (let done = 0; done < length; ) {
      const step = Math.min(length - done, CHUNK_BYTES);
      this.#place(this.#chunkAddress, address + BigInt(done), step);
      if (this.#libc.readMemory(tid, this.#local, this.#remote) !== step) return false;
      this.#chunk.copy(copy, done, 0, step);
      done += step;
    }
    return true;
  }

  #readText(tid: number, address: bigint, max: number): string | undefined | 'too long' {
    const pieces: Buffer[] = [];
    for (let done = 0; done < max; ) {
      // Up to the end of the page: what comes after it may not be there.
      const at = address + BigInt(done);
      const offset = Number(BigInt.asUintN(PAGE_BITS, at));
      if (!this.#turnTo(tid, BigInt.asUintN(WORD_BITS, at - BigInt(offset)))) return undefined;
      const rest = this.#page.subarray(offset, offset + max - done);
      const end = rest.indexOf(0);
      pieces.push(Buffer.from(end < 0 ? rest : rest.subarray(0, end)));
      if (end >= 0) return Buffer.concat(pieces).toString();
      done += rest.length;
    }
    return 'too long';
  }

  /** Reads a page, unless it was read last; false where the process has none. */
  #turnTo(tid: number, page: bigint): boolean {
    if (this.#pageAt === page && this.#pageOf === tid) return true;
    this.#pageAt = NO_PAGE;
    this.#place(this.#pageAddress, page, PAGE_BYTES);
    if (this.#libc.readMemory(tid, this.#local, this.#remote) !== PAGE_BYTES) return false;
    this.#pageOf = tid;
    this.#pageAt = page;
    return true;
  }

  /** @param own where the bytes come to or from here */
  #place(own: bigint, address: bigint, bytes: number): void {
    const length = BigInt(bytes);
    this.#local[0] = own;
    this.#local[1] = length;
    this.#remote[0] = address;
    this.#remote[1] = length;
  }
}
