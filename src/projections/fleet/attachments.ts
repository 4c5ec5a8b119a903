/**
 * How many programs are attached, and how many places effective arrays have, on all hosts. Read page
 * by page from what lasts, and counted in one walk down each tree: a cgroup without lists of its own
 * has the arrays of its parent. Rows are counted as they come, with pauses: a host may have 100,000.
 */
import type { Mode } from '../../domain/flags.ts';
import type { Queryable } from '../../events/storage/database.ts';
import { Pace } from '../../events/turns.ts';

/** Rows that one statement reads: a few milliseconds. */
const PAGE_ROWS = 2000;

/** A cgroup's list that is not empty. */
export interface ListSize {
  readonly cgroup_id: number;
  /** As the tables spell it (`spelling.ts`). */
  readonly attach_type: string;
  readonly mode: Mode;
  readonly programs: number;
}

/** Where a cgroup is. */
export interface CgroupPlace {
  readonly cgroup_id: number;
  /** 0 for the root. */
  readonly parent_id: number;
  /** Characters of its path. A parent has the shorter one, so that a walk up ends (`parentIn`). */
  readonly length: number;
}

/** Programs in lists, by attach type and mode; places in effective arrays, by attach type. */
export class Attachments {
  readonly attached = new Map<string, Map<Mode, number>>();
  readonly effective = new Map<string, number>();
  readonly #pace = new Pace();

  /** Adds the lists of a host, and the effective arrays of its cgroups. */
  async addHost(cgroups: readonly CgroupPlace[], lists: readonly ListSize[]): Promise<void> {
    const own = new Map<number, ListSize[]>();
    for (const list of lists) {
      const { cgroup_id, attach_type, mode, programs } = list;
      const modes = this.attached.get(attach_type) ?? new Map<Mode, number>();
      this.attached.set(attach_type, modes.set(mode, (modes.get(mode) ?? 0) + programs));
      const others = own.get(cgroup_id);
      if (others === undefined) own.set(cgroup_id, [list]);
      else others.push(list);
      if (this.#pace.isDue) await this.#pace.turn();
    }
    const byId = new Map<number, CgroupPlace>();
    for (const cgroup of cgroups) {
      byId.set(cgroup.cgroup_id, cgroup);
      if (this.#pace.isDue) await this.#pace.turn();
    }
    const known = new Map<number, Arrays>();
    for (const cgroup of cgroups) {
      for (const [type, { all }] of arraysOf(cgroup, byId, own, known)) {
        this.effective.set(type, (this.effective.get(type) ?? 0) + all);
      }
      if (this.#pace.isDue) await this.#pace.turn();
    }
  }
}

/**
 * What a cgroup runs by attach type: how many places its array has, and how many of its programs also
 * run below a list of a cgroup in it. Cgroups with the same have the very same map.
 */
type Arrays = ReadonlyMap<string, { readonly all: number; readonly shared: number }>;

const NOTHING: Arrays = new Map();

/** The arrays of a cgroup; `known` has those of the cgroups above it afterwards. */
function arraysOf(
  cgroup: CgroupPlace,
  byId: ReadonlyMap<number, CgroupPlace>,
  own: ReadonlyMap<number, readonly ListSize[]>,
  known: Map<number, Arrays>,
): Arrays {
  const unknown: number[] = [];
  let arrays = known.get(cgroup.cgroup_id);
  for (let level: CgroupPlace | undefined = cgroup; level !== undefined && !arrays; ) {
    unknown.push(level.cgroup_id);
    const above: CgroupPlace | undefined = byId.get(level.parent_id);
    level = above !== undefined && above.length < level.length ? above : undefined;
    arrays = level && known.get(level.cgroup_id);
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

/** Counts what lasts on all hosts, without branches. */
export async function countAttachments(database: Queryable): Promise<Attachments> {
  const counts = new Attachments();
  const cgroups = byHost<CgroupPlace & OfHost>((last) =>
    database.query(CGROUPS, [last?.host_id ?? 0, last?.cgroup_id ?? 0]),
  );
  let places = await cgroups.next();
  const isBefore = (host_id: number) => !places.done && (places.value[0]?.host_id ?? 0) < host_id;
  for await (const lists of byHost<ListSize & OfHost>((last) =>
    database.query(LISTS, [last?.host_id ?? 0, last?.attach_type ?? '', last?.cgroup_id ?? 0]),
  )) {
    const host_id = lists[0]?.host_id ?? 0;
    while (isBefore(host_id)) places = await cgroups.next();
    const isHere = !places.done && places.value[0]?.host_id === host_id;
    await counts.addHost(isHere ? places.value : [], lists);
  }
  return counts;
}

/** The rows of each host together, in the order of the hosts. */
async function* byHost<Row extends OfHost>(
  read: (last: Row | undefined) => Promise<Row[]>,
): AsyncGenerator<readonly Row[], readonly Row[]> {
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
  return [];
}
