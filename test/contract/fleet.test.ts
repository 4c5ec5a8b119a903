// What all hosts are asked about, on both databases: each event arrives once, in the order of its log,
// whoever looks and however often; and the lives say of any time what the kernels were then.

import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Kernel } from '../../src/domain/kernel.ts';
import { listOf, progIdOf } from '../../src/domain/list.ts';
import { readEvents } from '../../src/events/reading/log-reader.ts';
import type { Database, Queryable } from '../../src/events/storage/database.ts';
import { turn } from '../../src/events/turns.ts';
import { Arrivals } from '../../src/projections/fleet/arrivals.ts';
import {
  type ArrivalPlace,
  FIRST_PLACE,
  isKnownPlace,
  LAST_PLACE,
  readArrived,
} from '../../src/projections/fleet/arrived-events.ts';
import { look, rederiveLives } from '../../src/projections/fleet/arriving.ts';
import { spellType } from '../../src/projections/spelling.ts';
import { randomFrom } from '../../src/recorders/generator/random.ts';
import { addHost, appendHistory } from '../support/projected-log.ts';
import { randomHistory, type Step } from '../support/random-history.ts';
import { seedOfRun } from '../support/seed.ts';
import { describeStores, type Store } from './stores.ts';

const EVENTS = 250;
const RELEASES = ['6.18', '6.1', '6.17.13'];
const seed = seedOfRun(20260411);

/** What the lives should say of a kernel, in lines. */
function linesOf(kernel: Kernel): string[] {
  const programs = [...kernel.programs.values()].map(
    ({ id, tag, prog_name }) => `program ${id} ${tag} ${prog_name}`,
  );
  const cgroups = [...kernel.cgroups.values()];
  const entries = cgroups.flatMap((cgroup) =>
    [...cgroup.lists.keys()].flatMap((type) => {
      const { mode, entries } = listOf(cgroup, type);
      return entries.map((entry, nth) => {
        const prog_id = progIdOf(kernel, entry);
        const link = 'link_id' in entry ? entry.link_id : null;
        const { tag } = kernel.programs.get(prog_id) ?? { tag: '' };
        const place = `${cgroup.id} ${spellType(type)} ${nth} ${mode}`;
        return `entry ${place} ${prog_id} ${link} ${entry.preorder === true} ${tag}`;
      });
    }),
  );
  const paths = cgroups.map(({ id, parent_id, path }) => `cgroup ${id} ${parent_id} ${path}`);
  return [...programs, ...entries, ...paths].sort();
}

const HOLDS = '(time_from <= $2 and (time_to is null or time_to > $2))';
const LINES = `
  select format('program %s %s %s', prog_id, tag, prog_name) as line from program_lives
  where host_id = $1 and WHEN
  union all select format('entry %s %s %s %s %s %s %s %s', cgroup_id, attach_type, nth, mode, prog_id,
    coalesce(link_id::text, 'null'), case when preorder then 'true' else 'false' end, tag)
  from entry_lives where host_id = $1 and WHEN
  union all select format('cgroup %s %s %s', cgroup_id, parent_id, path) from cgroup_lives
  where host_id = $1 and WHEN`;

async function linesAt(database: Database, host: number, time?: number): Promise<string[]> {
  const when = time === undefined ? 'position_to is null' : HOLDS;
  const parameters = time === undefined ? [host] : [host, time];
  const rows = await database.query<{ line: string }>(LINES.replaceAll('WHEN', when), parameters);
  return rows.map(({ line }) => line).sort();
}

describeStores(`the logs of all hosts, seed ${seed}`, ({ open }) => {
  let store: Store;
  let database: Database;
  const random = randomFrom(seed);
  const mark = () => random.below(2 ** 40);
  /** Of each host, what its kernel was at some times, and at the end. */
  const known = new Map<number, { readonly position: number; readonly lines: string[] }[]>();

  beforeAll(async () => {
    store = await open();
    database = store.database;
    const hosts: { readonly id: number; readonly steps: Iterator<Step> }[] = [];
    for (const [i, release] of RELEASES.entries()) {
      const id = await addHost(database, `host-${i}`);
      const history = { seed: seed + i, events: EVENTS, release, rebootEvery: 100 };
      hosts.push({ id, steps: randomHistory(history) });
      known.set(id, []);
    }
    // Hosts grow in turns, by appends of one event and of many, and are looked at in between.
    for (let open = hosts; open.length > 0; ) {
      const host = open[random.below(open.length)] as (typeof hosts)[number];
      const steps = { [Symbol.iterator]: () => ({ next: () => host.steps.next() }) };
      let left = 1 + random.below(30);
      function* some(): Generator<Step> {
        for (const step of steps) {
          // Not always in the order of the log.
          const { event } = step;
          yield { ...step, event: { ...event, at: event.recorded_at - random.below(4) * 1500 } };
          if (--left === 0) return;
        }
        open = open.filter((one) => one !== host);
      }
      const times = known.get(host.id);
      await appendHistory(database, host.id, some(), {
        sizeOf: () => 1 + random.below(8),
        onStep({ event, kernel }) {
          const isWanted = random.chance(0.2) || event.position === EVENTS;
          if (isWanted) times?.push({ position: event.position, lines: linesOf(kernel) });
        },
      });
      if (random.chance(0.6)) {
        await look(database, { mark: mark(), ...(random.chance(0.5) && { hosts: [host.id] }) });
      }
    }
    await look(database, { mark: mark() });
  }, 60_000);
  afterAll(() => store?.drop());

  it('the lives say what lasts, and what was at any time', async () => {
    for (const [host, times] of known) {
      expect(await linesAt(database, host)).toEqual(times.at(-1)?.lines);
      const events = await readEvents(database, host, { from: 1 });
      const latest = events.map((_, i) => Math.max(...events.slice(0, i + 1).map(({ at }) => at)));
      let compared = 0;
      for (const { position, lines } of times) {
        const time = latest[position - 1] as number;
        // A time means the last position of its kind.
        if (latest[position] === time) continue;
        compared++;
        expect(await linesAt(database, host, time)).toEqual(lines);
      }
      expect(compared).toBeGreaterThan(5);
    }
  });

  it('the lives come out the same when they are derived again', async () => {
    for (const host of known.keys()) {
      const all = () =>
        database.query(
          `select * from entry_lives where host_id = $1 order by boot, cgroup_id, attach_type, position_from, nth`,
          [host],
        );
      const before = await all();
      await database.transaction((tx) => rederiveLives(tx, host));
      expect(await all()).toEqual(before);
      expect(before.length).toBeGreaterThan(20);
      expect(await linesAt(database, host)).toEqual(known.get(host)?.at(-1)?.lines);
    }
  });

  const NEXT = { order: 'asc', limit: 1000 } as const;

  /** All places from one on. */
  async function placesFrom(
    after: ArrivalPlace,
    order: 'asc' | 'desc',
    limit: number,
    hosts?: readonly number[],
  ): Promise<ArrivalPlace[]> {
    const places: ArrivalPlace[] = [];
    for (let place: ArrivalPlace | undefined = after; place !== undefined; ) {
      const page = await readArrived(database, { after: place, order, limit, hosts });
      expect(page.events.length).toBeLessThanOrEqual(limit);
      places.push(...page.events.map((one) => one.place));
      place = page.reached;
    }
    return places;
  }

  it('each event arrives once, and those of a host in the order of its log', async () => {
    const all = await placesFrom(FIRST_PLACE, 'asc', 1);
    expect(all.length).toBe(RELEASES.length * EVENTS);
    for (const host of known.keys()) {
      const positions = all.filter(({ host_id }) => host_id === host).map((one) => one.position);
      expect(positions).toEqual(Array.from({ length: EVENTS }, (_, i) => i + 1));
    }
    expect(await placesFrom(LAST_PLACE, 'desc', 11)).toEqual(all.toReversed());
    const [first, second] = [...known.keys()];
    const few = [first, second].filter((id) => id !== undefined);
    const wanted = all.filter(({ host_id }) => few.includes(host_id));
    expect(await placesFrom(FIRST_PLACE, 'asc', 13, few)).toEqual(wanted);
    expect(await placesFrom(LAST_PLACE, 'desc', 13, few)).toEqual(wanted.toReversed());
    const middle = all[400] as ArrivalPlace;
    expect(await placesFrom(middle, 'asc', 50)).toEqual(all.slice(401));
    expect(await placesFrom(middle, 'desc', 50)).toEqual(all.slice(0, 400).toReversed());
    const until = middle.arrival;
    const early = await readArrived(database, { ...NEXT, after: FIRST_PLACE, until });
    expect(early.events.map(({ place }) => place)).toEqual(
      all.filter(({ arrival }) => arrival <= until).slice(0, NEXT.limit),
    );
    const end = { ...LAST_PLACE, arrival: until };
    expect((await readArrived(database, { ...NEXT, after: end, until })).events).toEqual([]);
    expect(await isKnownPlace(database, middle)).toBe(true);
    expect(await isKnownPlace(database, { ...middle, mark: middle.mark + 1 })).toBe(false);
  });

  it('what comes after a place stays after it, also of a new host; a second look finds nothing', async () => {
    const end = (await placesFrom(FIRST_PLACE, 'asc', 1000)).at(-1) as ArrivalPlace;
    const id = await addHost(database, 'new');
    const steps = randomHistory({ seed, events: 5 });
    await appendHistory(database, id, steps, { sizeOf: () => 2 });
    const looks = await Promise.all([1, 2, 3].map((n) => look(store.another(), { mark: n })));
    expect(looks.map(({ hosts }) => hosts).sort()).toEqual([0, 0, 1]);
    const news = await placesFrom(end, 'asc', 2);
    expect(news.map(({ host_id, position }) => [host_id, position])).toEqual(
      [1, 2, 3, 4, 5].map((position) => [id, position]),
    );
  });

  it('a look reads the events that came, and not the log before them', async () => {
    const id = await addHost(database, 'long');
    const steps = randomHistory({ seed, events: 1020 });
    const some = function* (count: number) {
      for (let left = count; left > 0; left--) yield steps.next().value as Step;
    };
    await appendHistory(database, id, some(1000), { sizeOf: () => 100 });
    await look(database, { mark: mark() });
    // As a database is that has run for a while: the planner knows that the host has many events.
    await database.query('analyze');
    await appendHistory(database, id, some(20), { sizeOf: () => 5 });
    const counted = counting(database, 'events');
    expect(await look(counted, { mark: mark() })).toMatchObject({ hosts: 1 });
    expect(counted.read).toBeLessThanOrEqual(2 * 20);
  });

  it('a look finds the programs of entries by their ids, whatever the planner knows', async () => {
    const id = await addHost(database, 'many');
    // The planner knows the tables as they are before the host has grown.
    await database.query('analyze program_versions, entry_versions');
    const steps = randomHistory({ seed, events: 1500 });
    await appendHistory(database, id, steps, { sizeOf: () => 100 });
    const counted = counting(database, 'program_versions');
    expect(await look(counted, { mark: mark() })).toMatchObject({ hosts: 1 });
    const [all] = await database.query<{ entries: number; programs: number }>(
      `select (select count(*) from entry_versions v, json_array_elements(v.entries::json)
          where host_id = $1) as entries,
        (select count(*) from program_versions where host_id = $1) as programs`,
      [id],
    );
    const { entries = 0, programs = 0 } = all ?? {};
    expect(Math.min(entries, programs)).toBeGreaterThan(50);
    // The versions of one program for an entry, and each version once or twice by itself.
    expect(counted.read).toBeLessThan(4 * (entries + programs));
  });

  it('looks that fail take less, until they do not', async () => {
    const id = await addHost(database, 'heavy');
    await appendHistory(database, id, randomHistory({ seed, events: 900 }), { sizeOf: () => 100 });
    const faults: unknown[] = [];
    const arrivals = new Arrivals({
      database: refusing(database, 300),
      clock: { now: () => 0, sleep: () => turn() },
      randomBytes,
      onFault: (error) => faults.push(error),
    });
    const lastArrival = async () => {
      const [row] = await database.query<{ to: number }>(
        'select coalesce(max(position_to), 0) as "to" from arrivals where host_id = $1',
        [id],
      );
      return row?.to;
    };
    await expect.poll(lastArrival, { timeout: 20_000 }).toBe(900);
    await arrivals.close();
    expect(faults.length).toBeGreaterThan(0);
  });
});

/** A database on which looks that take more than so many events fail, as they do at a time limit. */
function refusing(database: Database, eventsMax: number): Database {
  const numbers = (list: unknown) => String(list).match(/\d+/g)?.map(Number) ?? [];
  return Object.assign(Object.create(database) as Database, {
    transaction: <T>(work: (tx: Queryable) => Promise<T>) =>
      database.transaction((tx) =>
        work({
          query: (text, params = []) => {
            const isArrival = text.includes('insert into arrivals');
            const after = isArrival ? numbers(params[1]) : [];
            const to = isArrival ? numbers(params[2]) : [];
            const events = to.reduce((sum, end, i) => sum + end - (after[i] ?? 0), 0);
            if (events > eventsMax) throw new Error(`${events} events took too long`);
            return tx.query(text, params);
          },
        }),
      ),
  });
}

/** A database that counts the rows of a table that its last transaction has read. */
function counting(database: Database, table: string): Database & { readonly read: number } {
  const counted = Object.assign(Object.create(database) as Database, {
    read: Number.NaN,
    transaction: <T>(work: (tx: Queryable) => Promise<T>) =>
      database.transaction(async (tx) => {
        const before = await rowsRead(tx, table);
        const done = await work(tx);
        counted.read = (await rowsRead(tx, table)) - before;
        return done;
      }),
  });
  return counted;
}

/** Rows of a table that this transaction has read. */
async function rowsRead(tx: Queryable, table: string): Promise<number> {
  const [row] = await tx.query<{ read: number }>(
    `select seq_tup_read + idx_tup_fetch as read from pg_stat_xact_user_tables
     where relid = $1::regclass`,
    [table],
  );
  return row?.read ?? Number.NaN;
}
