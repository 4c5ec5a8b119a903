/** What an attach, link or query is aimed at: a cgroup, a hook, and the list that is there. */
import type { AttachType } from '../../../domain/attach-type.ts';
import { cgroupAt } from '../../../domain/effective.ts';
import type { Cgroup, EntryList } from '../../../domain/kernel.ts';
import { listOf } from '../../../domain/list.ts';
import {
  cgroupPath,
  type FdField,
  oneOf,
  openFds,
  type Scene,
  wrongFd,
  wrongly,
} from '../scene.ts';

/** Hooks of other subsystems, and numbers without a meaning. */
const OTHER_HOOKS: readonly AttachType[] = [
  ...(['lirc_mode2', 'flow_dissector', 'sk_lookup', 'xdp', 'tcx_ingress'] as const),
  ...(['sk_msg_verdict', 'lsm_cgroup'] as const),
  4242,
];
/** Sizes that end within, at or after a field of the attr. */
const ATTR_SIZES = [4, 8, 12, 14, 16, 20, 22, 24, 28, 32, 40, 56, 60, 64, 100, 168] as const;

export interface Aim {
  /** The fields of the step. */
  readonly fields: { readonly cg: string } | { readonly cg_fd: FdField };
  /** The cgroup, if it lives. */
  readonly cgroup: Cgroup | undefined;
}

/** A cgroup by its path, or by an fd that a process has open on one. */
export function aim(scene: Scene, proc: string): Aim {
  const { random, kernel } = scene;
  const opened = random.chance(0.3) ? oneOf(scene, openFds(scene, proc, 'cgroup')) : undefined;
  if (opened !== undefined) {
    return { fields: { cg_fd: opened.label }, cgroup: kernel.cgroups.get(opened.file.id) };
  }
  if (wrongly(scene)) return { fields: { cg_fd: wrongFd(scene, proc) }, cgroup: undefined };
  const cg = cgroupPath(scene);
  return { fields: { cg }, cgroup: cgroupAt(kernel, cg) };
}

/** A list that PROG_DETACH can take something from; undefined when nothing is attached. */
export function detachable(scene: Scene): { aimed: Aim; type: AttachType } | undefined {
  const used: { aimed: Aim; type: AttachType }[] = [];
  for (const cgroup of scene.kernel.cgroups.values()) {
    for (const [type, { entries }] of cgroup.lists) {
      if (entries.some((entry) => 'prog_id' in entry))
        used.push({ aimed: { fields: { cg: cgroup.path }, cgroup }, type });
    }
  }
  return oneOf(scene, used);
}

/** A hook of the scenario, or a wrong one. */
export function hook(scene: Scene): AttachType {
  return scene.random.pick<AttachType>(wrongly(scene) ? OTHER_HOOKS : scene.types);
}

/** The list that stands at an aim, if its cgroup lives. */
export function listAt({ cgroup }: Aim, type: AttachType): EntryList | undefined {
  return cgroup === undefined ? undefined : listOf(cgroup, type);
}

/**
 * Now and then an attr that is shorter than the kernel's. A part of an id would be another number on
 * a kernel that has given out more of them.
 */
export function attrSize({ random }: Scene, fields: object = {}): { attr_size?: number } {
  if (!random.chance(0.02)) return {};
  const size = random.pick(ATTR_SIZES);
  return { attr_size: 'relative_id' in fields ? size - (size % 4) : size };
}
