/**
 * How many programs are attached, and how many places effective arrays have, on all hosts. Read page
 * by page from what lasts, and counted in one walk down each tree: a cgroup without lists of its own
 * has the arrays of its parent.
 */
import type { AttachType } from '../../domain/attach-type.ts';
import { parentIn } from '../../domain/effective.ts';
import type { Mode } from '../../domain/flags.ts';
import type { Queryable } from '../../events/storage/database.ts';
import { Pace } from '../../events/turns.ts';
import { parseType } from '../spelling.ts';

/** Rows that one statement reads. */
const PAGE_ROWS = 5000;

/** A cgroup's list that is not empty. */
export interface ListSize {
  readonly cgroup_id: number;
  readonly attach_type: AttachType;
  readonly mode: Mode;
  readonly programs: number;
}

/** Where a cgroup is. */
export interface CgroupPlace {
  readonly cgroup_id: number;
  /** 0 for the root. */
  readonly parent_id: number;
  readonly path: { readonly length: number };
}

/** Programs in lists, by attach type and mode; places in effective arrays, by attach type. */
export class Attachments {
  readonly attached = new Map<AttachType, Map<Mode, number>>();
  readonly effective = new Map<AttachType, number>();

  /** Adds the lists of a host. */
  addLists(lists: readonly ListSize[]): void {
    for (const { attach_type, mode, programs } of lists) {
      const modes = this.attached.get(attach_type) ?? new Map<Mode, number>();
      this.attached.set(attach_type, modes.set(mode, (modes.get(mode) ?? 0) + programs));
    }
  }

  /** Adds the effective arrays of a host's cgroups. */
  async addArrays(
    cgroups: readonly CgroupPlace[],
    lists: readonly ListSize[],
    pace = new Pace(),
  ): Promise<void> {
    const byId = new Map(cgroups.map((cgroup) => [cgroup.cgroup_id, cgroup]));
    const own = new Map<number, ListSize[]>();
    for (const list of lists) {
      const others = own.get(list.cgroup_id);
      if (others === undefined) own.set(list.cgroup_id, [list]);
      else others.push(list);
    }
    const known = new Map<number, Arrays>();
    const times = new Map<Arrays, number>();
    for (const cgroup of cgroups) {
      const arrays = arraysOf(cgroup, byId, own, known);
      times.set(arrays, (times.get(arrays) ?? 0) + 1);
      if (pace.isDue) await pace.turn();
    }
    for (const [arrays, n] of times) {
      for (const [type, { all }] of arrays) {
        this.effective.set(type, (this.effective.get(type) ?? 0) + n * all);
      }
    }
  }
}

/**
 * What a cgroup runs by attach type: how many places its array has, and how many of its programs also
 * run below a list of a cgroup in it. Cgroups with the same have the very same map.
 */
type Arrays = ReadonlyMap<AttachType, { readonly all: number; readonly shared: number }>;

const NOTHING: Arrays = new Map();

/** The arrays of a cgroup; `known` has those of the cgroups above it afterwards. */
function arraysOf(
  cgroup: CgroupPlace,
  byId: ReadonlyMap<number, CgroupPlace>,
  own: ReadonlyMap<number, readonly ListSize[]>,
  known: Map<number, Arrays>,
): Arrays {
  const unknown: number[] = [];
  let arrays: Arrays | undefined;
  for (let level: CgroupPlace | undefined = cgroup; level !== undefined && !arrays; ) {
    arrays = known.get(level.cgroup_id);
    if (arrays === undefined) unknown.push(level.cgroup_id);
    level = parentIn(byId, level);
  }
  let made = arrays ?? NOTHING;
  for (const id of unknown.reverse()) {
    made = arraysBelow(made, own.get(id));
    known.set(id, made);
  }
  return made;
}

/** Lists in multi mode run everywhere below; others only where nothing below has a program. */
function arraysBelow(above: Arrays, lists: readonly ListSize[] | undefined): Arrays {
  if (lists === undefined) return above;
  const arrays = new Map(above);
  for (const { attach_type, mode, programs } of lists) {
    const shared = above.get(attach_type)?.shared ?? 0;
    const all = programs + shared;
    arrays.set(attach_type, { all, shared: mode === 'multi' ? all : shared });
  }
  return arrays;
}

interface OfHost {
  readonly host_id: number;
}

const LISTS = `
  select host_id, attach_type, cgroup_id, min(mode) as mode, count(*)::int8 as programs
  from entry_lives
  where position_to is null and (host_id, attach_type, cgroup_id) > ($1::int8, $2::text, $3::int8)
  group by host_id, attach_type, cgroup_id order by host_id, attach_type, cgroup_id
  limit ${PAGE_ROWS}`;

const CGROUPS = `
  select host_id, cgroup_id, parent_id, length(path) as length from cgroup_lives
  where position_to is null and (host_id, cgroup_id) > ($1::int8, $2::int8)
  order by host_id, cgroup_id limit ${PAGE_ROWS}`;

type StoredList = Omit<ListSize, 'attach_type'> & OfHost & { readonly attach_type: string };
type StoredCgroup = Omit<CgroupPlace, 'path'> & OfHost & { readonly length: number };

/** Counts what lasts on all hosts, without branches. */
export async function countAttachments(database: Queryable): Promise<Attachments> {
  const counts = new Attachments();
  const pace = new Pace();
  const lists = byHost<StoredList>((last) =>
    database.query(LISTS, [last?.host_id ?? 0, last?.attach_type ?? '', last?.cgroup_id ?? 0]),
  );
  const cgroups = byHost<StoredCgroup>((last) =>
    database.query(CGROUPS, [last?.host_id ?? 0, last?.cgroup_id ?? 0]),
  );
  let places = await cgroups.next();
  for await (const stored of lists) {
    const host_id = stored[0]?.host_id ?? 0;
    const sizes = stored.map((row) => ({ ...row, attach_type: parseType(row.attach_type) }));
    counts.addLists(sizes as readonly ListSize[]);
    while (!places.done && (places.value[0]?.host_id ?? 0) < host_id) places = await cgroups.next();
    if (places.done || places.value[0]?.host_id !== host_id) continue;
    const here = places.value.map(({ length, ...row }) => ({ ...row, path: { length } }));
    await counts.addArrays(here, sizes as readonly ListSize[], pace);
  }
  return counts;
}

/** The rows of each host together, in the order of the hosts. */
async function* byHost<Row extends OfHost>(
  read: (last: Row | undefined) => Promise<Row[]>,
): AsyncGenerator<Row[], undefined> {
  let rows: Row[] = [];
  for (let last: Row | undefined; ; ) {
    const page: Row[] = await read(last);
    for (const row of page) {
      const [first] = rows;
      if (first !== undefined && first.host_id !== row.host_id) {
        yield rows;
        rows = [];
      }
      rows.push(row);
    }
    last = page.at(-1);
    if (page.length < PAGE_ROWS) break;
  }
  if (rows.length > 0) yield rows;
  return undefined;
}
