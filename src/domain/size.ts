/**
 * How large a state is, in rows of some 400 bytes: the rows of its tables, and what they hold that
 * grows with use. The latter is counted as it changes (`Kernel.contents`), because every write needs it.
 */
import type { Effect } from './effect.ts';
import type { BpffsNode, Cgroup, Kernel } from './kernel.ts';

/** Rows of one state: what a host may hold. Some 400 MB at most, usually a quarter of that. */
export const STATE_ROWS_MAX = 1_000_000;
/** Elements of one map: each update copies their list. */
export const MAP_ELEMENTS_MAX = 10_000;
/** Fds that wait to be received by one process: each send copies their list. */
export const WAITING_FDS_MAX = 4096;
/** Mounts of all namespaces: a new one copies those of another, and names that move search all of them. */
const MOUNTS_MAX = 10_000;
/** Names of a bpffs: renaming a directory searches all of them. */
export const BPFFS_NAMES_MAX = 10_000;

/** Characters of a name that count as a row. */
const NAME_CHARS_PER_ROW = 400;

/** Rows of a state, with what they hold. */
export function stateRows(kernel: Kernel): number {
  const { processes, files, programs, links, maps, btfs, cgroups, bpffs, writtenArrays } = kernel;
  return (
    kernel.contents +
    processes.size +
    files.size +
    programs.size +
    links.size +
    maps.size +
    btfs.size +
    cgroups.size +
    bpffs.size +
    writtenArrays.size
  );
}

/** Rows that a name counts as beside the row that it is of. */
export function nameRows(name: string): number {
  return Math.floor(name.length / NAME_CHARS_PER_ROW);
}

/** The same of a name on a bpffs: what a symlink leads to counts too. */
export function nodeRows(name: string, { target }: Pick<BpffsNode, 'target'>): number {
  return nameRows(name) + nameRows(target);
}

/** Rows that the entries of a cgroup count as. */
export function entryRows({ lists }: Cgroup): number {
  let rows = 0;
  for (const { entries } of lists.values()) rows += entries.length;
  return rows;
}

/** What the rows of a state hold, counted again: fds, waiting fds, entries, elements, long names. */
export function contentsOf(kernel: Kernel): number {
  let rows = 0;
  for (const { pid, fds, mailbox, shared_with } of kernel.processes.values()) {
    // A table that is shared counts once.
    const counts = shared_with.every((other) => other > pid);
    rows += (counts ? fds.rows : 0) + mailbox.length;
  }
  for (const { map_ids, btf } of kernel.programs.values()) {
    rows += map_ids.length + btf.held.length;
  }
  for (const { elements, btf_ids } of kernel.maps.values()) {
    rows += elements.length + btf_ids.length;
  }
  for (const cgroup of kernel.cgroups.values()) rows += entryRows(cgroup) + nameRows(cgroup.path);
  for (const [path, node] of kernel.bpffs.entries()) rows += nodeRows(path, node);
  return rows;
}

/** A limit that a state has passed: the name of what it limits, and the number. */
export interface PassedLimit {
  readonly what: string;
  readonly limit: number;
}

/** The limit that a state has passed by the effects that were just applied. */
export function checkSize(kernel: Kernel, effects: readonly Effect[]): PassedLimit | undefined {
  if (stateRows(kernel) > STATE_ROWS_MAX) return { what: 'rows a host', limit: STATE_ROWS_MAX };
  for (const effect of effects) {
    const passed = checkEffect(kernel, effect);
    if (passed !== undefined) return passed;
  }
  return undefined;
}

function checkEffect(kernel: Kernel, effect: Effect): PassedLimit | undefined {
  switch (effect.type) {
    case 'StorageMade':
    case 'ElementUpdated': {
      const count = kernel.maps.get(effect.map_id)?.elements.length ?? 0;
      return count > MAP_ELEMENTS_MAX
        ? { what: 'elements a map', limit: MAP_ELEMENTS_MAX }
        : undefined;
    }
    case 'FdSent': {
      const count = kernel.processes.get(effect.to_pid)?.mailbox.length ?? 0;
      return count > WAITING_FDS_MAX
        ? { what: 'fds that wait for a process', limit: WAITING_FDS_MAX }
        : undefined;
    }
    case 'BpffsMounted':
      return kernel.mounts.size > MOUNTS_MAX
        ? { what: 'mounts of a bpffs', limit: MOUNTS_MAX }
        : undefined;
    case 'PinCreated':
    case 'DirectoryMade':
      return kernel.bpffs.size > BPFFS_NAMES_MAX
        ? { what: 'names on the bpffs', limit: BPFFS_NAMES_MAX }
        : undefined;
    default:
      return undefined;
  }
}
