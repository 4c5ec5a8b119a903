/** A file for what does not fit into memory; nothing of it stays behind, however the process ends. */
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * An empty file, to write and to read, without a name: it goes with whoever closes it.
 *
 * @param prefix of the folder that it stands in for a moment
 */
export async function namelessFile(prefix: string): Promise<FileHandle> {
  const folder = await mkdtemp(join(tmpdir(), prefix));
  try {
    return await open(join(folder, 'file'), 'wx+', 0o600);
  } finally {
    await rm(folder, { recursive: true });
  }
}
