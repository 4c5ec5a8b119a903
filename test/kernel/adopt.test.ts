// `bpfledger adopt` on the kernel that runs here: a new host begins with what is there, and what
// happens unseen after it is found by the next one, with the interval in which it must have happened.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmdirSync, rmSync } from 'node:fs';
import { release, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServiceProcess, startProcess } from '../api/process.ts';
import { bpfledger } from '../support/command.ts';
import { cgroup2Mount, needs } from '../support/needs.ts';

const kernel = needs('kernel');
/** BPF_F_PREORDER came with 6.15. */
const [MAJOR = 0, MINOR = 0] = release().split('.').map(Number);
const hasPreorder = MAJOR > 6 || (MAJOR === 6 && MINOR >= 15);

const BPF = process.arch === 'arm64' ? 280 : 321;
/** Attaches two programs, the second with BPF_F_PREORDER. */
const ATTACH_TWO = `
  my $at = sub { unpack("Q", pack("P", $_[0])) };
  my ($insns, $license) = (pack("CCsL CCsL", 0xb7, 0, 0, 1, 0x95, 0, 0, 0), "GPL");
  sysopen(my $cgroup, $ARGV[0], 0) or die;
  foreach my $flags (2, 2 | 64) {
    my $load = pack("L2 Q2 x44 L x8", 8, 2, $at->($insns), $at->($license), 1);
    my $prog = syscall(${BPF}, 5, $load, length $load);
    my $attach = pack("L4", fileno $cgroup, $prog, 1, $flags);
    syscall(${BPF}, 8, $attach, length $attach) and die "attach: $!";
  }`;

interface Adopted {
  readonly is: string;
  readonly lines: readonly {
    readonly call: {
      readonly name: string;
      readonly cgroup?: { readonly path: string };
      readonly cause?: string;
    };
    readonly at: string;
    readonly since?: string;
  }[];
}

describe.skipIf(!kernel.ok)('bpfledger adopt', () => {
  const data = mkdtempSync(join(tmpdir(), 'bpfledger-adopt-'));
  let service: ServiceProcess;
  beforeAll(async () => {
    service = await startProcess({ BPFLEDGER_DATA_DIR: data });
  }, 60_000);
  afterAll(async () => {
    await service?.stop();
    rmSync(data, { recursive: true, force: true });
  });

  const adopt = (...more: string[]) =>
    bpfledger(['adopt', '--host', 'adopted', '--url', service.url, ...more]);

  it('begins a log, and tells later what it cannot explain', { timeout: 120_000 }, async () => {
    const planned = await adopt('--dry-run');
    expect(planned.code).toBe(0);
    expect(JSON.parse(planned.out.split('\n')[0] ?? '')).toMatchObject({
      call: { name: 'found', cgroup: { path: '/' } },
    });
    const begun = await adopt();
    expect(begun.err).toBe('');
    expect(begun).toMatchObject({ code: 0, out: expect.stringContaining('is created') });

    const made = mkdtempSync(join(cgroup2Mount() ?? '', 'bpfledger-adopt-'));
    const path = `/${basename(made)}`;
    try {
      const found = await adopt('--json');
      expect(found.code).toBe(1);
      const { is, lines } = JSON.parse(found.out) as Adopted;
      expect(is).toBe('known');
      const [line] = lines.filter(({ call }) => call.cgroup?.path === path);
      expect(line).toMatchObject({ call: { name: 'found' }, since: expect.any(String) });
    } finally {
      rmdirSync(made);
    }
    const gone = await adopt();
    expect(gone.out).toContain(`gone {"cgroup":{"path":"${path}"}}`);
  });

  it.skipIf(!hasPreorder)(
    'tells what runs in another order than its lists say',
    {
      timeout: 120_000,
    },
    async () => {
      await adopt();
      const made = mkdtempSync(join(cgroup2Mount() ?? '', 'bpfledger-order-'));
      try {
        // The second one runs first, and no query of the list says so.
        execFileSync('perl', ['-e', ATTACH_TWO, made]);
        const found = await adopt('--json');
        expect(found.code).toBe(1);
        const { lines } = JSON.parse(found.out) as Adopted;
        const causes = lines.flatMap(({ call }) => call.cause ?? []);
        const [, first, second] =
          /^on (?:\S+) for cgroup_inet_egress the kernel runs (\d+) (\d+) where the log derives \2 \1$/.exec(
            causes.find((cause) => cause.includes(basename(made))) ?? '',
          ) ?? [];
        expect(Number(first)).toBeGreaterThan(Number(second));
        // It is told once, and is not a thing that is gone or found.
        const again = await adopt('--json');
        const rest = (JSON.parse(again.out) as Adopted).lines.map(({ call }) => call);
        expect(rest.filter(({ cgroup }) => cgroup?.path === `/${basename(made)}`)).toEqual([]);
        const told = rest.flatMap(({ cause }) => cause ?? []);
        expect(told.filter((cause) => cause.includes(basename(made)))).toEqual([]);
      } finally {
        rmdirSync(made);
      }
      // With its cgroup it is over.
      await adopt();
      const { out } = await bpfledger([
        ...['events', 'list', 'adopted', '--url', service.url],
        ...['--call', 'lost', '--json'],
      ]);
      const all = out.split('\n').filter((line) => line.includes(basename(made)));
      expect(all).toHaveLength(2);
      expect(all[1]).toContain('for cgroup_inet_egress the kernel runs what the log derives');
    },
  );
});
