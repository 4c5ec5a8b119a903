/**
 * Two timelines side by side: where the arrays of two hosts differ. Ids mean nothing across hosts,
 * so programs count as the same when they have the same name and the same instructions.
 */
import type { Queryable } from '../../events/storage/database.ts';
import { programNames } from '../../projections/lives.ts';
import type { ArrayVersion } from '../array-timeline.ts';

/** The programs of an array, in words that mean the same on every host. */
export type Spelled = (version: ArrayVersion) => string;

/** Reads the names and tags of the programs of a timeline. */
export async function readSpellings(
  database: Queryable,
  host_id: number,
  versions: readonly ArrayVersion[],
): Promise<Spelled> {
  const known = new Map<number, Awaited<ReturnType<typeof programNames>>>();
  for (const boot of new Set(versions.map((version) => version.boot))) {
    const own = versions.filter((version) => version.boot === boot);
    const ids = own.flatMap(({ slots }) => slots.map(({ prog_id }) => prog_id));
    const position = own.at(-1)?.position ?? 1;
    known.set(boot, await programNames(database, { host_id, boot, position }, ids));
  }
  return ({ boot, slots }) =>
    slots
      .map(({ prog_id }) => known.get(boot)?.get(prog_id))
      .map((program) => `${program?.prog_name} ${program?.tag}`)
      .join(', ');
}

interface Side {
  readonly versions: readonly ArrayVersion[];
  readonly spelled: Spelled;
}

/** The first side's versions again, one for each change of either side, and where they differ. */
export function sideBySide(
  mine: Side,
  theirs: Side,
): { readonly versions: readonly ArrayVersion[]; readonly differing: ReadonlySet<ArrayVersion> } {
  const changes = [...mine.versions, ...theirs.versions].map(({ position }) => position);
  const from = mine.versions[0]?.position ?? 1;
  const positions = [...new Set(changes)].filter((one) => one >= from).sort((a, b) => a - b);
  const differing = new Set<ArrayVersion>();
  const versions = positions.map((position) => {
    const own = at(mine.versions, position);
    const other = at(theirs.versions, position);
    const version = { ...own, position };
    if (mine.spelled(own) !== theirs.spelled(other)) differing.add(version);
    return version;
  });
  return { versions, differing };
}

function at(versions: readonly ArrayVersion[], position: number): ArrayVersion {
  const version = versions.findLast((one) => one.position <= position);
  if (version === undefined) throw new Error(`no version at ${position}`);
  return version;
}
