// The stream of all hosts while many hosts record and the service is killed: a reader that comes back with
// the id of its last message has each event of each host once, in order. The long form is that of the
// promise: BPFLEDGER_TEST_FLEET_STREAM=long has 1,000 hosts, 2,000 events a second and a minute.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { migrate } from '../../src/events/storage/migrate.ts';
import { openPostgres } from '../../src/events/storage/postgres-database.ts';
import { type ServiceProcess, startProcess } from '../api/process.ts';
import { type Message, messagesOf } from '../api/sse.ts';
import { createDatabase } from '../support/database.ts';
import { needs } from '../support/needs.ts';

const isLong = process.env.BPFLEDGER_TEST_FLEET_STREAM === 'long';
const SIZE = isLong
  ? { hosts: 1000, perSecond: 2000, seconds: 60, kills: 3 }
  : { hosts: 100, perSecond: 500, seconds: 5, kills: 1 };
/** Events of one request, and requests under way. */
const CALLS = 10;
const TOGETHER = 16;
/** Milliseconds in which the reader must have what was acknowledged, once nothing more is recorded. */
const SETTLED_MS = 60_000;

interface HostEvent {
  readonly host: string;
  readonly position: number;
  readonly call: { readonly name: string; readonly fd?: number };
}

/** A service that is killed and started again on the same database; another port each time. */
class Mortal {
  readonly #env: Record<string, string>;
  #process: ServiceProcess | undefined;

  constructor(env: Record<string, string>) {
    this.#env = env;
  }

  get url(): string {
    return this.#process?.url ?? 'http://127.0.0.1:1';
  }

  async start(): Promise<void> {
    this.#process = await startProcess(this.#env);
  }

  async kill(): Promise<void> {
    await this.#process?.kill();
  }

  /** Posts until it is answered: a key makes it one request. */
  async post(path: string, body: unknown, key: string): Promise<unknown> {
    for (;;) {
      try {
        const response = await fetch(`${this.url}${path}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'idempotency-key': key },
          body: JSON.stringify(body),
        });
        const answer: unknown = await response.json();
        if (response.ok) return answer;
        if (response.status !== 503) throw new Error(JSON.stringify(answer));
      } catch (error) {
        if (!(error instanceof TypeError)) throw error;
      }
      await sleep(50);
    }
  }
}

/** Follows all hosts, and comes back with the id of its last message whenever it is cut off. */
class Reader {
  /** The last position of each host. */
  readonly reached = new Map<string, number>();
  /** What was otherwise than the next event of its host. */
  readonly faults: string[] = [];
  /** Number of each call by host and position, as it was seen. */
  readonly seen = new Map<string, number>();
  readonly delaysMs: number[] = [];
  #lastId = '';
  comeBacks = 0;
  readonly #service: Mortal;
  readonly #acknowledged: ReadonlyMap<string, number>;
  readonly #over = new AbortController();

  constructor(service: Mortal, acknowledged: ReadonlyMap<string, number>) {
    this.#service = service;
    this.#acknowledged = acknowledged;
  }

  async run(): Promise<void> {
    for (; !this.#over.signal.aborted; this.comeBacks++) {
      try {
        const response = await fetch(`${this.#service.url}/v1/events/stream`, {
          headers: this.#lastId === '' ? {} : { 'last-event-id': this.#lastId },
          signal: this.#over.signal,
        });
        const messages = messagesOf(response);
        for (;;) for (const message of await messages.take(1)) this.#take(message);
      } catch {
        await sleep(50);
      }
    }
  }

  stop(): void {
    this.#over.abort();
  }

  #take({ event, id, data }: Message): void {
    if (event !== 'event') {
      this.faults.push(`${event} ${JSON.stringify(data)}`);
      return;
    }
    const { host, position, call } = data as HostEvent;
    const before = this.reached.get(host) ?? 0;
    if (position !== before + 1) this.faults.push(`${host}: ${position} after ${before}`);
    this.reached.set(host, position);
    this.seen.set(`${host} ${position}`, call.fd ?? 0);
    const at = this.#acknowledged.get(`${host} ${position}`);
    if (at !== undefined) this.delaysMs.push(performance.now() - at);
    this.#lastId = id;
  }
}

it.skipIf(!needs('postgresql').ok)(
  `a reader of ${SIZE.hosts} hosts misses nothing and sees nothing twice, though the service is killed`,
  async () => {
    const store = await createDatabase();
    const folder = mkdtempSync(join(tmpdir(), 'bpfledger-fleet-stream-'));
    const service = new Mortal({ DATABASE_URL: store.url, BPFLEDGER_DATA_DIR: folder });
    /** When each event was acknowledged, and which call it was, by host and position. */
    const acknowledged = new Map<string, number>();
    const calls = new Map<string, number>();
    const reader = new Reader(service, acknowledged);
    const hosts = Array.from({ length: SIZE.hosts }, (_, n) => `node-${n}`);
    try {
      await migrateAt(store.url);
      await service.start();
      await inParallel(hosts, (name) =>
        service.post('/v1/hosts', { name, release: '6.18' }, `make-${name}`),
      );
      const reading = reader.run();
      const began = performance.now();
      const total = SIZE.perSecond * SIZE.seconds;
      const requests = Array.from({ length: total / CALLS }, (_, n) => n);
      const killing = killNowAndThen(service);
      await inParallel(requests, async (n) => {
        const due = began + (n * CALLS * 1000) / SIZE.perSecond;
        await sleep(Math.max(0, due - performance.now()));
        const host = hosts[(n * 7919) % hosts.length] as string;
        // Refused, and each with a number that tells it from all others.
        const body = Array.from({ length: CALLS }, (_, i) => ({
          call: { name: 'close', fd: 1000 + n * CALLS + i },
        }));
        const answer = await service.post(`/v1/hosts/${host}/syscalls`, body, `calls-${n}`);
        for (const { position, call } of (answer as { events: HostEvent[] }).events) {
          acknowledged.set(`${host} ${position}`, performance.now());
          calls.set(`${host} ${position}`, call.fd ?? 0);
        }
      });
      const took = (performance.now() - began) / 1000;
      await killing;
      expect(calls.size).toBe(total);
      const end = performance.now() + SETTLED_MS;
      while (reader.seen.size < total + SIZE.hosts && performance.now() < end) await sleep(50);
      reader.stop();
      await reading;
      expect(reader.faults).toEqual([]);
      // Each host's boot, and every call that was acknowledged, as it was.
      expect(reader.seen.size).toBe(total + SIZE.hosts);
      const others = [...calls].filter(([key, fd]) => reader.seen.get(key) !== fd);
      expect(others).toEqual([]);
      expect(reader.comeBacks).toBeGreaterThanOrEqual(SIZE.kills);
      if (isLong) {
        const sorted = reader.delaysMs.toSorted((a, b) => a - b);
        const of = (share: number) => Math.round(sorted[Math.floor(sorted.length * share)] ?? 0);
        console.info(
          `${total} events of ${SIZE.hosts} hosts at ${Math.round(total / took)} a second, ` +
            `${SIZE.kills} kills, ${reader.comeBacks} come-backs; seen p50 ${of(0.5)} ms, ` +
            `p99 ${of(0.99)} ms after they were acknowledged`,
        );
      }
    } finally {
      reader.stop();
      await service.kill();
      rmSync(folder, { recursive: true, force: true });
      await store.drop();
    }
  },
  (SIZE.seconds + 240) * 1000,
);

async function migrateAt(url: string): Promise<void> {
  const database = openPostgres({ url });
  await migrate(database);
  await database.close();
}

async function killNowAndThen(service: Mortal): Promise<void> {
  for (let n = 0; n < SIZE.kills; n++) {
    await sleep((SIZE.seconds * 1000) / (SIZE.kills + 1));
    await service.kill();
    await service.start();
  }
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<unknown>) {
  let next = 0;
  const worker = async () => {
    while (next < items.length) await work(items[next++] as T);
  };
  await Promise.all(Array.from({ length: TOGETHER }, worker));
}
