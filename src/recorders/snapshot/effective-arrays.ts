/**
 * What a kernel runs on its cgroups, held against what the log derives from its lists. The lists may be
 * the same and the arrays not: no query tells which entries are `preorder`, and kernels have had bugs that
 * left other programs in an array than its lists say. What differs is a hole of the record: something
 * happened that no list shows.
 */
import type { AttachType } from '../../domain/attach-type.ts';
import type { LoggedState } from './logged-state.ts';
import { listKey } from './seen.ts';
import type { KernelSnapshot } from './snapshot.ts';

export interface ArrayPlace {
  readonly cgroup: string;
  readonly attach_type: AttachType;
}

/** An array that is not what the log derives. */
export interface OtherArray extends ArrayPlace {
  /** Ids of the programs, in the order in which the kernel runs them, and the log. */
  readonly runs: readonly number[];
  readonly derived: readonly number[];
}

export interface ComparedArrays {
  readonly others: readonly OtherArray[];
  /** Of which the kernel gave no answer. */
  readonly unasked: readonly ArrayPlace[];
}

/** Undefined where a snapshot has no arrays. */
export function compareArrays(
  log: LoggedState,
  { effective, lines }: KernelSnapshot,
): ComparedArrays | undefined {
  if (effective === undefined) return undefined;
  const seen = new Map(effective.map((array) => [listKey(array.cgroup, array.attach_type), array]));
  const found = new Set(
    lines.flatMap(({ call }) =>
      'cgroup' in call && call.name === 'found' ? call.cgroup.path : [],
    ),
  );
  const others: OtherArray[] = [];
  const unasked = effective.filter(({ progs }) => progs === undefined);
  for (const { path: cgroup, effective: arrays } of log.cgroups) {
    if (!found.has(cgroup)) continue;
    for (const { attach_type, slots } of arrays) {
      const key = listKey(cgroup, attach_type);
      const array = seen.get(key);
      seen.delete(key);
      if (array !== undefined && array.progs === undefined) continue;
      const derived = slots.map(({ prog_id }) => prog_id);
      const runs = array?.progs ?? [];
      if (runs.join() !== derived.join()) others.push({ cgroup, attach_type, runs, derived });
    }
  }
  // What the log has no array for at all.
  for (const { cgroup, attach_type, progs = [] } of seen.values()) {
    if (progs.length > 0) others.push({ cgroup, attach_type, runs: progs, derived: [] });
  }
  return { others, unasked };
}
