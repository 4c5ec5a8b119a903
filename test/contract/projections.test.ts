// The projections on both databases: what the tables say at any position is what the kernel was,
// and the log gives the same tables again.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Call } from '../../src/domain/call.ts';
import type { AttachFlags } from '../../src/domain/flags.ts';
import type { Database } from '../../src/events/storage/database.ts';
import { migrate } from '../../src/events/storage/migrate.ts';
import { openPglite } from '../../src/events/storage/pglite-database.ts';
import { openPostgres } from '../../src/events/storage/postgres-database.ts';
import { momentAt, staleHosts } from '../../src/projections/boots.ts';
import { projector } from '../../src/projections/projector.ts';
import { rebuild } from '../../src/projections/rebuild.ts';
import { storagesOf } from '../../src/projections/storages.ts';
import { randomFrom } from '../../src/recorders/generator/random.ts';
import { createDatabase } from '../support/database.ts';
import { effectiveArrayAt } from '../support/effective-by-tables.ts';
import { allCgroups } from '../support/keys-in-tables.ts';
import { needs } from '../support/needs.ts';
import { addHost, appendHistory } from '../support/projected-log.ts';
import { worldOfKernel, worldOfTables } from '../support/projected-world.ts';
import { givenHistory, randomHistory, type Step } from '../support/random-history.ts';
import { seedOfRun } from '../support/seed.ts';

interface Opened {
  readonly database: Database;
  readonly drop: () => Promise<void>;
}

async function onPglite(): Promise<Opened> {
  const database = await openPglite();
  return { database, drop: () => database.close() };
}

async function onPostgresql(): Promise<Opened> {
  const made = await createDatabase();
  const database = openPostgres({ url: made.url });
  return {
    database,
    async drop() {
      await database.close();
      await made.drop();
    },
  };
}

const EVENTS = 600;
const MOMENTS = 12;

/** Two plain kernels, one that writes effective arrays by mistake, and the oldest kind of links. */
const RELEASES = ['6.18', '6.1', '6.17.13', 'v2-series'];

const EGRESS = 'cgroup_inet_egress' as const;

/** Loads programs 1, 2, 3 … as fds 3, 4, 5 … */
const loads = (count: number): Call[] =>
  Array.from({ length: count }, () => ({ name: 'prog_load', prog_type: 'cgroup_skb' }));

const attach = (fd: number, target_path: string, flags: AttachFlags): Call => ({
  name: 'prog_attach',
  attach_bpf_fd: fd,
  target_path,
  attach_type: EGRESS,
  flags,
});

/** Of the worked examples in semantics §22, those about effective arrays; program n is fd n + 2. */
const WORKED_EXAMPLES: {
  readonly state: string;
  readonly calls: readonly Call[];
  readonly at: string;
  readonly effective: readonly number[];
}[] = [
  {
    state: 'preorder entries first and from the root down, the others from the cgroup up',
    calls: [
      { name: 'mkdir', path: '/c' },
      attach(3, '/', ['multi']),
      attach(4, '/', ['multi']),
      attach(5, '/', ['multi', 'preorder']),
      attach(6, '/', ['multi', 'preorder']),
      attach(7, '/c', ['multi']),
      attach(8, '/c', ['multi', 'preorder']),
      attach(9, '/c', ['multi', 'preorder']),
    ],
    at: '/c',
    effective: [3, 4, 6, 7, 5, 1, 2],
  },
  {
    state: 'an override entry yields to any below it',
    calls: [
      { name: 'mkdir', path: '/c' },
      attach(3, '/', ['override']),
      attach(4, '/c', ['multi']),
    ],
    at: '/c',
    effective: [2],
  },
  {
    state: 'the nearest level counts in any mode, those above it only in multi mode',
    calls: [
      { name: 'mkdir', path: '/c' },
      { name: 'mkdir', path: '/c/g' },
      attach(3, '/', ['multi']),
      attach(4, '/', ['multi']),
      attach(5, '/c', ['override']),
      attach(6, '/c/g', []),
    ],
    at: '/c/g',
    effective: [4, 1, 2],
  },
  {
    state: 'a cgroup without entries has what its nearest level has',
    calls: [{ name: 'mkdir', path: '/c' }, { name: 'mkdir', path: '/c/g' }, attach(3, '/', [])],
    at: '/c/g',
    effective: [1],
  },
];

const seed = seedOfRun(20260325);

const postgresql = needs('postgresql');

describe.each([
  { name: 'PGlite', open: onPglite, skip: false },
  { name: 'PostgreSQL', open: onPostgresql, skip: !postgresql.ok },
])('projections on $name', ({ open, skip }) => {
  describe.skipIf(skip)(`seed ${seed}`, () => {
    let opened: Opened;

    beforeAll(async () => {
      opened = await open();
      await migrate(opened.database);
    });

    afterAll(async () => {
      await opened?.drop();
    });

    it.each(RELEASES)('say at any position what the kernel was there: %s', async (release) => {
      const { database } = opened;
      const random = randomFrom(seed);
      const host_id = await addHost(database, `same-${release}`);
      const worlds = new Map<number, ReturnType<typeof worldOfKernel>>();
      const wanted = new Set([1, EVENTS]);
      while (wanted.size < MOMENTS) wanted.add(1 + random.below(EVENTS));
      const steps = randomHistory({ seed, events: EVENTS, release, rebootEvery: 250 });
      await appendHistory(database, host_id, steps, {
        sizeOf: () => 1 + random.below(60),
        onStep({ event: { position }, kernel }) {
          if (wanted.has(position)) worlds.set(position, worldOfKernel(kernel));
        },
      });
      for (const [position, world] of worlds) {
        const moment = await momentAt(database, { host_id, position });
        if (moment === undefined) throw new Error('every position has a boot');
        const found = await worldOfTables(database, moment);
        expect(found, `seed ${seed}, position ${position}`).toEqual(world);
      }
    });

    it.each(WORKED_EXAMPLES)('derive the effective array: $state', async (example) => {
      const { database } = opened;
      const host_id = await addHost(database, example.state);
      const calls = [...loads(7), ...example.calls];
      await appendHistory(database, host_id, givenHistory(calls), { sizeOf: () => 100 });
      const moment = { host_id, boot: 1, position: calls.length + 1 };
      const all = await allCgroups(database, moment);
      const cgroup = all.find(({ path }) => path === example.at);
      const place = { cgroup_id: cgroup?.cgroup_id ?? 0, attach_type: EGRESS };
      const slots = await effectiveArrayAt(database, moment, place);
      expect(slots.map(({ prog_id }) => prog_id)).toEqual(example.effective);
    });

    it('list storages newest first, whatever was written to them since', async () => {
      const { database } = opened;
      const host_id = await addHost(database, 'storages');
      const calls: Call[] = [
        { name: 'mkdir', path: '/a' },
        { name: 'map_create', map_type: 'cgroup_storage', key_size: 8, value_size: 8 },
        { name: 'prog_load', prog_type: 'cgroup_skb', map_fds: [3] },
        attach(4, '/', ['multi']),
        attach(4, '/a', ['multi']),
        { name: 'map_update_elem', map_fd: 3, key: { cgroup_id: 1 }, value: 7 },
      ];
      await appendHistory(database, host_id, givenHistory(calls), { sizeOf: () => 100 });
      const moment = { host_id, boot: 1, position: calls.length + 1 };
      const storages = await storagesOf(database, moment, 1, { limit: 10 });
      expect(storages).toEqual([
        { map_id: 1, cgroup_id: 2, value: 0, made_at: 6, position_from: 6 },
        { map_id: 1, cgroup_id: 1, value: 7, made_at: 5, position_from: 7 },
      ]);
      expect(await storagesOf(database, moment, 1, { after: 6, limit: 10 })).toEqual(
        storages.slice(1),
      );
    });

    it('are the same after a rebuild, and whatever the batches were', async () => {
      const { database } = opened;
      const hosts: number[] = [];
      for (const size of [1, 7, 1000]) {
        const host_id = await addHost(database, `batches-of-${size}`);
        await appendHistory(database, host_id, randomHistory({ seed, events: 300 }), {
          sizeOf: () => size,
        });
        hosts.push(host_id);
        const told: number[] = [];
        const progress = (done: number, of: number) => void told.push(done / of);
        const rebuilt = await rebuild(database, { host_id, progress });
        expect(told.at(-1)).toBe(1);
        expect(rebuilt).toMatchObject({ position: 300, differing: 0, replaced: false });
        expect(rebuilt.rows).toBeGreaterThan(10);
      }
      const dumps = await Promise.all(hosts.map((host_id) => dump(database, host_id)));
      expect(new Set(dumps).size).toBe(1);
    });

    it('that were damaged are found by a check and mended by a rebuild', async () => {
      const { database } = opened;
      const host_id = await addHost(database, 'damaged');
      const other = await addHost(database, 'not-damaged');
      for (const host of [host_id, other]) {
        await appendHistory(database, host, randomHistory({ seed, events: 300 }), {
          sizeOf: () => 100,
        });
      }
      const before = await dump(database, host_id);
      const damage = [
        `update entry_versions set revision = revision + 1
          where host_id = $1 and not gone and position_from = (
            select min(position_from) from entry_versions where host_id = $1 and not gone)`,
        `delete from pin_versions where host_id = $1 and position_from = (
          select min(position_from) from pin_versions where host_id = $1)`,
        `insert into link_versions values ($1, 1, 9999, 1, 1, 'cgroup_inet_egress', 1, false)`,
        `update boots set projection_version = 0 where host_id = $1 and position_from = 1`,
      ];
      for (const statement of damage) await database.query(statement, [host_id]);
      expect(await staleHosts(database)).toEqual([host_id]);

      const checked = await rebuild(database, { host_id, check: true });
      expect(checked.replaced).toBe(false);
      // A changed row differs on both sides, a missing or an added one on one.
      expect(checked.differing).toBe(6);
      expect(await dump(database, host_id)).not.toBe(before);

      expect(await rebuild(database, { host_id })).toMatchObject({ differing: 6, replaced: true });
      expect(await dump(database, host_id)).toBe(before);
      expect(await staleHosts(database)).toEqual([]);
      expect(await rebuild(database, { host_id: other })).toMatchObject({ differing: 0 });
    });

    it('are mended while the log grows', async () => {
      const { database } = opened;
      const host_id = await addHost(database, 'growing');
      const steps = randomHistory({ seed, events: 600 });
      await appendHistory(database, host_id, next(steps, 300), { sizeOf: () => 100 });
      await database.query('delete from program_versions where host_id = $1', [host_id]);
      const [rebuilt] = await Promise.all([
        rebuild(database, { host_id }),
        appendHistory(database, host_id, next(steps, 300), { sizeOf: () => 5 }),
      ]);
      expect(rebuilt.replaced).toBe(true);
      expect(await rebuild(database, { host_id, check: true })).toMatchObject({
        position: 600,
        differing: 0,
      });
    });

    it('of an unknown host are not rebuilt', async () => {
      await expect(rebuild(opened.database, { host_id: 4711 })).rejects.toThrow();
    });
  });
});

/** The next steps of a history; the rest stays for later. */
function* next(steps: Iterator<Step>, count: number): Generator<Step> {
  for (let taken = 0; taken < count; taken++) {
    const { value, done } = steps.next();
    if (done) return;
    yield value;
  }
}

/** Every row of a host in every table, as text, without the host. */
async function dump(database: Database, host_id: number): Promise<string> {
  const parts = [];
  for (const { name, columns } of projector.tables) {
    const names = columns.map((column) => `"${column.name}"`).join(', ');
    const rows = await database.query<{ row: string }>(
      `select row(${names})::text as row from ${name} where host_id = $1 order by 1`,
      [host_id],
    );
    parts.push(name, ...rows.map(({ row }) => row));
  }
  return parts.join('\n');
}
