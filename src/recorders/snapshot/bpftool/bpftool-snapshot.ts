/** A snapshot of a host by what bpftool printed there. */
import { type AttachType, CGROUP_HOOKS } from '../../../domain/attach-type.ts';
import type { Mode } from '../../../domain/flags.ts';
import {
  type ListedCgroup,
  listSightings,
  type ToldList,
} from '../../../domain/observed/list-sightings.ts';
import type { Found, SightingLine } from '../../../domain/observed/sighting.ts';
import { parentPath } from '../../../domain/path.ts';
import type { KernelSnapshot, Thing } from '../snapshot.ts';
import { cgroupIdsByLinks } from './cgroup-ids.ts';
import { type InCgroup2, inCgroup2 } from './cgroup-mount.ts';
import {
  HostFileError,
  LIST_CGROUPS,
  type LinkRow,
  type MapRow,
  type ProgRow,
  type ToldOfHost,
  type TreeRow,
} from './host-files.ts';
import { findUnlisted } from './unlisted-hooks.ts';

/** Bytes of a name that the kernel keeps; bpftool prints a longer one of the BTF. */
const NAME_BYTES = 15;
const BPFFS = '/sys/fs/bpf';

const MODES: Readonly<Record<TreeRow['programs'][number]['attach_flags'], Mode>> = {
  '': 'none',
  override: 'override',
  allow_override: 'override',
  multi: 'multi',
  allow_multi: 'multi',
};

/** A snapshot, and what is not part of it. */
export interface ToldByBpftool {
  readonly snapshot: KernelSnapshot;
  /** Where cgroup2 is mounted in the files. */
  readonly mount: string;
  /** How many directories of the files are left out: they are not cgroups of cgroup2. */
  readonly outside: number;
}

/**
 * The snapshot that the files of a host tell: of a kind that no file tells, nothing is known. Names
 * on a bpffs are told as far as bpftool was run with `-f`; that a name is gone is not.
 *
 * @param at RFC 3339: when the last file was written
 * @param mount directory of cgroup2 in the files; found out when it is not given
 * @throws HostFileError when the files do not tell enough
 */
export function bpftoolSnapshot(
  told: ToldOfHost,
  { at, mount }: { readonly at: string; readonly mount: string | undefined },
): ToldByBpftool {
  const { progs = [], maps = [], release, boot_id } = told;
  if (told.tree !== undefined && told.links === undefined) {
    throw new HostFileError(
      'bpftool -j cgroup tree does not say which program stands there by a link: give bpftool -j link show, too ([] in a file link.json, where it knows no links)',
    );
  }
  const links = (told.links ?? []).filter(({ attach_type }) => isCgroupHook(attach_type));
  const inside = inCgroup2(told, mount);
  const unlisted = told.tree === undefined ? [] : findUnlisted(hooksIn(told.tree));
  const isListed = ({ attach_type }: LinkRow) => !unlisted.includes(attach_type);
  const listed = links.filter(isListed);
  const cgroups = cgroupsOf(inside, listed);
  const paths = new Map(cgroups.map(({ id, path }) => [id, path]));
  const snapshot = {
    at,
    ...(release !== undefined && { release }),
    ...(boot_id !== undefined && { boot_id }),
    covers: listCovered(told),
    ...(unlisted.length > 0 && { unlisted }),
    lines: [
      ...withParents(cgroups).map(cgroupSighting),
      ...maps.map(mapSighting),
      ...progs.map((row) => progSighting(row, maps)),
      ...listSightings(cgroups.map(withId), listed),
      ...links.filter((link) => !isListed(link)).map((link) => unlistedSighting(link, paths)),
      ...pinSightings({ progs, maps, links }),
    ],
  };
  return { snapshot, outside: inside.outside, mount: inside.mount };
}

function hooksIn(tree: readonly TreeRow[]): ReadonlySet<AttachType> {
  return new Set(tree.flatMap(({ programs }) => programs.map((one) => one.attach_type)));
}

/**
 * A link on a hook whose lists are not told: it stands on its cgroup, nobody knows where among others.
 *
 * @throws HostFileError when no file says which cgroup that is
 */
function unlistedSighting(
  { id, prog_id, attach_type, cgroup_id }: LinkRow,
  paths: ReadonlyMap<number | undefined, string>,
): SightingLine {
  const link = { id, prog_id, attach_type };
  if (cgroup_id === 0) return foundLine({ link });
  const cgroup = paths.get(cgroup_id);
  if (cgroup !== undefined) return foundLine({ link: { ...link, cgroup } });
  throw new HostFileError(
    `link ${id} is on ${attach_type}, which this bpftool does not list, in cgroup ${cgroup_id}: add a file with what ${LIST_CGROUPS} prints`,
  );
}

function listCovered(told: ToldOfHost): Thing[] {
  const things: Readonly<Partial<Record<keyof ToldOfHost, Thing>>> = {
    progs: 'prog',
    maps: 'map',
    links: 'link',
    tree: 'entry',
    cgroups: 'cgroup',
  };
  return Object.entries(things).flatMap(([kind, thing]) => (kind in told ? [thing] : []));
}

function foundLine(what: Omit<Found, 'name'>): SightingLine {
  return { call: { name: 'found', ...what } as Found };
}

/** A cgroup whose id may not be known. */
type KnownCgroup = Omit<ListedCgroup, 'id'> & { readonly id?: number };

function cgroupsOf(
  { tree, cgroups, mount }: InCgroup2,
  links: readonly LinkRow[],
): readonly KnownCgroup[] {
  const lists = new Map<string, readonly ToldList[]>();
  for (const row of tree) lists.set(pathIn(mount, row.cgroup), listsOf(row));
  if (cgroups !== undefined) {
    return cgroups.map(({ id, directory }) => {
      const path = pathIn(mount, directory);
      return { path, id, lists: lists.get(path) ?? [] };
    });
  }
  const ids = cgroupIdsByLinks(lists, links);
  return [...lists].map(([path, own]) => {
    const id = ids.get(path);
    return { path, lists: own, ...(id !== undefined && { id }) };
  });
}

/** A cgroup without a known id has no links: its number is none that a link names. */
function withId({ id, path, lists }: KnownCgroup, i: number): ListedCgroup {
  return { path, lists, id: id ?? -1 - i };
}

/** The path of a cgroup that is below the mount. */
function pathIn(mount: string, directory: string): string {
  return directory === mount ? '/' : directory.slice(mount === '/' ? 0 : mount.length);
}

function listsOf({ programs }: TreeRow): readonly ToldList[] {
  const lists = new Map<AttachType, { attach_type: AttachType; mode: Mode; progs: number[] }>();
  for (const { id, attach_type, attach_flags } of programs) {
    if (!isCgroupHook(attach_type)) continue;
    const list = lists.get(attach_type) ?? { attach_type, mode: MODES[attach_flags], progs: [] };
    lists.set(attach_type, list);
    list.progs.push(id);
  }
  return [...lists.values()];
}

function isCgroupHook(type: AttachType): boolean {
  return type in CGROUP_HOOKS;
}

/** Each after those above it. */
function withParents(cgroups: readonly KnownCgroup[]): readonly Pick<KnownCgroup, 'path' | 'id'>[] {
  const all = new Map<string, Pick<KnownCgroup, 'path' | 'id'>>();
  for (const { path } of cgroups) {
    for (let above = parentPath(path); above !== '/'; above = parentPath(above))
      all.set(above, { path: above });
  }
  for (const cgroup of cgroups) all.set(cgroup.path, cgroup);
  return [...all.values()].sort((a, b) => depthOf(a.path) - depthOf(b.path));
}

function depthOf(path: string): number {
  return path === '/' ? 0 : path.split('/').length;
}

function cgroupSighting({ path, id }: Pick<KnownCgroup, 'path' | 'id'>): SightingLine {
  return foundLine({ cgroup: { path, ...(id !== undefined && { id }) } });
}

function mapSighting(row: MapRow): SightingLine {
  const { id, type: map_type, bytes_key: key_size, bytes_value: value_size, max_entries } = row;
  const named = row.name === undefined ? {} : { map_name: nameOf(row.name) };
  return foundLine({ map: { id, map_type, key_size, value_size, max_entries, ...named } });
}

function progSighting(row: ProgRow, maps: readonly MapRow[]): SightingLine {
  const { id, type: prog_type, name, tag, uid } = row;
  const map_ids = row.map_ids?.filter((map) => maps.some((one) => one.id === map)) ?? [];
  const named = name === undefined ? {} : { prog_name: nameOf(name) };
  return foundLine({
    prog: { id, prog_type, ...named, tag, ...(uid !== undefined && { uid }), map_ids },
  });
}

function nameOf(name: string): string {
  return Buffer.from(name).subarray(0, NAME_BYTES).toString();
}

/** Names below /sys/fs/bpf, and the directories above them. */
function pinSightings(rows: {
  readonly progs: readonly ProgRow[];
  readonly maps: readonly MapRow[];
  readonly links: readonly LinkRow[];
}): readonly SightingLine[] {
  const kinds = { prog: rows.progs, map: rows.maps, link: rows.links } as const;
  const pins = Object.entries(kinds).flatMap(([kind, objects]) =>
    objects.flatMap(({ id, pinned = [] }) =>
      pinned
        .filter((path) => path.startsWith(`${BPFFS}/`))
        .map((path) => ({ path: path.slice(BPFFS.length), kind: kind as keyof typeof kinds, id })),
    ),
  );
  const directories = new Set<string>();
  for (const { path } of pins) {
    const above: string[] = [];
    for (let one = parentPath(path); one !== '/'; one = parentPath(one)) above.unshift(one);
    for (const one of above) directories.add(one);
  }
  return [
    ...[...directories].map((path) => foundLine({ pin: { path, kind: 'dir', id: 0 } })),
    ...pins.map((pin) => foundLine({ pin })),
  ];
}
