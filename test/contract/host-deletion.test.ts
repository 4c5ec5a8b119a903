// A host that its owner deletes: all of it goes or nothing, what stays says what it was, nobody else can
// do it, and a service that runs meanwhile learns of it.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hexOf } from '../../src/events/encoding/hex.ts';
import { holdHosts, listDeletions } from '../../src/events/host-deletions.ts';
import type { Log } from '../../src/events/log.ts';
import { sealSegments } from '../../src/events/proof/seal.ts';
import { signHead } from '../../src/events/proof/sign-head.ts';
import type { HistoryChange } from '../../src/events/reading/history.ts';
import { snapshotText, storeSnapshot } from '../../src/events/reading/snapshots.ts';
import type { Database, Queryable } from '../../src/events/storage/database.ts';
import { insertDeliveries } from '../../src/projections/alerts/deliveries.ts';
import { replaceSpells } from '../../src/projections/alerts/spells.ts';
import { deleteHost, HasBranches, readDeletable } from '../../src/projections/delete-host.ts';
import {
  FIRST_PLACE,
  isKnownPlace,
  readArrived,
} from '../../src/projections/fleet/arrived-events.ts';
import { look } from '../../src/projections/fleet/arriving.ts';
import { asOwner } from '../support/lost-tail.ts';
import { newSigner } from '../support/signer.ts';
import { expectSoundLog } from './log-facts.ts';
import { describeStores, logOn, mkdir, newHost, type Store } from './stores.ts';

const signer = await newSigner();
afterAll(() => signer.drop());

const NOW = 1_796_000_000_000_000;
/** What stays: the evidence, and the numbers of arrival. A rule's `host_id` is a place in the fleet. */
const STAYS = ['alert_rules', 'arrivals', 'host_deletions'];

/** Rows of a host, by table with a column for it. */
async function rowsOf(database: Queryable, hostId: number): Promise<Map<string, number>> {
  const tables = await database.query<{ name: string }>(
    `select c.table_name as name from information_schema.columns c
       join information_schema.tables t using (table_schema, table_name)
     where c.table_schema = current_schema() and c.column_name = 'host_id'
       and t.table_type = 'BASE TABLE' order by 1`,
  );
  const counts = new Map<string, number>();
  for (const { name } of tables) {
    const text = `select count(*)::int4 as rows from "${name}" where host_id = $1`;
    const [row] = await database.query<{ rows: number }>(text, [hostId]);
    counts.set(name, row?.rows ?? 0);
  }
  return counts;
}

const VALUES: Readonly<Record<string, string>> = {
  ...{ bigint: '7', integer: '7', text: `'x'`, boolean: 'false', bytea: `'\\x00'::bytea` },
};

/** Puts a row of a host into a table, whatever its columns are. */
async function fill(tx: Queryable, table: string, hostId: number): Promise<void> {
  const columns = await tx.query<{ name: string; type: string }>(
    `select column_name as name, data_type as type from information_schema.columns
     where table_schema = current_schema() and table_name = $1 and is_nullable = 'NO'
       and is_identity = 'NO' and column_default is null`,
    [table],
  );
  const names = columns.map(({ name }) => `"${name}"`);
  const values = columns.map(({ name, type }) => (name === 'host_id' ? hostId : VALUES[type]));
  await tx.query(`insert into "${table}" (${names.join()}) values (${values.join()})
    on conflict do nothing`);
}

describeStores('a deleted host', ({ open }) => {
  let store: Store;
  let database: Database;
  let log: Log;
  let told: HistoryChange[];
  let host: string;
  let host_id: number;

  beforeAll(async () => {
    store = await open();
    database = store.database;
  });

  afterAll(() => store?.drop());

  /** Six events: the boot, /a2 … /a6. */
  beforeEach(async () => {
    told = [];
    log = await logOn(store.another(), { onHistoryChanged: (change) => told.push(change) });
    host = await newHost(log);
    ({ host_id } = await log.head(host));
    for (let n = 2; n <= 6; n++) await log.submit(host, mkdir(`/a${n}`));
    return () => log.close();
  });

  const remove = (name = host, reason = '') =>
    deleteHost(database, { name, actor: 'root', reason, now: NOW });
  const noSuchHost = (name = host) => ({
    reason: { why: 'no-such-host', host: name, deletion: { at: NOW, actor: 'root', events: 6 } },
  });
  const evidence = () => listDeletions(database, { may: [host] });

  it('leaves no row in any table, whatever is in it, but what is to stay', async () => {
    const other = await newHost(log);
    await log.submit(other, mkdir('/b'));
    while ((await look(database, { mark: 1 })).more);
    await asOwner(database, async (tx) => {
      for (const name of (await rowsOf(tx, host_id)).keys()) {
        if (!STAYS.includes(name)) await fill(tx, name, host_id);
      }
    });
    const before = await rowsOf(database, host_id);
    const empty = [...before].filter(([, rows]) => rows === 0).map(([name]) => name);
    expect(empty).toEqual(['alert_rules', 'host_deletions']);
    const others = await rowsOf(database, (await log.host(other)).host_id);
    await remove();
    const left = [...(await rowsOf(database, host_id))].filter(([, rows]) => rows > 0);
    expect(left.map(([name]) => name)).toEqual(['arrivals', 'host_deletions']);
    const { host_id: otherId } = await log.host(other);
    expect(await rowsOf(database, otherId)).toEqual(others);
    expect((await expectSoundLog(database, otherId)).length).toBe(2);
  });

  it('leaves what says which log it was, how long, and who deleted it when and why', async () => {
    const { hash, recorded_at } = await log.head(host);
    const [{ log_id } = { log_id: '' }] = await database.query<{ log_id: string }>(
      'select log_id::text as log_id from hosts where host_id = $1',
      [host_id],
    );
    await signHead(database, { host_id, host }, { ...signer, now: 7 });
    const [{ user } = { user: '' }] = await database.query<{ user: string }>(
      'select session_user::text as user',
    );
    const first = await log.event(host, 1);
    expect(await readDeletable(database, host)).toMatchObject({ events: 6, position: 6 });
    await remove(host, 'ticket 12');
    const [deletion, ...more] = await evidence();
    expect(more).toEqual([]);
    expect(deletion).toEqual({
      ...{ host_id, name: host, log_id, origin: null, position: 6, events: 6 },
      ...{ recorded_from: first.recorded_at, recorded_to: recorded_at, actor: 'root' },
      ...{ database_user: user, deleted_at: NOW, reason: 'ticket 12' },
      hash: expect.anything(),
      checkpoint: expect.stringContaining(`bpfledger/${host}/${log_id}\n6\n`),
    });
    expect(hexOf(deletion?.hash ?? new Uint8Array())).toBe(hexOf(hash));
  });

  it.each([
    `update host_deletions set events = 0`,
    'delete from host_deletions',
    'truncate host_deletions',
  ])('that record is append-only: %s', async (text) => {
    await remove();
    await expect(database.query(text)).rejects.toThrow(/host_deletions is append-only/);
    expect(await evidence()).toHaveLength(1);
  });

  it('is not deleted while branches read its log, and they are named', async () => {
    await log.createBranch(host, { name: `${host}-twig`, position: 3, actor: 'local' });
    await log.createBranch(`${host}-twig`, { name: `${host}-leaf`, position: 2, actor: 'local' });
    await log.dropBranch(host, `${host}-twig`);
    await expect(remove()).rejects.toThrow(
      `branches of ${host} read its log: ${host}-leaf, ${host}-twig (dropped); delete them first`,
    );
    // The leaf has no position of the twig's own, and still is its branch.
    await expect(remove(`${host}-twig`)).rejects.toThrow(HasBranches);
    expect((await expectSoundLog(database, host_id)).length).toBe(6);
    await log.submit(`${host}-leaf`, mkdir('/x'));
    await expect(remove(`${host}-leaf`)).resolves.toMatchObject({
      events: 1,
      origin: `${host}-twig`,
    });
    await remove(`${host}-twig`);
    await expect(log.head(`${host}-leaf`)).rejects.toMatchObject({
      reason: { why: 'no-such-host', deletion: { events: 1 } },
    });
    expect((await expectSoundLog(database, host_id)).length).toBe(6);
    await remove();
    expect((await rowsOf(database, host_id)).get('events')).toBe(0);
  });

  it('is not deleted below a branch that is made meanwhile', async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let begun: () => void = () => undefined;
    const began = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const making = database.transaction(async (tx) => {
      expect(await holdHosts(tx, [host_id])).toEqual(new Set([host_id]));
      begun();
      await held;
      await tx.query(
        `insert into hosts (name, origin_host_id, origin_position) values ($1, $2, 1)`,
        [`${host}-late`, host_id],
      );
    });
    await began;
    const removing = remove();
    release();
    await making;
    await expect(removing).rejects.toThrow(`${host}-late`);
    expect((await expectSoundLog(database, host_id)).length).toBe(6);
  });

  it('that fails half way is whole', async () => {
    const failing: Database = {
      ...database,
      transaction: (work, patience) =>
        database.transaction(async (tx) => {
          await work(tx);
          throw new Error('the power went');
        }, patience),
    };
    const request = { name: host, actor: 'root', reason: '', now: NOW };
    await expect(deleteHost(failing, request)).rejects.toThrow('the power went');
    expect(await evidence()).toEqual([]);
    expect((await log.submit(host, mkdir('/on'))).events[0]?.position).toBe(7);
    expect((await expectSoundLog(database, host_id)).length).toBe(7);
  });

  it('goes also when its log is damaged', async () => {
    await asOwner(database, (tx) =>
      tx.query('delete from events where host_id = $1 and position < 4', [host_id]),
    );
    await asOwner(database, (tx) => fill(tx, 'events', host_id));
    await remove();
    const left = [...(await rowsOf(database, host_id))].filter(([, rows]) => rows > 0);
    expect(left.map(([name]) => name)).toEqual(expect.not.arrayContaining(['events', 'heads']));
  });

  describe('is deleted by the owner of the tables alone', () => {
    const asService = (work: (tx: Queryable) => Promise<unknown>) =>
      database.transaction(async (tx) => {
        await tx.query('set local role bpfledger_service');
        return work(tx);
      });

    it.each([
      [
        'the command',
        (tx: Queryable) =>
          deleteHost(
            { ...database, ...tx, transaction: (work) => work(tx) },
            { name: host, actor: 'x', reason: '', now: NOW },
          ),
      ],
      [
        'its events',
        (tx: Queryable) => tx.query('delete from events where host_id = $1', [host_id]),
      ],
      ['its head', (tx: Queryable) => tx.query('delete from heads where host_id = $1', [host_id])],
      ['its row', (tx: Queryable) => tx.query('delete from hosts where host_id = $1', [host_id])],
      [
        'the record',
        (tx: Queryable) =>
          tx.query(
            `insert into host_deletions (host_id, name, position, events, hash, recorded_to, actor, deleted_at, reason) values ($1, 'x', 1, 1, '\\x00', 1, 'x', 1, '')`,
            [host_id],
          ),
      ],
    ])('the role of the service may not: %s', async (_, work) => {
      await expect(asService(work)).rejects.toThrow(/permission denied|only the owner/);
      expect((await expectSoundLog(database, host_id)).length).toBe(6);
      expect(await evidence()).toEqual([]);
    });

    it('the role of the service may not, even with the right to delete rows and a false catalogue', async () => {
      await expect(
        database.transaction(async (tx) => {
          await tx.query('grant delete on events to bpfledger_service');
          await tx.query('grant insert on host_deletions to bpfledger_service');
          await tx.query('set local role bpfledger_service');
          await tx.query(
            'create temporary table pg_class as select e.tableoid as oid, (select oid from pg_roles where rolname = current_user) as relowner from events e limit 1',
          );
          await tx.query('create temporary table host_deletions as select $1::int8 as host_id', [
            host_id,
          ]);
          await tx.query('delete from events where host_id = $1', [host_id]);
        }),
      ).rejects.toThrow('events is append-only: DELETE is refused');
      expect((await expectSoundLog(database, host_id)).length).toBe(6);
    });

    it.each(['events', 'segments', 'checkpoints', 'merkle_nodes', 'imports', 'lineages'])(
      'the owner may remove no row of %s beside a deletion, and none of another host with one',
      async (table) => {
        const other = (await log.host(await newHost(log))).host_id;
        await asOwner(database, (tx) => fill(tx, table, other));
        const text = `delete from ${table} where host_id = $1`;
        await expect(database.query(text, [other])).rejects.toThrow(
          `${table} is append-only: DELETE is refused`,
        );
        const within: Database = {
          ...database,
          transaction: (work, patience) =>
            database.transaction(async (tx) => {
              const done = await work(tx);
              await tx.query(text, [other]);
              return done;
            }, patience),
        };
        const request = { name: host, actor: 'root', reason: '', now: NOW };
        await expect(deleteHost(within, request)).rejects.toThrow(
          `${table} is append-only: DELETE is refused for host ${other}`,
        );
        // The record of an earlier transaction allows nothing later.
        await remove();
        await expect(database.query(text, [host_id])).rejects.toThrow('is append-only');
      },
    );
  });

  describe('of an open log', () => {
    it('is refused as deleted, by every way', async () => {
      const follower = await log.subscribe(host, { after: 6 });
      const waiting = follower.next();
      await log.withHead(host, () => undefined);
      await log.withStateAt(host, 4, () => undefined);
      await remove();
      await expect(log.submit(host, mkdir('/x'))).rejects.toMatchObject(noSuchHost());
      await expect(log.withHead(host, () => undefined)).rejects.toMatchObject(noSuchHost());
      await expect(log.withStateAt(host, 4, () => undefined)).rejects.toMatchObject(noSuchHost());
      await expect(log.kernelAt(host, 4)).rejects.toMatchObject(noSuchHost());
      await expect(log.head(host)).rejects.toMatchObject(noSuchHost());
      await expect(log.host(host)).rejects.toMatchObject(noSuchHost());
      await expect(log.event(host, 4)).rejects.toMatchObject(noSuchHost());
      await expect(log.subscribe(host, { after: 0 })).rejects.toMatchObject(noSuchHost());
      const branch = { name: `${host}-b`, position: 1, actor: 'local' };
      await expect(log.createBranch(host, branch)).rejects.toMatchObject(noSuchHost());
      expect(await waiting).toMatchObject({
        ...{ done: true, value: { host, known: 6, head: 0, deletion: { actor: 'root' } } },
      });
      expect(told).toMatchObject([{ host, known: 6, head: 0, deletion: { events: 6 } }]);
    });

    it('gives its name free, also where a process still knows the old one', async () => {
      const other = await logOn(store.another());
      await other.submit(host, mkdir('/seen'));
      await other.withStateAt(host, 4, () => undefined);
      await remove();
      const made = await log.createHost({ name: host, actor: 'local', release: '6.18' });
      expect(made.host_id).not.toBe(host_id);
      expect((await other.submit(host, mkdir('/new'))).events[0]?.position).toBe(2);
      expect(await other.head(host)).toMatchObject({ host_id: made.host_id, position: 2 });
      expect((await other.event(host, 2)).call).toMatchObject({ path: '/new' });
      expect((await expectSoundLog(database, made.host_id)).length).toBe(2);
      await other.close();
    });

    it('is made anew by the key that made it', async () => {
      const name = `${host}-keyed`;
      const request = {
        name,
        actor: 'local',
        release: '6.18',
        idempotency: { key: name, fingerprint: 'f' },
      };
      await log.createHost(request);
      expect((await log.createHost(request)).repeated).toBe(true);
      await remove(name);
      expect((await log.createHost(request)).repeated).toBe(false);
    });

    it('gets nothing more of what was under way', async () => {
      const { hash } = await log.head(host);
      const { kernel } = await log.kernelAt(host);
      const before = await log.host(host);
      await remove();
      const text = snapshotText(kernel);
      await storeSnapshot(database, host_id, { position: 6, hash, text });
      await expect(sealSegments(database, { host_id, events: 5 })).rejects.toMatchObject(
        noSuchHost(),
      );
      const sign = signHead(database, { host_id, host }, { ...signer, now: 7 });
      await expect(sign).rejects.toMatchObject(noSuchHost());
      await database.transaction(async (tx) => {
        const alert = { rule_id: 1, host_id, position: 6, message_id: 'm', body: '{}' };
        await insertDeliveries(tx, [alert], NOW);
        const spell = { host_id, path: '/', attach_type: 'cgroup_inet_egress' as const };
        const spells = [{ ...spell, position: 6, since: 1, due_at: 2 }];
        await replaceSpells(tx, 1, { hosts: [host_id], spells });
      });
      while ((await look(database, { mark: 1, hosts: [before.host_id] })).more);
      const left = [...(await rowsOf(database, host_id))].filter(([, rows]) => rows > 0);
      expect(left.map(([name]) => name)).toEqual(['host_deletions']);
    });

    it('is passed over by who reads all hosts, who may go on from one of its events', async () => {
      while ((await look(database, { mark: 5 })).more);
      const place = { host_id, position: 4, mark: 5 };
      const [{ arrival } = { arrival: 0 }] = await database.query<{ arrival: number }>(
        'select max(arrival) as arrival from arrivals where host_id = $1',
        [host_id],
      );
      await remove();
      const other = await newHost(log);
      while ((await look(database, { mark: 6 })).more);
      const after = { ...place, arrival };
      expect(await isKnownPlace(database, after)).toBe(true);
      const on = await readArrived(database, { after, order: 'asc', limit: 10 });
      expect(on.events.map((one) => [one.host, one.event?.position])).toEqual([[other, 1]]);
      expect(on.events[0]?.place.arrival).toBeGreaterThan(arrival);
      const hosts: string[] = [];
      for (let from = FIRST_PLACE; ; ) {
        const page = await readArrived(database, { after: from, order: 'asc', limit: 1000 });
        hosts.push(...page.events.map((one) => one.host));
        if (page.reached === undefined) break;
        from = page.reached;
      }
      expect(hosts).toContain(other);
      expect(hosts).not.toContain(host);
    });
  });
});
