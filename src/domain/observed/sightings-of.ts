/**
 * What the success of a call says by itself, whatever the rules: its target and the directories
 * above a name are there, an id that was given to a new object is no other's, and a name that was
 * opened leads to what was opened.
 */
import type { Call } from '../call.ts';
import { isControlFile } from '../cgroupfs.ts';
import type { ObjectKind } from '../effect.ts';
import type { Kernel } from '../kernel.ts';
import { keyAt } from '../mounts.ts';
import type { Success } from '../outcome.ts';
import { baseName, parentPath } from '../path.ts';
import type { Sighting } from './sighting.ts';

/** The sightings that a call's success amounts to, in order. */
export function sightingsOf(kernel: Kernel, call: Call, outcome: Success): readonly Sighting[] {
  switch (call.name) {
    case 'prog_load':
      return replacementSightings('prog', outcome.prog_id);
    case 'map_create':
      return replacementSightings('map', outcome.map_id);
    case 'link_create':
      return [...cgroupAt(call.target_path), ...replacementSightings('link', outcome.link_id)];
    case 'prog_attach':
    case 'prog_detach':
    case 'prog_query':
      return cgroupAt(call.target_path);
    case 'mkdir':
      // What goes may be above, and is found anew.
      return [...replacedCgroup(kernel, outcome.cgroup_id), ...cgroupAt(parentPath(call.path))];
    case 'open_cgroup':
      return cgroupAt(call.path, outcome.cgroup_id);
    case 'rmdir':
    case 'join':
      return cgroupAt(call.path);
    case 'cgroup_chown':
    case 'cgroup_chmod': {
      const { path } = call;
      return cgroupAt(isControlFile(baseName(path)) ? parentPath(path) : path);
    }
    case 'obj_pin':
    case 'bpffs_mkdir':
    case 'symlink':
      return directoryOf(kernel, call.path);
    case 'rename':
      return directoryOf(kernel, call.to);
    case 'obj_get':
      return objectOf(outcome).map((object) => ({
        name: 'found',
        pin: { path: keyAt(kernel, call.path), ...object },
      }));
    case 'prog_get_fd_by_id':
      return [{ name: 'found', prog: { id: call.prog_id } }];
    case 'map_get_fd_by_id':
      return [{ name: 'found', map: { id: call.map_id } }];
    case 'dup':
      // A copy has another number than what it was made of.
      if (outcome.ret === call.fd) return [];
      return objectOf(outcome).map((object) => ({
        name: 'found',
        fd: { fd: call.fd, ...object },
      }));
    default:
      return [];
  }
}

function cgroupAt(path: string | undefined, id?: number): Sighting[] {
  if (path === undefined) return [];
  return [{ name: 'found', cgroup: id === undefined ? { path } : { path, id } }];
}

function replacedCgroup(kernel: Kernel, id: number | undefined): Sighting[] {
  const path = id === undefined ? undefined : kernel.cgroups.get(id)?.path;
  return path === undefined ? [] : [{ name: 'gone', cgroup: { path } }];
}

function replacementSightings(kind: ObjectKind, id: number | undefined): Sighting[] {
  if (id === undefined) return [];
  switch (kind) {
    case 'prog':
      return [{ name: 'gone', prog: { id } }];
    case 'link':
      return [{ name: 'gone', link: { id } }];
    case 'map':
      return [{ name: 'gone', map: { id } }];
    default:
      return kind satisfies never;
  }
}

function directoryOf(kernel: Kernel, path: string): Sighting[] {
  const directory = keyAt(kernel, parentPath(path));
  return directory === '/' ? [] : [{ name: 'found', pin: { path: directory, kind: 'dir', id: 0 } }];
}

/** The object that an outcome tells of; none, or one. */
export function objectOf(outcome: Success): { readonly kind: ObjectKind; readonly id: number }[] {
  for (const kind of ['prog', 'link', 'map'] as const) {
    const id = outcome[`${kind}_id`];
    if (id !== undefined) return [{ kind, id }];
  }
  return [];
}
