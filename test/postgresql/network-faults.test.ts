// A network between the service and its server that is slow, that resets connections in the middle of
// answers, or that ends one direction of them alone, under a small load: every request is answered
// within the bounds of docs/postgresql.md, whatever was acknowledged is there once, and a follower has
// each event once.

import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { followEvents } from '../../src/client/follow-events.ts';
import { restClient } from '../../src/client/rest-client.ts';
import { migrate } from '../../src/events/storage/migrate.ts';
import { openPostgres } from '../../src/events/storage/postgres-database.ts';
import { randomFrom } from '../../src/recorders/generator/random.ts';
import { type ServiceProcess, send, startProcess } from '../api/process.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { needs } from '../support/needs.ts';
import { seedOfRun } from '../support/seed.ts';
import { startProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { BOUNDS } from './bounds.ts';

const seed = seedOfRun();
const LANES = 4;
/** How long a fault lasts, in milliseconds. */
const FAULT_MS = 3000;
/** Connections that are reset at least. */
const RESETS = 10;

type Kind = 'read' | 'write' | 'readyz';

interface Answered {
  readonly kind: Kind;
  readonly status: number;
  readonly ms: number;
}

describe.skipIf(!needs('postgresql').ok)(`a bad network, seed ${seed}`, () => {
  const random = randomFrom(seed);
  const between = (from: number, to: number) => from + random.below(to - from);
  let database: TestDatabase;
  let proxy: TcpProxy;
  let service: ServiceProcess;
  let isOver = false;
  let load: Promise<unknown> | undefined;
  let follower: Promise<void> | undefined;
  /** Since the fault that is tested began. */
  let answered: Answered[] = [];
  const acknowledged: string[] = [];
  const followed: number[] = [];
  /** Where the follower leaves. */
  let end = Number.POSITIVE_INFINITY;

  async function ask(kind: Kind, work: () => Promise<{ readonly status: number }>) {
    const began = performance.now();
    const { status } = await work();
    answered.push({ kind, status, ms: performance.now() - began });
    return status;
  }
  const get = async (path: string) => {
    const answer = await fetch(service.url + path);
    await answer.arrayBuffer();
    return answer;
  };

  /** Repeats each write under its key until it is recorded. */
  async function writer(nth: number): Promise<void> {
    for (let n = 0; !isOver; n++) {
      const path = `/w${nth}-${n}`;
      const body = { call: { name: 'mkdir', path } };
      const write = () =>
        send(`${service.url}/v1/hosts/h/syscalls`, body, { 'idempotency-key': path });
      while ((await ask('write', write)) !== 200) await sleep(20);
      acknowledged.push(path);
    }
  }
  async function asker(kind: Kind, path: string): Promise<void> {
    while (!isOver) {
      await ask(kind, () => get(path));
      await sleep(20);
    }
  }
  async function follow(): Promise<void> {
    const client = restClient({ url: service.url });
    const stream = { path: '/v1/hosts/h/events/stream', after: 0 };
    for await (const { position } of followEvents<{ position: number }>(client, stream)) {
      followed.push(position);
      if (position >= end) return;
    }
  }
  async function untilAcknowledged(more: number): Promise<void> {
    const enough = acknowledged.length + more;
    while (acknowledged.length < enough) await Promise.race([load, sleep(20)]);
  }

  beforeAll(async () => {
    database = await createDatabase();
    const direct = openPostgres({ url: database.url });
    await migrate(direct);
    await direct.close();
    proxy = await startProxy(database.url);
    service = await startProcess({ DATABASE_URL: proxy.url(database.url) });
    await send(`${service.url}/v1/hosts`, { name: 'h', release: '6.18' });
    const readers = [asker('read', '/v1/hosts/h/events?limit=50'), asker('readyz', '/readyz')];
    load = Promise.all([...Array.from({ length: LANES }, (_, nth) => writer(nth)), ...readers]);
    load.catch(() => undefined);
    follower = follow();
    follower.catch(() => undefined);
    await untilAcknowledged(20);
  });
  afterAll(async () => {
    isOver = true;
    proxy?.mend();
    await load?.catch(() => undefined);
    await service?.kill();
    await proxy?.close();
    await database?.drop();
  });

  /** Ends one direction of what is open, again and again. */
  async function halfClose(side: 'client' | 'server'): Promise<void> {
    let ended = 0;
    for (let at = 0; at < FAULT_MS; at += FAULT_MS / 10) {
      ended += proxy.connections();
      proxy.halfClose(side);
      await sleep(FAULT_MS / 10);
    }
    expect(ended).toBeGreaterThan(0);
  }

  const FAULTS: readonly (readonly [string, () => Promise<void>])[] = [
    [
      'lets every chunk arrive later',
      async () => {
        let chunks = 0;
        proxy.delay(() => {
          chunks++;
          return between(10, 120);
        });
        await sleep(FAULT_MS);
        expect(chunks).toBeGreaterThan(10);
      },
    ],
    [
      'resets connections in the middle of answers',
      async () => {
        const open = proxy.connections();
        let drawn = 0;
        proxy.dropAfter(() => {
          drawn++;
          return between(1, 4000);
        });
        // Each draws once: as many more were opened.
        while (drawn < open + RESETS) await Promise.race([load, sleep(20)]);
      },
    ],
    ['ends what the server sends', () => halfClose('server')],
    ['ends what the service sends', () => halfClose('client')],
    [
      'is slow and resets connections',
      async () => {
        proxy.delay(() => between(0, 40));
        proxy.dropAfter(() => between(1, 20_000));
        await sleep(FAULT_MS);
      },
    ],
  ];

  it.each(FAULTS)('%s: every request is answered in time', async (_, work) => {
    answered = [];
    await work().finally(() => proxy.mend());
    // Each that was under way is done, and the service goes on.
    await untilAcknowledged(LANES + 10);
    const ready = async () => (await get('/readyz')).status;
    await expect.poll(ready, { timeout: 30_000 }).toBe(200);
    for (const kind of ['read', 'write', 'readyz'] as const) {
      const those = answered.filter((one) => one.kind === kind);
      expect(those.length).toBeGreaterThan(0);
      expect(those.filter(({ status }) => status !== 200 && status !== 503)).toEqual([]);
      expect(Math.max(...those.map(({ ms }) => ms))).toBeLessThan(BOUNDS[kind]);
    }
  });

  it('loses and doubles nothing, and a follower has each event once', async () => {
    isOver = true;
    await load;
    const items: { position: number; call: { path?: string } }[] = [];
    for (let next: string | undefined = ''; next !== undefined; ) {
      const answer = await fetch(
        `${service.url}/v1/hosts/h/events?limit=1000${next === '' ? '' : `&next=${next}`}`,
      );
      const page = (await answer.json()) as { items: typeof items; next?: string };
      items.push(...page.items);
      next = page.next;
    }
    expect(items.map(({ position }) => position)).toEqual(items.map((_, i) => i + 1));
    const paths = items.slice(1).map(({ call }) => call.path);
    expect(paths.length).toBe(new Set(paths).size);
    expect(new Set(paths)).toEqual(new Set(acknowledged));
    end = items.length + 1;
    await send(`${service.url}/v1/hosts/h/syscalls`, { call: { name: 'mkdir', path: '/last' } });
    await follower;
    expect(followed).toEqual([...items.map(({ position }) => position), end]);
    const verified = await fetch(`${service.url}/v1/hosts/h/verify`);
    expect(await verified.json()).toMatchObject({ holds: true });
  });
});
