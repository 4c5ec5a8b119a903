/** The files of a cgroup's directory: what they say, and what writing to them does. */
import type { Call } from '../../domain/call.ts';
import type { Errno } from '../../domain/errno.ts';
import type { Cgroup, Kernel } from '../../domain/kernel.ts';
import { isWithin } from '../../domain/path.ts';

/** What writing means: a call of the model, nothing more, or a refusal. */
export type Writing =
  | { readonly call: Call }
  | { readonly keep: string }
  | { readonly signal: readonly number[] }
  | { readonly errno: Errno };

export interface ControlFile {
  readonly name: string;
  /** Permission bits of the kernel's file. */
  readonly mode: number;
  /** Whether the root has it too. */
  readonly onRoot: boolean;
  readonly read?: (kernel: Kernel, cgroup: Cgroup) => string;
  /** @param kept what the file says now */
  readonly write?: (text: string, cgroup: Cgroup, kernel: Kernel) => Writing;
}

const READ_ONLY = 0o444;
const WRITABLE = 0o644;
const WRITE_ONLY = 0o200;

/** Controllers are not modelled: none is there to be enabled. */
const FILES: readonly ControlFile[] = [
  {
    ...{ name: 'cgroup.controllers', mode: READ_ONLY, onRoot: true },
    read: () => '\n',
  },
  {
    ...{ name: 'cgroup.events', mode: READ_ONLY, onRoot: false },
    read: (kernel, cgroup) => `populated ${isPopulated(kernel, cgroup) ? 1 : 0}\nfrozen 0\n`,
  },
  kept('cgroup.freeze', '0', /^[01]$/u, false),
  {
    ...{ name: 'cgroup.kill', mode: WRITE_ONLY, onRoot: false },
    write: (text, cgroup, kernel) =>
      text === '1' ? { signal: pidsBelow(kernel, cgroup) } : { errno: 'ERANGE' },
  },
  kept('cgroup.max.depth', 'max', /^(max|\d+)$/u, true),
  kept('cgroup.max.descendants', 'max', /^(max|\d+)$/u, true),
  {
    ...{ name: 'cgroup.procs', mode: WRITABLE, onRoot: true },
    read: (kernel, { id }) => lines(pidsIn(kernel, id)),
    write: (text, { path }) => joining(text, path),
  },
  {
    ...{ name: 'cgroup.stat', mode: READ_ONLY, onRoot: true },
    read: (kernel, { path }) =>
      `nr_descendants ${descendants(kernel, path)}\nnr_dying_descendants 0\n`,
  },
  {
    ...{ name: 'cgroup.subtree_control', mode: WRITABLE, onRoot: true },
    read: () => '\n',
    write: (text) => (text === '' ? { keep: '' } : { errno: 'EINVAL' }),
  },
  {
    ...{ name: 'cgroup.threads', mode: WRITABLE, onRoot: true },
    read: (kernel, { id }) => lines(tidsIn(kernel, id)),
    write: (text, { path }) => joining(text, path),
  },
  {
    ...{ name: 'cgroup.type', mode: WRITABLE, onRoot: false },
    read: () => 'domain\n',
    write: () => ({ errno: 'EOPNOTSUPP' }),
  },
];

const ON_ROOT = FILES.filter(({ onRoot }) => onRoot);

/** The files of the cgroup at a path. */
export function controlFilesOf(path: string): readonly ControlFile[] {
  return path === '/' ? ON_ROOT : FILES;
}

/** A file of the cgroup at a path, by its name. */
export function controlFileOf(path: string, name: string): ControlFile | undefined {
  return controlFilesOf(path).find((file) => file.name === name);
}

/** A file that says what was written last. */
function kept(name: string, first: string, taken: RegExp, onRoot: boolean): ControlFile {
  return {
    ...{ name, mode: WRITABLE, onRoot },
    read: () => `${first}\n`,
    write: (text) => (taken.test(text) ? { keep: `${text}\n` } : { errno: 'EINVAL' }),
  };
}

/** `cgroup_procs_write`: 0 is the writer itself. */
function joining(text: string, path: string): Writing {
  if (!/^\d{1,10}$/u.test(text)) return { errno: 'EINVAL' };
  const pid = Number(text);
  return { call: { name: 'join', path, ...(pid !== 0 && { target_pid: pid }) } };
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

function below(kernel: Kernel, path: string): Cgroup[] {
  return [...kernel.cgroupIds.entries()].flatMap(([other, id]) => {
    const cgroup = isWithin(other, path) ? kernel.cgroups.get(id) : undefined;
    return cgroup === undefined ? [] : [cgroup];
  });
}

function pidsBelow(kernel: Kernel, { path }: Cgroup): number[] {
  return below(kernel, path).flatMap(({ id }) => pidsIn(kernel, id));
}

function isPopulated(kernel: Kernel, { path }: Cgroup): boolean {
  return below(kernel, path).some(({ processes }) => processes > 0);
}

function descendants(kernel: Kernel, path: string): number {
  return below(kernel, path).length - 1;
}
