// Appending on both databases: order, atomicity, idempotency, and writers that contend.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { snapshotOf } from '../../src/domain/snapshot.ts';
import type { LedgerEvent } from '../../src/events/event.ts';
import type { Log } from '../../src/events/log.ts';
import { expectSoundLog } from './log-facts.ts';
import { describeStores, logOn, mkdir, newHost, type Store } from './stores.ts';

const pathOf = (event: LedgerEvent) => (event.call.name === 'mkdir' ? event.call.path : '');

describeStores('appending', ({ open }) => {
  let store: Store;
  let log: Log;
  let second: Log;

  beforeAll(async () => {
    store = await open();
    log = await logOn(store.database);
    second = await logOn(store.another());
  });

  afterAll(async () => {
    await Promise.all([log?.close(), second?.close()]);
    await store?.drop();
  });

  const soundLog = async (host: string) =>
    expectSoundLog(store.database, (await log.host(host)).host_id);

  it('gives eight clients of two instances gapless positions, each call once', async () => {
    const host = await newHost(log);
    const client = async (c: number) => {
      const instance = c % 2 === 0 ? log : second;
      for (let i = 0; i < 25; i++) {
        const { events } = await instance.submit(host, mkdir(`/c${c}-${i}`));
        expect(events.map(pathOf)).toEqual([`/c${c}-${i}`]);
      }
    };
    await Promise.all(Array.from({ length: 8 }, (_, c) => client(c)));
    const events = await soundLog(host);
    expect(events.length).toBe(201);
    expect(new Set(events.slice(1).map(pathOf)).size).toBe(200);
    expect(events.every((event) => 'ret' in event.outcome)).toBe(true);
  });

  it('keeps the order of submissions, to a host or branch that it just met as well', async () => {
    const host = await newHost(log);
    await log.createBranch(host, { name: `${host}-branch`, position: 1, actor: 'local' });
    const paths = Array.from({ length: 100 }, (_, i) => `/o${i}`);
    for (const name of [host, `${host}-branch`]) {
      const { receipts, refused } = await second.submitInOrder(
        name,
        paths.map((path) => mkdir(path)),
      );
      expect(refused).toBeUndefined();
      expect(receipts.flatMap(({ events }) => events.map(pathOf))).toEqual(paths);
      expect((await second.read(name, { from: 2 })).map(pathOf)).toEqual(paths);
    }
  });

  it('stops at the first of submissions in order that is refused', async () => {
    const host = await newHost(log);
    const late = mkdir('/late', { expected: { position: 1 } });
    const { receipts, refused } = await log.submitInOrder(host, [mkdir('/first'), late]);
    expect(receipts.flatMap(({ events }) => events.map(pathOf))).toEqual(['/first']);
    expect(refused?.error).toMatchObject({ reason: { why: 'position-changed' } });
  });

  it('commits concurrent calls together', async () => {
    const host = await newHost(log);
    const { host_id } = await log.host(host);
    await Promise.all(Array.from({ length: 300 }, (_, i) => log.submit(host, mkdir(`/g${i}`))));
    const [row] = await store.database.query<{ batches: number }>(
      'select count(*)::int4 as batches from batches where host_id = $1',
      [host_id],
    );
    expect(row?.batches).toBeLessThan(20);
    expect((await soundLog(host)).length).toBe(301);
  });

  it('lets a deposed writer decide anew on what the other one did', async () => {
    const host = await newHost(log);
    await log.submit(host, mkdir('/a'));
    await second.submit(host, mkdir('/b'));
    const { events } = await log.submit(host, mkdir('/b'));
    expect(events[0]).toMatchObject({ position: 4, outcome: { errno: 'EEXIST' } });
    await soundLog(host);
  });

  it('records a submission as a whole, with results put in place of references', async () => {
    const host = await newHost(log);
    const { events } = await log.submit(host, {
      actor: 'token:ci',
      calls: [
        { call: { name: 'spawn', comm: 'agent' } },
        { call: { name: 'prog_load', prog_type: 'cgroup_skb' }, pid: { result_of: 0 } },
        {
          call: {
            name: 'link_create',
            prog_fd: { result_of: 1 },
            target_path: '/',
            attach_type: 'cgroup_inet_ingress',
          },
          pid: { result_of: 0 },
        },
      ],
    });
    expect(events.map((event) => event.position)).toEqual([2, 3, 4]);
    expect(events[2]).toMatchObject({ actor: 'token:ci', comm: 'agent', outcome: { ret: 5 } });
    expect(events[2]?.call).toMatchObject({ prog_fd: 3 });
    expect(await log.read(host, { from: 2 })).toEqual(events);
  });

  it.each([
    ['later', { result_of: 2 }],
    ['refused', { result_of: 1 }],
  ])('records nothing when a reference points at a %s call', async (because, fd) => {
    const host = await newHost(log);
    const calls = [
      { call: { name: 'mkdir', path: '/half' } },
      { call: { name: 'close', fd: 77 } },
      { call: { name: 'close', fd } },
    ] as const;
    const broken = log.submit(host, { actor: 'local', calls });
    const whole = log.submit(host, mkdir('/half'));
    await expect(broken).rejects.toMatchObject({
      reason: { why: 'bad-reference', call: 2, field: 'fd', because },
    });
    expect((await whole).events[0]).toMatchObject({ position: 2, outcome: { ret: 0 } });
    expect((await soundLog(host)).length).toBe(2);
  });

  it('refuses a write that expects another position', async () => {
    const host = await newHost(log);
    await second.submit(host, mkdir('/a'));
    const late = log.submit(host, mkdir('/b', { expected: { position: 1 } }));
    await expect(late).rejects.toMatchObject({
      reason: { why: 'position-changed', expected: 1, actual: 2 },
    });
    const { events } = await log.submit(host, mkdir('/b', { expected: { position: 2 } }));
    expect(events[0]?.position).toBe(3);
  });

  it('answers every keyed write twice with the same events', async () => {
    const host = await newHost(log);
    const idempotency = { key: 'k', fingerprint: 'f' };
    const write = mkdir('/once', { idempotency, expected: { position: 1 } });
    const first = await log.submit(host, write);
    const again = await second.submit(host, write);
    expect(first.repeated).toBe(false);
    expect(again).toEqual({ ...first, repeated: true });
    expect(await log.submit(host, write)).toEqual(again);
    expect((await soundLog(host)).length).toBe(2);
  });

  it('records one of many equal keyed writes that arrive concurrently', async () => {
    const host = await newHost(log);
    const write = mkdir('/once', { idempotency: { key: 'race', fingerprint: 'f' } });
    const receipts = await Promise.all(
      Array.from({ length: 10 }, (_, i) => (i % 2 ? log : second).submit(host, write)),
    );
    expect(new Set(receipts.map(({ events }) => events[0]?.position))).toEqual(new Set([2]));
    expect(receipts.filter(({ repeated }) => !repeated).length).toBe(1);
    expect((await soundLog(host)).length).toBe(2);
  });

  it('refuses a used key with another request, but not per principal or line', async () => {
    const host = await newHost(log);
    const key = (fingerprint: string, line?: number) => ({
      idempotency: { key: 'k', fingerprint, ...(line !== undefined && { line }) },
    });
    await log.submit(host, mkdir('/1', key('f')));
    await expect(second.submit(host, mkdir('/2', key('g')))).rejects.toMatchObject({
      reason: { why: 'idempotency-mismatch', key: 'k' },
    });
    await log.submit(host, mkdir('/2', { ...key('g'), actor: 'token:other' }));
    await log.submit(host, mkdir('/3', key('h', 7)));
    expect((await soundLog(host)).length).toBe(4);
  });

  it('forgets keys after a day', async () => {
    const host = await newHost(log);
    const idempotency = { key: 'old', fingerprint: 'f' };
    await log.submit(host, mkdir('/1', { idempotency }));
    expect(await log.sweepKeys()).toBe(0);
    const tomorrow = Date.now() * 1000 + 25 * 3600 * 1_000_000;
    const clock = { now: () => tomorrow, sleep: async () => undefined };
    const later = await logOn(store.database, { clock });
    expect(await later.sweepKeys()).toBeGreaterThan(0);
    await later.close();
    expect((await log.submit(host, mkdir('/1', { idempotency }))).repeated).toBe(false);
  });

  it('creates a host once for a key, and refuses a name that is taken', async () => {
    const idempotency = { key: 'create', fingerprint: 'f' };
    const request = { name: 'keyed', actor: 'local', release: '6.18', idempotency };
    const first = await log.createHost(request);
    expect(first.event).toMatchObject({ position: 1, boot: 1, call: { name: 'boot' } });
    expect(await second.createHost(request)).toEqual({ ...first, repeated: true });
    const { idempotency: _, ...unkeyed } = request;
    await expect(log.createHost(unkeyed)).rejects.toMatchObject({
      reason: { why: 'host-exists', host: 'keyed' },
    });
    const unknown = log.createHost({ ...unkeyed, name: 'n', release: '1.2' });
    await expect(unknown).rejects.toMatchObject({ reason: { why: 'unknown-release' } });
    await soundLog('keyed');
  });

  it('reboots in the same log, after which nothing of before lives', async () => {
    const host = await newHost(log);
    await log.submit(host, mkdir('/gone'));
    const { events } = await second.reboot(host, { actor: 'local', release: '6.1' });
    expect(events[0]).toMatchObject({ position: 3, boot: 2, outcome: { ret: 0 } });
    const again = await log.submit(host, mkdir('/gone'));
    expect(again.events[0]).toMatchObject({ boot: 2, outcome: { ret: 0 } });
    await soundLog(host);
  });

  it('keeps what is left out of a reboot as in the boot before, of concurrent reboots too', async () => {
    const host = await newHost(log);
    await Promise.all([
      log.reboot(host, { actor: 'local', release: '6.1' }),
      log.reboot(host, { actor: 'local', config: { first_prog_id: 700 } }),
      second.reboot(host, { actor: 'local', config: { nofile: 64 } }),
    ]);
    const { release, config } = await log.withHead(host, ({ boot }) => boot);
    expect(release).toMatch(/^6\.1\./);
    expect(config).toMatchObject({ first_prog_id: 700, nofile: 64 });
    await soundLog(host);
  });

  it('never lets the time of recording go back', async () => {
    const host = await newHost(log);
    const clock = { now: () => 1_000_000, sleep: async () => undefined };
    const slow = await logOn(store.database, { clock });
    const { events } = await slow.submit(host, mkdir('/x'));
    expect(events[0]?.recorded_at).toBeGreaterThan(1_000_000);
    await slow.close();
    await soundLog(host);
  });

  it('knows the same state after a restart', async () => {
    const host = await newHost(log);
    await log.submit(host, mkdir('/x'));
    const before = await log.withHead(host, snapshotOf);
    const restarted = await logOn(store.another());
    expect(await restarted.withHead(host, snapshotOf)).toEqual(before);
    expect(snapshotOf((await restarted.kernelAt(host)).kernel)).toEqual(before);
    await restarted.close();
  });

  it('refuses what is over its bounds, by name', async () => {
    const host = await newHost(log);
    const call = { call: { name: 'exec' } } as const;
    const calls = Array.from({ length: 1001 }, () => call);
    const reasonOf = (submitted: Promise<unknown>) =>
      submitted.then(
        () => 'recorded',
        (error) => error.reason.why,
      );
    expect(await reasonOf(log.submit(host, { actor: 'local', calls }))).toBe('submission-too-long');
    expect(await reasonOf(log.submit(host, { actor: 'local', calls: [] }))).toBe(
      'submission-empty',
    );
    expect(await reasonOf(log.submit('nobody', mkdir('/')))).toBe('no-such-host');
    const full = Array.from({ length: 30 }, () => ({ actor: 'l', calls: calls.slice(1) }));
    const reasons = await Promise.all(full.map((one) => reasonOf(log.submit(host, one))));
    expect(reasons).toContain('queue-full');
    expect(reasons[0]).toBe('recorded');
    const recorded = reasons.filter((reason) => reason === 'recorded').length;
    expect((await log.head(host)).position).toBe(1 + recorded * 1000);
  });
});
