/** What stands in the lists of cgroups, as sightings, from what a kernel tells of lists and links. */
import type { AttachType } from '../attach-type.ts';
import type { Mode } from '../flags.ts';
import type { SightingLine } from './sighting.ts';

/** A cgroup, and its lists that are not empty. */
export interface ListedCgroup {
  readonly path: string;
  readonly id: number;
  readonly lists: readonly ToldList[];
}

export interface ToldList {
  readonly attach_type: AttachType;
  readonly mode: Mode;
  /** Programs, in the order of the list. */
  readonly progs: readonly number[];
}

export interface ToldLink {
  readonly id: number;
  readonly prog_id: number;
  readonly attach_type: AttachType;
  /** 0 of a link whose cgroup is gone. */
  readonly cgroup_id: number;
}

/**
 * The entries of all lists in their order, then links on cgroups that are gone. A list is told by
 * its programs: an entry is a link's when there is a link on this list with this program, and where
 * a program stands both directly and through links, nobody can tell which is which.
 */
export function listSightings(
  cgroups: readonly ListedCgroup[],
  links: readonly ToldLink[],
): readonly SightingLine[] {
  const waiting = new Map<string, ToldLink[]>();
  for (const link of links) {
    const key = keyOf(link.cgroup_id, link.attach_type, link.prog_id);
    const same = waiting.get(key) ?? [];
    waiting.set(key, same);
    same.push(link);
  }
  const lines: SightingLine[] = [];
  for (const { path: cgroup, id: cgroupId, lists } of cgroups) {
    for (const { attach_type, mode, progs } of lists) {
      for (const [index, prog_id] of progs.entries()) {
        const link = waiting.get(keyOf(cgroupId, attach_type, prog_id))?.shift();
        const place = { cgroup, attach_type, prog_id, index };
        const found =
          link === undefined ? { entry: { ...place, mode } } : { link: { ...place, id: link.id } };
        lines.push({ call: { name: 'found', ...found } });
      }
    }
  }
  for (const { id, prog_id, attach_type } of [...waiting.values()].flat()) {
    lines.push({ call: { name: 'found', link: { id, prog_id, attach_type } } });
  }
  return lines;
}

function keyOf(cgroupId: number, attachType: AttachType, progId: number): string {
  return `${cgroupId} ${attachType} ${progId}`;
}
