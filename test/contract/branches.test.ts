// Branches on both databases: a branch has the past of its origin and its own future, reads as if
// it were a whole log, and whatever is posted to it leaves every row of its origin as it was.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Call } from '../../src/domain/call.ts';
import { isSighting } from '../../src/domain/observed/sighting.ts';
import { snapshotOf } from '../../src/domain/snapshot.ts';
import type { Log } from '../../src/events/log.ts';
import { sealSegments } from '../../src/events/proof/seal.ts';
import { headAt } from '../../src/events/reading/head-at.ts';
import { STRETCHES_MAX } from '../../src/events/reading/host-line.ts';
import { snapshotText, storeSnapshot } from '../../src/events/reading/snapshots.ts';
import { momentAt } from '../../src/projections/boots.ts';
import { projector } from '../../src/projections/projector.ts';
import { rebuild } from '../../src/projections/rebuild.ts';
import { type Random, randomFrom } from '../../src/recorders/generator/random.ts';
import { verifyHost } from '../../src/time-travel/verify/verify.ts';
import { worldOfKernel, worldOfTables } from '../support/projected-world.ts';
import { randomHistory } from '../support/random-history.ts';
import { seedOfRun } from '../support/seed.ts';
import { describeStores, logOn, mkdir, newHost, type Store } from './stores.ts';

const EVENTS = 300;
const TABLES = ['events', 'heads', 'hosts', ...projector.tables.map(({ name }) => name)];

type Asked = { readonly pid: number; readonly call: Call } | 'reboot';

function callsOf(seed: number): Asked[] {
  const history = randomHistory({ seed, events: EVENTS, rebootEvery: 120 });
  return [...history].slice(1).flatMap(({ event: { pid, call } }): Asked[] => {
    if (isSighting(call)) return [];
    return [call.name === 'boot' ? 'reboot' : { pid, call }];
  });
}

/** Records calls in submissions of random length, so that forks fall into the middle of batches. */
async function record(log: Log, host: string, asked: readonly Asked[], random: Random) {
  let rest = asked;
  while (rest.length > 0) {
    const [first] = rest;
    if (first === 'reboot') {
      await log.reboot(host, { actor: 'local', release: '6.18' });
      rest = rest.slice(1);
      continue;
    }
    const size = 1 + random.below(20);
    const upTo = rest.indexOf('reboot');
    const some = rest.slice(0, upTo < 0 ? size : Math.min(size, upTo));
    const calls = some.filter((one) => one !== 'reboot');
    await log.submit(host, { actor: 'local', calls });
    rest = rest.slice(some.length);
  }
}

describeStores('a branch', ({ open }) => {
  let store: Store;
  let log: Log;
  beforeAll(async () => {
    store = await open();
    log = await logOn(store.database);
  });
  afterAll(async () => {
    await log?.close();
    await store?.drop();
  });

  let names = 0;
  async function branch(origin: string, position: number): Promise<string> {
    const name = `branch-${++names}`;
    await log.createBranch(origin, { name, position, actor: 'local' });
    return name;
  }

  const idOf = async (host: string): Promise<number> => (await log.head(host)).host_id;

  /** Every row of a host, as text. */
  async function rowsOf(host: string): Promise<unknown> {
    const host_id = await idOf(host);
    const rows: Record<string, unknown> = {};
    for (const table of TABLES) {
      rows[table] = await store.database.query(
        `select md5(string_agg(t::text, chr(10) order by t::text)) as md5, count(*)::int4 as rows
         from ${table} t where host_id = $1`,
        [host_id],
      );
    }
    return rows;
  }

  /** That the tables say at some positions what the log says, and that the log verifies. */
  async function expectWhole(host: string, positions: readonly number[]) {
    const { database } = store;
    const host_id = await idOf(host);
    for (const position of positions) {
      const { kernel } = await log.kernelAt(host, position);
      const moment = await momentAt(database, { host_id, position });
      if (moment === undefined) throw new Error(`${host} has no boot at ${position}`);
      const world = await worldOfTables(database, moment);
      expect(world).toEqual(worldOfKernel(kernel));
    }
    expect(await rebuild(database, { host_id, check: true })).toMatchObject({ differing: 0 });
    const { chain, projections, outcomes } = await verifyHost(database, host_id);
    expect({ chain, projections, outcomes }).toMatchObject({
      chain: { holds: true },
      projections: { holds: true },
      outcomes: { holds: true },
    });
  }

  it.each([1, seedOfRun()])(
    'reads as a whole log, and leaves its origin as it was (seed %i)',
    async (seed) => {
      const random = randomFrom(seed);
      const within = (max: number): number => 1 + random.below(max);
      const origin = await newHost(log);
      const asked = callsOf(seed);
      await record(log, origin, asked, random);
      const before = await rowsOf(origin);
      const fork = within(EVENTS);
      // What is sealed, or kept of states, after the fork is nothing of the branch.
      const host_id = await idOf(origin);
      await sealSegments(store.database, { host_id, events: 70 });
      for (const position of [Math.ceil(fork / 2), Math.ceil((fork + EVENTS) / 2)]) {
        const { kernel } = await log.kernelAt(origin, position);
        const { hash } = await headAt(store.database, host_id, position);
        const text = snapshotText(kernel);
        await storeSnapshot(store.database, host_id, { position, hash, text });
      }
      const one = await branch(origin, fork);
      // Other calls than those that followed at the origin.
      await record(log, one, asked.slice(fork + 20), random);
      await record(log, one, callsOf(seed + 1).slice(0, 60), random);
      const end = (await log.head(one)).position;
      const beforeOne = await rowsOf(one);
      const two = await branch(one, within(end));
      const early = await branch(one, within(fork));
      for (const host of [two, early]) await record(log, host, asked.slice(0, 60), random);
      expect(await rowsOf(origin)).toEqual(before);
      expect(await rowsOf(one)).toEqual(beforeOne);
      for (const host of [origin, one, two, early]) {
        const { position } = await log.head(host);
        await expectWhole(host, [1, Math.min(fork, position), within(position), position]);
      }
    },
    240_000,
  );

  it('has the state and the events of its origin up to where it grew from', async () => {
    const origin = await newHost(log);
    const random = randomFrom(5);
    await record(log, origin, callsOf(5).slice(0, 80), random);
    const name = await branch(origin, 40);
    const [was, is] = [await log.kernelAt(origin, 40), await log.kernelAt(name)];
    expect(snapshotOf(is.kernel)).toEqual(snapshotOf(was.kernel));
    expect(await log.read(name, { from: 1, limit: 40 })).toEqual(
      await log.read(origin, { from: 1, limit: 40 }),
    );
    expect(await log.head(name)).toMatchObject({ position: 40 });
    const shared = await log.event(origin, 20);
    expect(await log.positionAt(name, shared.at)).toBe(await log.positionAt(origin, shared.at));
    await log.submit(name, mkdir('/only-here'));
    expect((await log.event(name, 41)).call).toMatchObject({ path: '/only-here' });
    expect((await log.event(origin, 41)).call).not.toMatchObject({ path: '/only-here' });
  });

  it('costs the same few rows however long the log is', async () => {
    const origin = await newHost(log);
    await record(log, origin, callsOf(3), randomFrom(3));
    const name = await branch(origin, EVENTS);
    const host_id = await idOf(name);
    for (const table of TABLES) {
      const rows = await store.database.query(`select 1 from ${table} where host_id = $1`, [
        host_id,
      ]);
      expect([table, rows.length]).toEqual([table, table === 'heads' || table === 'hosts' ? 1 : 0]);
    }
  });

  it('follows a subscription across the fork', async () => {
    const origin = await newHost(log);
    for (const path of ['/a', '/b', '/c']) await log.submit(origin, mkdir(path));
    const name = await branch(origin, 2);
    await log.submit(name, mkdir('/d'));
    const paths: unknown[] = [];
    for await (const events of await log.subscribe(name, { after: 1 })) {
      for (const { call } of events) paths.push('path' in call ? call.path : call.name);
      if (paths.length >= 2) break;
    }
    expect(paths).toEqual(['/a', '/d']);
  });

  describe('that is dropped', () => {
    it('is seen no more, and its own branches go on', async () => {
      const origin = await newHost(log);
      const name = await branch(origin, 1);
      await log.submit(name, mkdir('/a'));
      const child = await branch(name, 2);
      expect((await log.branches(origin)).map((one) => one.name)).toEqual([name]);
      await log.dropBranch(origin, name);
      expect(await log.branches(origin)).toEqual([]);
      await expect(log.head(name)).rejects.toMatchObject({ reason: { why: 'no-such-host' } });
      await expect(log.submit(name, mkdir('/b'))).rejects.toMatchObject({
        reason: { why: 'no-such-host' },
      });
      await expect(log.dropBranch(origin, name)).rejects.toMatchObject({
        reason: { why: 'no-such-host' },
      });
      await log.submit(child, mkdir('/a/b'));
      await expectWhole(child, [1, 2, 3]);
    });

    it('keeps its rows, which its branches read, against the owner of the tables too', async () => {
      const origin = await newHost(log);
      const name = await branch(origin, 1);
      const host_id = await idOf(origin);
      await expect(
        store.database.query('delete from hosts where host_id = $1', [host_id]),
      ).rejects.toThrow(/foreign key/);
      await expect(
        store.database.query('delete from lineages where host_id = $1', [await idOf(name)]),
      ).rejects.toThrow(/append-only/);
    });
  });

  it('is refused where it cannot be', async () => {
    const origin = await newHost(log);
    const make = (name: string, position: number) =>
      log.createBranch(origin, { name, position, actor: 'local' });
    await expect(make('too-late', 2)).rejects.toMatchObject({
      reason: { why: 'no-such-position', head: 1 },
    });
    await expect(make(origin, 1)).rejects.toMatchObject({ reason: { why: 'host-exists' } });
    let host = origin;
    for (let depth = 1; depth <= STRETCHES_MAX; depth++) {
      host = await branch(host, depth);
      await log.submit(host, mkdir(`/d${depth}`));
    }
    const deepest = { name: 'too-deep', position: STRETCHES_MAX + 1, actor: 'local' };
    await expect(log.createBranch(host, deepest)).rejects.toMatchObject({
      reason: { why: 'branch-too-deep', depthMax: STRETCHES_MAX },
    });
    await expectWhole(host, [STRETCHES_MAX + 1]);
  });

  it('is made once under one key', async () => {
    const origin = await newHost(log);
    const key = { key: 'k', fingerprint: 'f' };
    const request = { name: 'keyed', position: 1, actor: 'local', idempotency: key };
    const made = await Promise.all([1, 2, 3].map(() => log.createBranch(origin, request)));
    expect(made.map(({ repeated }) => repeated).sort()).toEqual([false, true, true]);
    expect(new Set(made.map(({ branch: { host_id } }) => host_id)).size).toBe(1);
  });
});
