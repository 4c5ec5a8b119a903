/**
 * The tree of cgroups as rows, each below its parent and by path, and the part of them that somebody looks
 * at. It is read from a kernel: a row costs no look into a table, however large the tree is.
 */
import { parentOf } from '../domain/effective.ts';
import type { Cgroup, Kernel } from '../domain/kernel.ts';
import { parentPath } from '../domain/path.ts';
import { mapInTurns, type Pausing, sortInTurns, walk } from '../events/turns.ts';
import { type EffectiveOnType, effectiveOnCgroup } from './effective-on.ts';
import { type AttachedView, listAttached } from './state.ts';

export interface OutlineRow {
  readonly cgroup_id: number;
  readonly path: string;
  /** Rows above it that it is below. */
  readonly depth: number;
  readonly has_children: boolean;
  readonly attached: readonly AttachedView[];
}

/** A cgroup that was sought, or the nearest living one above it. */
export interface OutlineTarget {
  readonly cgroup_id: number;
  readonly path: string;
  /** Its row, from 0; absent when it is not among the rows. */
  readonly row?: number;
  /** The cgroups that it is below, nearest first. */
  readonly above: readonly { readonly cgroup_id: number; readonly path: string }[];
  readonly attached: readonly AttachedView[];
  /** What runs on it; attach types without programs are left out. */
  readonly effective: readonly EffectiveOnType[];
}

export interface Outline {
  /** The first row of `items`, from 0. */
  readonly offset: number;
  readonly rows: number;
  /** Cgroups that the filter is true of. */
  readonly matches: number;
  /** Living cgroups. */
  readonly cgroups: number;
  readonly sought?: OutlineTarget;
  readonly items: readonly OutlineRow[];
}

export interface OutlineRequest {
  /** Only cgroups that it is true of, and those above them. */
  readonly isWanted?: ((cgroup: Cgroup) => boolean) | undefined;
  /** Ids of cgroups whose rows below are left out; not where there is a filter. */
  readonly closed: ReadonlySet<number>;
  readonly offset: number;
  readonly limit: number;
  /** A path that is looked for, or ids of which the first row is. */
  readonly seek?: string | ReadonlySet<number> | undefined;
}

/** Rows that a window moves by, when it moves to what is sought. */
const STEP = 100;

/** Moves the window so that what is sought is in it. */
export function* outlineOf(kernel: Kernel, asked: OutlineRequest): Pausing<Outline> {
  const { limit, seek } = asked;
  const tree = yield* treeOf(kernel, asked);
  const rows = yield* rowsOf(tree, asked);
  const isSought = (id: number) =>
    typeof seek === 'string' ? id === soughtId : (seek?.has(id) ?? false);
  const soughtId = typeof seek === 'string' ? nearestId(kernel, seek) : undefined;
  const row = seek === undefined ? -1 : rows.findIndex(({ cgroup }) => isSought(cgroup.id));
  const found = rows[row]?.cgroup ?? kernel.cgroups.get(soughtId ?? 0);
  const offset = windowAt(row, asked);
  const items = yield* mapInTurns(rows.slice(offset, offset + limit), ({ cgroup, depth }) => ({
    cgroup_id: cgroup.id,
    path: cgroup.path,
    depth,
    has_children: tree.children.has(cgroup.id),
    attached: listAttached(kernel, cgroup),
  }));
  return {
    ...{ offset, rows: rows.length, matches: tree.matches, cgroups: kernel.cgroups.size },
    ...(found !== undefined && { sought: targetOf(kernel, found, row) }),
    items,
  };
}

function windowAt(row: number, { offset, limit }: OutlineRequest): number {
  if (row < 0 || (row >= offset && row < offset + limit)) return offset;
  return Math.max(0, Math.floor((row - limit / 2) / STEP) * STEP);
}

interface Tree {
  readonly roots: Cgroup[];
  readonly children: Map<number, Cgroup[]>;
  readonly matches: number;
}

function* treeOf(kernel: Kernel, { isWanted }: OutlineRequest): Pausing<Tree> {
  const roots: Cgroup[] = [];
  const children = new Map<number, Cgroup[]>();
  const added = new Set<number>();
  let matches = 0;
  const add = (cgroup: Cgroup) => {
    for (let one: Cgroup | undefined = cgroup; one !== undefined && !added.has(one.id); ) {
      added.add(one.id);
      const parent = parentOf(kernel, one);
      const siblings = parent === undefined ? roots : children.get(parent.id);
      if (siblings !== undefined) siblings.push(one);
      else if (parent !== undefined) children.set(parent.id, [one]);
      one = parent;
    }
  };
  yield* walk(kernel.cgroups.values(), (cgroup) => {
    if (isWanted?.(cgroup) === false) return;
    matches++;
    add(cgroup);
  });
  return { roots, children, matches };
}

interface CgroupAtDepth {
  readonly cgroup: Cgroup;
  readonly depth: number;
}

function* rowsOf(tree: Tree, { closed, isWanted }: OutlineRequest): Pausing<CgroupAtDepth[]> {
  const { roots, children } = tree;
  const rows: CgroupAtDepth[] = [];
  // Last in, first out: siblings are put on it from the last to the first.
  const waiting: CgroupAtDepth[] = [];
  function* push(some: readonly Cgroup[], depth: number): Pausing<void> {
    const inOrder = yield* sortInTurns(some, byPath);
    for (const cgroup of inOrder.reverse()) waiting.push({ cgroup, depth });
  }
  yield* push(roots, 0);
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    rows.push(next);
    const { cgroup, depth } = next;
    const below = children.get(cgroup.id);
    const isClosed = isWanted === undefined && closed.has(cgroup.id);
    if (below !== undefined && !isClosed) yield* push(below, depth + 1);
  }
  return rows;
}

function byPath(a: Cgroup, b: Cgroup): number {
  return a.path < b.path ? -1 : 1;
}

/** The living cgroup at a path, or the nearest one above it. */
function nearestId(kernel: Kernel, path: string): number | undefined {
  for (let at = path; ; at = parentPath(at)) {
    const id = kernel.cgroupIds.get(at);
    if (id !== undefined || at === '/') return id;
  }
}

function targetOf(kernel: Kernel, cgroup: Cgroup, row: number): OutlineTarget {
  const above: OutlineTarget['above'][number][] = [];
  for (let one = parentOf(kernel, cgroup); one !== undefined; one = parentOf(kernel, one)) {
    above.push({ cgroup_id: one.id, path: one.path });
  }
  return {
    ...{ cgroup_id: cgroup.id, path: cgroup.path, ...(row >= 0 && { row }), above },
    attached: listAttached(kernel, cgroup),
    effective: effectiveOnCgroup(kernel, cgroup),
  };
}
