// States of hosts in memory, on both databases: bounded, let go when there are others to hold, and
// the same when they come back.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../src/events/clock.ts';
import type { Log } from '../../src/events/log.ts';
import { LogRefusal } from '../../src/events/log-refusal.ts';
import type { HeldMax } from '../../src/events/writing/held-max.ts';
import { expectSoundLog } from './log-facts.ts';
import { describeStores, logOn, mkdir, newHost, type Store } from './stores.ts';

describeStores('held states', ({ open }) => {
  let store: Store;
  const logs: Log[] = [];

  beforeAll(async () => {
    store = await open();
  });

  afterAll(async () => {
    await Promise.all(logs.map((log) => log.close()));
    await store?.drop();
  });

  async function holding(held: Partial<HeldMax>, clock = systemClock): Promise<Log> {
    const log = await logOn(store.another(), { held, clock });
    logs.push(log);
    return log;
  }

  const hostsOn = async (log: Log, count: number) => {
    const hosts: string[] = [];
    for (let i = 0; i < count; i++) hosts.push(await newHost(log));
    return hosts;
  };

  const soundLog = async (log: Log, host: string) =>
    expectSoundLog(store.database, (await log.host(host)).host_id);

  /** Submits until the log has room for the host. */
  async function insist(log: Log, host: string, path: string): Promise<void> {
    for (;;) {
      try {
        await log.submit(host, mkdir(path));
        return;
      } catch (error) {
        if (!(error instanceof LogRefusal) || error.reason.why !== 'hosts-busy') throw error;
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    }
  }

  it('gives a host that was let go the same answers, from a snapshot when it had moved far', async () => {
    const log = await holding({ hosts: 1 });
    const [host, other] = (await hostsOn(log, 2)) as [string, string];
    const calls = Array.from({ length: 600 }, (_, i) => mkdir(`/d${i}`).calls).flat();
    await log.submit(host, { actor: 'local', calls });
    await log.submit(other, mkdir('/a'));
    expect(log.sizeOfStates().hosts).toBe(1);
    // It is stored while others are answered.
    const storedPosition = async () => (await log.kernelAt(host)).snapshotPosition;
    await expect.poll(storedPosition).toBe(601);
    const again = await log.submit(host, mkdir('/d7'));
    expect(again.events[0]).toMatchObject({ position: 602, outcome: { errno: 'EEXIST' } });
    expect((await log.submit(host, mkdir('/new'))).events[0]).toMatchObject({
      position: 603,
      outcome: { ret: 0 },
    });
    expect((await soundLog(log, host)).length).toBe(603);
  });

  it('stores no snapshot for a few events', async () => {
    const log = await holding({ hosts: 1 });
    const [host, other] = (await hostsOn(log, 2)) as [string, string];
    for (const path of ['/a', '/b']) {
      await log.submit(host, mkdir(path));
      await log.submit(other, mkdir(path));
    }
    expect((await log.kernelAt(host)).snapshotPosition).toBe(0);
    expect((await soundLog(log, host)).length).toBe(3);
  });

  it('holds no more hosts than it may', async () => {
    const log = await holding({ hosts: 3 });
    for (const path of ['/a', '/b']) {
      for (const host of await hostsOn(log, 5)) {
        await log.submit(host, mkdir(path));
        expect(log.sizeOfStates().hosts).toBeLessThanOrEqual(3);
      }
    }
  });

  it('holds no more rows than it may, but for a single host', async () => {
    const log = await holding({ rows: 40 });
    const hosts = await hostsOn(log, 4);
    for (let i = 0; i < 30; i++) {
      for (const host of hosts) {
        await log.submit(host, mkdir(`/d${i}`));
        const held = log.sizeOfStates();
        expect(held.rows <= 40 || held.hosts === 1).toBe(true);
      }
    }
    const [large] = hosts as [string];
    for (let i = 30; i < 60; i++) await log.submit(large, mkdir(`/d${i}`));
    expect(log.sizeOfStates()).toMatchObject({ hosts: 1 });
    expect(log.sizeOfStates().rows).toBeGreaterThan(60);
    for (const host of hosts) await soundLog(log, host);
  });

  it('loses nothing when many write to hosts that come and go', async () => {
    const instances = [await holding({ hosts: 2 }), await holding({ hosts: 3, rows: 30 })] as const;
    const hosts = await hostsOn(instances[0], 6);
    const write = async (client: number) => {
      const log = instances[client % 2] as Log;
      for (let i = 0; i < 24; i++) {
        await insist(log, hosts[(client + i) % hosts.length] as string, `/c${client}-${i}`);
      }
    };
    await Promise.all(Array.from({ length: 8 }, (_, client) => write(client)));
    let made = 0;
    for (const host of hosts) {
      const events = await soundLog(instances[0], host);
      expect(events.every((event) => 'ret' in event.outcome)).toBe(true);
      made += events.length - 1;
    }
    expect(made).toBe(8 * 24);
  });

  it('lets a state go that nobody used for long, and none that is in use', async () => {
    let now = Date.now() * 1000;
    const clock = { now: () => now, sleep: systemClock.sleep };
    const log = await holding({ idleMs: 1000 }, clock);
    const host = await newHost(log);
    await log.submit(host, mkdir('/a'));
    now += 900_000;
    log.letIdleGo();
    expect(log.sizeOfStates()).toMatchObject({ hosts: 1 });
    now += 100_000;
    const busy = log.submit(host, mkdir('/b'));
    await new Promise((resolve) => setImmediate(resolve));
    log.letIdleGo();
    expect(log.sizeOfStates()).toMatchObject({ hosts: 1 });
    await busy;
    now += 1_000_000;
    log.letIdleGo();
    expect(log.sizeOfStates()).toEqual({ hosts: 0, rows: 0 });
    expect((await log.submit(host, mkdir('/b'))).events[0]).toMatchObject({
      outcome: { errno: 'EEXIST' },
    });
  });
});
