// A database that falls silent: nothing is refused and nothing is closed, only no answer comes. What
// is asked of the service ends within its bounds, other instances go on, and once the silence is
// over every acknowledged call is recorded, and none twice.

import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DatabaseAbsent } from '../../src/events/storage/database-error.ts';
import { migrate } from '../../src/events/storage/migrate.ts';
import { openPostgres } from '../../src/events/storage/postgres-database.ts';
import { type ServiceProcess, send, startProcess } from '../api/process.ts';
import { serving } from '../support/command.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { needs } from '../support/needs.ts';
import { startProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { BOUNDS } from './bounds.ts';

/** The answer, or that there was none in time. */
function within<T>(ms: number, work: Promise<T>): Promise<T | 'still waiting'> {
  return Promise.race([work, sleep(ms, 'still waiting' as const, { ref: false })]);
}

const LONG = { timeout: 300_000 };

const mkdir = (path: string) => ({ call: { name: 'mkdir', path } });

interface Recorded {
  readonly position: number;
  readonly call: { readonly path?: string };
}

interface Silent {
  readonly proxy: TcpProxy;
  readonly service: ServiceProcess;
  get(path: string): Promise<Response>;
  record(host: string, path: string): ReturnType<typeof send>;
  /** Makes a host; returns its name. */
  newHost(name: string): Promise<string>;
}

describe.skipIf(!needs('postgresql').ok).concurrent('a database that falls silent', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await createDatabase();
    const direct = openPostgres({ url: database.url });
    await migrate(direct);
    await direct.close();
  });
  afterAll(() => database.drop());

  /** A service whose database can be made to fall silent. */
  async function withService(work: (silent: Silent) => Promise<void>): Promise<void> {
    const proxy = await startProxy(database.url);
    const service = await startProcess({ DATABASE_URL: proxy.url(database.url) });
    const silent: Silent = {
      proxy,
      service,
      get: (path) => fetch(`${service.url}${path}`),
      record: (host, path) =>
        send(`${service.url}/v1/hosts/${host}/syscalls`, mkdir(path), { 'idempotency-key': path }),
      async newHost(name) {
        await send(`${service.url}/v1/hosts`, { name, release: '6.18' });
        return name;
      },
    };
    try {
      await work(silent);
    } finally {
      await service.kill();
      await proxy.close();
    }
  }

  it('ends what is asked within what the document states', async () => {
    const document = await readFile('docs/postgresql.md', 'utf8');
    const { read, write, readyz, end } = BOUNDS;
    const s = (ms: number) => `within ${ms / 1000} s`;
    expect(document).toContain(`A read ends ${s(read)}, a write ${s(write)}, each with 503`);
    expect(document).toContain(`\`/readyz\` answers 503 ${s(readyz)}`);
    expect(document).toContain(`\`SIGTERM\` ends the service ${s(end)}`);
  });

  it('is told by /readyz with 503, while the process stays alive', LONG, () =>
    withService(async ({ proxy, get }) => {
      expect((await get('/readyz')).status).toBe(200);
      proxy.fallSilent();
      const answer = await within(BOUNDS.readyz, get('/readyz'));
      if (answer === 'still waiting') expect.fail(`/readyz gave no answer in ${BOUNDS.readyz} ms`);
      expect(answer.status).toBe(503);
      expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
      expect(await answer.json()).toMatchObject({
        type: expect.stringContaining('unavailable'),
        detail: 'the database does not answer',
      });
      expect((await get('/healthz')).status).toBe(200);
    }),
  );

  it(
    'ends every request with 503, loses nothing that was acknowledged, doubles nothing',
    LONG,
    () =>
      withService(async ({ proxy, get, record, newHost }) => {
        const host = await newHost('silent');
        const acknowledged = new Set<string>();
        const answers: number[] = [];
        let stopped = false;
        const client = async (lane: number) => {
          for (let i = 0; !stopped; i++) {
            const path = `/c${lane}-${i}`;
            // A client with a key repeats what it was not told of.
            for (;;) {
              const answer = await within(BOUNDS.write, record(host, path));
              if (answer === 'still waiting') expect.fail(`no answer in ${BOUNDS.write} ms`);
              answers.push(answer.status);
              if (answer.status === 200) break;
              expect(answer).toMatchObject({ status: 503 });
              await sleep(100);
            }
            acknowledged.add(path);
          }
        };
        const clients = Promise.all(Array.from({ length: 6 }, (_, lane) => client(lane)));
        clients.catch(() => undefined);
        while (acknowledged.size < 30) await sleep(5);
        proxy.fallSilent();
        // What follows the logs of all hosts looks at them now, and has a line of its own for that.
        await sleep(1000);
        const reads = [`/v1/hosts/${host}/cgroups`, '/v1/events', '/v1/programs?name=x'];
        const read = reads.map((path) => within(BOUNDS.read, get(path)));
        for (const [i, one] of (await Promise.all(read)).entries()) {
          if (one === 'still waiting') expect.fail(`${reads[i]}: none in ${BOUNDS.read} ms`);
          expect(one.status).toBe(503);
        }
        while (!answers.includes(503)) await sleep(20);
        proxy.mend();
        const before = acknowledged.size;
        while (acknowledged.size < before + 30) await sleep(5);
        stopped = true;
        await clients;
        const response = await get(`/v1/hosts/${host}/events?limit=1000`);
        const { items } = (await response.json()) as { items: Recorded[] };
        expect(items.map(({ position }) => position)).toEqual(items.map((_, i) => i + 1));
        const paths = items.slice(1).map(({ call }) => call.path);
        expect(new Set(paths).size).toBe(paths.length);
        expect(new Set(paths)).toEqual(acknowledged);
        expect((await get('/readyz')).status).toBe(200);
      }),
  );

  it(
    'ends a statement in its own time, also where one with more patience comes after it',
    LONG,
    async () => {
      const proxy = await startProxy(database.url);
      // One line, so that they share it.
      const shared = openPostgres({ url: proxy.url(database.url), connectionsMax: 1 });
      try {
        await shared.query('select 1');
        proxy.fallSilent();
        const refused = shared.query('select 2').catch((error: unknown) => error);
        const job = shared.transaction((tx) => tx.query('select 3'), 'job');
        job.catch(() => undefined);
        expect(await within(BOUNDS.read, refused)).toBeInstanceOf(DatabaseAbsent);
      } finally {
        await Promise.race([shared.close(), sleep(10_000)]);
        await proxy.close();
      }
    },
  );

  it('does not keep the service from ending when it is told to', LONG, () =>
    withService(async ({ proxy, service, get, record, newHost }) => {
      const host = await newHost('ending');
      proxy.fallSilent();
      const asked = [record(host, '/a'), get(`/v1/hosts/${host}/state`), get('/readyz')];
      for (const one of asked) one.catch(() => undefined);
      await sleep(200);
      expect(await within(BOUNDS.end, service.stop())).toBe(0);
    }),
  );

  it(
    'does not keep the command from ending immediately at a second signal of any kind',
    LONG,
    async () => {
      const proxy = await startProxy(database.url);
      const service = await serving(['--database-url', proxy.url(database.url)]);
      try {
        proxy.fallSilent();
        fetch(`${service.url}/v1/hosts`).catch(() => undefined);
        await sleep(200);
        const ended = service.end('SIGTERM');
        await sleep(500);
        process.kill(service.pid, 'SIGINT');
        expect(await within(5_000, ended)).toBe(null);
      } finally {
        await proxy.close();
      }
    },
  );

  it('in one instance that holds a lock does not stop the others', LONG, () =>
    withService(async ({ service, newHost }) => {
      const host = await newHost('locked');
      // Another instance, silent with the head of the log locked.
      const proxy = await startProxy(database.url);
      const other = openPostgres({ url: proxy.url(database.url), connectionsMax: 1 });
      let letGo = () => {};
      const silent = other.transaction(async (tx) => {
        await tx.query(
          `select position from heads join hosts using (host_id) where name = $1 for update of heads`,
          [host],
        );
        await new Promise<void>((resolve) => {
          letGo = resolve;
        });
      });
      silent.catch(() => undefined);
      await sleep(500);
      try {
        proxy.fallSilent();
        const url = `${service.url}/v1/hosts/${host}/syscalls`;
        const statuses: number[] = [];
        for (const deadline = Date.now() + BOUNDS.write; Date.now() < deadline; ) {
          const key = { 'idempotency-key': 'after-the-lock' };
          const answer = await within(BOUNDS.write, send(url, mkdir('/x'), key));
          if (answer === 'still waiting') break;
          statuses.push(answer.status);
          if (answer.status === 200) break;
        }
        expect(statuses.at(-1)).toBe(200);
        expect(statuses.slice(0, -1).every((status) => status === 503)).toBe(true);
      } finally {
        letGo();
        proxy.mend();
        await Promise.race([other.close(), sleep(10_000)]);
        await proxy.close();
      }
    }),
  );
});
