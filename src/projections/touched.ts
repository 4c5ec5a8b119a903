/**
 * The keys that an event's effects touched. An effect says that something changed; its new version is
 * then read from the kernel after the event, so a key that is touched twice still has one version.
 */

import type { AttachType } from '../domain/attach-type.ts';
import type { MapKey } from '../domain/call.ts';
import type { Effect } from '../domain/effect.ts';
import { namesOf } from '../domain/evolve/pins.ts';
import type { Kernel } from '../domain/kernel.ts';
import { isPrefix } from '../domain/maps/prefixes.ts';

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

/**
 * Touched keys in the order of the effects; the maps hold a key under its text. A kind of which nothing was
 * touched is absent: most events touch one or two keys, and every append runs this code.
 */
export interface Touched {
  boots?: Set<number>;
  cgroups?: Set<number>;
  programs?: Set<number>;
  links?: Set<number>;
  lists?: Map<string, ListKey>;
  effective?: Map<string, ListKey>;
  pins?: Set<string>;
  maps?: Set<number>;
  storages?: Map<string, StorageKey & { readonly made: boolean }>;
  elements?: Map<string, ElementKey>;
  /** The event itself, when it tells of a hole. */
  holes?: readonly number[];
}

/**
 * The keys that the effects of one event touched.
 *
 * @param kernel the state right after the event
 */
export function collectTouched(kernel: Kernel, effects: readonly Effect[]): Touched {
  const touched: Touched = {};
  for (const effect of effects) touch(touched, kernel, effect);
  return touched;
}

function touch(touched: Touched, kernel: Kernel, effect: Effect): void {
  switch (effect.type) {
    case 'Booted':
      touchId(touched, 'boots', effect.boot);
      touchId(touched, 'cgroups', effect.config.root_cgroup_id);
      return;
    case 'CgroupMade':
    case 'CgroupRemoved':
      touchId(touched, 'cgroups', effect.cgroup_id);
      return;
    case 'ProgLoaded':
    case 'ProgFreed':
    case 'MapBound':
      touchId(touched, 'programs', effect.prog_id);
      return;
    case 'LinkCreated':
    case 'LinkSevered':
    case 'LinkFreed':
      touchId(touched, 'links', effect.link_id);
      return;
    case 'LinkUpdated':
      touchId(touched, 'links', effect.link_id);
      touchListOfLink(touched, kernel, effect.link_id);
      return;
    case 'EntryInserted':
    case 'EntryReplaced':
    case 'EntryRemoved':
      touchList(touched, 'lists', effect);
      if (kernel.switches.link_update_miscounts_preorder) touchList(touched, 'effective', effect);
      return;
    case 'EffectiveSlotWritten':
      touchList(touched, 'effective', effect);
      return;
    case 'PinCreated':
    case 'PinRemoved':
      touchPin(touched, effect.path);
      return;
    case 'PinLinked':
      touchPin(touched, effect.to);
      return;
    case 'ModeChanged':
    case 'OwnerChanged':
      if (isDirectory(kernel, effect.path)) return;
      for (const name of namesOf(kernel, effect.path)) touchPin(touched, name);
      return;
    case 'PathMoved':
      touchMoved(touched, kernel, effect);
      return;
    case 'PathsExchanged':
      touchMoved(touched, kernel, effect);
      touchMoved(touched, kernel, { path: effect.to, to: effect.path });
      return;
    case 'MapCreated':
    case 'MapFreed':
      touchId(touched, 'maps', effect.map_id);
      return;
    case 'StorageMade':
    case 'StorageRemoved':
      touchStorage(touched, kernel, effect, effect.type === 'StorageMade');
      return;
    case 'ElementUpdated':
    case 'ElementDeleted':
      touchElement(touched, kernel, effect.map_id, effect.key);
      return;
    case 'ProcessSpawned':
    case 'ProcessForked':
    case 'ProcessExecuted':
    case 'FilesUnshared':
    case 'FsUnshared':
    case 'NamespaceMade':
    case 'NamespaceEntered':
    case 'ProcessExited':
    case 'ProcessMoved':
    case 'CredentialsChanged':
    case 'NofileLimited':
    case 'MemlockLimited':
    case 'UmaskSet':
    case 'SysctlSet':
    case 'FdOpened':
    case 'FdDuplicated':
    case 'FdCopied':
    case 'CloexecChanged':
    case 'FdClosed':
    case 'FdSent':
    case 'FdReceived':
    case 'FdLost':
    case 'MapFrozen':
    case 'HoldersForgotten':
    case 'CgroupEmptied':
    case 'CgroupOwnerChanged':
    case 'CgroupModeChanged':
    case 'CgroupThreaded':
    case 'CgroupControllersSet':
    case 'ProgIdBurned':
    case 'LinkIdBurned':
    case 'MapIdBurned':
    case 'BtfIdBurned':
    case 'MapOwned':
    case 'RoomMade':
    case 'LinkReferenceLeaked':
    case 'DirectoryMade':
    case 'DirectoryRemoved':
    case 'SymlinkMade':
    case 'SymlinkRemoved':
    case 'BpffsMounted':
    case 'BpffsUnmounted':
    case 'BpffsDelegated':
      return;
    default:
      effect satisfies never;
  }
}

function touchId(
  touched: Touched,
  of: 'boots' | 'cgroups' | 'programs' | 'links' | 'maps',
  id: number,
): void {
  touched[of] = (touched[of] ?? new Set()).add(id);
}

function touchPin(touched: Touched, path: string): void {
  touched.pins = (touched.pins ?? new Set()).add(path);
}

function touchList(
  touched: Touched,
  of: 'lists' | 'effective',
  { cgroup_id, attach_type }: ListKey,
): void {
  const key = `${cgroup_id}|${attach_type}`;
  touched[of] = (touched[of] ?? new Map()).set(key, { cgroup_id, attach_type });
}

/** An update gives the link's list a new revision and its entry another program. */
function touchListOfLink(touched: Touched, kernel: Kernel, linkId: number): void {
  const link = kernel.links.get(linkId);
  if (link !== undefined && link.cgroup_id !== 0) touchList(touched, 'lists', link);
}

function isDirectory(kernel: Kernel, path: string): boolean {
  return kernel.bpffs.get(path)?.kind === 'dir';
}

/** A moved directory takes along every pin below it: each ends at its old path. */
function touchMoved(
  touched: Touched,
  kernel: Kernel,
  { path, to }: { readonly path: string; readonly to: string },
): void {
  if (!isDirectory(kernel, to)) {
    touchPin(touched, path);
    touchPin(touched, to);
    return;
  }
  for (const [below, node] of kernel.bpffs.entries()) {
    if (node.kind === 'dir' || !below.startsWith(`${to}/`)) continue;
    touchPin(touched, path + below.slice(to.length));
    touchPin(touched, below);
  }
}

interface StoragePlace {
  readonly map_id: number;
  readonly cgroup_id: number;
  readonly attach_type?: AttachType;
}

/** Storages and elements end with their map, without versions of their own. */
function touchStorage(touched: Touched, kernel: Kernel, place: StoragePlace, made: boolean): void {
  const { map_id, cgroup_id } = place;
  if (!kernel.maps.has(map_id)) return;
  const attach_type = place.attach_type ?? '';
  const text = `${map_id}|${cgroup_id}|${attach_type}`;
  const storages = touched.storages ?? new Map();
  const wasMade = storages.get(text)?.made ?? false;
  touched.storages = storages.set(text, { map_id, cgroup_id, attach_type, made: made || wasMade });
}

/** Elements of tries have no rows: they are read in the state. */
function touchElement(touched: Touched, kernel: Kernel, mapId: number, key: MapKey): void {
  if (isPrefix(key)) return;
  if (typeof key === 'object') {
    touchStorage(touched, kernel, { map_id: mapId, ...key }, false);
  } else if (kernel.maps.has(mapId)) {
    const elements = touched.elements ?? new Map();
    touched.elements = elements.set(`${mapId}|${key}`, { map_id: mapId, key });
  }
}
