import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { needs } from '../../../test/support/needs.ts';
import { makeDataFolder } from './data-folder.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bpfledger-data-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('makes a folder with those above it, for its owner only, and takes it again', async () => {
  const deep = join(folder, 'a/b');
  await makeDataFolder(deep);
  await makeDataFolder(deep);
  expect(statSync(deep).mode & 0o777).toBe(0o700);
});

it('refuses a file, and what is below one', async () => {
  const file = join(folder, 'file');
  writeFileSync(file, '');
  await expect(makeDataFolder(file)).rejects.toThrow(`${file} is a file, not a folder`);
  await expect(makeDataFolder(join(file, 'x'))).rejects.toThrow(`${file} is a file, not a folder`);
});

it.skipIf(!needs('proc').ok)('refuses a file system that keeps no files', async () => {
  const refused = '/proc/bpfledger/x cannot keep data: it is on the file system proc';
  await expect(makeDataFolder('/proc/bpfledger/x')).rejects.toThrow(refused);
});
