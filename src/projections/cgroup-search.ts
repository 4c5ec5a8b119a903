/** Which cgroups a person means who types a path, or the name, id, tag or link of what is attached. */
import type { Cgroup, Entry, Kernel } from '../domain/kernel.ts';
import { progIdOf } from '../domain/list.ts';

/** Fewest digits of a tag that find it: shorter ones are in too many tags. */
const TAG_DIGITS_MIN = 4;

/**
 * Whether a cgroup is meant by a text, without regard to case: a part of its path; or, of a program that is
 * attached to it, the id, a part of the name or the beginning of the tag; or `link 7`.
 */
export function cgroupsMeant(kernel: Kernel, text: string): (cgroup: Cgroup) => boolean {
  const sought = text.trim().toLowerCase();
  const linkId = Number(/^link (\d+)$/.exec(sought)?.[1] ?? Number.NaN);
  const programs = new Set<number>();
  for (const { id, prog_name, tag } of kernel.programs.values()) {
    const isMeant =
      String(id) === sought ||
      prog_name.toLowerCase().includes(sought) ||
      (sought.length >= TAG_DIGITS_MIN && tag.startsWith(sought));
    if (isMeant) programs.add(id);
  }
  const isMeant = (entry: Entry) =>
    ('link_id' in entry && entry.link_id === linkId) || programs.has(progIdOf(kernel, entry));
  return (cgroup) => cgroup.path.toLowerCase().includes(sought) || someEntry(cgroup, isMeant);
}

/** Whether anything is attached to a cgroup itself. */
export function hasEntries(cgroup: Cgroup): boolean {
  return someEntry(cgroup, () => true);
}

function someEntry({ lists }: Cgroup, isMeant: (entry: Entry) => boolean): boolean {
  for (const { entries } of lists.values()) if (entries.some(isMeant)) return true;
  return false;
}
