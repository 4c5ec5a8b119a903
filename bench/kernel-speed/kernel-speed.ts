/**
 * The speed of the kernel that runs here: a C program makes the same syscalls in a cgroup of its
 * own. Needs root, cgroup2 and a C compiler.
 */
import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { cgroup2Mount, needs } from '../../test/support/needs.ts';

const SOURCE = fileURLToPath(new URL('kernel-speed.c', import.meta.url));
/** A run that lasts longer than asked by so much is stuck. */
const GRACE_MS = 10_000;

/** What the program can do again and again. */
export type KernelPair =
  | 'link_create'
  | 'link_update'
  | 'prog_load'
  | 'mkdir'
  | 'attach'
  | 'close_prog'
  | 'close_file'
  | 'bare'
  | 'other';

/** How fast pairs were made one after the other. */
export interface Speed {
  /** Pairs a second. */
  readonly rate: number;
  /** The median of the microseconds of a pair: what the first calls take to warm up is not in it. */
  readonly micros: number;
}

export interface KernelSpeed {
  /** Measures for about `ms`. */
  measure(pair: KernelPair, ms: number): Promise<Speed>;
  /** Removes the cgroup. */
  remove(): void;
}

/** Reads what the program prints. */
export function speedOf(printed: string): Speed {
  const [rate = Number.NaN, micros = Number.NaN] = printed.split(' ').map(Number);
  return { rate, micros };
}

/**
 * Compiles the program and makes its cgroup.
 *
 * @param scratch an existing folder
 * @returns what measures, or why nothing can be measured here
 */
export function kernelSpeed(scratch: string): KernelSpeed | { readonly missing: string } {
  const kernel = needs('kernel');
  if (!kernel.ok) return { missing: kernel.reason };
  const program = join(scratch, 'kernel-speed');
  try {
    execFileSync('gcc', ['-O2', '-o', program, SOURCE], { stdio: 'pipe' });
  } catch (error) {
    return { missing: `gcc did not compile ${SOURCE}: ${String(error)}` };
  }
  const top = mkdtempSync(join(cgroup2Mount() ?? '', 'bpfledger-bench-'));
  const cgroup = join(top, 'pods');
  mkdirSync(cgroup);
  return {
    async measure(pair, ms) {
      const timeout = ms + GRACE_MS;
      const { stdout } = await promisify(execFile)(program, [pair, cgroup, `${ms}`], { timeout });
      return speedOf(stdout);
    },
    remove() {
      rmdirSync(cgroup);
      rmdirSync(top);
    },
  };
}
