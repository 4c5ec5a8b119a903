/** Where the file systems of cgroup-BPF are mounted on this machine. */
import { readFileSync } from 'node:fs';

export interface Mounts {
  /** Of the cgroup2 hierarchy; undefined when it is mounted nowhere. */
  readonly cgroup2: string | undefined;
  /** Of every bpffs, in the order of mounting. */
  readonly bpffs: readonly string[];
}

/** Reads what is mounted in this mount namespace. */
export function readMounts(): Mounts {
  return mountsOf(readFileSync('/proc/self/mounts', 'utf8'));
}

/** The mount points that a text in the form of `/proc/self/mounts` tells of. */
export function mountsOf(text: string): Mounts {
  const mounts = text.split('\n').flatMap((line) => {
    const [, where, type] = line.split(' ');
    return where === undefined || type === undefined ? [] : [{ where: unescaped(where), type }];
  });
  return {
    cgroup2: mounts.find(({ type }) => type === 'cgroup2')?.where,
    bpffs: mounts.filter(({ type }) => type === 'bpf').map(({ where }) => where),
  };
}

/** The kernel writes space, tab, newline and backslash of a path as octal numbers. */
function unescaped(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
}
