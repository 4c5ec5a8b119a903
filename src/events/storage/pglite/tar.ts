/** Unpacks a tar of folders and plain files, which is what PGlite makes of its directory. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const BLOCK = 512;
const NAME = [0, 100] as const;
const MODE = [100, 108] as const;
const SIZE = [124, 136] as const;
const KIND = 156;
/** Kinds of entries; the format has more. */
const FILE = '0';
const FOLDER = '5';

/** Writes the entries of a tar into a folder, which it creates. It is synchronous: it has its own thread. */
export function unpackTar(tar: Uint8Array, folder: string): void {
  const bytes = Buffer.from(tar.buffer, tar.byteOffset, tar.byteLength);
  const text = ([from, to]: readonly [number, number], at: number) =>
    bytes.toString('latin1', at + from, at + to).split('\0', 1)[0] ?? '';
  mkdirSync(folder, { mode: 0o700 });
  // Two empty blocks end the tar.
  for (let at = 0; bytes[at] !== undefined && bytes[at] !== 0; ) {
    const path = join(folder, text(NAME, at));
    const mode = Number.parseInt(text(MODE, at), 8);
    const size = Number.parseInt(text(SIZE, at), 8);
    const kind = String.fromCharCode(bytes[at + KIND] ?? 0);
    const start = at + BLOCK;
    if (kind === FOLDER) mkdirSync(path, { recursive: true, mode });
    else if (kind === FILE) writeFileSync(path, bytes.subarray(start, start + size), { mode });
    else throw new Error(`the tar has an entry of the kind ${kind}`);
    at = start + Math.ceil(size / BLOCK) * BLOCK;
  }
}
