// The short form of `npm run chaos -- --steps`: one kind of append, a kill before and after each message.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../src/events/storage/database.ts';
import { migrate } from '../../src/events/storage/migrate.ts';
import { openPostgres } from '../../src/events/storage/postgres-database.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { needs } from '../support/needs.ts';
import { APPEND_KINDS } from './append-kinds.ts';
import { type Blow, strikeSteps } from './append-steps.ts';

describe.skipIf(!needs('postgresql').ok)(
  'a service that is killed at each step of an append',
  () => {
    let place: TestDatabase;
    let database: Database;
    const dataDir = mkdtempSync(join(tmpdir(), 'bpfledger-steps-'));
    const blows: Blow[] = [];

    beforeAll(async () => {
      place = await createDatabase();
      database = openPostgres({ url: place.url });
      await migrate(database);
      const env = { DATABASE_URL: place.url, BPFLEDGER_DATA_DIR: dataDir };
      await strikeSteps({ database, env }, APPEND_KINDS.slice(0, 1), (_, seen) =>
        blows.push(...seen),
      );
    }, 600_000);
    afterAll(async () => {
      await database?.close();
      await place?.drop();
      rmSync(dataDir, { recursive: true, force: true });
    });

    it('leaves a whole log, with what it acknowledged, and the call once under its key', () => {
      expect(blows.flatMap(({ faults }) => faults)).toEqual([]);
    });

    it('is killed before and after each message, from the statement to its answer', () => {
      const at = blows.map(({ side, step }) => `${side} ${step}`);
      const steps = Math.max(...blows.map(({ step }) => step));
      expect(at).toEqual(
        Array.from({ length: steps }, (_, i) => [`before ${i + 1}`, `after ${i + 1}`]).flat(),
      );
      expect(blows.map(({ frame }) => frame)).toEqual(
        expect.arrayContaining([
          'Bind to the server',
          'Sync to the server',
          'DataRow to the service',
          'ReadyForQuery to the service',
        ]),
      );
    });

    it('has recorded the call from the message on that commits it, and not before', () => {
      const commit = blows.findIndex(({ frame }) => frame === 'Sync to the server');
      expect(blows.slice(0, commit + 1).map(({ isRecorded }) => isRecorded)).toEqual(
        Array.from({ length: commit + 1 }, () => false),
      );
      expect(blows.at(-1)).toMatchObject({ isRecorded: true });
    });
  },
);
