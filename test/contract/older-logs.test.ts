// A log that an older release wrote is the same log after a migration.

import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deflateSync } from 'node:zlib';
import { afterAll, expect, it } from 'vitest';
import { emptyKernel } from '../../src/domain/boot.ts';
import { type EncodedEvent, encodeEvent } from '../../src/events/encoding/codec.ts';
import { chainHash, GENESIS_HASH } from '../../src/events/encoding/hash-chain.ts';
import { signStatement } from '../../src/events/proof/checkpoint.ts';
import { signHead } from '../../src/events/proof/sign-head.ts';
import { fold, loadState } from '../../src/events/reading/host-state.ts';
import { positionAt } from '../../src/events/reading/log-reader.ts';
import { SNAPSHOT_VERSION, snapshotText } from '../../src/events/reading/snapshots.ts';
import type { Database } from '../../src/events/storage/database.ts';
import { migrate } from '../../src/events/storage/migrate.ts';
import { openPglite } from '../../src/events/storage/pglite-database.ts';
import { verifyHost } from '../../src/time-travel/verify/verify.ts';
import { asOwner } from '../support/lost-tail.ts';
import { addHost, appendHistory } from '../support/projected-log.ts';
import { randomHistory } from '../support/random-history.ts';
import { newSigner } from '../support/signer.ts';
import { expectSoundLog } from './log-facts.ts';

const signer = await newSigner();
afterAll(() => signer.drop());

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

/** A log as it was written before names were bound to it, with checkpoints of format 1 and a state. */
async function writeUnbound(database: Database, host: string, signedAs: string): Promise<number> {
  const host_id = await addHost(database, host);
  const steps = [...randomHistory({ seed: 7, events: 20 })];
  await appendHistory(database, host_id, steps, { sizeOf: () => 2 });
  let hash = GENESIS_HASH;
  // As the tables were then, which readers of now do not know.
  const rows = await database.query<EncodedEvent>(
    'select position, recorded_at, body from events where host_id = $1 order by position',
    [host_id],
  );
  for (const row of rows) {
    hash = chainHash(hash, row);
    const { position, recorded_at } = row;
    const hex = Buffer.from(hash).toString('hex');
    await asOwner(database, (tx) =>
      tx.query(
        `update events set hash = decode($3, 'hex')
         where host_id = $1 and position = $2 and hash is not null`,
        [host_id, position, hex],
      ),
    );
    await database.query(`update heads set hash = decode($2, 'hex') where host_id = $1`, [
      host_id,
      hex,
    ]);
    if (position !== 10 && position !== 16) continue;
    const stated = { host: signedAs, position, hash, recorded_at, signed_at: 5, chained: null };
    const { key_id, signature } = signStatement(stated, signer.key);
    await database.query(
      `insert into checkpoints values ($1, $2, $3, $4, decode($5, 'hex'), $6, 5, decode($7, 'hex'))`,
      [
        host_id,
        position,
        key_id,
        signedAs,
        hex,
        recorded_at,
        Buffer.from(signature).toString('hex'),
      ],
    );
  }
  const kernel = emptyKernel();
  fold(
    kernel,
    steps.slice(0, 12).map(({ event }) => event),
  );
  for (const position of [11, 12]) {
    // Of 11 no chain value is kept: it stands inside an append.
    await database.query(
      `insert into snapshots (host_id, version, position, state) values ($1, $2, $3, decode($4, 'hex'))`,
      [host_id, SNAPSHOT_VERSION, position, deflateSync(snapshotText(kernel)).toString('hex')],
    );
  }
  return host_id;
}

it('verifies as before where nothing was bound to its name, and says what that leaves open', async () => {
  const database = await openPglite({ prepared: false });
  await database.migrate(migrationsBefore('0019_proof_bound'));
  const old = await writeUnbound(database, 'old', 'old');
  const copy = await writeUnbound(database, 'copy', 'old');
  await database.query(`insert into signing_keys values ($1, decode($2, 'hex'))`, [
    signer.key.public.key_id,
    Buffer.from(signer.key.public.bytes).toString('hex'),
  ]);
  await migrate(database);
  const verify = (host_id: number) => verifyHost(database, host_id, { trusted: signer.trusted });
  const before = await verify(old);
  expect(before).toMatchObject({
    chain: { holds: true, checkpoints: 2, proven_to: 16, unchained: 2 },
    snapshots: { holds: true, count: 1 },
  });
  expect(before.not_excluded.join()).toContain('2 checkpoints have format 1');
  expect((await loadState(database, old, 20)).snapshotPosition).toBe(12);
  expect(await verify(copy)).toMatchObject({
    chain: { holds: true },
    imported: { position_to: 16, exported_as: 'old', actor: 'unknown' },
  });
  // The first checkpoint of format 2 covers the one before it.
  const checkpoint = await signHead(database, { host_id: old, host: 'old' }, { ...signer, now: 9 });
  expect(checkpoint.chained).toMatchObject({ number: 1, log_id: null, recorded_from: 1 });
  expect((await verify(old)).chain).toMatchObject({ holds: true, proven_to: 20 });
  await database.query(`update hosts set name = 'other' where host_id = $1`, [old]);
  expect((await verify(old)).chain).toMatchObject({ holds: false, checkpoints: 0 });
  await database.close();
});

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
