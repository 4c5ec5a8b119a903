/**
 * What driving a kernel takes: root, a cgroup2 hierarchy and a bpffs. Each thing that is missing has
 * its own sentence, because the person who reads it is setting up a machine.
 */
import { readFileSync } from 'node:fs';
import { ExecutorUnavailable } from './unavailable.ts';

const CAP_SYS_ADMIN = 21n;

/**
 * Where cgroup2 is mounted: the whole hierarchy, or beside the first version.
 *
 * @throws ExecutorUnavailable when the process is not root with CAP_SYS_ADMIN, or there is none
 */
export function requireCgroup2(): string {
  if (process.getuid?.() !== 0) {
    throw new ExecutorUnavailable('bpf(2) on a live kernel takes root: run as root, or by sudo');
  }
  if (!hasSysAdmin()) {
    throw new ExecutorUnavailable(
      'root lacks CAP_SYS_ADMIN here, as in most containers: run on the machine itself',
    );
  }
  const mount = mountsOf('cgroup2')[0];
  if (mount === undefined) {
    throw new ExecutorUnavailable(
      'no cgroup2 is mounted: mount -t cgroup2 none /sys/fs/cgroup, or boot with ' +
        'systemd.unified_cgroup_hierarchy=1',
    );
  }
  return mount;
}

/**
 * That the kernel has the bpffs; where one is mounted, the first of them.
 *
 * @throws ExecutorUnavailable when the kernel was built without it
 */
export function requireBpffs(): string | undefined {
  if (!/\tbpf$/mu.test(readFileSync('/proc/filesystems', 'utf8'))) {
    throw new ExecutorUnavailable('this kernel has no bpffs: it lacks CONFIG_BPF_SYSCALL');
  }
  return mountsOf('bpf')[0];
}

/** Mount points of a type of file system, in the order in which they were mounted. */
function mountsOf(type: string): string[] {
  const lines = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
  return lines.flatMap((line) => {
    const [before = '', after = ''] = line.split(' - ');
    const path = before.split(' ')[4];
    return after.split(' ', 1)[0] === type && path !== undefined ? [unescaped(path)] : [];
  });
}

/** mountinfo writes blanks and backslashes in octal. */
function unescaped(path: string): string {
  return path.replace(/\\(\d{3})/gu, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
}

function hasSysAdmin(): boolean {
  const effective = /^CapEff:\s*([0-9a-f]+)$/mu.exec(readFileSync('/proc/self/status', 'utf8'));
  return (
    effective?.[1] !== undefined && ((BigInt(`0x${effective[1]}`) >> CAP_SYS_ADMIN) & 1n) === 1n
  );
}
