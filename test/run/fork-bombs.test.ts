// Programs that fork without an end under `bpfledger run`: the run ends with the program that it was asked to
// run, and no process is left.

import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { randomFrom } from '../../src/recorders/generator/random.ts';
import { needs } from '../support/needs.ts';
import { seedOfRun } from '../support/seed.ts';
import { running, starting } from './unprivileged.ts';

const folder = mkdtempSync(join(tmpdir(), 'bpfledger-bombs-'));
const bomb = join(folder, 'fork-bomb');
const WAIT = { timeout: 60_000, interval: 25 } as const;
const PROCESSES = 20;

/** Pids of the processes of the program; one that ended and is not reaped yet does not count. */
function alive(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/u.test(name))
    .filter((pid) => {
      try {
        return /^\d+ \(fork-bomb\) [^Z]/u.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
      } catch {
        return false;
      }
    })
    .map(Number);
}

describe.skipIf(!needs('listener').ok)('a program that forks without an end', () => {
  beforeAll(() => {
    execFileSync('gcc', ['-O1', '-o', bomb, join(import.meta.dirname, 'bomb.c')]);
    execFileSync('chmod', ['-R', 'a+rX', folder]);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('may have two hundred processes that call, and ends', async () => {
    expect(await running('--quiet', '--', bomb, 'all', '200')).toMatchObject({
      code: 0,
      out: 'calm\n',
    });
    expect(alive()).toEqual([]);
  });

  it.each([
    ['whose first process ends while the others fork and call', 'leave', '200', 5],
    ['in chains, of which each process forks the next one and ends', 'rabbits', '8', 6],
  ])('%s, leaves no process', async (_, way, processes, code) => {
    expect(await running('--quiet', '--', bomb, way, processes)).toMatchObject({ code });
    expect(alive()).toEqual([]);
  });

  const seed = seedOfRun();
  it(`goes on when its processes are killed at any moment, with seed ${seed}`, async () => {
    const random = randomFrom(seed, 'kills');
    const run = starting(['--quiet', '--', bomb, 'tree', String(PROCESSES)]);
    onTestFinished(() => void run.kill('SIGTERM'));
    const exited = once(run, 'exit');
    await vi.waitFor(() => expect(alive()).toHaveLength(PROCESSES), WAIT);
    for (let left = PROCESSES; left > 1; left--) {
      await pause(random.below(20));
      const [first, ...others] = alive().sort((a, b) => a - b);
      expect(first).toBeDefined();
      process.kill(random.pick(others), 'SIGKILL');
      await vi.waitFor(() => expect(alive()).toHaveLength(left - 1), WAIT);
    }
    process.kill(alive()[0] ?? 0, 'SIGKILL');
    expect(await exited).toEqual([137, null]);
    expect(alive()).toEqual([]);
  });
});
