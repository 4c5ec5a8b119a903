// A dump that was made while calls were recorded is a whole log: its chain holds, its projections are
// those of a fold, and it goes on.

import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrate } from '../../src/events/storage/migrate.ts';
import { openPostgres } from '../../src/events/storage/postgres-database.ts';
import { rebuild } from '../../src/projections/rebuild.ts';
import { expectSoundLog } from '../contract/log-facts.ts';
import { logOn, mkdir } from '../contract/stores.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { needs } from '../support/needs.ts';
import { findPostgres } from '../support/postgres.ts';

const run = promisify(execFile);
const hasBoth = needs('postgresql').ok && needs('postgresql-programs').ok;

describe.skipIf(!hasBoth)('a dump of a ledger that is written to', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bpfledger-dump-'));
  const program = (name: string) => join(findPostgres() ?? '', name);
  let source: TestDatabase;
  let target: TestDatabase;

  beforeAll(async () => {
    [source, target] = await Promise.all([createDatabase(), createDatabase()]);
  });

  afterAll(async () => {
    await source?.drop();
    await target?.drop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('is restored as a whole log, and goes on', { timeout: 120_000 }, async () => {
    const database = openPostgres({ url: source.url });
    await migrate(database);
    const log = await logOn(database);
    await log.createHost({ name: 'web1', actor: 'local', release: '6.18' });
    for (let i = 0; i < 20; i++) await log.submit('web1', mkdir(`/before-${i}`));
    const file = join(folder, 'ledger.dump');
    let isDumped = false;
    const dumping = run(program('pg_dump'), ['--format=custom', `--file=${file}`, source.url]).then(
      () => {
        isDumped = true;
      },
    );
    for (let i = 0; !isDumped; i++) await log.submit('web1', mkdir(`/meanwhile-${i}`));
    await dumping;
    const { position: head } = await log.head('web1');
    await log.close();

    await run(program('pg_restore'), [`--dbname=${target.url}`, '--exit-on-error', file]);
    const restored = openPostgres({ url: target.url });
    const again = await logOn(restored);
    const { host_id, position } = await again.head('web1');
    expect(position).toBeGreaterThanOrEqual(21);
    expect(position).toBeLessThanOrEqual(head);
    const events = await expectSoundLog(restored, host_id);
    const original = await expectSoundLog(database, host_id);
    expect(events).toEqual(original.slice(0, position));
    await again.submit('web1', mkdir('/after'));
    expect(await rebuild(restored, { host_id, check: true })).toMatchObject({
      differing: 0,
      position: position + 1,
    });
    // The triggers that guard the log came with it.
    await expect(restored.query('delete from events')).rejects.toThrow();
    await again.close();
    await Promise.all([database.close(), restored.close()]);
  });
});
