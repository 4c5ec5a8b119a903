// Lines as strace writes them, and what a recording of them comes to, in short.

import { expect } from 'vitest';
import { boot } from '../../src/domain/boot.ts';
import type { Summary } from '../../src/events/recording.ts';
import type { CallRequest } from '../../src/events/submission.ts';
import { straceReader } from '../../src/recorders/strace/recording.ts';

interface Read {
  readonly told: readonly CallRequest[];
  readonly summary: Summary;
}

/**
 * Lines get a time each, a microsecond apart: `812 call(…) = 0`.
 *
 * @param now of the service
 */
export async function read(
  lines: readonly string[],
  now = Number.POSITIVE_INFINITY,
): Promise<Read> {
  const text = lines
    .map((line, i) => line.replace(/^(\d+(?:<\w+>)?) /, `$1 1795337540.${100_000 + i} `))
    .map((line) => `${line}\n`)
    .join('');
  const bytes = async function* () {
    // In small pieces, so that lines are cut anywhere.
    for (let at = 0; at < text.length; at += 97) yield Buffer.from(text.slice(at, at + 97));
  };
  const preface = await straceReader.preface(bytes);
  const kernel = () => boot('6.18');
  const reading = straceReader.read({ bytes, preface, kernel, now, progress: () => undefined });
  const told: CallRequest[] = [];
  for (;;) {
    const step = await reading.next();
    if (step.done) return { told, summary: step.value };
    told.push(...step.value);
  }
}

/** An observation in short: `812 close 3 = 0`. */
export function short({ pid, tid, call, outcome }: CallRequest): string {
  const { name, ...fields } = call as { name: string } & Record<string, unknown>;
  const { attr_size: _, ...shown } = fields;
  const text = Object.values(shown).map((value) =>
    typeof value === 'object' ? JSON.stringify(value) : String(value),
  );
  const by = tid === undefined ? `${pid}` : `${pid}/${tid}`;
  if (outcome === undefined) return [by, name, ...text].join(' ');
  const answer = 'errno' in outcome ? outcome.errno : outcome.ret;
  return `${[by, name, ...text].join(' ')} = ${answer}`;
}

export async function shortOf(lines: readonly string[]): Promise<string[]> {
  const { told, summary } = await read(lines);
  expect(summary.unreadable).toEqual({});
  return told.map(short);
}

export const CG = '/sys/fs/cgroup';
export const LOAD = (pid: number, fd: number, name = '') =>
  `${pid} bpf(BPF_PROG_LOAD, {prog_type=BPF_PROG_TYPE_CGROUP_SKB, insn_cnt=2, insns=0x7f, license="GPL", prog_name="${name}", expected_attach_type=BPF_CGROUP_INET_EGRESS, prog_btf_fd=0</dev/null>}, 128) = ${fd}<anon_inode:bpf-prog>`;
export const OPEN = (pid: number, fd: number, path = '/a') =>
  `${pid} openat(AT_FDCWD</srv>, "${CG}${path}", O_RDONLY|O_CLOEXEC|O_DIRECTORY) = ${fd}<${CG}${path}>`;
export const MKDIR = `812 mkdir("${CG}/a", 0777) = 0`;
export const ATTACH = (pid: number, fd: number, flags = 'BPF_F_ALLOW_MULTI') =>
  `${pid} bpf(BPF_PROG_ATTACH, {target_fd=3<${CG}/a>, attach_bpf_fd=${fd}<anon_inode:bpf-prog>, attach_type=BPF_CGROUP_INET_EGRESS, attach_flags=${flags}, replace_bpf_fd=0</dev/null>}, 20) = 0`;
export const DETACH = (pid: number, result = '0') =>
  `${pid} bpf(BPF_PROG_DETACH, {target_fd=3<${CG}/a>, attach_type=BPF_CGROUP_INET_EGRESS}, 20) = ${result}`;
export const QUERY = (pid: number, ids: string, count: number) =>
  `${pid} bpf(BPF_PROG_QUERY, {query={target_fd=3<${CG}/a>, attach_type=BPF_CGROUP_INET_EGRESS, query_flags=0, attach_flags=0, prog_ids=[${ids}], prog_cnt=64 => ${count}}}, 40) = 0`;
