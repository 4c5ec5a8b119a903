// `bpfledger run --kernel live`: a program on the kernel that runs here, and the log that it leaves.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServiceProcess, startProcess } from '../api/process.ts';
import { bpfledger, root } from '../support/command.ts';
import { cgroup2Mount, needs } from '../support/needs.ts';
import { buildCollector, type SeenEvent } from './observing.ts';

const RUN_MS_MAX = 240_000;
const ready = [needs('kernel'), needs('collector')].every(({ ok }) => ok);

describe.skipIf(!ready)('a run on the kernel that runs here', { timeout: RUN_MS_MAX }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'bpfledger-run-live-'));
  const object = join(folder, 'egress.o');
  let collector = '';
  let service: ServiceProcess;

  beforeAll(async () => {
    collector = buildCollector(join(folder, 'build'));
    const source = join(root, 'test/run/egress.bpf.c');
    execFileSync('clang', [
      ...['-O2', '-g', '-target', 'bpf', '-I/usr/include/x86_64-linux-gnu'],
      ...['-c', source, '-o', object],
    ]);
    service = await startProcess({ BPFLEDGER_DATA_DIR: join(folder, 'data') });
  }, RUN_MS_MAX);

  afterAll(async () => {
    await service?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const live = (...words: string[]) =>
    bpfledger(['run', '--kernel', 'live', '--collector', collector, ...words]);

  /** A loader: makes a cgroup, runs a program there, and takes both away again. */
  const LOADER = [
    `cg=$(mktemp -d "${cgroup2Mount()}/bpfledger-live-XXXXXX")`,
    `bpftool prog loadall ${object} "$PINS"`,
    'bpftool cgroup attach "$cg" egress pinned "$PINS/count"',
    'bpftool cgroup attach "$cg" egress pinned "$PINS/drop" || echo "no second one"',
    'bpftool cgroup detach "$cg" egress pinned "$PINS/count"',
    'rm -r "$PINS"; rmdir "$cg"; exit 7',
  ].join('\n');

  it('gives the exit code of the program, and records what the kernel answered it', async () => {
    const place = ['--host', 'live', '--url', service.url];
    const pins = `/sys/fs/bpf/bpfledger-live-${process.pid}`;
    const script = `PINS=${pins}; mkdir "$PINS"; ${LOADER}`;
    const { code, err } = await live(...place, '--', 'sh', '-c', script);
    expect([code, err]).toEqual([
      7,
      expect.stringMatching(/\d+ events of the kernel here are recorded as host live/),
    ]);
    const found = await fetch(`${service.url}/v1/hosts/live/events?limit=1000&order=desc`);
    const { items } = (await found.json()) as { readonly items: readonly SeenEvent[] };
    const told = items
      .filter(({ comm, call }) => comm === 'bpftool' && /^prog_(at|de)tach$/.test(call.name))
      .map(({ call, outcome, source }) => [source, call.name, outcome.errno ?? 'done']);
    expect(told.toReversed()).toEqual([
      ['observed', 'prog_attach', 'done'],
      ['observed', 'prog_attach', 'done'],
      ['observed', 'prog_detach', expect.stringMatching(/^(done|ENOENT)$/)],
    ]);
  });

  it('keeps the log as a bundle that verifies', async () => {
    const file = join(folder, 'kept.bundle');
    const kept = await live('--keep', file, '--', 'bpftool', 'prog', 'list');
    expect([kept.code, existsSync(file)]).toEqual([0, true]);
    expect(readFileSync(file, 'utf8')).toContain('\\"bpftool\\"');
    const { code, out } = await bpfledger(['verify', file]);
    expect([code, out]).toEqual([0, expect.stringContaining('run: everything holds')]);
  });

  it('says 128 and the signal, when a signal ends the program', async () => {
    const file = join(folder, 'killed.bundle');
    const { code } = await live('--keep', file, '--', 'sh', '-c', 'kill -9 $$');
    expect(code).toBe(137);
  });

  it.each([
    ['before the program', 'pkill -TERM -f "^$0"; while pgrep -f "^$0"; do sleep 0.1; done'],
    ['while the program ends', 'pkill -TERM -f "^$0"'],
  ])(
    'ends with 3 when another stops the collector %s, since the record is not whole',
    async (_, script) => {
      const file = join(folder, 'cut.bundle');
      const { code, err } = await live('--keep', file, '--', 'sh', '-c', script, collector);
      expect([code, err]).toEqual([3, expect.stringContaining('the end of the program is not')]);
      expect(existsSync(file)).toBe(false);
    },
  );

  it.each([
    [['--keep', 'f', '--', 'no-such-program'], 127, 'there is no program no-such-program'],
    [['--', 'true'], 2, '--kernel live needs --keep FILE or --host NAME'],
    [['--keep', 'f', '--release', '6.1', '--', 'true'], 2, '--release is of the model'],
    [['--keep', 'f', '--trace', '--', 'true'], 2, '--trace is of the model'],
    [['--keep', 'f', '--kernel', 'dead', '--', 'true'], 2, '--kernel dead is not known'],
  ])('refuses %j with %i', async (words, refused, why) => {
    const { code, err } = await live(...words);
    expect([code, err]).toEqual([refused, expect.stringContaining(why)]);
  });
});
