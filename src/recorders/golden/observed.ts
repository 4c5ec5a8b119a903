/** The observable state in the words of golden deltas (golden README, "State deltas"). */

import type { AttachType } from '../../domain/attach-type.ts';
import type { MapKey } from '../../domain/call.ts';
import { cgroupProgType } from '../../domain/fits.ts';
import { MODE_FLAGS } from '../../domain/flags.ts';
import { isPrefix } from '../../domain/maps/prefixes.ts';
import type { Switches } from '../../domain/release/switches.ts';
import type { LabelBook } from './labels.ts';
import type { ObservedWorld } from './machine.ts';
import type { Header } from './scenario.ts';

export type Observed = Map<string, unknown>;

/** Entries by key; what is at its default is left out. */
export function labelState(
  world: ObservedWorld,
  { attach_types, names = false }: Header,
  switches: Switches,
  labels: LabelBook,
): Observed {
  const state: Observed = new Map();
  const types = attach_types as readonly AttachType[];
  const known = types.filter((type) => cgroupProgType(switches, type) !== undefined);
  for (const cgroup of world.cgroups) {
    for (const type of known) {
      const list = world.list(cgroup.id, type);
      const entry = {
        a: list.attached.map((id) => labels.labelOf('prog', id)),
        e: list.effective.map((id) => labels.labelOf('prog', id)),
        f: MODE_FLAGS[list.mode],
        ...(switches.revisions ? { r: list.revision } : {}),
      };
      const isDefault = entry.a.length === 0 && entry.e.length === 0 && (entry.r ?? 1) === 1;
      if (!isDefault) state.set(`${cgroup.path}|${type}`, entry);
    }
  }
  for (const id of world.programs) state.set(`prog:${labels.labelOf('prog', id)}`, 'live');
  for (const { id, prog_id, cgroup_id, attach_type } of world.links) {
    const prog = labels.labelOf('prog', prog_id);
    const link = { prog, cg: labels.path(cgroup_id), type: attach_type };
    state.set(`link:${labels.labelOf('link', id)}`, link);
  }
  for (const { id, storages } of world.maps) {
    const keys = storages?.map((key) => keyLabel(key, labels));
    state.set(`map:${labels.labelOf('map', id)}`, keys === undefined ? 'live' : { keys });
  }
  for (const { path, ...what } of (names && world.names?.()) || []) {
    state.set(`name:${path}`, { ...what, mode: what.mode.toString(8).padStart(4, '0') });
  }
  return state;
}

/** A key of a storage map as a pair, or a path alone for 8 byte keys; a plain key as it is. */
export function keyLabel(key: MapKey, labels: LabelBook): unknown {
  if (typeof key === 'number' || isPrefix(key)) return key;
  const path = labels.path(key.cgroup_id);
  return key.attach_type === undefined ? path : [path, key.attach_type];
}
