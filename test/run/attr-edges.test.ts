// Where attrs end, words of flags that are full, logs, and what PROG_LOAD looks at first: a program asks
// under `bpfledger run`, and on the kernel that runs here.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { releaseOf } from '../../src/domain/release/release.ts';
import { needs } from '../support/needs.ts';
import { running } from './unprivileged.ts';

const ready = [needs('listener'), needs('kernel')].every(({ ok }) => ok);

describe.skipIf(!ready)('attrs of a program that is run', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bpfledger-attrs-'));
  const program = join(folder, 'attr-edges');

  beforeAll(() => {
    execFileSync('gcc', ['-o', program, join(import.meta.dirname, 'attr-edges.c')]);
    execFileSync('chmod', ['-R', 'a+rX', folder]);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('are taken and refused as here, at their ends and with full words of flags', async () => {
    const here = releaseOf(release())?.id ?? '6.18';
    const { code, out } = await running('--release', here, '--quiet', '--', program);
    expect({ code, out: out.split('\n') }).toEqual({
      code: 0,
      out: execFileSync(program, { encoding: 'utf8' }).split('\n'),
    });
    expect(out.split('\n').length).toBeGreaterThan(400);
  });

  it('are listed as not modelled where they name what the model does not know', async () => {
    const asked = await running('--release', '6.18', '--strict', '--', program, 'unknown');
    expect(asked.code).toBe(3);
    const listed = asked.err.split('\n').filter((line) => line.includes('not modelled: '));
    expect(listed.map((line) => line.replace(/^.*not modelled: /u, ''))).toEqual([
      'prog_load (a tracing program with attach_btf_id)',
      'prog_load (the signature of a program)',
      'bpf (prog_load for a network device)',
      'map_create (a map for one program alone)',
    ]);
  });
});
