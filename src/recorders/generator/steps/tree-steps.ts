/** Steps of the two trees: cgroups, and names on the bpffs. */
import { isObjectKind } from '../../../domain/effect.ts';
import type { OpenFile } from '../../../domain/kernel.ts';
import type { Step } from '../../golden/scenario.ts';
import {
  anyFd,
  bpffsPaths,
  cgroupPath,
  cgroupPaths,
  type FdField,
  NOTHING,
  oneOf,
  openFds,
  type Scene,
  wrongly,
} from '../scene.ts';
import { isFull } from './fd-steps.ts';
import { lacksBpffs, mount } from './mount-steps.ts';

const PATH_FD = 1 << 14;
const CGROUP_NAMES = ['a', 'b', 'c', 'd'] as const;
const PIN_NAMES = ['a', 'b', 'c', 'd', 'e'] as const;
/** Names that bpffs refuses: with a dot, and longer than a component may be. */
const BAD_NAMES = ['a.b', '.hidden', 'x'.repeat(256)] as const;
/** Names on the bpffs, directories included, at most. */
const NAMES_MAX = 24;

export function mkdir(scene: Scene, proc: string): Step {
  const { random, preset } = scene;
  const paths = cgroupPaths(scene);
  if (paths.length >= preset.cgroupsMax) return rmdir(scene, proc);
  const newest = paths.at(-1) ?? '/';
  const parent = random.chance(preset.deep) ? newest : cgroupPath(scene);
  const isFile = preset.anybody && parent !== '/' && random.chance(0.04);
  const name = isFile ? random.pick(FILE_NAMES) : random.pick(CGROUP_NAMES);
  return { op: 'mkdir', cg: below(parent, name), ...by(scene, proc) };
}

/** Mostly a cgroup that can go: the scenario's top never does. */
export function rmdir(scene: Scene, proc: string): Step {
  const removable = cgroupPaths(scene).filter((path) => path !== '/');
  return { op: 'rmdir', cg: oneOf(scene, removable) ?? '/gone', ...by(scene, proc) };
}

/** Files of every cgroup but the root. */
const FILE_NAMES = [
  ...(['cgroup.procs', 'cgroup.procs', 'cgroup.type', 'cgroup.kill', 'cgroup.freeze'] as const),
  ...(['cgroup.threads', 'cgroup.events', 'cpu.stat', 'cgroup.controllers'] as const),
] as const;

const READ_ONLY = ['cgroup.controllers', 'cgroup.stat', 'cpu.stat', 'cgroup.events'] as const;

/** A cgroup below the root, which is not a root on a kernel that has more; or a file of one. */
function cgroupPlace(scene: Scene): string {
  const path =
    oneOf(
      scene,
      cgroupPaths(scene).filter((at) => at !== '/'),
    ) ?? '/gone';
  return scene.random.chance(0.45) ? below(path, scene.random.pick(FILE_NAMES)) : path;
}

export function cgroupChown(scene: Scene, proc: string): Step {
  const uid = scene.random.pick([0, 65_534, 65_534, 65_534, 1000]);
  return { op: 'cgroup_chown', path: cgroupPlace(scene), uid, ...by(scene, proc) };
}

export function cgroupChmod(scene: Scene, proc: string): Step {
  const mode = scene.random.pick([
    '0755',
    '0755',
    '0777',
    '0700',
    '0711',
    '1777',
    '0000',
    '0444',
    '6755',
    '2644',
  ]);
  return { op: 'cgroup_chmod', path: cgroupPlace(scene), mode, ...by(scene, proc) };
}

/** What is threaded is below the first level: the root that has both is not the kernel's own. */
export function cgroupWrite(scene: Scene, proc: string): Step {
  const { random } = scene;
  if (random.chance(0.08)) {
    const file = random.pick(READ_ONLY);
    const at = below(cgroupPath(scene), file);
    return { op: 'cgroup_write', path: at, value: random.pick(['1', 'x', '']), ...by(scene, proc) };
  }
  const isType = random.chance(0.6);
  const deep = cgroupPaths(scene).filter((path) => path.split('/').length > 2);
  const path = (isType ? oneOf(scene, deep) : undefined) ?? cgroupPath(scene);
  const file = isType && path.split('/').length > 2 ? 'cgroup.type' : 'cgroup.freeze';
  const kills = !isType && random.chance(0.5);
  const values = isType
    ? ['threaded', 'threaded\n', 'domain', '']
    : ['0', '1', '1', '2', 'x', '-1'];
  return {
    ...{ op: 'cgroup_write', path: below(path, kills ? 'cgroup.kill' : file) },
    ...{ value: isType && !wrongly(scene) ? 'threaded' : random.pick(values) },
    ...by(scene, proc),
  };
}

export function bpffsMkdir(scene: Scene, proc: string): Step {
  if (lacksBpffs(scene)) return mount(scene, proc);
  if (isCrowded(scene)) return bpffsRmdir(scene, proc);
  const { random, preset } = scene;
  const modes = [0o777, 0o700, 0o1777, 0o4755];
  const mode = preset.anybody && random.chance(0.4) ? { mode: random.pick(modes) } : {};
  return { op: 'bpffs_mkdir', ...by(scene, proc), path: newPath(scene), ...mode };
}

export function bpffsRmdir(scene: Scene, proc: string): Step {
  const wanted = wrongly(scene) ? 'pins' : 'directories';
  const paths = bpffsPaths(scene, wanted).filter((path) => path !== '/');
  const path = oneOf(scene, paths) ?? newPath(scene);
  return { op: 'bpffs_rmdir', ...by(scene, proc, path), path };
}

export function unlink(scene: Scene, proc: string): Step {
  if (lacksPin(scene)) return pin(scene, proc);
  const links = scene.random.chance(0.2) ? bpffsPaths(scene, 'symlinks') : [];
  const others = bpffsPaths(scene, wrongly(scene) ? 'directories' : 'pins');
  const path = oneOf(scene, links.length > 0 ? links : others) ?? newPath(scene);
  return { op: 'unlink', ...by(scene, proc, path), path };
}

/** To a new name, or over one that is there. */
export function rename(scene: Scene, proc: string): Step {
  const { random, preset } = scene;
  const to = random.chance(0.6) ? newPath(scene) : anyPath(scene);
  const path = anyPath(scene);
  const flagged = preset.anybody && random.chance(0.5);
  const flags = flagged ? { flags: random.pick([0, 1, 2, 2]) } : {};
  return { op: 'rename', ...by(scene, proc, path, to), path, to, ...flags };
}

export function link(scene: Scene, proc: string): Step {
  if (isCrowded(scene)) return unlink(scene, proc);
  const to = wrongly(scene) ? anyPath(scene) : newPath(scene);
  const path = anyPath(scene);
  return { op: 'link', ...by(scene, proc, path, to), path, to };
}

/** Mostly to what is there, in all the ways in which a target can be told. */
export function symlink(scene: Scene, proc: string): Step {
  if (lacksBpffs(scene)) return mount(scene, proc);
  if (isCrowded(scene)) return unlink(scene, proc);
  const path = newPath(scene);
  return { op: 'symlink', ...by(scene, proc, path), path, target: targetFrom(scene, path) };
}

function targetFrom(scene: Scene, path: string): string {
  const { random, preset } = scene;
  const names = random.pick(PIN_NAMES);
  const odd = [
    '.',
    '..',
    '../..',
    `${names}/`,
    `./${names}`,
    `../${names}`,
    `${names}/../${names}`,
  ];
  if (random.chance(0.35)) return random.pick([names, names, ...odd]);
  const found = anyPath(scene);
  // mount(2) takes the path itself, which begins elsewhere on the machine.
  if (!preset.mounts && random.chance(0.3)) return found;
  const up = '../'.repeat(path.split('/').length - 2);
  return `${up}${found.slice(1)}${random.chance(0.1) ? '/' : ''}` || '.';
}

export function chmod(scene: Scene, proc: string): Step {
  if (lacksBpffs(scene)) return mount(scene, proc);
  const { random, preset } = scene;
  const mode = random.pick([
    ...['0777', '0755', '0700', '0666', '0600', '0444', '0200', '0000'],
    ...(preset.anybody ? ['1777', '1777', '1755'] : []),
  ]);
  const path = random.chance(0.2) ? '/' : anyPath(scene);
  const isPin = bpffsPaths(scene, 'pins').includes(path);
  if (preset.anybody && isPin && random.chance(0.3)) {
    return { op: 'chmod', ...by(scene, proc, path), path, mode: random.pick(PIN_MODES) };
  }
  return { op: 'chmod', ...by(scene, proc), path, mode };
}

/** Modes that a chown takes bits from. A directory that hands on its group is not modelled. */
const PIN_MODES = ['4755', '4600', '2755', '2644', '6777', '6666'] as const;

export function chown(scene: Scene, proc: string): Step {
  if (lacksBpffs(scene)) return mount(scene, proc);
  const { random } = scene;
  const path = random.chance(0.1) ? '/' : anyPath(scene);
  return { op: 'chown', ...by(scene, proc), path, uid: random.pick([0, 65_534, 65_534, 1000]) };
}

/** Who makes a call about names; that of the top stands outside of what is compared. */
function by({ preset, random }: Scene, proc: string, ...paths: string[]): { proc?: string } {
  return preset.anybody && !paths.includes('/') && random.chance(0.8) ? { proc } : {};
}

export function pin(scene: Scene, proc: string): Step {
  if (isCrowded(scene)) return unlink(scene, proc);
  const objects = openFds(scene, proc).filter(({ file }) => isObject(file));
  const found = wrongly(scene) ? undefined : oneOf(scene, objects);
  const fd = found?.label ?? anyFd(scene, proc);
  return { op: 'pin', proc, fd, path: newPath(scene), ...fileFlags(scene, proc) };
}

function isObject({ kind }: OpenFile): boolean {
  return isObjectKind(kind);
}

/** Whether something has to be pinned first; now and then the step is made without. */
function lacksPin(scene: Scene): boolean {
  return bpffsPaths(scene, 'pins').length === 0 && !wrongly(scene) && !isCrowded(scene);
}

export function objGet(scene: Scene, proc: string): Step {
  if (isFull(scene, proc)) return { op: 'close', proc, fd: anyFd(scene, proc) ?? 0 };
  if (lacksPin(scene)) return pin(scene, proc);
  const isOdd = wrongly(scene) || (scene.preset.anybody && scene.random.chance(0.3));
  const path = isOdd ? anyPath(scene) : oneOf(scene, bpffsPaths(scene, 'pins'));
  const as = scene.fresh('G');
  return { op: 'obj_get', proc, path: path ?? newPath(scene), as, ...fileFlags(scene, proc) };
}

/** Now and then with path_fd, of which only what is refused shows with an absolute path. */
function fileFlags(scene: Scene, proc: string): { file_flags?: number; path_fd?: FdField } {
  const { random, preset } = scene;
  if (preset.anybody && random.chance(0.1)) {
    const file_flags = random.pick([0, PATH_FD, PATH_FD, PATH_FD | 8]);
    return { file_flags, path_fd: random.pick([NOTHING, anyFd(scene, proc) ?? 0]) };
  }
  return random.chance(0.85) ? {} : { file_flags: random.pick([8, 16, 8, 16, 24, 1, 32]) };
}

function newPath(scene: Scene): string {
  const { random } = scene;
  const directories = bpffsPaths(scene, 'directories');
  const through = random.chance(0.2) ? oneOf(scene, bpffsPaths(scene, 'symlinks')) : undefined;
  const directory =
    through ?? (wrongly(scene) ? anyPath(scene) : (oneOf(scene, directories) ?? '/'));
  return below(directory, random.chance(0.03) ? random.pick(BAD_NAMES) : random.pick(PIN_NAMES));
}

function anyPath(scene: Scene): string {
  const { random } = scene;
  const links = bpffsPaths(scene, 'symlinks');
  const link = random.chance(0.3) ? oneOf(scene, links) : undefined;
  if (link !== undefined) {
    return random.chance(0.4) ? below(link, random.pick(PIN_NAMES)) : link;
  }
  const wanted = random.chance(0.6) ? 'pins' : 'directories';
  return oneOf(scene, bpffsPaths(scene, wanted)) ?? '/nowhere';
}

function isCrowded({ kernel }: Scene): boolean {
  return kernel.bpffs.size >= NAMES_MAX;
}

function below(parent: string, name: string): string {
  return parent === '/' ? `/${name}` : `${parent}/${name}`;
}
