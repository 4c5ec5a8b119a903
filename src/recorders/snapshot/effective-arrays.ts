/**
 * What a kernel runs on its cgroups, held against what the log derives from its lists. The lists may be
 * the same and the arrays not: no query tells which entries are `preorder`, and kernels have had bugs that
 * left other programs in an array than its lists say. What differs is a hole of the record: something
 * happened that no list shows.
 */
import type { AttachType } from '../../domain/attach-type.ts';
import { countText } from '../../domain/count-text.ts';
import type { SightingLine } from '../../domain/observed/sighting.ts';
import type { LoggedState } from './logged-state.ts';
import { listKey } from './seen.ts';
import type { KernelSnapshot } from './snapshot.ts';

/** Arrays that are told one by one; of the others there is their number. */
const TOLD_MAX = 10;
/** Programs that are named of an array, and bytes of a cause (`CAUSE_BYTES_MAX` of the service is 200). */
const PROGS_MAX = 3;
const CAUSE_CHARS = 200;

/** Holes of the record: arrays that are not what the log derives. None where a snapshot has no arrays. */
export function otherArrays(
  log: LoggedState,
  { effective, lines }: KernelSnapshot,
): SightingLine[] {
  if (effective === undefined) return [];
  const seen = new Map(effective.map((array) => [listKey(array.cgroup, array.attach_type), array]));
  const found = new Set(
    lines.flatMap(({ call }) =>
      'cgroup' in call && call.name === 'found' ? call.cgroup.path : [],
    ),
  );
  const causes: string[] = [];
  for (const { path, effective: arrays } of log.cgroups) {
    if (!found.has(path)) continue;
    for (const { attach_type, slots } of arrays) {
      const key = listKey(path, attach_type);
      const array = seen.get(key);
      seen.delete(key);
      if (array !== undefined && array.progs === undefined) continue;
      const derived = slots.map(({ prog_id }) => prog_id);
      const runs = array?.progs ?? [];
      if (runs.join() !== derived.join()) causes.push(causeOf(path, attach_type, runs, derived));
    }
  }
  // What the log has no array for at all.
  for (const { cgroup, attach_type, progs = [] } of seen.values()) {
    if (progs.length > 0) causes.push(causeOf(cgroup, attach_type, progs, []));
  }
  const more = causes.length - TOLD_MAX;
  const told = causes.slice(0, TOLD_MAX);
  if (more > 0)
    told.push(`${countText(more, 'more array is', 'more arrays are')} not what the log derives`);
  return told.map((cause) => ({ call: { name: 'lost', cause } }));
}

function causeOf(
  cgroup: string,
  type: AttachType,
  runs: readonly number[],
  derived: readonly number[],
): string {
  const end = ` for ${type} the kernel runs ${idList(runs)} where the log derives ${idList(derived)}`;
  const path = cgroup.replace(/[^\x20-\x7e]/g, '?');
  const room = CAUSE_CHARS - 'on '.length - end.length;
  return `on ${path.length > room ? `${path.slice(0, room - 3)}...` : path}${end}`;
}

function idList(progs: readonly number[]): string {
  if (progs.length === 0) return 'nothing';
  const named = progs.slice(0, PROGS_MAX).join(' ');
  return progs.length > PROGS_MAX ? `${named} and ${progs.length - PROGS_MAX} more` : named;
}
