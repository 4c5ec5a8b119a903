// The short form of `npm run chaos`: each kind of fault once, under load, on a server of its own.

import { expect, it } from 'vitest';
import { needs } from '../support/needs.ts';
import { seedOfRun } from '../support/seed.ts';
import { onPostgresql } from './stage.ts';
import { storm } from './storm.ts';

const seed = seedOfRun();

it.skipIf(!needs('postgresql-programs').ok)(
  `two services keep what they acknowledged through every fault, seed ${seed}`,
  { timeout: 240_000 },
  async () => {
    const stage = await onPostgresql();
    try {
      const aftermath = await storm({ ...stage, seed, instances: 2, clients: 4 });
      await aftermath.stop();
      expect(aftermath.faults).toEqual([]);
      expect(await stage.faults()).toEqual([]);
      expect(aftermath.struck).toBeGreaterThan(0);
    } finally {
      await stage.close();
    }
  },
);
