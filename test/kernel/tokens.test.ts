// User namespaces, delegation and tokens: random calls of real processes, and the model's answers.
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { restoreKernel, snapshotOf } from '../../src/domain/snapshot.ts';
import { cgroup2Mount, needs } from '../support/needs.ts';
import { seedOfRun } from '../support/seed.ts';
import { comparable, drawPlay } from './token-play.ts';
import { buildPlayer, playOnKernel } from './token-player.ts';

const kernel = needs('kernel');
/** `BPFLEDGER_TEST_PLAYS` plays more. */
const PLAYS = Number(process.env.BPFLEDGER_TEST_PLAYS ?? 10);

describe.skipIf(!kernel.ok)('processes of user namespaces, on the kernel that runs here', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bpfledger-tokens-'));
  const bpffs = join(folder, 'bpffs');
  const seed = seedOfRun();
  let player = '';
  beforeAll(() => {
    player = buildPlayer(folder);
    // That of the machine may be closed to all but root, as systemd mounts it.
    chmodSync(folder, 0o755);
    mkdirSync(bpffs);
    execFileSync('mount', ['-t', 'bpf', '-o', 'mode=1777', 'bpf', bpffs]);
  });
  afterAll(() => {
    execFileSync('umount', [bpffs]);
    rmSync(folder, { recursive: true });
  });

  it(`get the answers of the model, with seed ${seed}`, { timeout: 600_000 }, () => {
    for (let play = 0; play < PLAYS; play++) {
      const { steps, answers, model } = drawPlay(seed, play);
      // A list keeps its mode when it is empty again, so each play has a cgroup of its own.
      const cgroup = mkdtempSync(join(cgroup2Mount() ?? '', 'bpfledger-tokens-'));
      chmodSync(cgroup, 0o755);
      const lines = playOnKernel(player, steps, { cgroup, bpffs });
      rmdirSync(cgroup);
      const seen = answers.map((answer, i) => comparable(lines[i] ?? '', answer));
      const differs = answers.findIndex((answer, i) => answer !== seen[i]);
      const before = steps.slice(0, differs + 1).map((step, i) => {
        return `${step.process} ${JSON.stringify(step.call)} model ${answers[i]} kernel ${seen[i]}`;
      });
      expect(differs, `play ${play}\n${before.join('\n')}`).toBe(-1);
      expect(snapshotOf(restoreKernel(snapshotOf(model)))).toEqual(snapshotOf(model));
    }
  });
});
