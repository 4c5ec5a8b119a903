// The recorded story: bpftool and a loader with libbpf at work on the kernel that runs here, in a
// cgroup and a bpffs of their own.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { cgroup2Mount } from '../support/needs.ts';

const SOURCES = join(import.meta.dirname, 'recorded');
/** bpftool prints all programs and all cgroups of the machine. */
const PRINTED_BYTES_MAX = 1 << 28;
const environment = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` };

/** Runs a program to its end; what it printed. */
export function run(command: string, args: readonly string[], cwd?: string): string {
  return execFileSync(command, args, {
    env: environment,
    encoding: 'utf8',
    maxBuffer: PRINTED_BYTES_MAX,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(cwd !== undefined && { cwd }),
  });
}

/** Builds the programs and the loader in a folder. */
export function buildStory(folder: string): void {
  const include = `-I/usr/include/${run('cc', ['-print-multiarch']).trim()}`;
  const object = ['-c', join(SOURCES, 'programs.bpf.c'), '-o', join(folder, 'programs.o')];
  run('clang', ['-O2', '-g', '-target', 'bpf', include, ...object]);
  const program = [join(SOURCES, 'loader.c'), '-o', join(folder, 'loader')];
  run('cc', ['-Wall', '-O1', ...program, '-lbpf', '-lpthread']);
}

/** What is there at the end, and bpftool's words for it. */
export interface Told {
  /** Directories of the story's own. */
  readonly cgroup: string;
  readonly bpffs: string;
  /** JSON of the tree, and of the link that is pinned. */
  readonly tree: string;
  readonly link: string;
}

/**
 * Lets the story happen, looks at what is there, and takes it away.
 *
 * @param folder where it was built
 * @param before words of the command that runs it, such as strace
 */
export async function tellStory<T>(
  folder: string,
  before: readonly string[],
  look: (told: Told) => T | Promise<T>,
): Promise<T> {
  const cgroup = mkdtempSync(join(cgroup2Mount() ?? '', 'bpfledger-story-'));
  const bpffs = mkdtempSync(join(folder, 'bpffs-'));
  run('mount', ['-t', 'bpf', 'none', bpffs]);
  try {
    const story = [...before, join(SOURCES, 'story.sh'), 'programs.o', './loader', cgroup, bpffs];
    run(story[0] as string, story.slice(1), folder);
    const tree = run('bpftool', ['-j', 'cgroup', 'tree', cgroup]);
    const link = run('bpftool', ['-j', 'link', 'show', 'pinned', join(bpffs, 'moved')]);
    return await look({ cgroup, bpffs, tree, link });
  } finally {
    run('umount', [bpffs]);
    for (const path of ['a/b', 'a', '']) rmdirSync(join(cgroup, path));
  }
}
