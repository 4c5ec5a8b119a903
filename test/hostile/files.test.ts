// Spoiled files of each kind: whoever reads one takes it or says what is wrong, soon and without a
// failure. `npm run hostile -- --files N` spoils more of them.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { randomFrom } from '../../src/recorders/generator/random.ts';
import { startTestService, type TestService } from '../api/running.ts';
import { seedOfRun } from '../support/seed.ts';
import { type FileKind, fileKinds } from './files.ts';
import { spoiledBytes } from './spoiled-bytes.ts';

const FILES = 25;
/** Milliseconds that a small file may take. */
const SOON_MS = 5000;

const seed = seedOfRun(20261128);
let service: TestService;
let kinds: FileKind[];

beforeAll(async () => {
  service = await startTestService();
  kinds = await fileKinds(service);
}, 60_000);
afterAll(() => service?.close());

it(`each is taken or refused in order, seed ${seed}`, { timeout: 120_000 }, async () => {
  const random = randomFrom(seed, 'files');
  for (const { name, files, read } of kinds) {
    for (const file of files) expect([name, await read(file)]).toEqual([name, undefined]);
    for (let i = 0; i < FILES; i++) {
      const bytes = spoiledBytes(random.pick(files), random, random.pick(files));
      const began = performance.now();
      const shown = `${name} ${i}: ${bytes.toString('base64').slice(0, 2000)}`;
      expect(await read(bytes), shown).toBeUndefined();
      expect(performance.now() - began, shown).toBeLessThan(SOON_MS);
    }
  }
});
