// `kill -9` of the service during its first start on the embedded database: while nothing is there yet,
// while the database is unpacked, while it is opened. Whatever the kills leave in the folder, the next
// start makes a service of it.

import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { databaseFolder } from '../../src/events/storage/data-folder.ts';
import { openPglite } from '../../src/events/storage/pglite-database.ts';
import { type Random, randomFrom } from '../../src/recorders/generator/random.ts';
import { send } from '../api/process.ts';
import { beginService, type Starting, startBuilt } from './built-service.ts';
import { faultsOf } from './stage.ts';
import { wholeLog } from './told.ts';

/** How far a first start has come, by what its folder shows. */
const PHASES = ['begun', 'locked', 'unpacking', 'unpacked', 'listening'] as const;
export type Phase = (typeof PHASES)[number];
const LOOK_MS = 1;

export interface FirstStarts {
  /** Kills, by the phase that they struck. */
  readonly struck: ReadonlyMap<Phase, number>;
  /** Broken promises, in sentences. */
  readonly faults: readonly string[];
}

/**
 * Kills first starts at random moments.
 *
 * @param kills how often the start on each folder is killed before it is left alone
 */
export async function killFirstStarts(
  seed: number,
  kills: readonly number[],
): Promise<FirstStarts> {
  const random = randomFrom(seed, 'first starts');
  const struck = new Map<Phase, number>();
  const faults: string[] = [];
  const startMs = await inFolder(async (folder) => {
    const began = performance.now();
    await (await startBuilt(serviceOn(folder))).kill();
    return performance.now() - began;
  });
  for (const [i, times] of kills.entries()) {
    await inFolder(async (folder) => {
      const seen: Phase[] = [];
      for (let kill = 0; kill < times; kill++) {
        const phase = await strike(folder, startMs, random);
        seen.push(phase);
        struck.set(phase, (struck.get(phase) ?? 0) + 1);
      }
      const found = await faultsAfter(folder).catch((error: unknown) => [String(error)]);
      faults.push(...found.map((fault) => `folder ${i + 1}, killed ${seen.join(', ')}: ${fault}`));
    });
  }
  return { struck, faults };
}

function serviceOn(folder: string): Record<string, string> {
  return { BPFLEDGER_DATA_DIR: folder };
}

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'bpfledger-first-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Kills a start: some time after it has come to a phase, both drawn. By time alone most kills would
 * strike while the program is loaded.
 *
 * @param startMs what an undisturbed start takes
 */
async function strike(folder: string, startMs: number, random: Random): Promise<Phase> {
  const from = random.pick(PHASES.slice(0, -1));
  const isBehind = PHASES.indexOf(phaseOf(folder)) >= PHASES.indexOf(from);
  const pauseMs = random.fraction() * (isBehind ? startMs : startMs / 4);
  const starting = beginService(serviceOn(folder));
  const isListening = listening(starting);
  while (PHASES.indexOf(phaseOf(folder)) < PHASES.indexOf(from) && !isListening()) {
    await sleep(LOOK_MS);
  }
  await sleep(pauseMs);
  const phase = isListening() ? 'listening' : phaseOf(folder);
  await starting.kill();
  return phase;
}

/** Whether a start has come to its end. */
function listening({ started }: Starting): () => boolean {
  let isOver = false;
  const end = () => {
    isOver = true;
  };
  started.then(end, end);
  return () => isOver;
}

/** @returns what the folder shows; whether a service listens, it does not show */
function phaseOf(folder: string): Phase {
  const names = readdirSync(folder);
  const database = databaseFolder('');
  if (names.includes(database)) return 'unpacked';
  if (names.includes(`${database}.new`)) return 'unpacking';
  return names.some((name) => name.startsWith('lock.')) ? 'locked' : 'begun';
}

/** Starts the service on what the kills left, records a call, and verifies. */
async function faultsAfter(folder: string): Promise<readonly string[]> {
  const faults: string[] = [];
  const service = await startBuilt(serviceOn(folder));
  const made = await send(`${service.url}/v1/hosts`, { name: 'h', release: '6.18' });
  const call = { call: { name: 'mkdir', path: '/a' } };
  const recorded = await send(`${service.url}/v1/hosts/h/syscalls`, call);
  if (made.status !== 201 || recorded.status !== 200) {
    faults.push(`the host was answered with ${made.status}, the call with ${recorded.status}`);
  }
  const log = await wholeLog(service.url, 'h');
  if (!isDeepStrictEqual(log, [made.body, recorded.body])) {
    faults.push(`the log is ${JSON.stringify(log)}`);
  }
  if ((await service.stop()) !== 0) faults.push('SIGTERM did not end it in order');
  const database = await openPglite({ folder });
  try {
    return [...faults, ...(await faultsOf(database))];
  } finally {
    await database.close();
  }
}
