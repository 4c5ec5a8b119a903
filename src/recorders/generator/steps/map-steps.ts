/** Steps of maps: making them, binding them to programs, and their elements. */
import type { AttachType } from '../../../domain/attach-type.ts';
import type { BpfMap } from '../../../domain/kernel.ts';
import type { MapTypeName } from '../../../domain/map-type.ts';
import { isStorageMap } from '../../../domain/storage.ts';
import type { Step } from '../../golden/scenario.ts';
import { cgroupPath, type FdField, fdOf, oneOf, openFds, type Scene, wrongly } from '../scene.ts';
import { close, isFull } from './fd-steps.ts';

const STORAGES: readonly MapTypeName[] = ['cgroup_storage', 'percpu_cgroup_storage'];
const PLAIN: readonly MapTypeName[] = ['hash', 'array', 'lru_hash', 'percpu_hash', 'lpm_trie'];

export function mapCreate(scene: Scene, proc: string): Step {
  if (isFull(scene, proc)) return close(scene, proc);
  const { random } = scene;
  const storage = random.chance(0.75);
  const map_type = random.pick(storage ? STORAGES : PLAIN.slice(0, 2));
  const odd = wrongly(scene) ? oddSize(scene) : {};
  const type = random.chance(0.05) ? random.pick(PLAIN) : map_type;
  const key = storage && random.chance(0.4) ? { key_size: random.pick([8, 16]) } : {};
  return { op: 'map_create', proc, fd: scene.fresh('M'), map_type: type, ...key, ...odd };
}

function oddSize({ random }: Scene): Readonly<Record<string, unknown>> {
  return random.pick([
    { key_size: random.pick([0, 3, 12, 20]) },
    { value_size: random.pick([0, 1, 4096, 32_768, 40_000]) },
    { max_entries: random.pick([0, 1, 7]) },
    { map_flags: random.pick([1, 2, 8, 16, 24, 128, 1024, 2 ** 31]) },
    { name: random.pick(['bad-name', '', 'sixteen_letters_']) },
  ]);
}

export function progBindMap(scene: Scene, proc: string): Step {
  const flags = wrongly(scene) ? { flags: 1 } : {};
  const prog = fdOf(scene, proc, 'prog');
  return { op: 'prog_bind_map', proc, prog, map: fdOf(scene, proc, 'map'), ...flags };
}

export function mapLookup(scene: Scene, proc: string): Step {
  if (lacksMap(scene, proc)) return mapCreate(scene, proc);
  return { op: 'map_lookup', proc, ...element(scene, proc) };
}

export function mapUpdate(scene: Scene, proc: string): Step {
  if (lacksMap(scene, proc)) return mapCreate(scene, proc);
  const { random } = scene;
  const flags = random.chance(0.7) ? {} : { flags: random.pick([1, 2, 2, 4, 8]) };
  return { op: 'map_update', proc, ...element(scene, proc), value: random.below(1000), ...flags };
}

export function mapDelete(scene: Scene, proc: string): Step {
  if (lacksMap(scene, proc)) return mapCreate(scene, proc);
  return { op: 'map_delete', proc, ...element(scene, proc) };
}

export function mapKeys(scene: Scene, proc: string): Step {
  if (lacksMap(scene, proc)) return mapCreate(scene, proc);
  return { op: 'map_keys', proc, fd: fdOf(scene, proc, 'map') };
}

/** Whether a map has to be made first; now and then the step is made without. */
function lacksMap(scene: Scene, proc: string): boolean {
  return openFds(scene, proc, 'map').length === 0 && !wrongly(scene);
}

/** A map and a key of the kind that its keys are. */
function element(scene: Scene, proc: string): { fd: FdField; key: unknown } {
  const found = wrongly(scene) ? undefined : oneOf(scene, openFds(scene, proc, 'map'));
  const map = found === undefined ? undefined : scene.kernel.maps.get(found.file.id);
  const fd = found?.label ?? fdOf(scene, proc, 'map');
  if (map === undefined || !isStorageMap(map)) return { fd, key: scene.random.below(6) };
  return { fd, key: storageKey(scene, map) };
}

/** Mostly one that is there: user space makes no storage. */
function storageKey(scene: Scene, map: BpfMap): { cg: string; attach_type?: AttachType } {
  const { random, labels } = scene;
  const key = wrongly(scene) ? undefined : oneOf(scene, map.elements)?.key;
  if (key === undefined || typeof key === 'number') {
    return { cg: cgroupPath(scene), attach_type: random.pick(scene.types) };
  }
  const cg = labels.path(key.cgroup_id) ?? '/gone';
  return key.attach_type === undefined ? { cg } : { cg, attach_type: key.attach_type };
}
