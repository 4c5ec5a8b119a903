/**
 * The needs of driving a kernel: root, a cgroup2 hierarchy and a bpffs. Each missing one has
 * its own sentence, because the person who reads it is setting up a machine.
 */
import { readFileSync } from 'node:fs';
import { isWithin } from '../../domain/path.ts';
import { KernelUnavailable } from '../../native/unavailable.ts';

/** Capabilities without which no log can be applied: bpf(2), and lending other credentials. */
const NEEDED = {
  CAP_SETGID: 6n,
  CAP_SETUID: 7n,
  CAP_SETPCAP: 8n,
  CAP_NET_ADMIN: 12n,
  CAP_SYS_ADMIN: 21n,
  CAP_BPF: 39n,
} as const;

/**
 * Where cgroup2 is mounted: the whole hierarchy, or beside the first version.
 *
 * @throws KernelUnavailable when the process is not root with what it takes, or there is none
 */
export function requireCgroup2(): string {
  if (process.getuid?.() !== 0) {
    throw new KernelUnavailable('bpf(2) on a live kernel takes root: run as root, or by sudo');
  }
  const lacking = listLackingCapabilities();
  if (lacking.length > 0) {
    throw new KernelUnavailable(
      `root lacks ${lacking.join(', ')} here, as in most containers: run on the machine itself, or ` +
        'let the unit keep them',
    );
  }
  const mount = mountsOf('cgroup2')[0];
  if (mount === undefined) {
    throw new KernelUnavailable(
      'no cgroup2 is mounted: mount -t cgroup2 none /sys/fs/cgroup, or boot with ' +
        'systemd.unified_cgroup_hierarchy=1',
    );
  }
  return mount;
}

/** The mount of cgroup2 that a path lies in, of several the last; undefined when it lies in none. */
export function cgroup2Of(path: string): string | undefined {
  return mountsOf('cgroup2').findLast((mount) => isWithin(path, mount));
}

/**
 * Checks that the kernel has the bpffs; returns the first mounted one.
 *
 * @throws KernelUnavailable when the kernel was built without it
 */
export function requireBpffs(): string | undefined {
  if (!/\tbpf$/mu.test(readFileSync('/proc/filesystems', 'utf8'))) {
    throw new KernelUnavailable('this kernel has no bpffs: it lacks CONFIG_BPF_SYSCALL');
  }
  return mountsOf('bpf')[0];
}

/** Mount points of a type of file system, in the order in which they were mounted. */
function mountsOf(type: string): string[] {
  const lines = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
  return lines.flatMap((line) => {
    const [before = '', after = ''] = line.split(' - ');
    const path = before.split(' ')[4];
    return after.split(' ', 1)[0] === type && path !== undefined ? [unescapeOctal(path)] : [];
  });
}

/** mountinfo writes blanks and backslashes in octal. */
function unescapeOctal(path: string): string {
  return path.replace(/\\(\d{3})/gu, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
}

function listLackingCapabilities(): string[] {
  const status = readFileSync('/proc/self/status', 'utf8');
  const effective = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/mu.exec(status)?.[1] ?? '0'}`);
  return Object.entries(NEEDED).flatMap(([name, bit]) =>
    ((effective >> bit) & 1n) === 1n ? [] : [name],
  );
}
