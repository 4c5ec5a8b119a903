/**
 * A body that is kept in a file until it is complete: a slow client then holds no
 * transaction and, on the embedded database, not its one connection.
 */
import type { Hash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { namelessFile } from '../../events/storage/nameless-file.ts';
import { SPOOLED_BYTES_MAX } from '../limits.ts';
import { ProblemError } from '../problem.ts';

/** A body that arrived. */
export interface Spooled {
  readonly bytes: number;
  /** Reads the bytes, from the first one each time. */
  read(): AsyncIterable<Uint8Array>;
  /** Gives the file up. */
  close(): Promise<void>;
}

/** Bytes that are written or read together: each time the thread waits for another one. */
const PIECE_BYTES = 256 * 1024;
/** Chunks of a piece: a client may send them a byte at a time, and each is an object. */
const PIECE_CHUNKS = 32;

/**
 * Reads a whole body.
 *
 * @param hash takes the bytes in, where their digest is wanted
 * @throws ProblemError `body-too-large`
 */
export async function spool(body: AsyncIterable<Uint8Array>, hash?: Hash): Promise<Spooled> {
  const file = await namelessFile('bpfledger-upload-');
  try {
    let bytes = 0;
    let piece: Uint8Array[] = [];
    const write = async () => {
      await file.writeFile(Buffer.concat(piece));
      piece = [];
    };
    for await (const chunk of body) {
      bytes += chunk.byteLength;
      if (bytes > SPOOLED_BYTES_MAX) {
        const detail = `the body has more than ${SPOOLED_BYTES_MAX} bytes`;
        throw new ProblemError('body-too-large', { detail, limit: SPOOLED_BYTES_MAX });
      }
      hash?.update(chunk);
      piece.push(chunk);
      if (piece.length >= PIECE_CHUNKS || bytesOf(piece) >= PIECE_BYTES) await write();
    }
    await write();
    return {
      bytes,
      read: () => readFrom(file),
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

function bytesOf(piece: readonly Uint8Array[]): number {
  return piece.reduce((sum, { byteLength }) => sum + byteLength, 0);
}

/** A stream of the file would close it when its reader has seen enough. */
async function* readFrom(file: FileHandle): AsyncGenerator<Uint8Array> {
  for (let position = 0; ; ) {
    const chunk = Buffer.allocUnsafe(PIECE_BYTES);
    const { bytesRead } = await file.read(chunk, 0, PIECE_BYTES, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    yield chunk.subarray(0, bytesRead);
  }
}
