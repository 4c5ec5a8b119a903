/**
 * Which things an event's effects touched. Effects say that something changed; its new version is
 * then read off the kernel after the event, so a key that is touched twice still has one version.
 */
import type { AttachType } from '../domain/attach-type.ts';
import type { MapKey } from '../domain/call.ts';
import type { Effect } from '../domain/effect.ts';
import type { Kernel } from '../domain/kernel.ts';

/** A cgroup's list, or its effective array, for an attach type. */
export interface ListKey {
  readonly cgroup_id: number;
  readonly attach_type: AttachType;
}

export interface StorageKey {
  readonly map_id: number;
  readonly cgroup_id: number;
  /** Empty in a map with 8 byte keys, whose storages serve every attach type. */
  readonly attach_type: AttachType | '';
}

export interface ElementKey {
  readonly map_id: number;
  readonly key: number;
}

/** Touched keys in the order of the effects; the maps hold a key under its text. */
export interface Touched {
  readonly boots: Set<number>;
  readonly cgroups: Set<number>;
  readonly programs: Set<number>;
  readonly links: Set<number>;
  readonly lists: Map<string, ListKey>;
  readonly effective: Map<string, ListKey>;
  readonly pins: Set<string>;
  readonly maps: Set<number>;
  readonly storages: Map<string, StorageKey & { readonly made: boolean }>;
  readonly elements: Map<string, ElementKey>;
}

/**
 * The keys that the effects of one event touched.
 *
 * @param kernel the state right after the event
 */
export function touchedBy(kernel: Kernel, effects: readonly Effect[]): Touched {
  const touched: Touched = {
    boots: new Set(),
    cgroups: new Set(),
    programs: new Set(),
    links: new Set(),
    lists: new Map(),
    effective: new Map(),
    pins: new Set(),
    maps: new Set(),
    storages: new Map(),
    elements: new Map(),
  };
  for (const effect of effects) touch(touched, kernel, effect);
  return touched;
}

function touch(touched: Touched, kernel: Kernel, effect: Effect): void {
  switch (effect.type) {
    case 'Booted':
      touched.boots.add(effect.boot);
      touched.cgroups.add(effect.config.root_cgroup_id);
      return;
    case 'CgroupMade':
    case 'CgroupRemoved':
      touched.cgroups.add(effect.cgroup_id);
      return;
    case 'ProgLoaded':
    case 'ProgFreed':
    case 'MapBound':
      touched.programs.add(effect.prog_id);
      return;
    case 'LinkCreated':
    case 'LinkSevered':
    case 'LinkFreed':
      touched.links.add(effect.link_id);
      return;
    case 'LinkUpdated':
      touched.links.add(effect.link_id);
      touchListOfLink(touched, kernel, effect.link_id);
      return;
    case 'EntryInserted':
    case 'EntryReplaced':
    case 'EntryRemoved':
      touchList(touched.lists, effect);
      if (kernel.switches.link_update_miscounts_preorder) touchList(touched.effective, effect);
      return;
    case 'EffectiveSlotWritten':
      touchList(touched.effective, effect);
      return;
    case 'PinCreated':
    case 'PinRemoved':
      touched.pins.add(effect.path);
      return;
    case 'ModeChanged':
      if (!isDirectory(kernel, effect.path)) touched.pins.add(effect.path);
      return;
    case 'PathMoved':
      touchMoved(touched.pins, kernel, effect);
      return;
    case 'MapCreated':
    case 'MapFreed':
      touched.maps.add(effect.map_id);
      return;
    case 'StorageMade':
    case 'StorageRemoved':
      touchStorage(touched.storages, kernel, effect, effect.type === 'StorageMade');
      return;
    case 'ElementUpdated':
    case 'ElementDeleted':
      touchElement(touched, kernel, effect.map_id, effect.key);
      return;
    case 'ProcessSpawned':
    case 'ProcessForked':
    case 'ProcessExecuted':
    case 'ProcessExited':
    case 'ProcessMoved':
    case 'CredentialsChanged':
    case 'NofileLimited':
    case 'FdOpened':
    case 'FdDuplicated':
    case 'FdClosed':
    case 'FdSent':
    case 'FdReceived':
    case 'FdLost':
    case 'LinkIdBurned':
    case 'LinkReferenceLeaked':
    case 'DirectoryMade':
    case 'DirectoryRemoved':
      return;
    default:
      effect satisfies never;
  }
}

function touchList(lists: Map<string, ListKey>, { cgroup_id, attach_type }: ListKey): void {
  lists.set(`${cgroup_id}|${attach_type}`, { cgroup_id, attach_type });
}

/** An update gives the link's list a new revision and its entry another program. */
function touchListOfLink(touched: Touched, kernel: Kernel, linkId: number): void {
  const link = kernel.links.get(linkId);
  if (link !== undefined && link.cgroup_id !== 0) touchList(touched.lists, link);
}

function isDirectory(kernel: Kernel, path: string): boolean {
  return kernel.bpffs.get(path)?.kind === 'dir';
}

/** A moved directory takes along every pin below it: each ends at its old path. */
function touchMoved(
  pins: Set<string>,
  kernel: Kernel,
  { path, to }: { readonly path: string; readonly to: string },
): void {
  if (!isDirectory(kernel, to)) {
    pins.add(path).add(to);
    return;
  }
  for (const [below, node] of kernel.bpffs.entries()) {
    if (node.kind === 'dir' || !below.startsWith(`${to}/`)) continue;
    pins.add(path + below.slice(to.length)).add(below);
  }
}

interface StoragePlace {
  readonly map_id: number;
  readonly cgroup_id: number;
  readonly attach_type?: AttachType;
}

/** Storages and elements end with their map, without versions of their own. */
function touchStorage(
  storages: Touched['storages'],
  kernel: Kernel,
  place: StoragePlace,
  made: boolean,
): void {
  const { map_id, cgroup_id } = place;
  if (!kernel.maps.has(map_id)) return;
  const attach_type = place.attach_type ?? '';
  const text = `${map_id}|${cgroup_id}|${attach_type}`;
  const wasMade = storages.get(text)?.made ?? false;
  storages.set(text, { map_id, cgroup_id, attach_type, made: made || wasMade });
}

function touchElement(touched: Touched, kernel: Kernel, mapId: number, key: MapKey): void {
  if (typeof key === 'object') {
    touchStorage(touched.storages, kernel, { map_id: mapId, ...key }, false);
  } else if (kernel.maps.has(mapId)) {
    touched.elements.set(`${mapId}|${key}`, { map_id: mapId, key });
  }
}
