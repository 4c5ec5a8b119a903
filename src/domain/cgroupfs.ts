/**
 * The cgroup hierarchy as a file system: the way to a directory, its control files, and who may do
 * what there (semantics §17; `cgroup_base_files`, `cgroup_procs_write_permission` in
 * kernel/cgroup/cgroup.c, fs/kernfs).
 */
import { type Caller, has } from './caller.ts';
import { isOfNoController, isSomeKernelsFile } from './control-file-names.ts';
import { controllerBits, isController } from './controller-names.ts';
import { availableTo } from './controllers.ts';
import { isRefused, refusal } from './decision.ts';
import { mayAccess, type Owned, READ, SEARCH, WRITE } from './file-access.ts';
import type { Cgroup, Kernel } from './kernel.ts';
import type { Refusal } from './outcome.ts';
import { baseName, parentPath } from './path.ts';

/** Files of every cgroup, and those of all but the root. */
const EVERYWHERE: readonly string[] = [
  ...['cgroup.procs', 'cgroup.threads', 'cgroup.controllers', 'cgroup.subtree_control'],
  ...['cgroup.max.depth', 'cgroup.max.descendants', 'cgroup.stat', 'cpu.stat'],
];
const BELOW_ROOT: readonly string[] = ['cgroup.type', 'cgroup.events', 'cgroup.freeze'];
const KILL = 'cgroup.kill';
/** Files of every kernel that nothing can be written to. */
const READ_ONLY: readonly string[] = [
  ...['cgroup.controllers', 'cgroup.events', 'cgroup.stat', 'cpu.stat'],
];

const FILE_MODE = 0o644;

/** Whether a cgroup has the control file at a path; undefined where that is not modelled. */
export function hasFile(kernel: Kernel, cgroup: Cgroup, path: string): boolean | undefined {
  // Each is named for its controller, with a dot: most directories are told by that alone.
  if (!path.includes('.')) return false;
  const name = baseName(path);
  if (EVERYWHERE.includes(name)) return true;
  const isRoot = cgroup.parent_id === 0;
  if (isSomeKernelsFile(name, isRoot)) return mayHave(kernel, cgroup, name) ? undefined : false;
  if (isRoot) return false;
  return BELOW_ROOT.includes(name) || (name === KILL && kernel.switches.cgroup_kill);
}

/** Whether the controller that a file is named for may be on. */
function mayHave(kernel: Kernel, cgroup: Cgroup, name: string): boolean {
  const controller = name.slice(0, name.indexOf('.'));
  if (!isController(controller) || isOfNoController(name)) return true;
  const available = availableTo(kernel, cgroup);
  return available === undefined || (available & controllerBits([controller])) !== 0;
}

/** Whether a name is that of a control file that some release has, and that is modelled. */
export function isControlFile(name: string): boolean {
  return name === KILL || EVERYWHERE.includes(name) || BELOW_ROOT.includes(name);
}

/** Whether no value is taken by a control file, whoever writes it. */
export function isReadOnly(name: string): boolean {
  return READ_ONLY.includes(name);
}

/** The owner and mode of a control file. */
export function fileAccess({ access }: Cgroup, name: string): Owned {
  return access.files[name] ?? { uid: access.made_by, mode: modeWhenMade(name) };
}

function modeWhenMade(name: string): number {
  if (name === KILL) return 0o200;
  return isReadOnly(name) ? 0o444 : FILE_MODE;
}

/** What effects change when nothing was said of a control file: of every file the same. */
export function unchangedAccess({ access }: Cgroup, name: string): Owned {
  return access.files[name] ?? { uid: access.made_by, mode: FILE_MODE };
}

/** The cgroup at a path, if the caller may search every directory above it. */
export function cgroupAtPath(caller: Caller, path: string): Cgroup | Refusal {
  const { cgroupIds, cgroups } = caller.kernel;
  const found = cgroups.get(cgroupIds.get(path) ?? 0);
  return found !== undefined && has(caller, 'dac_override') ? found : walk(caller, path);
}

function walk(caller: Caller, path: string): Cgroup | Refusal {
  const { kernel } = caller;
  let at = '';
  let cgroup = kernel.cgroups.get(kernel.boot.config.root_cgroup_id);
  for (const step of path === '/' ? [] : path.slice(1).split('/')) {
    if (cgroup === undefined) throw new Error('impossible state: there is no root cgroup');
    const unsearchable = notSearchable(caller, cgroup);
    if (unsearchable !== undefined) return unsearchable;
    at = `${at}/${step}`;
    const next = kernel.cgroups.get(kernel.cgroupIds.get(at) ?? 0);
    if (next === undefined) return noDirectory(kernel, cgroup, at, path);
    cgroup = next;
  }
  if (cgroup === undefined) throw new Error('impossible state: there is no root cgroup');
  return cgroup;
}

function noDirectory(kernel: Kernel, cgroup: Cgroup, at: string, path: string): Refusal {
  const isFile = hasFile(kernel, cgroup, at);
  if (isFile === undefined) return unmodelledFile(at);
  return isFile
    ? refusal('ENOTDIR', 'not-a-directory', { path: at })
    : refusal('ENOENT', 'no-such-cgroup', { path });
}

export function unmodelledFile(path: string): Refusal {
  const what = `a control file that not every kernel has (${path})`;
  return refusal('ENOTSUPP', 'not-modelled', { what });
}

/** Why the caller may look nothing up in a cgroup's directory. */
export function notSearchable(caller: Caller, { path, access }: Cgroup): Refusal | undefined {
  if (mayAccess(caller, access, SEARCH)) return undefined;
  return refusal('EACCES', 'directory-not-searchable', { path });
}

/** The cgroup at a path, opened for reading. */
export function openDirectory(caller: Caller, path: string): Cgroup | Refusal {
  const cgroup = cgroupAtPath(caller, path);
  if (isRefused(cgroup) || mayAccess(caller, cgroup.access, READ)) return cgroup;
  return refusal('EACCES', 'cgroup-not-readable', { path });
}

/** Why the caller may make and remove nothing in a cgroup's directory. */
export function notWritable(caller: Caller, { path, access }: Cgroup): Refusal | undefined {
  if (mayAccess(caller, access, WRITE | SEARCH)) return undefined;
  return refusal('EACCES', 'directory-not-writable', { path });
}

/** A directory of the hierarchy, or a control file in one. */
export interface CgroupNode {
  readonly cgroup: Cgroup;
  /** Of a control file. */
  readonly file?: string;
}

/** What stands at a path, directory or file. */
export function placeAt(caller: Caller, path: string): CgroupNode | Refusal {
  const { cgroupIds, cgroups } = caller.kernel;
  const directory = path === '/' ? undefined : cgroupAtPath(caller, parentPath(path));
  if (directory === undefined || cgroups.has(cgroupIds.get(path) ?? 0)) {
    const cgroup = cgroupAtPath(caller, path);
    return isRefused(cgroup) ? cgroup : { cgroup };
  }
  if (isRefused(directory)) return directory;
  const refused = notSearchable(caller, directory);
  if (refused !== undefined) return refused;
  const file = baseName(path);
  const isThere = hasFile(caller.kernel, directory, path);
  if (isThere === undefined) return unmodelledFile(path);
  return isThere
    ? { cgroup: directory, file }
    : refusal('ENOENT', 'no-such-control-file', { path });
}

/** Why the caller may not open a control file for writing. */
export function fileNotWritable(caller: Caller, cgroup: Cgroup, file: string): Refusal | undefined {
  if (mayAccess(caller, fileAccess(cgroup, file), WRITE)) return undefined;
  return refusal('EACCES', 'control-file-not-writable', { cgroup: cgroup.path, file });
}

/** The nearest cgroup that two are both in, or are. */
export function commonAncestor(kernel: Kernel, one: Cgroup, other: Cgroup): Cgroup {
  const above = new Set<number>();
  for (let at: Cgroup | undefined = one; at !== undefined; at = kernel.cgroups.get(at.parent_id)) {
    above.add(at.id);
  }
  let at: Cgroup | undefined = other;
  while (at !== undefined && !above.has(at.id)) at = kernel.cgroups.get(at.parent_id);
  if (at === undefined) throw new Error('impossible state: two cgroups without a root');
  return at;
}
