/**
 * The effects of dropped references (semantics §3, §14, §25.5): an open file description, link,
 * program or map whose last reference is dropped ends, and its own references go with it. Counts
 * are kept beside the state, which a decision must not change.
 */
import type { AttachType } from './attach-type.ts';
import { type Effect, isObjectKind, keepsMount, type ObjectKind, type Reason } from './effect.ts';
import type { BpfMap, Cgroup, EntryList, Kernel } from './kernel.ts';
import { indexOfLink, listOf, without } from './list.ts';
import { withoutHooked } from './lsm-hooks.ts';
import { countObjectRefs, heldKind } from './maps/holding.ts';
import type { Mount } from './mount-row.ts';
import { isInInstance, mountsIn, mountsOfInstances, topOf } from './mounts.ts';
import { SmallMap } from './small-map.ts';
import { storagesFreed } from './storage.ts';

/** A row that references are counted on. */
interface ReferencedRow {
  readonly refs: number;
}

const NOTHING: readonly Effect[] = [];

/**
 * The effects when one reference of a program is dropped and nothing else. While others remain,
 * there are none, and no count is needed, which took a fifth of a link's update.
 */
export function programDropped(kernel: Kernel, id: number, reason: Reason): readonly Effect[] {
  const refs = kernel.programs.get(id)?.refs ?? 0;
  if (refs > 1) return NOTHING;
  const lifetime = new Lifetime(kernel);
  lifetime.letGo('prog', id, reason);
  return lifetime.effects;
}

export class Lifetime {
  readonly #kernel: Kernel;
  /** References that were dropped so far, by the row that counts them. */
  readonly #gone = new SmallMap<ReferencedRow, number>();
  /** Lists of the state, and as they are after the removals so far. */
  #lists: SmallMap<EntryList, EntryList> | undefined;
  /** Of prog_arrays: fds and pins that went so far. */
  #usersGone: SmallMap<BpfMap, number> | undefined;
  /** Maps whose elements hold nothing any more. */
  #cleared: Set<BpfMap> | undefined;
  /** Mounts of each instance that have not ended, by its top. */
  #mounts: Map<string, number> | undefined;
  readonly effects: Effect[] = [];

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** Drops one reference of an open file description: a closed fd, or a copy in flight. */
  dropFile(fileId: number, reason: Reason): void {
    const file = this.#kernel.files.get(fileId);
    if (file === undefined) throw new Error(`impossible state: no open file ${fileId}`);
    if (!this.#isLast(file)) return;
    const { kind, id } = file;
    if (isObjectKind(kind)) this.drop(kind, id, reason);
    else if (keepsMount(kind) && id !== 0) this.dropMount(id, 'unmounted');
  }

  /** Takes mounts out of their trees; each ends with what keeps it. */
  unmount(mounts: readonly Mount[]): void {
    for (const { id: mount_id } of mounts) {
      this.effects.push({ type: 'BpffsUnmounted', mount_id });
      this.dropMount(mount_id, 'unmounted');
    }
  }

  /**
   * Processes are in a mount namespace no more; with the last of them its mounts go (`put_mnt_ns`).
   *
   * @param id of the namespace
   */
  leaveMounts(id: number, processes: number): void {
    if (this.#kernel.namespaces.get(id)?.processes !== processes) return;
    this.unmount(mountsIn(this.#kernel, id));
  }

  /** Drops what kept a mount: its place in the tree, or a directory that was open in it. */
  dropMount(id: number, reason: Reason): void {
    const mount = this.#kernel.mounts.get(id);
    if (mount === undefined) throw new Error(`impossible state: no mount ${id}`);
    if (!this.#isLast(mount)) return;
    const top = topOf(mount.root);
    this.#mounts ??= mountsOfInstances(this.#kernel);
    const others = (this.#mounts.get(top) ?? 0) - 1;
    this.#mounts.set(top, others);
    if (others === 0) this.#endInstance(top, reason);
  }

  /** The last mount of an instance takes its pins along, the deepest first. */
  #endInstance(top: string, reason: Reason): void {
    const names = [...this.#kernel.bpffs.entries()].filter(([key]) => isInInstance(key, top));
    names.sort(([one], [other]) => (one < other ? 1 : -1));
    for (const [path, { kind, id }] of names) {
      if (kind === 'dir') this.effects.push({ type: 'DirectoryRemoved', path });
      else if (kind === 'symlink') this.effects.push({ type: 'SymlinkRemoved', path });
      else {
        this.effects.push({ type: 'PinRemoved', path, reason });
        this.drop(kind, id, reason);
      }
    }
  }

  /** Drops one reference of an object by an open file description or a pin. */
  drop(kind: ObjectKind, id: number, reason: Reason): void {
    this.letGo(kind, id, reason);
    if (kind === 'map') this.#dropUser(id);
  }

  /** Drops one reference of an object by an entry, an element or a holder. */
  letGo(kind: ObjectKind, id: number, reason: Reason): void {
    switch (kind) {
      case 'prog':
        return this.#dropProg(id, reason);
      case 'link':
        return this.#dropLink(id, reason);
      case 'map':
        return this.#dropMap(id, reason);
      default:
        return kind satisfies never;
    }
  }

  /** Takes an entry out of a list; a program attached directly loses that reference. */
  removeEntry(cgroup: Cgroup, attach_type: AttachType, index: number, reason: Reason): void {
    const stored = listOf(cgroup, attach_type);
    this.#lists ??= new SmallMap();
    const before = this.#lists.get(stored) ?? stored;
    const entry = before.entries[index];
    if (entry === undefined) throw new Error(`impossible state: no entry ${index}`);
    const after =
      before.parts === undefined ? without(before, index) : withoutHooked(before, index);
    this.#lists.set(stored, after);
    const type = 'EntryRemoved';
    const { id: cgroup_id } = cgroup;
    const { revision } = after;
    // Written out: docs/performance.md#a-spread-with-a-new-field
    this.effects.push(
      'link_id' in entry
        ? { type, cgroup_id, attach_type, index, revision, link_id: entry.link_id, reason }
        : { type, cgroup_id, attach_type, index, revision, prog_id: entry.prog_id, reason },
    );
    const place = { cgroup, type: attach_type };
    for (const freed of storagesFreed(this.#kernel, place, before.entries, index, reason)) {
      if (!this.#wasFreedWithMap(freed)) this.effects.push(freed);
    }
    if ('prog_id' in entry) this.#dropProg(entry.prog_id, reason);
  }

  /** Takes a link's entry out of its list, if it still has one (`bpf_cgroup_link_release`). */
  unlist(linkId: number, reason: Reason): void {
    const link = this.#kernel.links.get(linkId);
    const cgroup = link === undefined ? undefined : this.#kernel.cgroups.get(link.cgroup_id);
    if (link === undefined || cgroup === undefined) return;
    const stored = listOf(cgroup, link.attach_type);
    const index = indexOfLink(this.#lists?.get(stored) ?? stored, linkId);
    if (index >= 0) this.removeEntry(cgroup, link.attach_type, index, reason);
  }

  #dropLink(id: number, reason: Reason): void {
    const link = this.#kernel.links.get(id);
    if (link === undefined) throw new Error(`impossible state: no link ${id}`);
    if (!this.#isLast(link)) return;
    this.unlist(id, reason);
    this.effects.push({ type: 'LinkFreed', link_id: id, reason });
    this.#dropProg(link.prog_id, 'link_freed');
  }

  #dropProg(id: number, reason: Reason): void {
    const program = this.#kernel.programs.get(id);
    if (program === undefined) throw new Error(`impossible state: no program ${id}`);
    if (!this.#isLast(program)) return;
    this.effects.push({ type: 'ProgFreed', prog_id: id, reason });
    for (const mapId of program.map_ids) this.#dropMap(mapId, 'prog_freed');
  }

  #dropMap(id: number, reason: Reason): void {
    const map = this.#kernel.maps.get(id);
    if (map === undefined) throw new Error(`impossible state: no map ${id}`);
    if (!this.#isLast(map)) return;
    this.effects.push({ type: 'MapFreed', map_id: id, reason });
    const kind = heldKind(map.map_type);
    if (kind === undefined || this.#cleared?.has(map)) return;
    for (const { value } of map.elements) this.letGo(kind, value, 'map_freed');
  }

  /** With its last fd and pin a prog_array lets go of its programs (`prog_array_map_clear`). */
  #dropUser(id: number): void {
    const map = this.#kernel.maps.get(id);
    if (map?.map_type !== 'prog_array' || map.elements.length === 0) return;
    if (this.#gone.get(map) === map.refs) return;
    this.#usersGone ??= new SmallMap();
    const gone = (this.#usersGone.get(map) ?? 0) + 1;
    this.#usersGone.set(map, gone);
    if (gone < map.refs - countObjectRefs(this.#kernel, id)) return;
    this.#cleared = (this.#cleared ?? new Set()).add(map);
    for (const { key, value } of map.elements) {
      this.effects.push({ type: 'ElementDeleted', map_id: id, key, kind: 'prog', id: value });
    }
    for (const { value } of map.elements) this.letGo('prog', value, 'element_deleted');
  }

  /** A map that ends takes its storages along; a link may outlast the map it was made with. */
  #wasFreedWithMap(effect: Effect): boolean {
    const map = 'map_id' in effect ? this.#kernel.maps.get(effect.map_id) : undefined;
    return map !== undefined && this.#gone.get(map) === map.refs;
  }

  #isLast(row: ReferencedRow): boolean {
    const gone = (this.#gone.get(row) ?? 0) + 1;
    this.#gone.set(row, gone);
    if (gone > row.refs)
      throw new Error(`impossible state: ${JSON.stringify(row)} is dropped again`);
    return gone === row.refs;
  }
}
