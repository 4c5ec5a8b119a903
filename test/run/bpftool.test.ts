// Debian's bpftool under `bpfledger run`, word for word as on a real kernel.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { releaseOf } from '../../src/domain/release/release.ts';
import { needs } from '../support/needs.ts';
import { onRealTrees } from './real-trees.ts';
import { running } from './unprivileged.ts';

const listener = needs('listener');
const tools = needs('strace');
const kernel = needs('kernel');
const folder = mkdtempSync(join(tmpdir(), 'bpfledger-bpftool-'));
const object = join(folder, 'egress.o');
const script = join(import.meta.dirname, 'bpftool-texts.sh');

beforeAll(() => {
  if (!tools.ok) return;
  const source = join(import.meta.dirname, 'egress.bpf.c');
  const machine = execFileSync('gcc', ['-dumpmachine'], { encoding: 'utf8' }).trim();
  const flags = ['-O2', '-target', 'bpf', `-I/usr/include/${machine}`];
  execFileSync('clang', [...flags, '-c', source, '-o', object]);
  execFileSync('chmod', ['-R', 'a+rX', folder]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Bpftool's text without what two kernels never have in common: ids, times, and compiled code. */
function comparable(text: string): readonly string[] {
  const names = new Map<string, string>();
  const nameFor = (id: string) => {
    if (!names.has(id)) names.set(id, `<${names.size + 1}>`);
    return names.get(id) ?? '';
  };
  return text
    .replace(/loaded_at \S+/gu, 'loaded_at')
    .replace(/"loaded_at":\d+/gu, '"loaded_at"')
    .replace(/(?:not jited|jited \d+B)/gu, 'jited')
    .replace(/"jited":(?:true|false)(?:,"bytes_jited":\d+)?/gu, '"jited"')
    .replace(/^(\d+)(: \w| +cgroup_| {7})/gmu, (_, id: string, rest: string) => nameFor(id) + rest)
    .replace(
      /^( {4})(\d+)( +cgroup_)/gmu,
      (_, blank, id: string, rest) => blank + nameFor(id) + rest,
    )
    .replace(/"id": ?(\d+)/gu, (_, id: string) => `"id":${nameFor(id)}`)
    .replace(/ +/gu, ' ')
    .split('\n');
}

const probe = 'PATH="$PATH:/usr/sbin" exec bpftool feature probe';

/** Lines of a feature probe; those about helpers begin with the type that may call them. */
function linesOf(text: string): ReadonlySet<string> {
  let type = '';
  const told = text.split('\n').map((line) => {
    if (!line.startsWith('\t'))
      type = /helpers supported for (?<type>.+)$/u.exec(line)?.groups?.type ?? '';
    return `${type}${line}`;
  });
  return new Set(told);
}

/** What no release decides. */
const NOT_OF_THE_RELEASE = [
  { type: 'JIT ', why: 'sysctls of the machine, which its root alone may read' },
  { type: 'program type lirc_mode2:', why: 'the build (CONFIG_BPF_LIRC_MODE2)' },
  { type: 'program_type lirc_mode2 ', why: 'the build' },
  ...['tracing', 'ext', 'lsm'].flatMap((type) => [
    { type: `program type ${type}:`, why: 'lockdown says EPERM to all three' },
    { type: `program_type ${type} `, why: 'lockdown' },
  ]),
] as const;

describe.skipIf(!listener.ok || !tools.ok)('bpftool under a run', () => {
  it('names the types of the kernel', async () => {
    const { code, out } = await running('--release', '6.12', '--', 'bpftool', 'btf', 'list');
    expect([code, out]).toEqual([
      0,
      expect.stringMatching(/^\d+: name \[vmlinux\] {2}size \d+B$/mu),
    ]);
  });

  it.skipIf(!kernel.ok)('prints what it prints on the kernel that is here', async () => {
    const here = releaseOf(release())?.id ?? '6.18';
    // Both texts in the order in which they are printed.
    const words = ['sh', '-c', 'exec sh "$@" 2>&1', 'sh', script, object];
    const real = onRealTrees(...words);
    const { code, out } = await running('--release', here, '--quiet', '--', ...words);
    expect(comparable(out)).toEqual(comparable(real.out));
    expect(code).toBe(real.code);
    expect(out.split('\n').length).toBeGreaterThan(60);
  });

  describe('on another release', () => {
    let here: readonly string[] = [];
    const print = async (of: string) => {
      const words = ['sh', '-c', 'exec sh "$@" 2>&1', 'sh', script, object];
      const { out } = await running('--release', of, '--quiet', '--', ...words);
      return comparable(out).map((line) => line.replace(/(tag"?:? ?"?)[0-9a-f]{16}/u, '$1<tag>'));
    };
    beforeAll(async () => {
      here = await print('6.18');
    });

    it.each(['6.1', '6.12', '7.3'])(
      'prints on %s the same, but for the hash of tags',
      async (of) => {
        expect(await print(of)).toEqual(here);
      },
    );

    // Of attached programs it asks for the flags of each, a field that came with 6.1.
    it('shows on 5.10 what is effective and not what is attached, and else the same', async () => {
      const shown = await print('5.10');
      expect(shown.filter((line) => !here.includes(line)).map((line) => line.trim())).toEqual([
        '"programs": []',
      ]);
      const rowsOf = (lines: readonly string[]) =>
        lines.filter((one) => /^<\d+> cgroup_/u.test(one));
      expect([rowsOf(shown).length, rowsOf(here).length]).toEqual([3, 11]);
    });
  });

  it.skipIf(!kernel.ok)('finds the features that the kernel here has', async () => {
    const here = releaseOf(release())?.id ?? '6.18';
    const real = linesOf(onRealTrees('sh', '-c', probe).out);
    const { out } = await running('--release', here, '--quiet', '--', 'sh', '-c', probe);
    const run = linesOf(out);
    const differ = [...new Set([...real, ...run])].filter(
      (line) => !(real.has(line) && run.has(line)),
    );
    const unexpected = differ.filter(
      (line) => !NOT_OF_THE_RELEASE.some(({ type }) => line.includes(type)),
    );
    expect(unexpected).toEqual([]);
    expect(run.size).toBeGreaterThan(4000);
  });

  it('probes the features of a release', async () => {
    const { code, out } = await running('--release', '5.10', '--quiet', '--', 'sh', '-c', probe);
    expect(code).toBe(0);
    const lines = out.split('\n');
    for (const line of [
      'bpf() syscall is available',
      'eBPF program_type cgroup_skb is available',
      'eBPF program_type sk_lookup is available',
      'eBPF program_type syscall is NOT available',
      ...['tracing', 'struct_ops', 'ext', 'lsm'].map((t) => `eBPF program_type ${t} is available`),
      'eBPF map_type struct_ops is available',
      'eBPF map_type ringbuf is available',
      'eBPF map_type bloom_filter is NOT available',
      '\t- bpf_redirect_peer',
    ]) {
      expect(lines).toContain(line);
    }
    // It came with 5.17.
    expect(lines).not.toContain('\t- bpf_loop');
  });
});
