// `bpfledger adopt --from-bpftool`: what bpftool prints of the kernel that runs here becomes a log
// that bpftool would print the same of, and what happens unseen after it is found by the next one.

import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServiceProcess, startProcess } from '../api/process.ts';
import { bpfledger } from '../support/command.ts';
import { cgroup2Mount, needs } from '../support/needs.ts';
import { bpftoolFiles } from './bpftool-here.ts';
import { buildStory, run, tellStory } from './story.ts';

const ready = [needs('kernel'), needs('strace')].every(({ ok }) => ok);

describe.skipIf(!ready)('bpfledger adopt --from-bpftool', { timeout: 120_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'bpfledger-bpftool-'));
  const mount = cgroup2Mount() ?? '';
  const files = join(folder, 'files');
  let service: ServiceProcess;
  beforeAll(async () => {
    mkdirSync(files);
    buildStory(folder);
    service = await startProcess({ BPFLEDGER_DATA_DIR: join(folder, 'data') });
  }, 120_000);
  afterAll(async () => {
    await service?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Writes what docs/observe.md says to write, of the cgroups below one. */
  function collect(cgroup: string): void {
    for (const { name, text } of bpftoolFiles(cgroup)) writeFileSync(join(files, name), text);
  }

  async function adopt(...more: string[]) {
    const paths = readdirSync(files).map((name) => join(files, name));
    const flags = ['--host', 'told', '--url', service.url, '--json', ...more];
    const { code, out, err } = await bpfledger(['adopt', ...flags, '--from-bpftool', ...paths]);
    expect(err).toBe('');
    return {
      code,
      ...(JSON.parse(out) as { readonly is: string; readonly lines: readonly object[] }),
    };
  }

  it('begins a log, and tells later what it cannot explain', async () => {
    const top = await tellStory(folder, [], async ({ cgroup, tree, bpffs }) => {
      collect(cgroup);
      expect(await adopt()).toMatchObject({ code: 0, is: 'created' });
      const under = `cgroup_root=${mount}&under=/${basename(cgroup)}`;
      const shown = await fetch(`${service.url}/v1/hosts/told/cgroups?format=bpftool&${under}`);
      expect(await shown.json()).toEqual(JSON.parse(tree));
      expect(await adopt()).toMatchObject({ code: 0, is: 'known', lines: [] });

      run('bpftool', [
        'cgroup',
        'attach',
        join(cgroup, 'a/b'),
        'egress',
        'pinned',
        join(bpffs, 'd/out_two'),
        'multi',
      ]);
      collect(cgroup);
      const found = await adopt();
      expect(found.code).toBe(1);
      const entry = { cgroup: `/${basename(cgroup)}/a/b`, attach_type: 'cgroup_inet_egress' };
      expect(found.lines).toContainEqual(
        expect.objectContaining({
          call: {
            name: 'found',
            entry: { ...entry, mode: 'multi', prog_id: expect.any(Number), index: 0 },
          },
          since: expect.any(String),
        }),
      );
      return `/${basename(cgroup)}`;
    });
    collect(mount);
    const { code, lines } = await adopt();
    expect(code).toBe(1);
    expect(lines).toContainEqual(
      expect.objectContaining({ call: { name: 'gone', cgroup: { path: top } } }),
    );
  });
});
