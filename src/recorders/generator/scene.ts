/**
 * What a scenario's next step may be about: the kernel as it stands, the labels that stand for its
 * parts, and the random numbers that choose among them.
 */
import type { AttachTypeName } from '../../domain/attach-type.ts';
import type { BpffsNode, Kernel, OpenFile } from '../../domain/kernel.ts';
import { namesSeen } from '../../domain/mounts.ts';
import { HOSTS_NAMESPACE } from '../../domain/namespace-row.ts';
import type { LabelBook } from '../golden/labels.ts';
import type { Preset } from './preset.ts';
import type { Random } from './random.ts';

export interface Scene {
  readonly preset: Preset;
  readonly random: Random;
  readonly kernel: Kernel;
  readonly labels: LabelBook;
  /** The attach types that the scenario is about. */
  readonly types: readonly AttachTypeName[];
  /** A label that was never used; its first letters say what it stands for. */
  fresh(letters: string): string;
}

/** An fd label that is open in a process, and what it is open on. */
export interface OpenFd {
  readonly label: string;
  readonly file: OpenFile;
}

/** An fd field of a step: a label, a number, or nothing (fd 0). */
export type FdField = string | number | null;

/** A label that no step makes: as an fd, one that is not open; as an id, one never given out. */
export const NOTHING = 'nothing';

/** One of a list, or undefined when it is empty. */
export function oneOf<T>({ random }: Scene, from: readonly T[]): T | undefined {
  return from.length === 0 ? undefined : random.pick(from);
}

/** Whether this choice is made wrong. */
export function wrongly({ random, preset }: Scene): boolean {
  return random.chance(preset.wrong);
}

/** The labels of the processes that live. */
export function livingProcesses({ labels, kernel }: Scene): string[] {
  const living: string[] = [];
  for (const label of labels.processes()) {
    if (kernel.processes.has(labels.pid(label))) living.push(label);
  }
  return living;
}

/** The labelled fds of a process, of one kind or of all. */
export function openFds(scene: Scene, proc: string, kind?: OpenFile['kind']): OpenFd[] {
  const { labels, kernel } = scene;
  const process = kernel.processes.get(labels.pid(proc));
  const open: OpenFd[] = [];
  for (const [label, { fd }] of labels.fdsOf(proc)) {
    const file = kernel.files.get(process?.fds.get(fd)?.file ?? 0);
    if (file !== undefined && (kind === undefined || file.kind === kind))
      open.push({ label, file });
  }
  return open;
}

/** An fd of a kind; a wrong choice, or none of that kind, gives anything else. */
export function fdOf(scene: Scene, proc: string, kind: OpenFile['kind']): FdField {
  const found = wrongly(scene) ? undefined : oneOf(scene, openFds(scene, proc, kind));
  return found?.label ?? wrongFd(scene, proc);
}

/** Types of maps of which the verifier alone knows which programs may name them. */
const OWNED_MAPS: readonly unknown[] = ['devmap', 'cpumap'];

/** A map that a program may name: as `fdOf`, and none that belongs to the first that names it. */
export function mapToName(scene: Scene, proc: string): FdField {
  const { maps } = scene.kernel;
  const mine = (file: OpenFile) => OWNED_MAPS.includes(maps.get(file.id)?.map_type);
  const open = openFds(scene, proc).filter(({ file }) => file.kind !== 'map' || !mine(file));
  const good = open.filter(({ file }) => file.kind === 'map');
  const found = oneOf(scene, wrongly(scene) ? open : good);
  return found?.label ?? NOTHING;
}

/** Any open fd, mostly. */
export function anyFd(scene: Scene, proc: string): FdField {
  const found = wrongly(scene) ? undefined : oneOf(scene, openFds(scene, proc));
  return found?.label ?? wrongFd(scene, proc);
}

/** An fd field that is probably wrong: closed, absent, of another kind, or a number. */
export function wrongFd(scene: Scene, proc: string): FdField {
  const { random, preset } = scene;
  switch (random.below(4)) {
    case 0:
      return oneOf(scene, openFds(scene, proc))?.label ?? NOTHING;
    case 1:
      return null;
    case 2:
      return preset.fdNumbers ? random.pick([-1, 0, 1, 2, 3, 5, 9, 40, 2 ** 31 - 1]) : NOTHING;
    default:
      return NOTHING;
  }
}

/** The paths of the living cgroups, oldest first. */
export function cgroupPaths({ kernel }: Scene): string[] {
  return [...kernel.cgroupIds.keys()];
}

/** A cgroup's path; a wrong choice gives one that is not there. */
export function cgroupPath(scene: Scene): string {
  return wrongly(scene) ? '/gone' : scene.random.pick(cgroupPaths(scene));
}

/** A mount namespace: the host's while there is no other. */
export function anyMounts({ kernel, random }: Scene): number {
  if (kernel.namespaces.size === 0) return HOSTS_NAMESPACE;
  return random.pick([...kernel.processes.values()]).namespaces.mount;
}

/** The paths on what is mounted of bpffs: directories, symlinks, or pins. */
export function bpffsPaths(scene: Scene, wanted: 'directories' | 'symlinks' | 'pins'): string[] {
  const { kernel } = scene;
  const isWanted = ({ kind }: BpffsNode): boolean => {
    if (kind === 'dir') return wanted === 'directories';
    return (kind === 'symlink') === (wanted === 'symlinks');
  };
  return namesSeen(kernel, anyMounts(scene)).flatMap(({ path, node }) =>
    isWanted(node) ? [path] : [],
  );
}
