/**
 * `bpftool -j link show` and `prog show`, read from a kernel: their fields, in their order, without
 * what only a running kernel knows (license, sizes, whether it was compiled).
 */
import type { AttachType } from '../../domain/attach-type.ts';
import type { Kernel, Link, Program } from '../../domain/kernel.ts';
import type { ProgType } from '../../domain/prog-type.ts';
import { PAGE_EVENTS_MAX, readEventsAt } from '../../events/reading/log-reader.ts';
import type { Queryable } from '../../events/storage/database.ts';
import type { Moment } from '../moment.ts';
import { loadPositions } from '../programs.ts';

export interface ShownLink {
  readonly id: number;
  readonly type: 'cgroup';
  readonly prog_id: number;
  /** 0 once the link is defunct. */
  readonly cgroup_id: number;
  readonly attach_type: AttachType;
}

export interface ShownProg {
  readonly id: number;
  readonly type: ProgType;
  /** Absent when it has none. */
  readonly name?: string;
  readonly tag: string;
  /** Seconds since the epoch. */
  readonly loaded_at: number;
  readonly uid: number;
  readonly map_ids?: readonly number[];
}

function linkShow({ id, prog_id, cgroup_id, attach_type }: Link): ShownLink {
  return { id, type: 'cgroup', prog_id, cgroup_id, attach_type };
}

/**
 * One program.
 *
 * @param loadedAt when it was loaded, in microseconds since the epoch
 */
export function progShow(
  { id, prog_type, prog_name, tag, uid, map_ids }: Program,
  loadedAt: number,
): ShownProg {
  return {
    id,
    type: prog_type,
    ...(prog_name !== '' && { name: prog_name }),
    tag,
    loaded_at: Math.floor(loadedAt / 1_000_000),
    uid,
    ...(map_ids.length > 0 && { map_ids }),
  };
}

/** The links of a kernel, by id. */
export function linksShow(kernel: Kernel): ShownLink[] {
  return [...kernel.links.values()].sort((a, b) => a.id - b.id).map(linkShow);
}

/** When each program of a boot was loaded, in microseconds since the epoch, by program id. */
export async function loadTimes(
  database: Queryable,
  moment: Moment,
  progIds: readonly number[],
): Promise<Map<number, number>> {
  const times = new Map<number, number>();
  for (let i = 0; i < progIds.length; i += PAGE_EVENTS_MAX) {
    const ids = progIds.slice(i, i + PAGE_EVENTS_MAX);
    const positions = await loadPositions(database, moment, ids);
    const events = await readEventsAt(database, moment.host_id, [...positions.values()]);
    const byPosition = new Map(events.map(({ position, at }) => [position, at]));
    for (const [id, position] of positions) times.set(id, byPosition.get(position) ?? 0);
  }
  return times;
}
