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

/** Messages of an append whose statement is prepared. */
const STEPS = 7;

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

    // Other work of the service, such as a look at all logs, adds steps to some appends, and takes none away.
    it('is killed before and after each message, from the statement to its answer', () => {
      const at = blows.map(({ side, step }) => `${side} ${step}`);
      const steps = Array.from({ length: STEPS }, (_, i) => i + 1);
      expect(at).toEqual(
        expect.arrayContaining(steps.flatMap((step) => [`before ${step}`, `after ${step}`])),
      );
      const frameNames = (way: string, names: readonly string[]) =>
        names.map((name) => `${name} ${way}`);
      expect(blows.map(({ frame }) => frame)).toEqual(
        expect.arrayContaining([
          ...frameNames('to the server', ['Bind', 'Execute', 'Sync']),
          ...frameNames('to the service', ['DataRow', 'ReadyForQuery']),
        ]),
      );
    });

    it('has recorded the call in some of them, and not before its first message', () => {
      expect(blows[0]).toMatchObject({ side: 'before', step: 1, isRecorded: false });
      expect(blows.filter(({ isRecorded }) => isRecorded).length).toBeGreaterThan(0);
    });
  },
);
