/**
 * Which cgroup has which id, by its links. `bpftool cgroup tree` tells paths and programs, `link
 * show` tells ids of cgroups: a link is on one of the cgroups in whose list its program stands.
 */
import type { ToldLink, ToldList } from '../../../domain/observed/list-sightings.ts';
import { HostFileError, LIST_CGROUPS } from './host-files.ts';

/**
 * The ids of the cgroups that have links, by path.
 *
 * @param lists of each cgroup that has some, by path
 * @throws HostFileError when that leaves more than one possibility, or none
 */
export function cgroupIdsByLinks(
  lists: ReadonlyMap<string, readonly ToldList[]>,
  links: readonly ToldLink[],
): ReadonlyMap<string, number> {
  const possible = possiblePaths(lists, links);
  const ids = new Map<string, number>();
  for (let isNew = true; isNew; ) {
    isNew = false;
    for (const [id, paths] of possible) {
      const [path] = paths;
      if (paths.size !== 1 || path === undefined || ids.has(path)) continue;
      ids.set(path, id);
      isNew = true;
      for (const [other, others] of possible) if (other !== id) others.delete(path);
    }
  }
  for (const [id, paths] of possible) {
    if (paths.size === 1) continue;
    throw new HostFileError(
      paths.size === 0
        ? `cgroup ${id} has a link, and no cgroup of the tree has its program: run the commands again while nothing changes`
        : `cgroup ${id} has a link, and may be any of ${[...paths].slice(0, 3).join(', ')}: add a file with what ${LIST_CGROUPS} prints`,
    );
  }
  return ids;
}

/** The paths that each id of a cgroup may have: those whose lists fit all links on it. */
function possiblePaths(
  lists: ReadonlyMap<string, readonly ToldList[]>,
  links: readonly ToldLink[],
): Map<number, Set<string>> {
  const places = new Map<string, string[]>();
  const keyOf = (type: ToldList['attach_type'], prog: number) => `${type} ${prog}`;
  for (const [path, own] of lists) {
    for (const { attach_type, progs } of own) {
      for (const prog of new Set(progs)) {
        const key = keyOf(attach_type, prog);
        const paths = places.get(key) ?? [];
        places.set(key, paths);
        paths.push(path);
      }
    }
  }
  const possible = new Map<number, Set<string>>();
  for (const { cgroup_id, attach_type, prog_id } of links) {
    if (cgroup_id === 0) continue;
    const here = places.get(keyOf(attach_type, prog_id)) ?? [];
    const before = possible.get(cgroup_id);
    possible.set(
      cgroup_id,
      new Set(before === undefined ? here : here.filter((path) => before.has(path))),
    );
  }
  return possible;
}
