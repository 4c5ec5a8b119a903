// Attacks a service that runs as a process of its own, one attack after the other, while /healthz is
// asked every 10 ms, and prints how long it had to wait. `npm run stalls -- [pglite] [WORD]`; WORD
// picks the attacks whose name contains it.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { askedProcess } from '../../bench/harness/asked-process.ts';
import type { Database } from '../../src/events/storage/database.ts';
import { openPglite } from '../../src/events/storage/pglite-database.ts';
import { openPostgres } from '../../src/events/storage/postgres-database.ts';
import { startProcess } from '../api/process.ts';
import { endsOnSignals } from '../support/ends-on-signals.ts';
import { startPostgres } from '../support/postgres.ts';
import { type Attack, attacks } from './attacks.ts';
import { recordHosts } from './logs.ts';
import type { Watched } from './watcher.ts';

const SIZES = {
  postgresql: { events: 60_000, cgroups: 100_000 },
  pglite: { events: 20_000, cgroups: 20_000 },
} as const;

type Store = keyof typeof SIZES;

interface Prepared {
  readonly env: Readonly<Record<string, string>>;
  readonly drop: () => Promise<void>;
}

async function prepare(store: Store, folder: string): Promise<Prepared> {
  const server = store === 'pglite' ? undefined : await startPostgres();
  const database: Database = server
    ? openPostgres({ url: server.url })
    : await openPglite({ folder });
  console.error(`recording ${SIZES[store].events} events and ${SIZES[store].cgroups} cgroups`);
  await recordHosts(database, SIZES[store]);
  await database.close();
  const url = server === undefined ? {} : { DATABASE_URL: server.url };
  return {
    env: { ...url, BPFLEDGER_DATA_DIR: folder },
    drop: async () => server?.stop(),
  };
}

/** The most work that the service did in one turn of its loop, in milliseconds (ticker.js). */
function heldMs(file: string): number {
  return Number(readFileSync(file, 'utf8'));
}

/** Ticks of the processor's clock in a second, of which Linux counts what a process used. */
const TICKS_PER_S = 100;
/** How long a service is looked at to know whether it works, and how often at most. */
const LOOK_MS = 200;
const LOOKS_MAX = 600;

function usedMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS_PER_S;
}

/** Waits until the service rests: what an attack left running is the attack's too. */
async function waitForRest(pid: number): Promise<void> {
  for (let looks = 0; looks < LOOKS_MAX; looks++) {
    const before = usedMs(pid);
    await sleep(LOOK_MS);
    if (usedMs(pid) - before < LOOK_MS / 4) return;
  }
}

async function main([...words]: string[]): Promise<void> {
  const store: Store = words[0] === 'pglite' ? 'pglite' : 'postgresql';
  const word = (words[0] === store ? words[1] : words[0]) ?? '';
  const folder = mkdtempSync(join(tmpdir(), 'bpfledger-stalls-'));
  const { env, drop } = await prepare(store, folder);
  const held = join(folder, 'held');
  const ticker = new URL('ticker.js', import.meta.url).href;
  const service = await startProcess({
    ...env,
    BPFLEDGER_STALLS_FILE: held,
    NODE_OPTIONS: `--max-semi-space-size=64 --import=${ticker}`,
  });
  const watcher = askedProcess<string, Watched>(new URL('watcher.ts', import.meta.url), [
    service.url,
    String(service.pid),
  ]);
  console.log(`\n${store}: ${SIZES[store].events} events, ${SIZES[store].cgroups} cgroups\n`);
  console.log(
    '| attack | came of it | took, ms | busy after it, ms | longest wait, ms | longest piece, ms | peak, MiB |',
  );
  console.log('|---|---|---|---|---|---|---|');
  const launch = async ({ name, run }: Attack) => {
    await watcher.ask('look');
    process.kill(service.pid, 'SIGUSR2');
    const start = performance.now();
    const came = await run(service.url).catch((error: Error) => error.message);
    const took = performance.now() - start;
    await waitForRest(service.pid);
    const busy = Math.max(performance.now() - start - took - LOOK_MS, 0);
    const { longestMs, rss } = await watcher.ask('look');
    const cells = [took, busy, longestMs, heldMs(held), rss / 1024 / 1024].map((n) => n.toFixed(0));
    console.log(`| ${name} | ${came} | ${cells.join(' | ')} |`);
  };
  try {
    for (const attack of attacks.filter(({ name }) => name.includes(word))) {
      await launch(attack);
    }
  } finally {
    watcher.stop();
    await service.stop();
    await drop();
    rmSync(folder, { recursive: true, force: true });
  }
}

endsOnSignals();
await main(process.argv.slice(2));
