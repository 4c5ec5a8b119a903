/**
 * `npm run bench [-- NAME …] [--rounds N] [--full]`: runs the benchmarks, prints their tables, and
 * keeps them in `bench/RESULTS.md`; with `--full` those that have longer logs, on these.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { BENCHES } from './benches.ts';
import type { Bench, BenchContext } from './harness/bench.ts';
import { type BenchPostgres, startBenchPostgres } from './harness/postgres.ts';
import { keep, placeOf, sectionText } from './harness/results.ts';

const ROUNDS_DEFAULT = 5;
const NAMES = BENCHES.map(({ name }) => name);

function wanted(names: readonly string[], full: boolean): readonly Bench[] {
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
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error('--rounds must be 1 or more');
  const benches = wanted(positionals, values.full);
  const scratch = mkdtempSync(join(tmpdir(), 'bpfledger-bench-'));
  let server: Promise<BenchPostgres> | undefined;
  const context: BenchContext = {
    rounds,
    full: values.full,
    scratch,
    postgres: () => {
      server ??= startBenchPostgres();
      return server;
    },
    say: (line) => console.error(`  ${line}`),
  };
  try {
    for (const bench of benches) {
      console.error(`${bench.name}: ${bench.title}`);
      const section = await bench.run(context);
      const place = placeOf((await server)?.version, rounds);
      const found = { bench, full: values.full, section, place };
      console.log(sectionText(found));
      keep(NAMES, found);
    }
  } finally {
    await (await server)?.stop();
    rmSync(scratch, { recursive: true, force: true });
  }
}

await main();
