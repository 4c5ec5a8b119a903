/** Golden files on disk: plain JSON lines, or compressed; single files, or folders of them. */
import type { Stats } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip } from 'node:zlib';

/** Bytes that a golden file may hold once it is unpacked. */
const TEXT_BYTES_MAX = 256 * 1024 * 1024;

const NAME = /\.jsonl(?:\.gz|\.br)?$/u;

/**
 * The golden files among paths, those of folders (recursively) in the order of their names.
 *
 * @throws Error when a path is neither a golden file nor a folder that holds one
 */
export async function goldenFiles(paths: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const path of paths) {
    const files = (await requireStats(path)).isDirectory() ? await filesBelow(path) : [path];
    const golden = files.filter((file) => NAME.test(file));
    if (golden.length === 0)
      throw new Error(`${path} has no golden file (.jsonl, .jsonl.gz, .jsonl.br)`);
    found.push(...golden);
  }
  return found;
}

async function requireStats(path: string): Promise<Stats> {
  try {
    return await stat(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'there is no such file or folder' : `cannot be read: ${code}`;
    throw new Error(`${path}: ${why}`);
  }
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/**
 * The text of a golden file.
 *
 * @throws Error that names the file when it cannot be read, or is larger than the limit
 */
export async function readGolden(path: string): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size > TEXT_BYTES_MAX) throw new Error(`larger than ${TEXT_BYTES_MAX} bytes`);
    return (await unpack(path, await readFile(path))).toString('utf8');
  } catch (error) {
    throw new Error(`${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function unpack(path: string, bytes: Buffer): Promise<Buffer> {
  const limit = { maxOutputLength: TEXT_BYTES_MAX };
  if (path.endsWith('.gz')) return promisify(gunzip)(bytes, limit);
  if (path.endsWith('.br')) return promisify(brotliDecompress)(bytes, limit);
  return bytes;
}
