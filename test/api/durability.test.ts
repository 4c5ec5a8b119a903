// What was answered is there after the process was killed, and two processes on one PostgreSQL keep
// one gapless log between them.

import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrate } from '../../src/events/storage/migrate.ts';
import { openPostgres } from '../../src/events/storage/postgres-database.ts';
import { rebuild } from '../../src/projections/rebuild.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { needs } from '../support/needs.ts';
import { type ServiceProcess, send, startProcess } from './process.ts';

const mkdir = (path: string) => ({ call: { name: 'mkdir', path } });

interface Told {
  readonly position: number;
  readonly call: { readonly path?: string };
}

async function allEvents(url: string): Promise<Told[]> {
  const events: Told[] = [];
  for (let after = 0; ; ) {
    const response = await fetch(`${url}/v1/hosts/h/events?limit=1000&after=${after}`);
    const { items } = (await response.json()) as { items: Told[] };
    if (items.length === 0) return events;
    events.push(...items);
    after = items.at(-1)?.position ?? after;
  }
}

describe('kill -9 on the embedded database', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'bpfledger-kill-'));
  afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

  it('loses nothing that was answered, and records nothing twice', {
    timeout: 120_000,
  }, async () => {
    const answered = new Map<string, number>();
    let service = await startProcess({ BPFLEDGER_DATA_DIR: dataDir });
    await send(`${service.url}/v1/hosts`, { name: 'h', release: '6.18' });

    for (let round = 0; round < 3; round++) {
      let sent = 0;
      const client = async (lane: number) => {
        for (let i = 0; ; i++) {
          const path = `/r${round}-${lane}-${i}`;
          const keyed = { 'idempotency-key': path };
          const answer = await send(`${service.url}/v1/hosts/h/syscalls`, mkdir(path), keyed);
          answered.set(path, answer.body.position as number);
          sent++;
        }
      };
      const clients = [0, 1, 2, 3].map((lane) => client(lane).catch(() => undefined));
      while (sent < 60) await new Promise((resolve) => setTimeout(resolve, 5));
      await service.kill();
      await Promise.all(clients);
      service = await startProcess({ BPFLEDGER_DATA_DIR: dataDir });
    }

    const events = await allEvents(service.url);
    expect(events.map(({ position }) => position)).toEqual(events.map((_, i) => i + 1));
    const recorded = new Map(events.map(({ position, call }) => [call.path, position]));
    expect(recorded.size).toBe(events.length);
    expect(answered.size).toBeGreaterThanOrEqual(180);
    for (const [path, position] of answered) expect(recorded.get(path)).toBe(position);

    // A key from before the last kill still gives its answer.
    const [path = '', position] = [...answered][0] ?? [];
    const again = await send(`${service.url}/v1/hosts/h/syscalls`, mkdir(path), {
      'idempotency-key': path,
    });
    expect(again.body.position).toBe(position);
    expect(await service.stop()).toBe(0);
  });

  it('a second process on the same directory says who has it', { timeout: 60_000 }, async () => {
    const service = await startProcess({ BPFLEDGER_DATA_DIR: dataDir });
    await expect(startProcess({ BPFLEDGER_DATA_DIR: dataDir })).rejects.toThrow(
      String(service.pid),
    );
    await service.stop();
  });
});

describe('the socket', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'bpfledger-socket-'));
  let service: ServiceProcess;
  beforeAll(async () => {
    service = await startProcess({ BPFLEDGER_DATA_DIR: dataDir });
    await send(`${service.url}/v1/hosts`, { name: 'h', release: '6.18' });
  }, 60_000);
  afterAll(async () => {
    await service.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  /** Sends bytes, and hangs up after a moment and when `wanted` has come; returns what came back. */
  function raw(text: string, wanted = ''): Promise<string> {
    const { hostname, port } = new URL(service.url);
    return new Promise((resolve) => {
      let got = '';
      let isTime = false;
      const hangUp = () => {
        if (isTime && got.includes(wanted)) socket.destroy();
      };
      const socket = connect(Number(port), hostname, () => {
        socket.write(text);
        setTimeout(() => {
          isTime = true;
          hangUp();
        }, 500);
      });
      socket.on('data', (data) => {
        got += String(data);
        hangUp();
      });
      socket.on('close', () => resolve(got));
      socket.on('error', () => undefined);
    });
  }

  const head = (type: string, length: number | 'chunked') =>
    `POST /v1/hosts/h/syscalls HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${type}\r\n` +
    (length === 'chunked'
      ? 'Transfer-Encoding: chunked\r\n\r\n'
      : `Content-Length: ${length}\r\n\r\n`);

  it('a JSON body that ends early records nothing', async () => {
    const before = await allEvents(service.url);
    await raw(`${head('application/json', 500)}[${JSON.stringify(mkdir('/early'))},`);
    expect(await allEvents(service.url)).toEqual(before);
  });

  it('an NDJSON body that ends early keeps its whole lines', async () => {
    const before = (await allEvents(service.url)).length;
    const line = `${JSON.stringify(mkdir(`/whole-${before}`))}\n`;
    const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;
    const got = await raw(
      head('application/x-ndjson', 'chunked') + chunk(line) + chunk('{"call":{"na'),
      `"/whole-${before}"`,
    );
    expect(got).toContain(`"/whole-${before}"`);
    const after = await allEvents(service.url);
    expect(after.map(({ call }) => call.path).slice(before)).toEqual([`/whole-${before}`]);
  });

  it('a shutdown ends streams and answers what is under way', { timeout: 60_000 }, async () => {
    const stream = await fetch(`${service.url}/v1/hosts/h/events/stream`);
    const under = Array.from({ length: 20 }, (_, i) =>
      send(`${service.url}/v1/hosts/h/syscalls`, mkdir(`/last-${i}`)).catch(() => undefined),
    );
    const text = stream.text().catch(() => '');
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await service.stop()).toBe(0);
    await text;
    const answers = (await Promise.all(under)).filter((answer) => answer !== undefined);
    service = await startProcess({ BPFLEDGER_DATA_DIR: dataDir });
    const recorded = new Set((await allEvents(service.url)).map(({ position }) => position));
    for (const { status, body } of answers) {
      if (status === 200) expect(recorded.has(body.position as number)).toBe(true);
    }
  });
});

const server = needs('postgresql');

describe.skipIf(!server.ok)('two services on one PostgreSQL', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createDatabase();
  });
  afterAll(() => database.drop());

  it('refuse to start before the schema is there', { timeout: 60_000 }, async () => {
    await expect(startProcess({ DATABASE_URL: database.url })).rejects.toThrow('bpfledger migrate');
  });

  it('eight clients: no gap, each answer exactly once, projections as rebuilt', {
    timeout: 120_000,
  }, async () => {
    const direct = openPostgres({ url: database.url });
    await migrate(direct);
    const services = await Promise.all([
      startProcess({ DATABASE_URL: database.url }),
      startProcess({ DATABASE_URL: database.url }),
    ]);
    const urlOf = (lane: number) => services[lane % 2]?.url ?? '';
    await send(`${urlOf(0)}/v1/hosts`, { name: 'h', release: '6.18' });

    const answered: [string, number][] = [];
    const client = async (lane: number) => {
      const url = `${urlOf(lane)}/v1/hosts/h/syscalls`;
      for (let i = 0; i < 40; i++) {
        const paths = i % 4 === 0 ? [`/c${lane}-${i}-a`, `/c${lane}-${i}-b`] : [`/c${lane}-${i}`];
        const keyed = { 'idempotency-key': paths.join() };
        const body = paths.map(mkdir);
        const [first, second] = await Promise.all([send(url, body, keyed), send(url, body, keyed)]);
        expect([first.status, second.status]).toEqual([200, 200]);
        expect(second.body).toEqual(first.body);
        const { events } = first.body as unknown as { events: Told[] };
        for (const { call, position } of events) answered.push([call.path ?? '', position]);
      }
    };
    await Promise.all(Array.from({ length: 8 }, (_, lane) => client(lane)));

    const events = await allEvents(urlOf(0));
    expect(events.map(({ position }) => position)).toEqual(events.map((_, i) => i + 1));
    const recorded = events.filter(({ call }) => call.path !== undefined);
    const order = (rows: [string, number][]) => rows.sort(([, a], [, b]) => a - b);
    expect(order(recorded.map(({ call, position }) => [call.path ?? '', position]))).toEqual(
      order(answered),
    );

    const [host] = await direct.query<{ host_id: number }>('select host_id from hosts');
    const compared = await rebuild(direct, { host_id: host?.host_id ?? 0, check: true });
    expect(compared).toMatchObject({ differing: 0 });
    for (const service of services) expect(await service.stop()).toBe(0);
    await direct.close();
  });
});
