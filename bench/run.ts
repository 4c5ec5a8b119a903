/**
 * `npm run bench [-- NAME …] [--rounds N] [--full]`: runs the benchmarks, prints their tables, and
 * keeps them in `bench/RESULTS.md`; with `--full` those that have longer logs, on these. Several
 * run one after the other on one server, each in a process of its own: what ran before in a process
 * changes how fast the engine runs the next thing.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { BENCHES } from './benches.ts';
import type { Bench, BenchContext } from './harness/bench.ts';
import { type BenchPostgres, sharedBenchPostgres, startBenchPostgres } from './harness/postgres.ts';
import { keep, placeOf, sectionText } from './harness/results.ts';

const ROUNDS_DEFAULT = 5;
const PROGRAM = fileURLToPath(import.meta.url);
/** Names the server of a whole run to the process of one benchmark. */
const SERVER = 'BPFLEDGER_BENCH_POSTGRES_URL';
const NAMES = BENCHES.map(({ name }) => name);

function chooseBenches(names: readonly string[], full: boolean): readonly Bench[] {
  const there = full ? BENCHES.filter(({ longer }) => longer) : BENCHES;
  const known = there.map(({ name }) => name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    const which = full ? `${unknown} with longer logs` : unknown;
    throw new Error(`there is no benchmark ${which}; there are ${known.join(', ')}`);
  }
  return names.length === 0 ? there : there.filter(({ name }) => names.includes(name));
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      rounds: { type: 'string', default: String(ROUNDS_DEFAULT) },
      full: { type: 'boolean', default: false },
    },
  });
  const { full } = values;
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error('--rounds must be 1 or more');
  const [bench, ...more] = chooseBenches(positionals, full);
  if (bench !== undefined && more.length === 0) return one(bench, { rounds, full });
  const server = await startBenchPostgres();
  try {
    for (const { name } of chooseBenches(positionals, full)) {
      const flags = ['--rounds', `${rounds}`, ...(full ? ['--full'] : [])];
      const { execPath, execArgv } = process;
      const child = spawn(execPath, [...execArgv, PROGRAM, name, ...flags], {
        env: { ...process.env, [SERVER]: server.url },
        stdio: 'inherit',
      });
      const [code] = await once(child, 'exit');
      if (code !== 0) throw new Error(`the benchmark ${name} ended with ${code}`);
    }
  } finally {
    await server.stop();
  }
}

/** Runs a benchmark in this process, on the server of the whole run or one of its own. */
async function one(bench: Bench, how: Pick<BenchContext, 'rounds' | 'full'>): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), 'bpfledger-bench-'));
  let server: Promise<BenchPostgres> | undefined;
  const shared = process.env[SERVER];
  const context: BenchContext = {
    ...how,
    scratch,
    postgres: () => {
      server ??= shared ? sharedBenchPostgres(shared) : startBenchPostgres();
      return server;
    },
    say: (line) => console.error(`  ${line}`),
  };
  try {
    console.error(`${bench.name}: ${bench.title}`);
    const section = await bench.run(context);
    const place = placeOf((await server)?.version, how.rounds);
    const found = { bench, full: how.full, section, place };
    console.log(sectionText(found));
    keep(NAMES, found);
  } finally {
    await (await server)?.stop();
    rmSync(scratch, { recursive: true, force: true });
  }
}

await main();
