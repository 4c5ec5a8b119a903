/** The cgroups as rows of a tree. */
import type { CgroupRow, Program } from '../service/answers.ts';

export interface TreeRow {
  readonly cgroup: CgroupRow;
  readonly depth: number;
  readonly hasChildren: boolean;
  /** The last part of its path. */
  readonly name: string;
}

interface Shown {
  readonly collapsed: ReadonlySet<string>;
  /** Only rows that this is true of, and those above them. */
  readonly isWanted: ((cgroup: CgroupRow) => boolean) | undefined;
}

/** The rows in the order in which a tree shows them: each below its parent, by path. */
export function treeRows(cgroups: readonly CgroupRow[], { collapsed, isWanted }: Shown): TreeRow[] {
  const children = new Map<number, CgroupRow[]>();
  const known = new Set(cgroups.map(({ cgroup_id }) => cgroup_id));
  const roots: CgroupRow[] = [];
  for (const cgroup of cgroups) {
    if (!known.has(cgroup.parent_id)) {
      roots.push(cgroup);
      continue;
    }
    const siblings = children.get(cgroup.parent_id);
    if (siblings === undefined) children.set(cgroup.parent_id, [cgroup]);
    else siblings.push(cgroup);
  }
  const shown = isWanted && wantedIds(cgroups, isWanted);
  const rows: TreeRow[] = [];
  const add = (some: readonly CgroupRow[], depth: number) => {
    for (const cgroup of [...some].sort((a, b) => (a.path < b.path ? -1 : 1))) {
      if (shown?.has(cgroup.cgroup_id) === false) continue;
      const below = children.get(cgroup.cgroup_id) ?? [];
      const name = cgroup.path.slice(cgroup.path.lastIndexOf('/') + 1);
      rows.push({ cgroup, depth, hasChildren: below.length > 0, name: name || '/' });
      if (shown !== undefined || !collapsed.has(cgroup.path)) add(below, depth + 1);
    }
  };
  add(roots, 0);
  return rows;
}

function wantedIds(
  cgroups: readonly CgroupRow[],
  isWanted: (cgroup: CgroupRow) => boolean,
): ReadonlySet<number> {
  const byId = new Map(cgroups.map((one) => [one.cgroup_id, one]));
  const wanted = new Set<number>();
  for (const cgroup of cgroups) {
    if (!isWanted(cgroup)) continue;
    for (let one: CgroupRow | undefined = cgroup; one !== undefined; ) {
      wanted.add(one.cgroup_id);
      one = byId.get(one.parent_id);
    }
  }
  return wanted;
}

/** Whether a search finds a cgroup: by path, or by a program or link that is attached there. */
export function matcher(
  search: string,
  programs: readonly Program[],
): ((cgroup: CgroupRow) => boolean) | undefined {
  const text = search.trim().toLowerCase();
  if (text === '') return undefined;
  const link = /^link (\d+)$/.exec(text)?.[1];
  const ids = new Set(
    programs
      .filter(
        ({ prog_id, prog_name, tag }) =>
          String(prog_id) === text || prog_name.toLowerCase().includes(text) || tag === text,
      )
      .map(({ prog_id }) => prog_id),
  );
  return ({ path, attached = [] }) =>
    path.toLowerCase().includes(text) ||
    attached.some(({ entries }) =>
      entries.some(({ prog_id, link_id }) => ids.has(prog_id) || String(link_id) === link),
    );
}
