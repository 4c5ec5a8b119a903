/**
 * J: how long from the start of the process until a service answers on what it finds, and what
 * memory does it have then?
 */
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Bench, BenchContext } from './harness/bench.ts';
import { openConnection } from './harness/connection.ts';
import { type Figure, figureOf } from './harness/measure.ts';
import { build, dataDir, serve } from './harness/service.ts';
import { boundTable, spread, type Table } from './harness/table.ts';
import { treeHost, treesOnPglite, treesOnPostgres } from './logs/recorded-trees.ts';
import { TREE_TYPES } from './logs/tree-log.ts';

const EVENTS = 1_000_000;
/** To record a million of them on PGlite takes minutes. */
const PGLITE_EVENTS = 200_000;
const START_MS = 2000;
/** Milliseconds after which a service that nobody asks has given back what its start took. */
const REST_MS = 20_000;

/** Milliseconds since the process was started. */
interface Started {
  readonly listens: number;
  /** An effective array at the head was told. */
  readonly read: number;
  /** A call was recorded. */
  readonly written: number;
}

/** MiB of a service that started on nothing and was asked nothing. */
interface Resting {
  /** Milliseconds. */
  readonly listens: number;
  readonly rss: number;
  /** Without the part of pages that other processes have, too. */
  readonly pss: number;
  readonly peak: number;
}

/** What such a service starts with, by the words of the table. */
const RESTING: Readonly<Record<string, readonly string[]>> = {
  nothing: [],
  'the hosts of `--demo`': ['--demo'],
};

interface Place {
  readonly name: string;
  readonly events: number;
  readonly settings: Readonly<Record<string, string>>;
}

export const start: Bench = {
  name: 'start',
  title: 'cold start to the first answers',
  longer: true,
  async run(context) {
    const places = [await onPostgres(context), await onPglite(context)];
    build();
    context.say('starting');
    const taken = new Map<Place, Started[]>(places.map((place) => [place, []]));
    for (let round = 0; round < context.rounds; round++) {
      for (const place of round % 2 === 0 ? places : places.toReversed()) {
        taken.get(place)?.push(await measureStart(place));
      }
    }
    const resting = new Map<string, Resting[]>(Object.keys(RESTING).map((what) => [what, []]));
    for (let round = 0; round < context.rounds; round++) {
      for (const [what, options] of Object.entries(RESTING)) {
        resting.get(what)?.push(await measureRest(options));
      }
    }
    return { text: [TEXT], tables: [bounds(taken), parts(taken), restingTable(resting)] };
  },
};

const TEXT = `\`serve\` is started on a database that is there, with one host whose log is long; then an effective array at its head is asked for, and when that is told a call is recorded. Times are from the start of the process, over HTTP. The pages of the database are in memory.`;

async function onPostgres(context: BenchContext): Promise<Place> {
  const url = await treesOnPostgres(context, [EVENTS]);
  const settings = { DATABASE_URL: url, BPFLEDGER_DATA_DIR: dataDir(context) };
  return { name: 'PostgreSQL', events: EVENTS, settings };
}

async function onPglite(context: BenchContext): Promise<Place> {
  const events = context.full ? EVENTS : PGLITE_EVENTS;
  const folder = dataDir(context);
  await treesOnPglite(context, folder, [events], async () => undefined);
  const settings = { DATABASE_URL: '', BPFLEDGER_DATA_DIR: folder };
  return { name: 'PGlite', events, settings };
}

async function measureStart({ events, settings }: Place): Promise<Started> {
  const begin = performance.now();
  const since = () => performance.now() - begin;
  const service = await serve(settings);
  const listens = since();
  const host = `${service.url}/v1/hosts/${treeHost(events)}`;
  await requireAnswer(fetch(`${host}/effective?cgroup=/c1&attach_type=${TREE_TYPES[0]}`));
  const read = since();
  const connection = await openConnection(service.port);
  const call = { name: 'prog_query', target_path: '/c1', attach_type: TREE_TYPES[0] };
  const { status } = await connection.post(
    `/v1/hosts/${treeHost(events)}/syscalls`,
    JSON.stringify({ call }),
  );
  const written = since();
  if (status !== 200) throw new Error(`the first write was answered by ${status}`);
  connection.close();
  await service.stop();
  return { listens, read, written };
}

async function measureRest(options: readonly string[]): Promise<Resting> {
  const begin = performance.now();
  const service = await serve({ DATABASE_URL: '', BPFLEDGER_EPHEMERAL: 'true' }, [], options);
  const listens = performance.now() - begin;
  await delay(REST_MS);
  const mib = (file: string, field: string) => {
    const text = readFileSync(`/proc/${service.pid}/${file}`, 'utf8');
    return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'mu').exec(text)?.[1]) / 1024;
  };
  const [rss, pss] = [mib('smaps_rollup', 'Rss'), mib('smaps_rollup', 'Pss')];
  const peak = mib('status', 'VmHWM');
  await service.stop();
  return { listens, rss, pss, peak };
}

async function requireAnswer(asked: Promise<Response>): Promise<void> {
  const answer = await asked;
  const text = await answer.text();
  if (answer.status !== 200) throw new Error(`the first read was answered by ${text}`);
}

function figure(starts: readonly Started[], what: keyof Started): Figure {
  return figureOf(starts.map((one) => one[what]));
}

function bounds(taken: ReadonlyMap<Place, readonly Started[]>): Table {
  return boundTable(
    'Start to the first read and write answered',
    [...taken].map(([{ name, events }, starts]) => ({
      target: 'J',
      what: `${name}, a host of ${events.toLocaleString('en-US')} events`,
      unit: 'ms',
      ours: figure(starts, 'written'),
      wanted: { atMost: START_MS },
    })),
  );
}

function parts(taken: ReadonlyMap<Place, readonly Started[]>): Table {
  return {
    title: 'Milliseconds since the process was started',
    columns: ['database', 'listens', 'first read answered', 'first write answered'],
    rows: [...taken].map(([{ name }, starts]) => [
      name,
      ...(['listens', 'read', 'written'] as const).map((what) => spread(figure(starts, what))),
    ]),
  };
}

function restingTable(services: ReadonlyMap<string, readonly Resting[]>): Table {
  return {
    title: `A service on a database that goes with it (\`--ephemeral\`), ${REST_MS / 1000} s after its start`,
    columns: ['with', 'listens, ms', 'RSS, MiB', 'PSS, MiB', 'most RSS, MiB'],
    rows: [...services].map(([what, starts]) => [
      what,
      ...(['listens', 'rss', 'pss', 'peak'] as const).map((part) =>
        spread(figureOf(starts.map((one) => one[part]))),
      ),
    ]),
  };
}
