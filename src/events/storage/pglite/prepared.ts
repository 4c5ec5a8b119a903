/**
 * The prepared database: an empty one with every migration applied, as a packed tar that the build
 * makes. To unpack it takes a tenth of what PostgreSQL takes to make a new one and migrate it.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createBrotliDecompress } from 'node:zlib';
import { MIGRATIONS_FOLDER } from '../migrate.ts';

/** Bytes that the tar may unpack to: five times what it does. */
const TAR_BYTES_MAX = 200 * 1024 * 1024;
const PIECE_BYTES = 256 * 1024;

/** The file of the prepared database of these migrations and this PGlite; it may not be there. */
export function preparedFile(): string {
  const hash = createHash('sha256').update(pgliteVersion());
  for (const name of ['meta/_journal.json', ...readdirSync(MIGRATIONS_FOLDER).sort()]) {
    if (!/\.(?:sql|json)$/u.test(name)) continue;
    hash.update(`${name}\n`).update(readFileSync(join(MIGRATIONS_FOLDER, name)));
  }
  const name = `prepared-${hash.digest('hex').slice(0, 16)}.tar.br`;
  // Beside the built program, also when the sources run.
  return fileURLToPath(new URL(`../../../../dist/${name}`, import.meta.url));
}

function pgliteVersion(): string {
  const entry = createRequire(import.meta.url).resolve('@electric-sql/pglite');
  const manifest = readFileSync(join(dirname(entry), '../package.json'), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}

/** The tar of the prepared database; undefined where the build made none for these migrations. */
export async function readPrepared(): Promise<Uint8Array | undefined> {
  const tar = await openPrepared();
  if (tar === undefined) return undefined;
  const pieces: Uint8Array[] = [];
  for await (const piece of tar) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** The same in pieces. */
export async function openPrepared(): Promise<AsyncIterable<Uint8Array> | undefined> {
  const packed = await readFile(preparedFile()).catch(() => undefined);
  return packed && unpack(packed);
}

async function* unpack(packed: Uint8Array): AsyncGenerator<Uint8Array> {
  const pieces = createBrotliDecompress({ chunkSize: PIECE_BYTES });
  pieces.end(packed);
  let bytes = 0;
  for await (const piece of pieces as AsyncIterable<Uint8Array>) {
    bytes += piece.length;
    if (bytes > TAR_BYTES_MAX) throw new Error('the prepared database is larger than it may be');
    yield piece;
  }
}
