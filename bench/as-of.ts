/** F: how long do reads of the past take, at random positions, and does a longer log slow them? */
import { openPostgres } from '../src/events/storage/postgres-database.ts';
import { type Latency, latenciesOf } from './as-of/latencies.ts';
import { readerOf } from './as-of/reader.ts';
import { POINTS, readsOf, TREES } from './as-of/reads.ts';
import { writeWhile } from './as-of/written.ts';
import type { Bench, BenchContext, Section } from './harness/bench.ts';
import type { Plot } from './harness/plot.ts';
import { type BenchService, build, dataDir, serve } from './harness/service.ts';
import { boundTable, comparisonTable, spread, type Table } from './harness/table.ts';
import { treeHost, treesOnPglite, treesOnPostgres } from './logs/recorded-trees.ts';

const LENGTHS = [1000, 10_000, 100_000, 1_000_000];
const LENGTHS_FULL = [...LENGTHS, 10_000_000];
const SHORT = 10_000;
const PGLITE_LENGTH = 10_000;
const POINT_MS = 10;
const TREE_MS = 50;
const FLAT = 1.5;

/** States kept from one read to the next serve much of a short log, and little of a long one. */
const NOTHING_KEPT = { BPFLEDGER_HELD_PAST_ROWS_MAX: '1' };

type Latencies = Readonly<Record<string, Latency>>;
type Scope = 'point' | 'tree';
type Measured = Readonly<Record<Scope, Latencies>>;

const KINDS = { point: POINTS, tree: TREES } as const;
const WANTED_MS = { point: POINT_MS, tree: TREE_MS } as const;
const WHAT = { point: 'a point', tree: 'the tree of 1,000 cgroups' } as const;

export const asOf: Bench = {
  name: 'as-of',
  title: 'reads of the past',
  longer: true,
  async run(context) {
    const lengths = context.full ? LENGTHS_FULL : LENGTHS;
    const longest = lengths.at(-1) as number;
    const url = await treesOnPostgres(context, lengths);
    build();
    const place = { DATABASE_URL: url, BPFLEDGER_DATA_DIR: dataDir(context) };
    const service = await serve({ ...place, ...NOTHING_KEPT });
    try {
      context.say('reading on PostgreSQL');
      const quiet = await measure(context, service, lengths);
      context.say('reading while it is written');
      const busy = await writeWhile(service.port, treeHost(longest), () =>
        measure(context, service, [longest]),
      );
      const embedded = await onPglite(context);
      return sectionOf({ quiet, busy, embedded, longest });
    } finally {
      await service.stop();
    }
  },
};

async function measure(
  context: BenchContext,
  { url, databaseUrl }: BenchService,
  lengths: readonly number[],
): Promise<Measured> {
  const database = openPostgres({ url: databaseUrl });
  const logs: Record<string, Awaited<ReturnType<typeof readsOf>>> = {};
  for (const length of lengths) {
    const host = treeHost(length);
    logs[length] = await readsOf(database, { host, length, seed: length });
  }
  await database.close();
  return ofLogs(context, url, logs);
}

async function ofLogs(
  { rounds }: BenchContext,
  url: string,
  logs: Parameters<typeof latenciesOf>[0]['logs'],
): Promise<Measured> {
  const reader = readerOf(url);
  const point = await latenciesOf({ logs, kinds: KINDS.point, reader, rounds });
  const tree = await latenciesOf({ logs, kinds: KINDS.tree, reader, rounds });
  reader.close();
  return { point, tree };
}

async function onPglite(context: BenchContext): Promise<Measured> {
  const folder = dataDir(context);
  const reads = await treesOnPglite(context, folder, [PGLITE_LENGTH], (database) =>
    readsOf(database, { host: treeHost(PGLITE_LENGTH), length: PGLITE_LENGTH, seed: 1 }),
  );
  const service = await serve({ DATABASE_URL: '', BPFLEDGER_DATA_DIR: folder, ...NOTHING_KEPT });
  try {
    return await ofLogs(context, service.url, { [PGLITE_LENGTH]: reads });
  } finally {
    await service.stop();
  }
}

interface Found {
  readonly quiet: Measured;
  readonly busy: Measured;
  readonly embedded: Measured;
  readonly longest: number;
}

function sectionOf(found: Found): Section {
  return {
    text: [TEXT],
    tables: [boundsOf(found), ratiosOf(found), allOf(found)],
    plots: [plotOf(found.quiet)],
  };
}

const TEXT = `A service in a process of its own, asked over HTTP by one keep-alive connection, one request after the other. The log is of a node with a tree of 1,000 cgroups, some 190 programs, 320 links and 100 direct attachments, which replaces, makes and removes them, and pods, without end; it was recorded by lists of 250 calls. *A point* is, in equal parts, the effective array of a cgroup with blame, a link, and a cgroup with its lists; *a tree* is \`/state\`, 1,000 rows of \`/cgroups\`, and bpftool's tree of effective arrays. Each at a random position after the tree stood, and no state is kept from one read to the next. *Written*, which is stated: 100 single calls a second go to the same host meanwhile.`;

const SCOPES = ['point', 'tree'] as const;

function boundsOf({ quiet, longest }: Found): Table {
  const boundRow = (scope: Scope) => ({
    target: 'F',
    what: `p99 of ${WHAT[scope]}, ${longest.toLocaleString('en-US')} events`,
    unit: 'ms',
    ours: (quiet[scope][longest] as Latency).p99,
    wanted: { atMost: WANTED_MS[scope] },
  });
  return boundTable('Reads at random positions, PostgreSQL', SCOPES.map(boundRow));
}

function ratiosOf({ quiet, longest }: Found): Table {
  return comparisonTable(
    'Long logs beside short ones',
    SCOPES.flatMap((scope) =>
      (['p50', 'p99'] as const).map((share) => ({
        target: 'F',
        what: `${share} of ${WHAT[scope]}`,
        unit: 'ms',
        ours: (quiet[scope][longest] as Latency)[share],
        reference: (quiet[scope][SHORT] as Latency)[share],
        against: `${SHORT.toLocaleString('en-US')} events`,
        wanted: { atMost: FLAT },
      })),
    ),
  );
}

function allOf({ quiet, busy, embedded }: Found): Table {
  const rows = (where: string, found: Measured) =>
    Object.keys(found.point).map((length) => [
      where,
      Number(length).toLocaleString('en-US'),
      ...SCOPES.flatMap((scope) => {
        const { p50, p99 } = found[scope][length] as Latency;
        return [spread(p50), spread(p99)];
      }),
    ]);
  return {
    title: 'All logs, in ms',
    columns: ['where', 'events', 'point p50', 'point p99', 'tree p50', 'tree p99'],
    rows: [
      ...rows('PostgreSQL', quiet),
      ...rows('PostgreSQL, written', busy),
      ...rows('PGlite', embedded),
    ],
  };
}

function plotOf(quiet: Measured): Plot {
  const line = (scope: Scope, share: 'p50' | 'p99') => ({
    label: `${scope} ${share}`,
    points: Object.entries(quiet[scope]).map(([length, latency]) => ({
      x: Number(length),
      y: latency[share].median,
    })),
  });
  return {
    file: 'as-of',
    title: 'Reads of the past against the length of the log',
    xLabel: 'events',
    yLabel: 'ms',
    log: { x: true, y: false },
    lines: SCOPES.flatMap((scope) => [line(scope, 'p50'), line(scope, 'p99')]),
  };
}
