/**
 * What follows from a sighting that something is gone: it ends with all that held it, for the
 * reason `unseen`. What the log does not have leaves no effects.
 */

import { fdsInOrder } from '../caller.ts';
import { detachAll } from '../calls/cgroup.ts';
import type { Effect, ObjectKind } from '../effect.ts';
import type { Kernel } from '../kernel.ts';
import { Lifetime } from '../lifetime.ts';
import { indexOfProg, listOf } from '../list.ts';
import { heldKind } from '../maps/holding.ts';
import { isWithin } from '../path.ts';
import { BOOT_PID } from '../release/config.ts';
import { storagesOrphaned } from '../storage.ts';
import type { Gone, GoneThings } from './sighting.ts';
import { Work } from './work.ts';

/** The effects of a sighting of process `pid`; what refers to an object must be gone before it. */
export function goneEffects(kernel: Kernel, pid: number, gone: Gone): readonly Effect[] {
  if ('process' in gone) return processGone(kernel, pid);
  if ('cgroup' in gone) return cgroupGone(kernel, pid, gone.cgroup.path);
  if ('prog' in gone) return objectGone(kernel, pid, 'prog', gone.prog.id);
  if ('map' in gone) return objectGone(kernel, pid, 'map', gone.map.id);
  if ('link' in gone) return objectGone(kernel, pid, 'link', gone.link.id);
  if ('entry' in gone) return entryGone(kernel, gone.entry);
  if ('pin' in gone) return pinGone(kernel, pid, gone.pin.path);
  return fdGone(kernel, pid, gone.fd.fd);
}

/**
 * Init stays: without it a host could never be asked anything again. A shared table of fds stays
 * with those who share it.
 */
function processGone(kernel: Kernel, pid: number): readonly Effect[] {
  const process = kernel.processes.get(pid);
  if (process === undefined || pid === BOOT_PID) return [];
  const lifetime = new Lifetime(kernel);
  if (process.shared_with.length === 0) {
    for (const fd of fdsInOrder(process)) lifetime.dropFile(fd.file, 'unseen');
  }
  for (const file of process.mailbox) lifetime.dropFile(file, 'unseen');
  return [{ type: 'ProcessExited' }, ...lifetime.effects];
}

function cgroupGone(kernel: Kernel, pid: number, path: string): readonly Effect[] {
  const top = kernel.cgroupIds.get(path);
  if (top === undefined || path === '/') return [];
  const work = new Work(kernel, pid);
  const below = [...kernel.cgroupIds.keys()].filter((name) => isWithin(name, path));
  // A path is longer than those above it, so the lowest go first.
  for (const name of below.sort((one, other) => other.length - one.length)) {
    const id = kernel.cgroupIds.get(name);
    const cgroup = id === undefined ? undefined : work.kernel.cgroups.get(id);
    if (cgroup === undefined) continue;
    if (cgroup.processes > 0) work.apply({ type: 'CgroupEmptied', cgroup_id: cgroup.id });
    work.apply(...storagesOrphaned(work.kernel, cgroup));
    work.apply(...detachAll(work.kernel, cgroup));
    work.apply({ type: 'CgroupRemoved', cgroup_id: cgroup.id });
  }
  return work.effects;
}

function objectGone(kernel: Kernel, pid: number, kind: ObjectKind, id: number): readonly Effect[] {
  if (!isThere(kernel, kind, id) || isReferredTo(kernel, kind, id)) return [];
  const work = new Work(kernel, pid);
  work.apply(...elementsOn(kernel, kind, id));
  for (const [path, node] of kernel.bpffs.entries()) {
    if (node.kind !== kind || node.id !== id) continue;
    work.apply({ type: 'PinRemoved', path, reason: 'unseen' });
  }
  if (kind === 'link') {
    const lifetime = new Lifetime(work.kernel);
    lifetime.unlist(id, 'unseen');
    work.apply(...lifetime.effects);
  }
  work.apply({ type: 'HoldersForgotten', kind, id });
  work.free(kind, id, 'unseen');
  return work.effects;
}

/** Whether something stands on the object that must be gone before it. */
function isReferredTo(kernel: Kernel, kind: ObjectKind, id: number): boolean {
  if (kind === 'link') return false;
  if (kind === 'map') {
    return [...kernel.programs.values()].some(({ map_ids }) => map_ids.includes(id));
  }
  if ([...kernel.links.values()].some(({ prog_id }) => prog_id === id)) return true;
  return [...kernel.cgroups.values()].some(({ lists }) =>
    [...lists.values()].some((list) => indexOfProg(list, id) >= 0),
  );
}

/** No element can hold what is gone: those that did were changed or cleared, which nobody saw. */
function elementsOn(kernel: Kernel, kind: ObjectKind, id: number): Effect[] {
  const effects: Effect[] = [];
  for (const { id: map_id, map_type, elements } of kernel.maps.values()) {
    const held = heldKind(map_type);
    if (held === undefined || held !== kind) continue;
    for (const { key, value } of elements) {
      if (value === id) effects.push({ type: 'ElementDeleted', map_id, key, kind: held, id });
    }
  }
  return effects;
}

/** Whether the state has an object. */
export function isThere(kernel: Kernel, kind: ObjectKind, id: number): boolean {
  switch (kind) {
    case 'prog':
      return kernel.programs.has(id);
    case 'link':
      return kernel.links.has(id);
    case 'map':
      return kernel.maps.has(id);
    default:
      return kind satisfies never;
  }
}

function entryGone(kernel: Kernel, entry: GoneThings['entry']): readonly Effect[] {
  const cgroup = kernel.cgroups.get(kernel.cgroupIds.get(entry.cgroup) ?? 0);
  if (cgroup === undefined) return [];
  const index = indexOfProg(listOf(cgroup, entry.attach_type), entry.prog_id);
  if (index < 0) return [];
  const lifetime = new Lifetime(kernel);
  lifetime.removeEntry(cgroup, entry.attach_type, index, 'unseen');
  return lifetime.effects;
}

function pinGone(kernel: Kernel, pid: number, path: string): readonly Effect[] {
  if (path === '/' || !kernel.bpffs.has(path)) return [];
  const work = new Work(kernel, pid);
  const below = [...kernel.bpffs.entries()].filter(([name]) => isWithin(name, path));
  for (const [name, { kind, id }] of below.sort(([a], [b]) => b.length - a.length)) {
    if (kind === 'dir') {
      work.apply({ type: 'DirectoryRemoved', path: name });
      continue;
    }
    if (kind === 'symlink') {
      work.apply({ type: 'SymlinkRemoved', path: name });
      continue;
    }
    const lifetime = new Lifetime(work.kernel);
    lifetime.drop(kind, id, 'unseen');
    work.apply({ type: 'PinRemoved', path: name, reason: 'unseen' }, ...lifetime.effects);
  }
  return work.effects;
}

function fdGone(kernel: Kernel, pid: number, fd: number): readonly Effect[] {
  const entry = kernel.processes.get(pid)?.fds.get(fd);
  if (entry === undefined) return [];
  const lifetime = new Lifetime(kernel);
  lifetime.dropFile(entry.file, 'unseen');
  return [{ type: 'FdClosed', fd }, ...lifetime.effects];
}
