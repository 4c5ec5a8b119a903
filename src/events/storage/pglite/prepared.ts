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
import { promisify } from 'node:util';
import { brotliDecompress } from 'node:zlib';
import { MIGRATIONS_FOLDER } from '../migrate.ts';

/** Bytes that the tar may unpack to: five times what it does. */
const TAR_BYTES_MAX = 200 * 1024 * 1024;

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
  const packed = await readFile(preparedFile()).catch(() => undefined);
  if (packed === undefined) return undefined;
  return promisify(brotliDecompress)(packed, { maxOutputLength: TAR_BYTES_MAX });
}
