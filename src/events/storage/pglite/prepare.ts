/** Makes the prepared database; the build does. */
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';
import { MIGRATIONS_FOLDER } from '../migrate.ts';
import { applyMigrations, openInMemory } from './opening.ts';
import { preparedFile } from './prepared.ts';

const NAME = /^prepared-[0-9a-f]{16}\.tar\.br$/u;
/** Databases that others are made from, which nobody makes here: two thirds of all files, and of the time to unpack them. */
const TEMPLATES = ['template0', 'template1'];
/** Brotli's effort of 11: 9 takes three times as long for three hundredths fewer bytes. */
const QUALITY = 5;

/** Makes the prepared database of these migrations unless it is there, and removes any other. */
export async function writePrepared(): Promise<void> {
  const file = preparedFile();
  const folder = dirname(file);
  await mkdir(folder, { recursive: true });
  const there = (await readdir(folder)).filter((name) => NAME.test(name));
  if (there.includes(basename(file))) return;
  const packed = await packTar(await dumpMigrated());
  const unfinished = `${file}.${process.pid}`;
  await writeFile(unfinished, packed);
  await rename(unfinished, file);
  for (const name of there) await rm(join(folder, name), { force: true });
}

async function dumpMigrated(): Promise<Uint8Array> {
  const pg = await openInMemory({ prepared: false });
  await applyMigrations(pg, MIGRATIONS_FOLDER);
  for (const template of TEMPLATES) {
    await pg.exec(`alter database ${template} is_template false`);
    await pg.exec(`drop database ${template}`);
  }
  await pg.exec('checkpoint');
  const tar = await pg.dumpDataDir('none');
  await pg.close();
  return new Uint8Array(await tar.arrayBuffer());
}

function packTar(tar: Uint8Array): Promise<Uint8Array> {
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: QUALITY,
    [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
    [constants.BROTLI_PARAM_SIZE_HINT]: tar.length,
  };
  return promisify(brotliCompress)(tar, { params });
}
