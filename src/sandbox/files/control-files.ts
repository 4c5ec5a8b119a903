/** The files of a cgroup's directory: what they say, and what writing to them does. */
import { hasFile } from '../../domain/cgroupfs.ts';
import type { Cgroup, Kernel } from '../../domain/kernel.ts';
import { isWithin } from '../../domain/path.ts';
import { isPopulated, isValidDomain } from '../../domain/threaded.ts';

export interface ControlFile {
  readonly name: string;
  /** Permission bits of the kernel's file. */
  readonly mode: number;
  /** What it says, where it can be read. */
  readonly read?: (kernel: Kernel, cgroup: Cgroup) => string;
  /** Of a file that is not a rule's matter: what it says after a text was written, if it takes that. */
  readonly takes?: (text: string) => string | undefined;
}

const READ_ONLY = 0o444;
const WRITABLE = 0o644;
const WRITE_ONLY = 0o200;

/** Controllers are not modelled: none is there to be enabled. */
const FILES: readonly ControlFile[] = [
  { name: 'cgroup.controllers', mode: READ_ONLY, read: () => '\n' },
  {
    ...{ name: 'cgroup.events', mode: READ_ONLY },
    read: (kernel, cgroup) => `populated ${isPopulated(kernel, cgroup) ? 1 : 0}\nfrozen 0\n`,
  },
  { name: 'cgroup.freeze', mode: WRITABLE, read: () => '0\n' },
  { name: 'cgroup.kill', mode: WRITE_ONLY },
  limit('cgroup.max.depth'),
  limit('cgroup.max.descendants'),
  {
    ...{ name: 'cgroup.procs', mode: WRITABLE },
    read: (kernel, { id }) => lines(pidsIn(kernel, id)),
  },
  {
    ...{ name: 'cgroup.stat', mode: READ_ONLY },
    read: (kernel, { path }) =>
      `nr_descendants ${descendants(kernel, path)}\nnr_dying_descendants 0\n`,
  },
  {
    ...{ name: 'cgroup.subtree_control', mode: WRITABLE },
    read: () => '\n',
    takes: (text) => (text === '' ? '\n' : undefined),
  },
  {
    ...{ name: 'cgroup.threads', mode: WRITABLE },
    read: (kernel, { id }) => lines(tidsIn(kernel, id)),
  },
  { name: 'cgroup.type', mode: WRITABLE, read: typeOf },
  {
    ...{ name: 'cpu.stat', mode: READ_ONLY },
    read: () => 'usage_usec 0\nuser_usec 0\nsystem_usec 0\n',
  },
];

/** The files that a cgroup has. */
export function controlFilesOf(kernel: Kernel, cgroup: Cgroup): readonly ControlFile[] {
  return FILES.filter(({ name }) => hasFile(kernel, cgroup, name) === true);
}

/** A file by its name. */
export function controlFileOf(name: string): ControlFile | undefined {
  return FILES.find((file) => file.name === name);
}

/** A limit of the tree, which is kept and limits nothing. */
function limit(name: string): ControlFile {
  const takes = (text: string) => (/^(max|\d+)$/u.test(text) ? `${text}\n` : undefined);
  return { name, mode: WRITABLE, read: () => 'max\n', takes };
}

function typeOf(kernel: Kernel, cgroup: Cgroup): string {
  if (cgroup.threaded) return 'threaded\n';
  if (!isValidDomain(kernel, cgroup)) return 'domain invalid\n';
  return cgroup.threaded_children > 0 ? 'domain threaded\n' : 'domain\n';
}

/** Processes in a cgroup, threads left out. */
function pidsIn(kernel: Kernel, id: number): number[] {
  return [...kernel.processes.values()].flatMap(({ pid, tgid, cgroup_id }) =>
    cgroup_id === id && pid === tgid ? [pid] : [],
  );
}

function tidsIn(kernel: Kernel, id: number): number[] {
  return [...kernel.processes.values()].flatMap(({ pid, cgroup_id }) =>
    cgroup_id === id ? [pid] : [],
  );
}

function lines(numbers: readonly number[]): string {
  return [...numbers]
    .sort((a, b) => a - b)
    .map((number) => `${number}\n`)
    .join('');
}

function descendants(kernel: Kernel, path: string): number {
  const below = [...kernel.cgroupIds.keys()].filter((other) => isWithin(other, path));
  return below.length - 1;
}
