/**
 * The effective array of one cgroup and attach type through time: what it was at one position, and
 * each later version until another, with the lists that it was made of. Gaps, explanations and
 * searches are asked of it.
 */
import { isDeepStrictEqual } from 'node:util';
import type { AttachType } from '../domain/attach-type.ts';
import { emptyKernel } from '../domain/boot.ts';
import { effectiveArray, type Slot, writtenArrayKey } from '../domain/effective.ts';
import type { Mode } from '../domain/flags.ts';
import { type Cgroup, type Entry, type Kernel, ROOTS_ACCESS } from '../domain/kernel.ts';
import { hasHooks } from '../domain/lsm-hooks.ts';
import { parentPath } from '../domain/path.ts';
import { requireKept } from '../events/cuts.ts';
import { foldUpTo, loadState, type Reached } from '../events/reading/host-state.ts';
import type { Queryable } from '../events/storage/database.ts';
import { listBoots } from '../projections/boots.ts';
import type { ListedEntry } from '../projections/entries.ts';
import {
  type CgroupLife,
  cgroupLives,
  type ListVersion,
  listVersions,
  readWrittenVersions,
  type Span,
  type WrittenVersion,
} from '../projections/list-versions.ts';
import { PAGE_LIMIT_MAX } from '../projections/moment.ts';
import { QuestionLimit } from './question-limit.ts';

/** Versions of lists that one question reads. */
const TIMELINE_ROWS_MAX = 50_000;
/** Versions of lists of hooks that one question reads. */
const HOOKED_VERSIONS_MAX = 500;

/** The array of a question: of the cgroup at a path, or of one cgroup that had this path. */
export interface ArrayPlace {
  readonly path: string;
  /** Only this cgroup, not others that had the path. */
  readonly only?: { readonly boot: number; readonly cgroup_id: number };
  readonly attach_type: AttachType;
}

/** A cgroup of the chain, with its list. */
export interface Level {
  readonly cgroup_id: number;
  readonly path: string;
  readonly mode: Mode;
  readonly entries: readonly ListedEntry[];
}

export interface ArrayVersion {
  /** The event that made it; the start of the span for an older version. */
  readonly position: number;
  readonly boot: number;
  /** Absent while there is no such cgroup. */
  readonly cgroup_id?: number;
  /** Empty while there is no such cgroup. */
  readonly slots: readonly Slot[];
  /** The cgroup and those above it that have entries, nearest first. */
  readonly levels: readonly Level[];
}

/**
 * The versions of an array between two positions, the first one at `from`. Neighbours may have
 * equal slots: then only the lists differ.
 *
 * @throws QuestionLimit when the lists changed too often in between
 * @throws LogRefusal `position-removed` for a span that begins before the log was cut
 */
export async function arrayTimeline(
  database: Queryable,
  span: Span,
  place: ArrayPlace,
): Promise<ArrayVersion[]> {
  await requireKept(database, span.host_id, span.from);
  const rows = await rowsOf(database, span, place);
  const chain = new Chain(place);
  const versions: ArrayVersion[] = [];
  let next = 0;
  while (next < rows.length) {
    const { position } = rows[next] as TimelineRow;
    for (; rows[next]?.position === position; next++) chain.take(rows[next] as TimelineRow);
    const version = chain.versionAt(Math.max(position, span.from));
    if (versions.at(-1)?.position === version.position) versions.pop();
    versions.push(version);
  }
  return hasHooks(place.attach_type) ? withHooks(database, span, { place, versions }) : versions;
}

/**
 * The same with the slots of LSM_CGROUP, whose lists are lists of hooks: which entry is on which hook,
 * the state says and no row does.
 */
async function withHooks(
  database: Queryable,
  { host_id, from, to }: Span,
  { place, versions }: { readonly place: ArrayPlace; readonly versions: readonly ArrayVersion[] },
): Promise<ArrayVersion[]> {
  const { path, attach_type } = place;
  if (versions.length > HOOKED_VERSIONS_MAX) {
    const many = `changed more than ${HOOKED_VERSIONS_MAX} times between ${from} and ${to}`;
    const message = `the lists of ${path} ${many}, and those of hooks are followed one by one; ask from a later position`;
    throw new QuestionLimit('from', HOOKED_VERSIONS_MAX, message);
  }
  const hooked: ArrayVersion[] = [];
  // One state, which is moved on from version to version.
  let reached: Reached | undefined;
  for (const version of versions) {
    const { position, cgroup_id, levels } = version;
    if (cgroup_id === undefined || levels.length === 0) {
      hooked.push({ ...version, slots: [] });
      continue;
    }
    reached =
      reached === undefined
        ? await loadState(database, host_id, position)
        : await foldUpTo(database, host_id, reached, position);
    const own = reached.kernel.cgroups.get(cgroup_id);
    hooked.push({ ...version, slots: own ? effectiveArray(reached.kernel, own, attach_type) : [] });
  }
  return hooked;
}

/** The versions without those whose slots are the slots of the version before. */
export function distinctVersions(versions: readonly ArrayVersion[]): ArrayVersion[] {
  return versions.filter((version, i) => {
    const before = versions[i - 1];
    return (
      before === undefined ||
      before.boot !== version.boot ||
      before.cgroup_id !== version.cgroup_id ||
      !isDeepStrictEqual(before.slots, version.slots)
    );
  });
}

type TimelineRow = { readonly position: number } & (
  | { readonly kind: 'boot'; readonly boot: number }
  | { readonly kind: 'made' | 'gone'; readonly life: CgroupLife }
  | { readonly kind: 'list'; readonly list: ListVersion }
  | { readonly kind: 'written'; readonly written: WrittenVersion }
);

/** In which order rows of one position take effect. */
const ORDER = { boot: 0, made: 1, list: 2, written: 3, gone: 4 } as const;

async function rowsOf(database: Queryable, span: Span, place: ArrayPlace): Promise<TimelineRow[]> {
  const { host_id, from, to } = span;
  const boots = await bootsIn(database, span);
  const numbers = boots.map(({ boot }) => boot);
  const limit = TIMELINE_ROWS_MAX + 1;
  const paths = chainPaths(place.path);
  const found = await cgroupLives(database, span, { boots: numbers, paths, limit });
  const lives = found.filter(({ position_gone }) => (position_gone ?? to) >= from);
  const wanted = { lives, attach_type: place.attach_type, limit };
  const lists = await listVersions(database, { host_id, from, to }, wanted);
  const written = await readWrittenVersions(database, { host_id, from, to }, wanted);
  if (Math.max(found.length, lists.length, written.length) > TIMELINE_ROWS_MAX) {
    const many = `changed more than ${TIMELINE_ROWS_MAX} times between ${from} and ${to}`;
    const message = `the lists of ${place.path} ${many}; ask from a later position`;
    throw new QuestionLimit('from', TIMELINE_ROWS_MAX, message);
  }
  const rows: TimelineRow[] = [
    ...boots.map(({ boot, position_from }) => ({
      ...({ kind: 'boot', position: position_from, boot } as const),
    })),
    ...lives.map((life) => ({ kind: 'made', position: life.position_from, life }) as const),
    ...lives.flatMap((life) =>
      life.position_gone === null
        ? []
        : [{ kind: 'gone', position: life.position_gone, life } as const],
    ),
    ...lists.map((list) => ({ kind: 'list', position: list.position_from, list }) as const),
    ...written.map(
      (one) => ({ kind: 'written', position: one.position_from, written: one }) as const,
    ),
  ];
  return rows.sort((a, b) => a.position - b.position || ORDER[a.kind] - ORDER[b.kind]);
}

/** The boot that `from` belongs to, and those that began until `to`. */
async function bootsIn(database: Queryable, { host_id, from, to }: Span) {
  const boots = [];
  for (let after = 0; ; ) {
    const page = { after, limit: PAGE_LIMIT_MAX };
    const some = await listBoots(database, { host_id, position: to }, page);
    boots.push(...some);
    after = some.at(-1)?.boot ?? 0;
    if (some.length < PAGE_LIMIT_MAX) break;
  }
  const first = boots.findLastIndex(({ position_from }) => position_from <= from);
  return boots.slice(Math.max(first, 0));
}

/** The root, and so on down to the path itself. */
export function chainPaths(path: string): string[] {
  return path === '/' ? ['/'] : [...chainPaths(parentPath(path)), path];
}

/** The cgroups of a chain while the rows are applied. */
class Chain {
  readonly #place: ArrayPlace;
  /** Living cgroups by path, from the root down. */
  readonly #levels = new Map<string, Level>();
  #boot = 0;
  #written: readonly number[] | null = null;

  constructor(place: ArrayPlace) {
    this.#place = place;
  }

  take(row: TimelineRow): void {
    switch (row.kind) {
      case 'boot':
        this.#boot = row.boot;
        this.#levels.clear();
        this.#written = null;
        return;
      case 'made': {
        const { path, cgroup_id } = row.life;
        this.#levels.set(path, { cgroup_id, path, mode: 'none', entries: [] });
        return;
      }
      case 'gone':
        this.#levels.delete(row.life.path);
        return;
      case 'list': {
        const { cgroup_id, mode, entries } = row.list;
        const level = this.#level(cgroup_id);
        if (level !== undefined && mode !== null && entries !== null) {
          this.#levels.set(level.path, { ...level, mode, entries });
        }
        return;
      }
      case 'written': {
        const { cgroup_id, prog_ids } = row.written;
        const isOwn = this.#level(cgroup_id)?.path === this.#place.path;
        // Lists that are recomputed at a cgroup are so in all below it.
        if (prog_ids === null || isOwn) this.#written = prog_ids;
        return;
      }
      default:
        row satisfies never;
    }
  }

  versionAt(position: number): ArrayVersion {
    const { path, only } = this.#place;
    const own = this.#levels.get(path);
    const isMeant =
      only === undefined || (only.boot === this.#boot && only.cgroup_id === own?.cgroup_id);
    if (own === undefined || !isMeant) return { position, boot: this.#boot, slots: [], levels: [] };
    const nearestFirst = [...this.#levels.values()].sort((a, b) => b.path.length - a.path.length);
    const levels = nearestFirst.filter(({ entries }) => entries.length > 0);
    const { cgroup_id } = own;
    return { position, boot: this.#boot, cgroup_id, slots: this.#slots(nearestFirst), levels };
  }

  #level(cgroupId: number): Level | undefined {
    return [...this.#levels.values()].find(({ cgroup_id }) => cgroup_id === cgroupId);
  }

  /** The kernel's own rule, on a kernel that has nothing but this chain. */
  #slots(nearestFirst: readonly Level[]): Slot[] {
    const { attach_type } = this.#place;
    const kernel = emptyKernel();
    const cgroups = nearestFirst.map((level, i): Cgroup => {
      const parent_id = nearestFirst[i + 1]?.cgroup_id ?? 0;
      const { cgroup_id: id, path, mode } = level;
      const entries = level.entries.map((entry) => placeEntry(kernel, entry, attach_type));
      const lists = new Map([[attach_type, { mode, revision: 0, entries }]]);
      return {
        ...{ id, parent_id, path, children: 0, processes: 0, access: ROOTS_ACCESS },
        ...{ threaded: false, threaded_children: 0, controllers: 0, lists },
      };
    });
    for (const cgroup of cgroups) kernel.cgroups.set(cgroup.id, cgroup);
    const [own] = cgroups;
    if (own === undefined) return [];
    if (this.#written !== null) {
      const array = { cgroup_id: own.id, attach_type, prog_ids: this.#written };
      kernel.writtenArrays.set(writtenArrayKey(own.id, attach_type), array);
    }
    return effectiveArray(kernel, own, attach_type);
  }
}

/** An entry of the list, its link put beside it. */
export function placeEntry(kernel: Kernel, listed: ListedEntry, attach_type: AttachType): Entry {
  const { prog_id, link_id, preorder } = listed;
  const flags = preorder === undefined ? {} : { preorder };
  if (link_id === undefined) return { prog_id, ...flags };
  const link = {
    ...{ id: link_id, prog_id, attach_type, cgroup_id: 0, elsewhere: false },
    ...{ storage_map_ids: [], refs: 1 },
  };
  kernel.links.set(link_id, link);
  return { link_id, ...flags };
}
