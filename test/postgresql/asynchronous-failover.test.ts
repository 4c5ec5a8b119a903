// An asynchronous standby takes over from a primary that is killed under load, without the last commits,
// which were acknowledged. The services that knew the lost events notice it: nobody is answered from
// them, who followed or applied them is told, nothing is signed upon them, and what is repeated is
// recorded again, once.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { followMessages } from '../../src/client/follow-events.ts';
import { restClient } from '../../src/client/rest-client.ts';
import type { Ledger, LoggedEvent, Report } from '../../src/executor/ledger/ledger.ts';
import { restLedger } from '../../src/executor/ledger/rest-ledger.ts';
import { type ServiceProcess, send, startProcess } from '../api/process.ts';
import { type Messages, messagesOf } from '../api/sse.ts';
import { bpfledger } from '../support/command.ts';
import { needs } from '../support/needs.ts';
import { type AsynchronousPair, startAsynchronousPair } from './asynchronous-pair.ts';

const LONG = { timeout: 60_000 };
/** What both servers have of each log, what the primary alone has, and how far the log goes on. */
const KEPT = 5;
const LOST = 10;
const SITUATIONS = [
  { host: 'behind', head: 5 },
  { host: 'level', head: 10 },
  { host: 'beyond', head: 15 },
] as const;
const HOSTS = SITUATIONS.map(({ host }) => host);
const GROWN = SITUATIONS.filter(({ head }) => head > KEPT);
/** Reads whose answer the lost events changed, of the head and of a position. */
const READS = ['', '/cgroups', '/state', '/cgroups?at=8', '/events/8', '/diff?from=2&to=8'];
/** The same that they did not change. */
const OLD_READS = ['/cgroups?at=4', '/events/4'];

interface Checkpoint {
  readonly host: string;
  readonly position: number;
  readonly hash: string;
}

/** An executor without a kernel: it reports that each call was made as the log says. */
interface Executor {
  readonly ledger: Ledger;
  readonly events: AsyncIterator<LoggedEvent>;
  last?: Report;
}

/** A reader of all hosts, which comes back where its stream breaks. */
interface FleetReader {
  readonly messages: ReturnType<typeof followMessages>;
  readonly last: string;
}

interface Acknowledged {
  readonly path: string;
  readonly when: 'before' | 'cut off' | 'across' | 'after';
}

interface Recorded {
  readonly position: number;
  readonly call: { readonly path?: string };
}

interface Page {
  readonly items: readonly Recorded[];
  readonly next?: string;
}

interface Verdicts {
  readonly holds: boolean;
  readonly chain: {
    readonly position: number;
    readonly hash: string;
    readonly faults: readonly { readonly message: string }[];
  };
}

const mkdir = (path: string) => ({ call: { name: 'mkdir', path } });
const keyOf = (path: string) => ({ 'idempotency-key': path });
const pathsOf = (items: readonly Recorded[]) => items.slice(1).map(({ call }) => call.path);

describe.skipIf(!needs('postgresql-programs').ok)('an asynchronous standby that takes over', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bpfledger-asynchronous-'));
  let pair: AsynchronousPair;
  /** The one records, the other one follows. */
  let one: ServiceProcess;
  let two: ServiceProcess;

  const both = () => [one, two];
  const dataOf = (name: 'one' | 'two') => {
    const path = join(folder, name);
    mkdirSync(path, { recursive: true });
    return path;
  };
  const start = (name: 'one' | 'two') =>
    startProcess({ DATABASE_URL: pair.url, BPFLEDGER_DATA_DIR: dataOf(name) });

  const ask = (service: ServiceProcess, host: string, path: string, headers = {}) =>
    fetch(`${service.url}/v1/hosts/${host}${path}`, { headers });
  async function read<T>(service: ServiceProcess, host: string, path: string): Promise<T> {
    return (await ask(service, host, path)).json() as Promise<T>;
  }
  const write = (service: ServiceProcess, host: string, path: string, headers = {}) =>
    send(`${service.url}/v1/hosts/${host}/syscalls`, mkdir(path), headers);
  async function record(
    service: ServiceProcess,
    host: string,
    name: string,
    from: number,
    to: number,
  ) {
    for (let n = from; n <= to; n++) {
      const { status, body } = await write(service, host, `/${name}${n}`);
      expect([status, body.position]).toEqual([200, n]);
    }
  }
  const follow = async (service: ServiceProcess, path: string, headers = {}) =>
    messagesOf(await fetch(`${service.url}/v1${path}`, { headers }));

  /** What clients know of the time before, by host. */
  const streams = new Map<string, { readonly messages: Messages; readonly known: string }[]>();
  const fleets: FleetReader[] = [];
  const tags = new Map<string, string>();
  const checkpoints = new Map<string, Checkpoint>();
  const executors = new Map<string, Executor>();
  const acknowledged: Acknowledged[] = [];
  let when: Acknowledged['when'] = 'before';
  let load: Promise<unknown> | undefined;
  let isOver = false;

  /** Records calls on a host of its own, each until it is answered. */
  async function lane(nth: number): Promise<void> {
    for (let n = 0; !isOver; n++) {
      const path = `/s${nth}-${n}`;
      const since = when;
      for (;;) {
        const { status } = await write(nth % 2 === 0 ? one : two, 'storm', path, keyOf(path));
        if (status === 200) break;
        expect(status).toBe(503);
        await sleep(50);
      }
      acknowledged.push({ path, when: since === when ? when : 'across' });
      await sleep(5);
    }
  }
  async function untilAcknowledged(during: Acknowledged['when'], count: number): Promise<void> {
    const those = () => acknowledged.filter((one) => one.when === during).length;
    while (those() < count) await Promise.race([load, sleep(20)]);
  }

  async function startExecutor(host: string): Promise<void> {
    const place = { cgroupRoot: '/cg', bpffs: '/bpf', ephemeral: false };
    const holder = { executor: host, instance: host, ...place };
    const ledger = restLedger(restClient({ url: one.url }), host, holder);
    await ledger.lease();
    executors.set(host, { ledger, events: ledger.follow(0)[Symbol.asyncIterator]() });
  }
  /** Applies events and reports them. */
  async function apply(host: string, count: number): Promise<void> {
    const executor = executors.get(host) as Executor;
    for (let n = 0; n < count; n++) {
      const { value } = await executor.events.next();
      const { position, outcome } = value as LoggedEvent;
      executor.last = { position, how: 'performed', outcome };
      await executor.ledger.report([executor.last]);
    }
  }

  /** Follows all hosts up to the end of those that are looked at; the load goes on meanwhile. */
  async function followFleet({ url }: ServiceProcess): Promise<FleetReader> {
    const messages = followMessages(restClient({ url }), { path: '/v1/events/stream' });
    const reached = new Set<string>();
    let last = '';
    while (reached.size < HOSTS.length) {
      const { value } = await messages.next();
      const { host, position } = JSON.parse(value?.data ?? '{}') as Recorded & { host: string };
      if (host !== 'storm' && position === LOST) reached.add(host);
      last = value?.id ?? '';
    }
    return { messages, last };
  }

  async function know(host: string): Promise<void> {
    for (const service of both()) {
      const messages = await follow(service, `/hosts/${host}/events/stream`);
      const known = (await messages.take(LOST)).at(-1)?.id ?? '';
      streams.set(host, [...(streams.get(host) ?? []), { messages, known }]);
      for (const path of [...READS, ...OLD_READS]) {
        const answer = await ask(service, host, path);
        expect(answer.status).toBe(200);
        tags.set(host + path, answer.headers.get('etag') ?? '');
        await answer.arrayBuffer();
      }
    }
    const signed = await send(`${one.url}/v1/hosts/${host}/checkpoints`, {});
    expect([signed.status, signed.body.position]).toEqual([201, LOST]);
    checkpoints.set(host, signed.body as unknown as Checkpoint);
  }

  beforeAll(async () => {
    pair = await startAsynchronousPair();
    const { code, err } = await bpfledger(['migrate', '--database-url', pair.url]);
    expect([code, err]).toEqual([0, '']);
    one = await start('one');
    two = await start('two');
    for (const host of HOSTS) {
      await send(`${one.url}/v1/hosts`, { name: host, release: '6.18' });
      await record(one, host, 'a', 2, KEPT);
      await startExecutor(host);
      await apply(host, KEPT);
    }
    await send(`${one.url}/v1/hosts`, { name: 'storm', release: '6.18' });
    load = Promise.all([0, 1, 2, 3].map(lane));
    load.catch(() => undefined);
    await untilAcknowledged('before', 20);
    await pair.cutOff();
    when = 'cut off';
    for (const host of HOSTS) {
      await record(one, host, 'a', KEPT + 1, LOST - 1);
      const { status } = await write(one, host, `/a${LOST}`, keyOf('/lost'));
      expect(status).toBe(200);
      // The lease may have ended meanwhile.
      await executors.get(host)?.ledger.lease();
      await apply(host, LOST - KEPT);
      await know(host);
    }
    for (const service of both()) fleets.push(await followFleet(service));
    await untilAcknowledged('cut off', 20);
    when = 'across';
    await pair.failOver();
    when = 'after';
  }, 300_000);

  afterAll(async () => {
    isOver = true;
    await load?.catch(() => undefined);
    for (const service of both()) await service?.kill();
    await pair?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('says that the log ends where the standby was', LONG, async () => {
    for (const service of both()) {
      const position = async () =>
        (await read<{ position?: number }>(service, 'behind', '')).position;
      await expect.poll(position, { timeout: 30_000 }).toBe(KEPT);
    }
  });

  it('records a lost request again under its key, exactly once', LONG, async () => {
    for (const { host } of GROWN) {
      const again = () => write(one, host, `/a${LOST}`, keyOf('/lost'));
      await expect.poll(async () => (await again()).status, { timeout: 30_000 }).toBe(200);
      const repeated = await Promise.all([again(), write(two, host, `/a${LOST}`, keyOf('/lost'))]);
      expect(repeated.map(({ body }) => body.position)).toEqual([KEPT + 1, KEPT + 1]);
    }
  });

  it('takes new calls at the positions that follow, through either service', LONG, async () => {
    for (const { host, head } of GROWN) {
      await record(two, host, 'b', KEPT + 2, LOST);
      await record(one, host, 'c', LOST + 1, head);
      for (const service of both()) {
        const { items } = await read<{ items: Recorded[] }>(service, host, '/events');
        expect(items.map(({ position }) => position)).toEqual(items.map((_, i) => i + 1));
        expect(pathsOf(items)).toEqual([
          ...['/a2', '/a3', '/a4', '/a5', `/a${LOST}`, '/b7', '/b8', '/b9', '/b10'],
          ...['/c11', '/c12', '/c13', '/c14', '/c15'].slice(0, head - LOST),
        ]);
      }
    }
  });

  describe.each(SITUATIONS)('tells who knew the log of $host', ({ host, head }) => {
    it('a follower, and one that was away', LONG, async () => {
      const open = streams.get(host) ?? [];
      expect(open).toHaveLength(2);
      for (const { messages, known } of open) {
        const [told] = await messages.take(1);
        // It may be noticed before the log goes on.
        expect(told).toMatchObject({ event: 'history-changed', data: { known: LOST } });
        expect(await messages.ends()).toBe(true);
        for (const service of both()) {
          const headers = { 'last-event-id': known };
          const back = await follow(service, `/hosts/${host}/events/stream`, headers);
          const data = { known: LOST, position: head };
          expect(await back.take(1)).toEqual([{ event: 'history-changed', id: '', data }]);
        }
      }
    });

    it('its executor, which may report nothing of the lost events', LONG, async () => {
      const { ledger, events, last } = executors.get(host) as Executor;
      const gone = 'the log changed behind this command';
      await expect(ledger.report([last as Report])).rejects.toThrow(gone);
      await expect(ledger.report([])).rejects.toThrow(gone);
      await expect(events.next()).rejects.toThrow(gone);
      const state = { reported_position: KEPT, reports: KEPT };
      expect(await read(two, host, '/executor')).toMatchObject(state);
    });

    it.each(READS)('no 304, and nothing of the lost events: GET …%s', LONG, async (path) => {
      const known = { 'if-none-match': tags.get(host + path) };
      for (const service of both()) {
        const status = async () => (await ask(service, host, path, known)).status;
        const isThere = head >= 8 || !/8$/.test(path);
        await expect.poll(status, { timeout: 30_000 }).toBe(isThere ? 200 : 404);
        expect(await (await ask(service, host, path)).text()).not.toMatch(/"\/a[6-9]"/);
      }
    });

    it.each(OLD_READS)('what was not lost keeps its tag: GET …%s', LONG, async (path) => {
      const known = { 'if-none-match': tags.get(host + path) };
      for (const service of both())
        expect((await ask(service, host, path, known)).status).toBe(304);
    });

    it('a writer that expects the lost head', LONG, async () => {
      const expected = { 'if-match': tags.get(host) };
      for (const service of both()) {
        const { status, body } = await write(service, host, '/late', expected);
        expect([status, body.type]).toEqual([412, 'urn:bpfledger:problem:position-changed']);
      }
    });
  });

  it('tells who followed all hosts, and who was away', LONG, async () => {
    expect(fleets).toHaveLength(2);
    for (const { messages, last } of fleets) {
      const between: string[] = [];
      let told = '';
      for await (const { event, data } of messages) {
        const { host } = JSON.parse(data) as { host?: string };
        if (host !== undefined) between.push(host);
        told = event;
      }
      expect(told).toBe('history-changed');
      // Only of the load before the failover: nothing of the history that is there now.
      expect(between.filter((host) => host !== 'storm')).toEqual([]);
      for (const service of both()) {
        const back = await follow(service, '/events/stream', { 'last-event-id': last });
        expect(await back.take(1)).toMatchObject([
          { event: 'history-changed', data: { known: last } },
        ]);
      }
    }
  });

  it(
    'lost what was acknowledged while it was cut off, and nothing before or after',
    LONG,
    async () => {
      await untilAcknowledged('after', 20);
      isOver = true;
      await load;
      const there = new Set(await recordedPaths('storm'));
      const lost = acknowledged.filter(({ path }) => !there.has(path));
      const count = (during: Acknowledged['when']) =>
        lost.filter((one) => one.when === during).length;
      expect([count('before'), count('after')]).toEqual([0, 0]);
      expect(count('cut off')).toBeGreaterThanOrEqual(20);
    },
  );

  it('has each call once, when all are sent again under their keys', LONG, async () => {
    for (const [i, { path }] of acknowledged.entries()) {
      const { status } = await write(i % 2 === 0 ? two : one, 'storm', path, keyOf(path));
      expect(status).toBe(200);
    }
    const paths = await recordedPaths('storm');
    expect(new Set(paths).size).toBe(paths.length);
    expect(new Set(paths)).toEqual(new Set(acknowledged.map(({ path }) => path)));
  });

  /** Paths of all events after the boot; there is one at each position. */
  async function recordedPaths(host: string): Promise<(string | undefined)[]> {
    const items: Recorded[] = [];
    for (let next: string | undefined = ''; next !== undefined; ) {
      const more = next === '' ? '' : `&next=${next}`;
      const page: Page = await read(two, host, `/events?limit=1000${more}`);
      items.push(...page.items);
      next = page.next;
    }
    expect(items.map(({ position }) => position)).toEqual(items.map((_, i) => i + 1));
    return pathsOf(items);
  }

  it(
    'refuses the checkpoint that a client kept, and signs nothing until it is accepted',
    LONG,
    async () => {
      const [host, kept] = ['beyond', checkpoints.get('beyond')] as const;
      const file = join(folder, 'kept.jsonl');
      writeFileSync(file, `${JSON.stringify(kept)}\n`);
      const verify = () => bpfledger(['verify', host, '--checkpoint', file, '--url', two.url]);
      expect(await verify()).toMatchObject({ code: 1 });

      const sign = () => send(`${one.url}/v1/hosts/${host}/checkpoints`, {});
      const refused = await sign();
      expect([refused.status, refused.body.type]).toEqual([
        409,
        'urn:bpfledger:problem:signing-refused',
      ]);
      const { holds, chain } = await read<Verdicts>(one, host, '/verify');
      expect([holds, chain.faults.length > 0]).toEqual([false, true]);
      const head = ['--position', `${chain.position}`, '--hash', chain.hash];
      const accepted = await bpfledger([
        'checkpoint',
        'accept',
        host,
        ...head,
        '--data-dir',
        dataOf('one'),
      ]);
      expect(accepted.code).toBe(0);
      expect((await sign()).status).toBe(201);
      expect((await read<Verdicts>(one, host, '/verify')).holds).toBe(true);
      // What the client kept is of the lost events for ever.
      expect(await verify()).toMatchObject({ code: 1 });
    },
  );

  it('counts what was noticed, in both services', async () => {
    for (const { url } of both()) {
      const metrics = await (await fetch(`${url}/metrics`)).text();
      const [, noticed] = /^bpfledger_history_changes_total (\d+)$/m.exec(metrics) ?? [];
      expect(Number(noticed)).toBe(HOSTS.length + 1);
    }
  });

  it('leaves projections that are those of a rebuild', LONG, async () => {
    const { code, out } = await bpfledger(['rebuild', '--check', '--database-url', pair.url]);
    expect(out.trim().split('\n')).toHaveLength(HOSTS.length + 1);
    expect(code).toBe(0);
  });
});
