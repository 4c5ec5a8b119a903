/**
 * Statements that are kept in a file until all of them are known, and then done: the embedded
 * database has one connection, and a transaction that waited for each of them would hold it from
 * everybody else.
 */
import type { FileHandle } from 'node:fs/promises';
import { deserialize, serialize } from 'node:v8';
import type { Queryable } from './database.ts';
import { namelessFile } from './nameless-file.ts';

/** Bytes of the length before each statement. */
const LENGTH_BYTES = 4;

type Statement = readonly [text: string, params: readonly unknown[]];

/** Works with an empty one, which goes with the end of the work. */
export async function withStaged<T>(work: (staged: Staged) => Promise<T>): Promise<T> {
  const file = await namelessFile('bpfledger-staged-');
  try {
    return await work(new Staged(file));
  } finally {
    await file.close();
  }
}

class Staged implements Queryable {
  readonly #file: FileHandle;
  /** Each is written after the one before. */
  #written: Promise<unknown> = Promise.resolve();

  constructor(file: FileHandle) {
    this.#file = file;
  }

  /** Keeps a statement, which must be one that gives no rows. */
  async query<Row extends object>(text: string, params: readonly unknown[] = []): Promise<Row[]> {
    const bytes = serialize([text, params] satisfies Statement);
    const length = Buffer.alloc(LENGTH_BYTES);
    length.writeUInt32BE(bytes.length);
    this.#written = this.#written.then(() => this.#file.writeFile(Buffer.concat([length, bytes])));
    await this.#written;
    return [];
  }

  /** Does what was kept, in order. */
  async execute(tx: Queryable): Promise<void> {
    await this.#written;
    for (let at = 0; ; ) {
      const length = await this.#read(at, LENGTH_BYTES);
      if (length.length === 0) return;
      const bytes = await this.#read(at + LENGTH_BYTES, length.readUInt32BE());
      const [text, params] = deserialize(bytes) as Statement;
      await tx.query(text, params);
      at += LENGTH_BYTES + bytes.length;
    }
  }

  /** Bytes at a place; none at the end. */
  async #read(at: number, length: number): Promise<Buffer> {
    const bytes = Buffer.alloc(length);
    for (let got = 0; got < length; ) {
      const { bytesRead } = await this.#file.read(bytes, got, length - got, at + got);
      if (bytesRead === 0) return bytes.subarray(0, got);
      got += bytesRead;
    }
    return bytes;
  }
}
