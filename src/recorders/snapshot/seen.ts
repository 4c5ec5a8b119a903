/** A snapshot's sightings by what they are of. */
import type { Found, FoundThings, SightingLine } from '../../domain/observed/sighting.ts';
import type { KernelSnapshot } from './snapshot.ts';

/** One place of a list. */
export type Attached =
  | { readonly entry: FoundThings['entry'] }
  | { readonly link: FoundThings['link'] };

export interface SnapshotIndex {
  /** Ids by path. */
  readonly cgroups: ReadonlyMap<string, number | undefined>;
  readonly progs: ReadonlySet<number>;
  readonly maps: ReadonlySet<number>;
  readonly links: ReadonlyMap<number, FoundThings['link']>;
  /** By `listKey`, in order. */
  readonly lists: ReadonlyMap<string, readonly Attached[]>;
  readonly pins: ReadonlyMap<string, FoundThings['pin']>;
  /** By pid and number. */
  readonly fds: ReadonlyMap<number, ReadonlyMap<number, FoundThings['fd']>>;
}

/** Names a list of a cgroup. */
export function listKey(cgroup: string, attachType: string | number): string {
  return `${attachType} ${cgroup}`;
}

export function indexSnapshot({ lines }: Pick<KernelSnapshot, 'lines'>): SnapshotIndex {
  const cgroups = new Map<string, number | undefined>();
  const progs = new Set<number>();
  const maps = new Set<number>();
  const links = new Map<number, FoundThings['link']>();
  const lists = new Map<string, Attached[]>();
  const pins = new Map<string, FoundThings['pin']>();
  const fds = new Map<number, Map<number, FoundThings['fd']>>();
  const addAttached = (cgroup: string, type: string | number, attached: Attached) => {
    const key = listKey(cgroup, type);
    const list = lists.get(key) ?? [];
    lists.set(key, list);
    list.push(attached);
  };
  for (const line of lines) {
    const found = foundSighting(line);
    if (found === undefined) continue;
    if ('cgroup' in found) cgroups.set(found.cgroup.path, found.cgroup.id);
    else if ('prog' in found) progs.add(found.prog.id);
    else if ('map' in found) maps.add(found.map.id);
    else if ('entry' in found) addAttached(found.entry.cgroup, found.entry.attach_type, found);
    else if ('pin' in found) pins.set(found.pin.path, found.pin);
    else if ('link' in found) {
      const { link } = found;
      links.set(link.id, link);
      if (link.cgroup !== undefined) addAttached(link.cgroup, link.attach_type, { link });
    } else if ('fd' in found) {
      const own = fds.get(line.pid ?? 1) ?? new Map<number, FoundThings['fd']>();
      fds.set(line.pid ?? 1, own);
      own.set(found.fd.fd, found.fd);
    }
  }
  return { cgroups, progs, maps, links, lists, pins, fds };
}

export function foundSighting({ call }: SightingLine): Found | undefined {
  return call.name === 'found' ? call : undefined;
}
