/**
 * Unpacks a tar of folders and plain files, which is what PGlite makes of its directory. It is read
 * in pieces: held whole it would be forty megabytes that a quiet process never gives back.
 */
import { closeSync, ftruncateSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const BLOCK = 512;
const NAME = [0, 100] as const;
const MODE = [100, 108] as const;
const SIZE = [124, 136] as const;
const KIND = 156;
/** Kinds of entries; the format has more. */
const FILE = '0';
const FOLDER = '5';
const EMPTY = Buffer.alloc(0);

/**
 * Writes the entries of a tar into a folder, which it creates. It writes synchronously: it has its
 * own thread.
 *
 * @throws Error when the tar ends within an entry, or has one of another kind
 */
export async function unpackTar(tar: AsyncIterable<Uint8Array>, folder: string): Promise<void> {
  const source = new TarSource(tar);
  mkdirSync(folder, { mode: 0o700 });
  for (;;) {
    const header = await source.exactly(BLOCK);
    // Two empty blocks end the tar.
    if (header[0] === 0) return;
    const text = ([from, to]: readonly [number, number]) =>
      header.toString('latin1', from, to).split('\0', 1)[0] ?? '';
    const path = join(folder, text(NAME));
    const mode = Number.parseInt(text(MODE), 8);
    const size = Number.parseInt(text(SIZE), 8);
    const kind = String.fromCharCode(header[KIND] ?? 0);
    if (kind === FOLDER) mkdirSync(path, { recursive: true, mode });
    else if (kind === FILE) await writeFile(source, { path, mode, size });
    else throw new Error(`the tar has an entry of the kind ${kind}`);
    await source.exactly(-size & (BLOCK - 1));
  }
}

interface TarEntry {
  readonly path: string;
  readonly mode: number;
  /** Bytes. */
  readonly size: number;
}

/** Pieces of zeros become holes: most of the files of an empty database are zeros. */
async function writeFile(source: TarSource, { path, mode, size }: TarEntry): Promise<void> {
  const fd = openSync(path, 'w', mode);
  try {
    for (let at = 0; at < size; ) {
      const piece = await source.atMost(size - at);
      if (!isZero(piece)) writeSync(fd, piece, 0, piece.length, at);
      at += piece.length;
    }
    ftruncateSync(fd, size);
  } finally {
    closeSync(fd);
  }
}

/** A piece whose first byte is zero and whose other bytes each equal the one before. */
function isZero(piece: Buffer): boolean {
  return piece[0] === 0 && piece.compare(piece, 0, piece.length - 1, 1) === 0;
}

/** The bytes of a tar, taken in pieces of the sizes that are wanted. */
class TarSource {
  readonly #pieces: AsyncIterator<Uint8Array>;
  #rest: Buffer = EMPTY;

  constructor(tar: AsyncIterable<Uint8Array>) {
    this.#pieces = tar[Symbol.asyncIterator]();
  }

  /** One byte at least, so many at most. */
  async atMost(count: number): Promise<Buffer> {
    while (this.#rest.length === 0) {
      const { value, done } = await this.#pieces.next();
      if (done) throw new Error('the tar ends within an entry');
      this.#rest = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    }
    const taken = this.#rest.subarray(0, count);
    this.#rest = this.#rest.subarray(taken.length);
    return taken;
  }

  async exactly(count: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    for (let left = count; left > 0; ) {
      const part = await this.atMost(left);
      parts.push(part);
      left -= part.length;
    }
    return parts.length === 1 ? (parts[0] ?? EMPTY) : Buffer.concat(parts);
  }
}
