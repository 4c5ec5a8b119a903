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

  it('probes the features of a release', async () => {
    const probe = 'PATH="$PATH:/usr/sbin" exec bpftool feature probe';
    const { code, out } = await running('--release', '5.10', '--quiet', '--', 'sh', '-c', probe);
    expect(code).toBe(0);
    const lines = out.split('\n');
    for (const line of [
      'bpf() syscall is available',
      'eBPF program_type cgroup_skb is available',
      'eBPF program_type sk_lookup is available',
      'eBPF program_type syscall is NOT available',
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
