/** Where the file systems of cgroup-BPF are mounted on this machine. */
import { readFileSync } from 'node:fs';

/** Where the names of a bpffs are the log's own. */
const MAIN_BPFFS = '/sys/fs/bpf';

export interface Bpffs {
  readonly mount: string;
  /**
   * Directory of its names in the log: empty for the one at /sys/fs/bpf. Others are below one that
   * is called after their mount point, with `:` for `/`, since a host has one tree of pins.
   */
  readonly prefix: string;
}

export interface Mounts {
  /** Of the cgroup2 hierarchy; undefined when it is mounted nowhere. */
  readonly cgroup2: string | undefined;
  /** Of every bpffs, in the order of mounting. */
  readonly bpffs: readonly Bpffs[];
}

/** Reads what is mounted in this mount namespace. */
export function readMounts(): Mounts {
  return mountsOf(readFileSync('/proc/self/mountinfo', 'utf8'));
}

/** The mount points that a text in the form of `/proc/self/mountinfo` tells of. */
function mountsOf(text: string): Mounts {
  let cgroup2: string | undefined;
  const bpffs = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, , device = '', root, where = ''] = line.split(' ');
    const type = / - (\S+) /.exec(line)?.[1];
    const mount = unescapePath(where);
    if (type === 'cgroup2') cgroup2 ??= mount;
    if (type !== 'bpf' || root !== '/') continue;
    // A later mount hides an earlier one at its place; a second mount of one says nothing new.
    for (const [known, at] of bpffs) if (at === mount) bpffs.delete(known);
    if (!bpffs.has(device)) bpffs.set(device, mount);
  }
  return { cgroup2, bpffs: [...bpffs.values()].map(bpffsAt) };
}

function bpffsAt(mount: string): Bpffs {
  return { mount, prefix: mount === MAIN_BPFFS ? '' : `/${mount.replaceAll('/', ':')}` };
}

/** The kernel writes space, tab, newline and backslash of a path as octal numbers. */
function unescapePath(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
}
