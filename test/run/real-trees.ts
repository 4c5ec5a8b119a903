// A program on the kernel of this machine, as root, with cgroup2 and a bpffs where programs look for
// them: in a mount namespace of its own, so that nobody else sees another mount.

import { spawnSync } from 'node:child_process';

const MOUNTED =
  'mount --make-rprivate / && { umount -l /sys/fs/cgroup || true; } && ' +
  'mount -t cgroup2 none /sys/fs/cgroup && mount -t bpf bpf /sys/fs/bpf && exec "$@"';

/** Runs a program to its end. */
export function onRealTrees(...command: readonly string[]): {
  readonly code: number | null;
  readonly out: string;
} {
  const words = ['-m', 'sh', '-c', MOUNTED, 'sh', ...command];
  const { status, stdout, stderr } = spawnSync('unshare', words, { encoding: 'utf8' });
  return { code: status, out: stdout + stderr };
}
