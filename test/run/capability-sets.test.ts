// Bounding, inheritable and ambient sets, another uid and exec: a program changes them under
// `bpfledger run`, and on the kernel that runs here.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { releaseOf } from '../../src/domain/release/release.ts';
import { needs } from '../support/needs.ts';
import { running } from './unprivileged.ts';

const ready = [needs('listener'), needs('kernel')].every(({ ok }) => ok);

describe.skipIf(!ready)('sets of capabilities of a program that is run', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bpfledger-sets-'));
  const program = join(folder, 'capability-sets');

  beforeAll(() => {
    execFileSync('gcc', ['-o', program, join(import.meta.dirname, 'capability-sets.c')]);
    execFileSync('chmod', ['-R', 'a+rX', folder]);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('are changed by prctl, capset, setuid and exec as here', async () => {
    const here = releaseOf(release())?.id ?? '6.18';
    const { code, out, err } = await running('--release', here, '--quiet', '--', program);
    expect({ code, err, out: out.split('\n') }).toEqual({
      ...{ code: 0, err: '' },
      out: execFileSync(program, { encoding: 'utf8' }).split('\n'),
    });
    expect(out.split('\n').length).toBeGreaterThan(50);
  });
});
