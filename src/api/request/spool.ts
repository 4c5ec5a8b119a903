/**
 * A body that is kept in a file until it is complete: a slow client then holds no
 * transaction and, on the embedded database, not its one connection.
 */
import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { namelessFile } from '../../events/storage/nameless-file.ts';
import { SPOOLED_BYTES_MAX } from '../limits.ts';
import { ProblemError } from '../problem.ts';

/** A body that arrived. */
export interface Spooled {
  readonly bytes: number;
  /** SHA-256 of the bytes, in hex. */
  readonly sha256: string;
  /** Reads the bytes, from the first one each time. */
  read(): AsyncIterable<Uint8Array>;
  /** Gives the file up. */
  close(): Promise<void>;
}

/**
 * Reads a whole body.
 *
 * @throws ProblemError `body-too-large`
 */
export async function spool(body: AsyncIterable<Uint8Array>): Promise<Spooled> {
  const file = await namelessFile('bpfledger-upload-');
  try {
    let bytes = 0;
    const hash = createHash('sha256');
    for await (const chunk of body) {
      bytes += chunk.byteLength;
      if (bytes > SPOOLED_BYTES_MAX) {
        const detail = `the body has more than ${SPOOLED_BYTES_MAX} bytes`;
        throw new ProblemError('body-too-large', { detail, limit: SPOOLED_BYTES_MAX });
      }
      hash.update(chunk);
      await file.writeFile(chunk);
    }
    return {
      bytes,
      sha256: hash.digest('hex'),
      read: () => readFrom(file),
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Bytes that are read together. */
const CHUNK_BYTES = 64 * 1024;

/** A stream of the file would close it when its reader has seen enough. */
async function* readFrom(file: FileHandle): AsyncGenerator<Uint8Array> {
  for (let position = 0; ; ) {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    const { bytesRead } = await file.read(chunk, 0, CHUNK_BYTES, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    yield chunk.subarray(0, bytesRead);
  }
}
