// A log that its owner cuts: what goes and what stays, who may not, and what other processes make of it.

import { Readable } from 'node:stream';
import { deflateSync, inflateSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { judge } from '../../src/api/alerts/evaluation.ts';
import { writeLine } from '../../src/events/bundle/bundle-line.ts';
import { importBundle } from '../../src/events/bundle/import-bundle.ts';
import { writeBundle } from '../../src/events/bundle/write-bundle.ts';
import { readCut, readCutState, stateHash } from '../../src/events/cuts.ts';
import { hexOf } from '../../src/events/encoding/hex.ts';
import type { LedgerEvent } from '../../src/events/event.ts';
import { takeLease } from '../../src/events/kernel-reports/leases.ts';
import type { Log } from '../../src/events/log.ts';
import { sealSegments } from '../../src/events/proof/seal.ts';
import { signHead } from '../../src/events/proof/sign-head.ts';
import { writeConsistency, writeInclusion } from '../../src/events/proof/written-proof.ts';
import { headAt } from '../../src/events/reading/head-at.ts';
import type { HistoryChange } from '../../src/events/reading/history.ts';
import { snapshotText, storeSnapshot } from '../../src/events/reading/snapshots.ts';
import type { Database } from '../../src/events/storage/database.ts';
import { bucketsOf } from '../../src/projections/buckets.ts';
import { deleteHost } from '../../src/projections/delete-host.ts';
import { keptRows } from '../../src/projections/kept-rows.ts';
import { projector } from '../../src/projections/projector.ts';
import { rebuild } from '../../src/projections/rebuild.ts';
import { CannotTrim } from '../../src/projections/retention/find-cut.ts';
import { readTrimmable, trim } from '../../src/projections/retention/trim.ts';
import { verifyBundle } from '../../src/time-travel/verify/bundle.ts';
import { verifyHost } from '../../src/time-travel/verify/verify.ts';
import { randomHost } from '../support/cut-twins.ts';
import { newSigner } from '../support/signer.ts';
import { describeStores, logOn, mkdir, newHost, type Store } from './stores.ts';

const signer = await newSigner();
afterAll(() => signer.drop());

const NOW = 1_796_000_000_000_000;

describeStores('a log that is cut', ({ open, name: kind }) => {
  let store: Store;
  let database: Database;
  let ofLog: Database;
  let log: Log;
  let told: HistoryChange[];
  let host: string;
  let host_id: number;

  beforeAll(async () => {
    store = await open();
    database = store.database;
    ofLog = store.another();
  });
  afterAll(() => store?.drop());

  /** Twelve events, /a2 to /a12, with checkpoints at 4 and 8. */
  beforeEach(async () => {
    told = [];
    log = await logOn(ofLog, { onHistoryChanged: (change) => told.push(change) });
    host = await newHost(log);
    ({ host_id } = await log.head(host));
    for (let n = 2; n <= 12; n++) {
      await log.submit(host, mkdir(`/a${n}`));
      if (n % 4 === 0 && n < 12) await signHead(database, { host_id, host }, { ...signer, now: n });
    }
    return () => log.close();
  });

  const cut = (position: number, name = host) =>
    trim(database, {
      ...{ name, before: { kind: 'position', position }, actor: 'root', reason: '', now: NOW },
    });
  const positionRemoved = (position: number, oldest = 8) => ({
    reason: { why: 'position-removed', position, oldest },
  });
  const positions = async () =>
    (
      await database.query<{ position: number }>(
        'select position from events where host_id = $1 order by position',
        [host_id],
      )
    ).map(({ position }) => position);

  it('begins at the last checkpoint before the moment, and leaves a record', async () => {
    expect(
      await readTrimmable(database, { name: host, before: { kind: 'position', position: 11 } }),
    ).toMatchObject({ events: 7, checkpoint: { position: 8 } });
    expect(await positions()).toHaveLength(12);
    expect(await cut(11)).toMatchObject({ oldest: 8 });
    expect(await readCut(database, host_id)).toMatchObject({
      ...{ position: 8, actor: 'root', cut_at: NOW, reason: '' },
      hash: (await log.event(host, 8)) && expect.any(Uint8Array),
    });
    expect((await log.head(host)).oldest).toBe(8);
  });

  it('keeps the event at the cut, and those that what lives names', async () => {
    for (const path of ['/a3', '/a4']) {
      await log.submit(host, { actor: 'local', calls: [{ call: { name: 'rmdir', path } }] });
    }
    await signHead(database, { host_id, host }, { ...signer, now: 14 });
    await cut(14);
    // Each directory is named by its row but the one that is gone; the boot made the root, and the event
    // at the cut ends /a4, which is told with it.
    expect(await positions()).toEqual([1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14]);
    expect((await log.eventsAt(host, [2, 3])).map(({ position }) => position)).toEqual([2]);
    const [bucket] = await bucketsOf(database, { host_id, from: 14, to: 14 }, 1);
    expect(bucket).toMatchObject({ rmdirs: 1 });
    await log.submit(host, mkdir('/b'));
    await signHead(database, { host_id, host }, { ...signer, now: 15 });
    await cut(15);
    expect(await positions()).toEqual([1, 2, 5, 6, 7, 8, 9, 10, 11, 12, 15]);
  });

  it('is not cut at its first position, before which there is nothing', async () => {
    host = await newHost(log);
    ({ host_id } = await log.head(host));
    await signHead(database, { host_id, host }, { ...signer, now: 1 });
    await log.submit(host, mkdir('/a'));
    await expect(cut(2)).rejects.toThrow(
      /has none up to position 2; sign the first one with bpfledger checkpoint/,
    );
    expect(await readCut(database, host_id)).toBeUndefined();
  });

  it('refuses reads of before, and gives the state since', async () => {
    await cut(8);
    await expect(log.read(host, { from: 3 })).rejects.toMatchObject(positionRemoved(3));
    await log.submit(host, mkdir('/b'));
    for (const position of [0, 1, 7]) {
      await expect(log.kernelAt(host, position)).rejects.toMatchObject(positionRemoved(position));
    }
    const { kernel } = await log.kernelAt(host, 8);
    expect([...kernel.cgroupIds.keys()].sort()).toEqual(
      ['/', ...[2, 3, 4, 5, 6, 7, 8].map((n) => `/a${n}`)].sort(),
    );
  });

  it.each([
    ['update cuts set position = 1', /cuts is append-only/],
    ['delete from cuts', /cuts is append-only/],
    ['truncate cuts', /cuts is append-only/],
    ['delete from events where position > 8', /only rows before a cut|append-only/],
    ['update events set body = body', /events is append-only/],
    ['delete from checkpoints', /checkpoints is append-only/],
    ['delete from merkle_nodes', /merkle_nodes is append-only/],
  ])('nothing else goes: %s', async (text, message) => {
    await cut(8);
    if (text.includes('merkle')) {
      await database.query(`insert into merkle_nodes values ($1, 256, 8, '\\x00')`, [host_id]);
    }
    await expect(database.query(text)).rejects.toThrow(message);
  });

  it('tells rules that were behind of all that follows the event at the cut', async () => {
    const attach = (to: string) =>
      log.submit(host, {
        actor: 'local',
        calls: [
          {
            call: {
              ...{ name: 'prog_attach', attach_bpf_fd: 3, target_path: to, flags: ['multi'] },
              attach_type: 'cgroup_inet_ingress',
            },
          },
        ],
      } as never);
    await log.submit(host, {
      actor: 'local',
      calls: [{ call: { name: 'prog_load', prog_type: 'cgroup_skb', prog_name: 'policy' } }],
    } as never);
    await attach('/a2');
    await signHead(database, { host_id, host }, { ...signer, now: 14 });
    await log.submit(host, {
      actor: 'local',
      calls: [
        {
          call: {
            ...{ name: 'prog_detach', attach_bpf_fd: 3, target_path: '/a2' },
            attach_type: 'cgroup_inet_ingress',
          },
        },
      ],
    } as never);
    await cut(14);
    const page = (await log.read(host, { from: 14 })).map((event) => ({
      ...{ host, event, place: { arrival: 1, host_id, position: event.position, mark: 1 } },
    }));
    const faults: unknown[] = [];
    const condition = { kind: 'left', cgroup: '/a2', program: { prog_name: 'policy' } } as const;
    const judged = await judge(
      { log, database, signal: new AbortController().signal, onFault: (one) => faults.push(one) },
      page,
      [{ rule_id: 1, filter: {}, condition, isAbout: () => true }],
    );
    expect(faults).toEqual([]);
    expect(judged.get(1)?.alerts).toMatchObject([{ position: 15 }]);
  });

  it('answers analysts from the cut on', async () => {
    await cut(8);
    const rows = (text: string) => database.query<{ n: number }>(text, [host]);
    await expect(rows('select count(*) as n from cgroups_at($1, 7)')).rejects.toThrow(
      /position 7 of .* was removed: the oldest that is kept is 8/,
    );
    expect(await rows('select count(*) as n from cgroups_at($1, 8)')).toEqual([{ n: 8 }]);
    expect(await rows(`select position_at($1, '2001-01-01') as n`)).toEqual([{ n: null }]);
    expect(await rows(`select position_at($1, '2101-01-01') as n`)).toEqual([{ n: 12 }]);
  });

  it('is not cut by the role of the service', async () => {
    const texts = [
      `insert into cuts select host_id, 5, hash, recorded_at, at_max, '\\x00', 10, '\\x00', '\\x00',
         'x', 'x', 0, '' from events where host_id = ${host_id} and position = 5`,
      `delete from events where host_id = ${host_id} and position < 5`,
      `delete from segments`,
      `delete from cuts`,
      `delete from cgroup_versions`,
    ];
    for (const text of texts) {
      const asService = database.transaction(async (tx) => {
        await tx.query('set local role bpfledger_service');
        await tx.query(text);
      });
      await expect(asService).rejects.toThrow(/permission denied|only the owner/);
    }
    await cut(8);
    const later = database.transaction(async (tx) => {
      await tx.query('set local role bpfledger_service');
      await tx.query(`delete from events where host_id = ${host_id} and position < 8`);
    });
    await expect(later).rejects.toThrow(/permission denied/);
  });

  it('is refused where nothing was signed, and says where something was', async () => {
    await expect(cut(3)).rejects.toThrow(
      /states the Merkle tree, and .* has none up to position 3; the first one is at position 4/,
    );
    const other = await newHost(log);
    await expect(cut(9, other)).rejects.toThrow(
      /none up to position 9; sign the first one with bpfledger checkpoint/,
    );
    await expect(cut(9, 'nobody')).rejects.toMatchObject({ reason: { why: 'no-such-host' } });
  });

  it('is refused while branches read the log, below the cut of a branch, and before a cut', async () => {
    const twig = `${host}-twig`;
    await log.createBranch(host, { name: twig, position: 10, actor: 'local' });
    await log.dropBranch(host, twig);
    await expect(cut(8)).rejects.toThrow(`branches of ${host} read its log: ${twig} (dropped)`);
    await deleteHost(database, { name: twig, actor: 'root', reason: '', now: NOW });
    await cut(8);
    await expect(cut(5)).rejects.toThrow(/begins at position 8 already/);
    expect(await cut(9)).toMatchObject({ oldest: 8, removed: { events: 0 } });
  });

  it('has branches from the cut on, which begin with it', async () => {
    await cut(8);
    const branch = `${host}-late`;
    await expect(
      log.createBranch(host, { name: branch, position: 7, actor: 'local' }),
    ).rejects.toMatchObject(positionRemoved(7));
    await log.createBranch(host, { name: branch, position: 9, actor: 'local' });
    await log.submit(branch, mkdir('/of-branch'));
    await expect(log.kernelAt(branch, 7)).rejects.toMatchObject(positionRemoved(7));
    const { host_id: branchId } = await log.head(branch);
    const found = await verifyHost(database, branchId, { trusted: signer.trusted });
    expect([found.holds, found.cut?.position]).toEqual([true, 8]);
    await expect(cut(10, branch)).rejects.toThrow(/is a branch of/);
    await expect(cut(10)).rejects.toThrow(CannotTrim);
  });

  it('waits for an executor that has not reported so far', async () => {
    const asked = { executor: 'e', instance: 'i', actor: 'local', lease: 'l', place: '{}', now: 1 };
    await takeLease(database, { hostId: host_id, ...asked });
    await expect(cut(8)).rejects.toThrow(
      /the executor e of .* still needs the events after position 0/,
    );
    await database.query('update executors set reported_position = 8 where host_id = $1', [
      host_id,
    ]);
    await expect(cut(8)).resolves.toMatchObject({ oldest: 8 });
  });

  it('is not cut where the log does not give what was signed', async () => {
    await database.transaction(async (tx) => {
      await tx.query('set local session_replication_role = replica');
      await tx.query(`update events set body = replace(body, '/a3', '/x3') where host_id = $1`, [
        host_id,
      ]);
    });
    await expect(cut(8)).rejects.toThrow(
      /is not what was signed at position 8, so nothing was removed/,
    );
    expect(await positions()).toHaveLength(12);
  });

  it('is a fault of verify where the state at the cut was changed', async () => {
    await cut(8);
    await database.transaction(async (tx) => {
      await tx.query('set local session_replication_role = replica');
      await tx.query(
        `update cuts set state = (select state from cuts c where c.host_id <> $1 limit 1)
         where host_id = $1`,
        [host_id],
      );
    });
    const { holds, chain } = await verifyHost(database, host_id, { trusted: signer.trusted });
    expect([holds, chain.faults.map(({ message }) => message)]).toEqual([
      false,
      ['the state at the cut is not the one that the log was cut with'],
    ]);
  });

  it('is a fault of verify, and no failure, where the state at the cut is none any more', async () => {
    await cut(8);
    await database.transaction(async (tx) => {
      await tx.query('set local session_replication_role = replica');
      await tx.query(`update cuts set state = '\\x7a7a' where host_id = $1`, [host_id]);
    });
    const { holds, chain } = await verifyHost(database, host_id, { trusted: signer.trusted });
    expect([holds, chain.faults.map(({ message }) => message)]).toEqual([
      false,
      ['the state at the cut is not the one that the log was cut with'],
    ]);
  });

  /** Writes another state at the cut, with its hash: /a5 is called /b5. */
  const forgeState = async () => {
    const stored = await readCutState(database, host_id);
    const text = inflateSync(stored?.state ?? '').toString('utf8');
    const forged = text.replaceAll('/a5', '/b5');
    expect(forged).not.toBe(text);
    await database.transaction(async (tx) => {
      await tx.query('set local session_replication_role = replica');
      await tx.query(
        `update cuts set state = decode($2, 'hex'), state_hash = decode($3, 'hex')
         where host_id = $1`,
        [host_id, hexOf(deflateSync(forged)), hexOf(stateHash(forged))],
      );
    });
  };

  it('has its state signed by the next checkpoint: one that was forged with its hash is noticed', async () => {
    await cut(8);
    const outside = { trusted: signer.trusted };
    const unsigned = await verifyHost(database, host_id, outside);
    expect([unsigned.holds, unsigned.chain.cut_signed]).toEqual([true, false]);
    expect(unsigned.not_excluded.join()).toMatch(/The state at position 8, .* the next one signs/);
    const { chained } = await signHead(database, { host_id, host }, { ...signer, now: 12 });
    expect(chained?.cut?.position).toBe(8);
    const signed = await verifyHost(database, host_id, outside);
    expect([signed.holds, signed.chain.cut_signed]).toEqual([true, true]);
    expect(signed.not_excluded.join()).not.toContain('The state at position 8');

    await forgeState();
    const { chain } = await verifyHost(database, host_id, outside);
    expect([chain.holds, chain.cut_signed]).toEqual([false, false]);
    expect(chain.faults.map(({ message }) => message)).toEqual([
      'the checkpoint was signed for another state at the cut',
    ]);
    await log.submit(host, mkdir('/more'));
    await expect(
      signHead(database, { host_id, host }, { ...signer, now: 13 }),
    ).rejects.toMatchObject({
      reason: { why: 'signing-refused', because: expect.stringContaining('that was signed') },
    });
    await expect(cut(12)).rejects.toThrow(/is not the one that was signed: nothing was removed/);
  });

  it('is told of as cut no more where its cut was removed', async () => {
    await cut(8);
    await signHead(database, { host_id, host }, { ...signer, now: 12 });
    await database.transaction(async (tx) => {
      await tx.query('set local session_replication_role = replica');
      await tx.query('delete from cuts where host_id = $1', [host_id]);
    });
    const { chain } = await verifyHost(database, host_id, { trusted: signer.trusted });
    expect(chain.faults.map(({ message }) => message)).toContain(
      'the checkpoint was signed for a log that is cut at position 8',
    );
  });

  it('is signed anew and copied with its signed state after another cut', async () => {
    await cut(8);
    await signHead(database, { host_id, host }, { ...signer, now: 12 });
    await log.submit(host, mkdir('/more'));
    await cut(12);
    const { chained } = await signHead(database, { host_id, host }, { ...signer, now: 13 });
    expect(chained?.cut?.position).toBe(12);
    const outside = { trusted: signer.trusted };
    const found = await verifyHost(database, host_id, outside);
    expect([found.holds, found.chain.cut_signed]).toEqual([true, true]);
    const lines: Buffer[] = [];
    const of = { host_id, host, tables: projector.tables };
    for await (const line of writeBundle(database, of)) lines.push(Buffer.from(line));
    const offline = await verifyBundle(Readable.from(lines), outside);
    expect([offline.holds, offline.chain.cut_signed]).toEqual([true, true]);
    const copy = await importBundle(database, {
      ...{ projector, kept: keptRows, hostName: () => `copy-${host}`, actor: 'local', now: 4e15 },
      ...{ chunks: Readable.from(lines), trusted: signer.trusted },
    });
    const copied = await verifyHost(database, copy.host_id, outside);
    expect([copied.holds, copied.chain.cut_signed]).toEqual([true, true]);
  });

  it('is not cut again where the state at its cut was changed', async () => {
    await signHead(database, { host_id, host }, { ...signer, now: 12 });
    await cut(8);
    await database.transaction(async (tx) => {
      await tx.query('set local session_replication_role = replica');
      await tx.query(`update cuts set state_hash = '\\x00' where host_id = $1`, [host_id]);
    });
    await expect(cut(12)).rejects.toThrow(/is not the one that it was cut with/);
  });

  it('goes on after a trim that was stopped', async () => {
    const { kernel } = await log.kernelAt(host, 6);
    const { hash } = await headAt(database, host_id, 6);
    await storeSnapshot(database, host_id, { position: 6, hash, text: snapshotText(kernel) });
    const stopped = { ...database, transaction: stopAfter(database, 3) } as Database;
    const asked = { name: host, before: { kind: 'position', position: 8 } } as const;
    await expect(trim(stopped, { ...asked, actor: 'root', reason: '', now: NOW })).rejects.toThrow(
      'stopped',
    );
    // The cut is there, and is all that readers go by.
    await expect(log.kernelAt(host, 7)).rejects.toMatchObject(positionRemoved(7));
    const found = await verifyHost(database, host_id, { trusted: signer.trusted });
    expect(found.holds).toBe(true);
    await cut(8);
    expect((await verifyHost(database, host_id, { trusted: signer.trusted })).holds).toBe(true);
  });

  it('is the same log for a service that knew it before, and for its writers', async () => {
    const other = await logOn(store.another(), { onHistoryChanged: (change) => told.push(change) });
    await other.withHead(host, () => undefined);
    await other.withStateAt(host, 5, () => undefined);
    await signHead(database, { host_id, host }, { ...signer, now: 12 });
    await cut(12);
    await log.submit(host, mkdir('/later'));
    // One that was at the head of before, and one whose tip is before the cut.
    await other.submit(host, mkdir('/by-other'));
    expect((await other.head(host)).position).toBe(14);
    expect(told).toEqual([]);
    await other.close();
  });

  it('is read anew by a writer whose state is of before', async () => {
    const other = await logOn(store.another(), { onHistoryChanged: (change) => told.push(change) });
    await other.withHead(host, () => undefined);
    for (let n = 0; n < 8; n++) await log.submit(host, mkdir(`/c${n}`));
    await signHead(database, { host_id, host }, { ...signer, now: 20 });
    await cut(20);
    await other.submit(host, mkdir('/by-other'));
    const kernel = await other.kernelAt(host);
    expect([kernel.position, kernel.kernel.cgroupIds.has('/c7')]).toEqual([21, true]);
    expect(told).toEqual([]);
    await other.close();
  });

  it('is read anew by a writer that is reading while it is cut', async () => {
    let isNext = false;
    const connection = store.another();
    const query: Database['query'] = async (text, params) => {
      if (isNext && text.includes(' as mark')) {
        isNext = false;
        await cut(20);
      }
      return connection.query(text, params);
    };
    const other = await logOn({ ...connection, query } as Database, {
      onHistoryChanged: (change) => told.push(change),
    });
    await other.withHead(host, () => undefined);
    for (let n = 0; n < 8; n++) await log.submit(host, mkdir(`/c${n}`));
    await signHead(database, { host_id, host }, { ...signer, now: 20 });
    isNext = true;
    await other.submit(host, mkdir('/by-other'));
    expect(isNext).toBe(false);
    expect((await other.kernelAt(host)).kernel.cgroupIds.has('/by-other')).toBe(true);
    expect(told).toEqual([]);
    await other.close();
  });

  it('refuses followers that are behind, and goes on for those that are not', async () => {
    await cut(8);
    await expect(log.subscribe(host, { after: 5, mark: '0'.repeat(16) })).rejects.toMatchObject({
      reason: { why: 'position-removed', oldest: 8 },
    });
    const late = await log.subscribe(host, { after: 2 });
    await expect(late.next()).rejects.toMatchObject({ reason: { why: 'position-removed' } });
    const follower = await log.subscribe(host, { after: 7 });
    const { value } = await follower.next();
    expect((value as readonly LedgerEvent[]).map(({ position }) => position)).toEqual([
      8, 9, 10, 11, 12,
    ]);
    await follower.return();
  });

  it('proves events and growth from the cut on', async () => {
    await signHead(database, { host_id, host }, { ...signer, now: 12 });
    const before = await writeConsistency(database, { host_id, from: 8 });
    const event = await writeInclusion(database, { host_id, position: 10 });
    await cut(8);
    expect(await writeConsistency(database, { host_id, from: 8 })).toEqual(before);
    expect(await writeInclusion(database, { host_id, position: 10 })).toEqual(event);
    await expect(writeConsistency(database, { host_id, from: 4 })).rejects.toMatchObject({
      reason: { why: 'position-removed' },
    });
    await expect(writeInclusion(database, { host_id, position: 3 })).rejects.toMatchObject({
      reason: { why: 'position-removed' },
    });
    await log.submit(host, mkdir('/more'));
    const next = await signHead(database, { host_id, host }, { ...signer, now: 13 });
    expect(next.position).toBe(13);
    await sealSegments(database, { host_id, events: 2 });
    const found = await verifyHost(database, host_id, { trusted: signer.trusted });
    expect([found.holds, found.chain.segments]).toEqual([true, 2]);
  });

  it.each([1, 2, 3])('holds, whatever it has, and so does its copy (seed %i)', async (seed) => {
    const wild = `wild-${kind.toLowerCase()}-${seed}`;
    const { host_id: wildId, signed } = await randomHost(
      { log, database, signer: { ...signer, now: 1 } },
      { host: wild, seed, events: 400 },
    );
    const outside = { trusted: signer.trusted };
    for (const position of signed.slice(5, 8)) {
      await cut(position, wild);
      const found = await verifyHost(database, wildId, outside);
      expect([found.holds, found.chain.faults, found.projections, found.snapshots.faults]).toEqual([
        true,
        [],
        expect.objectContaining({ differing: 0 }),
        [],
      ]);
    }
    expect(await rebuild(database, { host_id: wildId })).toMatchObject({ differing: 0 });
    const lines: string[] = [];
    const of = { host_id: wildId, host: wild, tables: projector.tables };
    for await (const line of writeBundle(database, of)) lines.push(line);
    const chunks = () => Readable.from(lines.map((line) => Buffer.from(line)));
    const offline = await verifyBundle(chunks(), { trusted: signer.trusted, required: true });
    expect([offline.holds, offline.chain.faults]).toEqual([true, []]);
    expect(offline.not_excluded.join()).toContain('were removed');
    const [header = '', ...rest] = lines;
    expect(header).toMatch(/^\{"type":"bundle","version":5,/);
    const { sha256: _, ...told } = JSON.parse(header);
    const older = [`${writeLine({ ...told, version: 4 })}\n`, ...rest].map((line) =>
      Buffer.from(line),
    );
    expect(await verifyBundle(Readable.from(older), { trusted: signer.trusted })).toMatchObject({
      holds: true,
    });
    const request = {
      ...{ projector, kept: keptRows, hostName: () => `copy-${wild}`, actor: 'local', now: 4e15 },
    };
    await expect(importBundle(database, { ...request, chunks: chunks() })).rejects.toThrow(
      /no checkpoint of a trusted key states the hash at the cut/,
    );
    // As the service does it, by a role that may cut no log.
    const asService: Database = Object.assign(Object.create(database), {
      transaction: ((work, patience) =>
        database.transaction(async (tx) => {
          await tx.query('set local role bpfledger_service');
          return work(tx);
        }, patience)) satisfies Database['transaction'],
    });
    const copy = await importBundle(asService, {
      ...{ ...request, chunks: chunks(), trusted: signer.trusted },
    });
    const found = await verifyHost(database, copy.host_id, outside);
    expect([found.holds, found.chain.faults, found.projections]).toEqual([
      true,
      [],
      expect.objectContaining({ differing: 0 }),
    ]);
    const again: string[] = [];
    const ofCopy = { host_id: copy.host_id, host: wild, tables: projector.tables };
    for await (const line of writeBundle(database, ofCopy)) again.push(line);
    const body = (all: string[]) =>
      all.filter((line) => /"type":"(version|kept|event)"/.test(line));
    expect(body(again)).toEqual(body(lines));
  });
});

/** The transactions of a database of which only the first so many are done. */
function stopAfter(database: Database, count: number): Database['transaction'] {
  let done = 0;
  return (work, ...more) => {
    if (++done > count) return Promise.reject(new Error('stopped'));
    return database.transaction(work, ...more);
  };
}
