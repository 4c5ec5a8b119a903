/**
 * A body that is kept in a file until it is there whole: whoever sends slowly then holds no
 * transaction and, on the embedded database, not its one connection.
 */
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SPOOLED_BYTES_MAX } from '../limits.ts';
import { ProblemError } from '../problem.ts';

/**
 * Takes all of a body, and then does the work with its bytes, which may be asked for once. The file
 * has no name any more when the first byte is written, so that nothing of it stays behind, however
 * the process ends.
 *
 * @throws ProblemError `body-too-large`
 */
export async function spool<T>(
  body: AsyncIterable<Uint8Array>,
  work: (chunks: AsyncIterable<Uint8Array>) => Promise<T>,
): Promise<T> {
  const file = await namelessFile();
  try {
    let bytes = 0;
    for await (const chunk of body) {
      bytes += chunk.byteLength;
      if (bytes > SPOOLED_BYTES_MAX) {
        const detail = `the bundle has more than ${SPOOLED_BYTES_MAX} bytes`;
        throw new ProblemError('body-too-large', { detail, limit: SPOOLED_BYTES_MAX });
      }
      await file.writeFile(chunk);
    }
    return await work(file.createReadStream({ start: 0, autoClose: false }));
  } finally {
    await file.close();
  }
}

async function namelessFile(): Promise<FileHandle> {
  const folder = await mkdtemp(join(tmpdir(), 'bpfledger-upload-'));
  try {
    return await open(join(folder, 'body'), 'wx+', 0o600);
  } finally {
    await rm(folder, { recursive: true });
  }
}
