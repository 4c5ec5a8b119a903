/** The reads of the past that are measured, each as the path of a request at a random position. */
import type { Queryable } from '../../src/events/storage/database.ts';

import { randomFrom } from '../../src/recorders/generator/random.ts';
import { TREE_SETUP_EVENTS, TREE_TYPES, treePaths } from '../logs/tree-log.ts';

export interface Read {
  readonly kind: ReadKind;
  readonly path: string;
}

/** What is about one thing. */
export const POINTS = ['effective', 'link', 'cgroup'] as const;
/** What is about the whole tree. */
export const TREES = ['state', 'cgroups', 'bpftool'] as const;
export type ReadKind = (typeof POINTS)[number] | (typeof TREES)[number];

/** Links of which random ones are asked for. */
const LINKS_SAMPLED = 5000;

/** Gives reads of a host whose log has `length` events after the tree stood, without end. */
export async function readsOf(
  database: Queryable,
  { host, length, seed }: { readonly host: string; readonly length: number; readonly seed: number },
): Promise<(kind: ReadKind) => Read> {
  const random = randomFrom(seed);
  const pick = <T>(from: readonly T[]): T => from[random.below(from.length)] as T;
  const position = () => TREE_SETUP_EVENTS + 1 + random.below(length);
  const base = `/v1/hosts/${host}`;
  const paths = treePaths();
  const links = await livingLinks(database, host);
  const make: Record<ReadKind, () => string> = {
    effective: () =>
      `${base}/effective?cgroup=${pick(paths)}&attach_type=${pick(TREE_TYPES)}&at=${position()}`,
    link: () => {
      const { link_id, position_from } = pick(links);
      return `${base}/links/${link_id}?at=${position_from}`;
    },
    cgroup: () => `${base}/cgroups/${1 + random.below(paths.length)}?at=${position()}`,
    state: () => `${base}/state?at=${position()}`,
    cgroups: () => `${base}/cgroups?limit=1000&at=${position()}`,
    bpftool: () => `${base}/cgroups?format=bpftool&effective=true&at=${position()}`,
  };
  return (kind) => ({ kind, path: make[kind]() });
}

/** Links of all parts of a log, each with a position at which it was changed and lives. */
function livingLinks(database: Queryable, host: string) {
  return database.query<{ readonly link_id: number; readonly position_from: number }>(
    `select link_id, position_from from link_versions
     where host_id = (select host_id from hosts where name = $1) and not gone
       and position_from > $2
     order by md5(position_from::text), position_from limit $3`,
    [host, TREE_SETUP_EVENTS, LINKS_SAMPLED],
  );
}
