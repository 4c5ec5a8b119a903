// A log that an older release wrote is the same log after a migration.

import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { encodeEvent } from '../../src/events/codec.ts';
import type { Database } from '../../src/events/database.ts';
import { chainHash, GENESIS_HASH } from '../../src/events/hash-chain.ts';
import { positionAt } from '../../src/events/log-reader.ts';
import { migrate } from '../../src/events/migrate.ts';
import { openPglite } from '../../src/events/pglite-database.ts';
import { randomHistory } from '../support/random-history.ts';
import { expectSoundLog } from './log-facts.ts';

const folder = mkdtempSync(join(tmpdir(), 'bpfledger-migrations-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The migrations of the release before a migration. */
function migrationsBefore(tag: string): string {
  cpSync(fileURLToPath(new URL('../../migrations', import.meta.url)), folder, { recursive: true });
  const path = join(folder, 'meta/_journal.json');
  const journal = JSON.parse(readFileSync(path, 'utf8'));
  const end = journal.entries.findIndex((entry: { tag: string }) => entry.tag === tag);
  writeFileSync(path, JSON.stringify({ ...journal, entries: journal.entries.slice(0, end) }));
  return folder;
}

/** Writes twenty events as it was done when every append had a row in a table of its own. */
async function writeWithBatches(database: Database): Promise<number> {
  const [host] = await database.query<{ host_id: number }>(
    `insert into hosts (name) values ('old') returning host_id`,
  );
  const { host_id } = host as { host_id: number };
  const events = [...randomHistory({ seed: 7, events: 20 })].map(({ event }) => event);
  const recorded_at = Math.max(...events.map((event) => event.recorded_at));
  let hash = GENESIS_HASH;
  let at_max = 0;
  for (const event of events) {
    const { position } = event;
    const body = encodeEvent({ ...event, recorded_at });
    hash = chainHash(hash, { position, recorded_at, body });
    at_max = Math.max(at_max, event.at);
    await database.query('insert into events values ($1, $2, $3, $4)', [
      host_id,
      position,
      recorded_at,
      body,
    ]);
    if (position % 3 > 0 && position < 20) continue;
    const hex = Buffer.from(hash).toString('hex');
    await database.query(
      `insert into batches (host_id, position_to, recorded_at, at_max, writer, hash)
       values ($1, $2, $3, $4, 7, decode($5, 'hex'))`,
      [host_id, position, recorded_at, at_max, hex],
    );
  }
  await database.query(
    `insert into heads (host_id, position, epoch, hash, recorded_at, at_max)
     values ($1, 20, 0, decode($2, 'hex'), $3, $4)`,
    [host_id, Buffer.from(hash).toString('hex'), recorded_at, at_max],
  );
  return host_id;
}

it('keeps its appends, its chain and its guard when they move to their last events', async () => {
  const database = await openPglite({ prepared: false });
  await database.migrate(migrationsBefore('0016_append_columns'));
  const host_id = await writeWithBatches(database);
  await migrate(database);
  const events = await expectSoundLog(database, host_id);
  expect(events).toHaveLength(20);
  const ends = await database.query<{ position_to: number; writer: number }>(
    'select position_to, writer from batches order by position_to',
  );
  expect(ends.map(({ position_to }) => position_to)).toEqual([3, 6, 9, 12, 15, 18, 20]);
  expect(new Set(ends.map(({ writer }) => writer))).toEqual(new Set([7]));
  expect(await positionAt(database, host_id, Number.MAX_SAFE_INTEGER)).toBe(20);
  await expect(database.query('update events set hash = null')).rejects.toThrow('append-only');
  await database.close();
});
