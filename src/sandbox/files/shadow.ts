/**
 * The model's cgroups and bpffs as real directories of our own (docs/adr/0026). A program that opens
 * a cgroup gets an fd of its directory here, so reading a directory, duplicating the fd and passing it
 * on are the kernel's work; what such an fd is said to be is ours.
 */
import {
  linkSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmdirSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Effect } from '../../domain/effect.ts';
import type { Cgroup, Kernel } from '../../domain/kernel.ts';
import { isWithin, parentPath } from '../../domain/path.ts';
import { controlFilesOf } from './control-files.ts';
import { IN_FOLDER } from './folder.ts';

export type Tree = 'cgroup' | 'bpffs';

/** A name in one of the trees; `/` is its top. */
export interface TreePlace {
  readonly tree: Tree;
  readonly path: string;
  /** A slash or a dot stood behind its last name, where a directory is meant. */
  readonly isDirectory?: boolean;
}

/** No symlink of a program leads anywhere on this machine. */
const NOWHERE = '/dev/null/nowhere';

/** What links in /proc say of a file that has no name any more. */
const DELETED = ' (deleted)';

export class Shadow {
  /** The directory that holds both trees. */
  readonly top: string;
  readonly #kernel: Kernel;
  readonly #gone: string;
  readonly #paths = new Map<number, string>();
  /** What was written to control files that say it again. */
  readonly #kept = new Map<string, string>();
  /** Directories of the model that are a bpffs of their own, elsewhere: `/` does not list them. */
  readonly #apart = new Set<string>();
  #isWritten = false;

  /**
   * @param kernel the model that it shows, at its start
   * @param top an empty directory
   */
  constructor(kernel: Kernel, top: string) {
    this.#kernel = kernel;
    this.top = top;
    this.#gone = join(this.top, 'gone');
    for (const name of IN_FOLDER) mkdirSync(join(this.top, name));
    // A survey does not find a parent before its children.
    const cgroups = [...kernel.cgroups.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
    for (const { id, path } of cgroups) this.#makeCgroup(id, path);
    const nodes = [...kernel.bpffs.entries()].sort(([a], [b]) => (a < b ? -1 : 1));
    for (const [path, { kind }] of nodes) {
      if (path === '/') continue;
      if (kind === 'dir' && isOwnBpffs(path)) this.setApart(path);
      if (kind === 'dir') mkdirSync(this.pathOf({ tree: 'bpffs', path }));
      else if (kind === 'symlink') this.#makeSymlink(path);
      else this.#makePin(path);
    }
  }

  /** Where a name of a tree stands here. */
  pathOf({ tree, path }: TreePlace): string {
    if (tree === 'bpffs' && this.isApart(topOf(path))) return join(this.top, 'apart', path);
    return path === '/' ? join(this.top, tree) : join(this.top, tree, path);
  }

  /** What a path of this machine, such as a link in /proc/PID/fd has, is in the trees. */
  placeOf(path: string): TreePlace | undefined {
    if (!isWithin(path, this.top)) return undefined;
    const inside = path.slice(this.top.length + 1);
    const slash = inside.indexOf('/');
    const tree = slash < 0 ? inside : inside.slice(0, slash);
    if (tree === 'apart' && slash >= 0) return { tree: 'bpffs', path: inside.slice(slash) };
    if (tree !== 'cgroup' && tree !== 'bpffs') return undefined;
    return { tree, path: slash < 0 ? '/' : inside.slice(slash) };
  }

  /** A directory at the top of the model's bpffs, that is to be made, is one of its own. */
  setApart(path: string): void {
    this.#apart.add(path);
  }

  /** Whether a path of the model's bpffs is the top of one of its own. */
  isApart(path: string): boolean {
    return this.#apart.size > 0 && this.#apart.has(path);
  }

  /** A path of the model's bpffs from the top of the bpffs that it is in. */
  insideOf(path: string): string {
    const top = topOf(path);
    return this.isApart(top) ? path.slice(top.length) || '/' : path;
  }

  /** Whether two paths of the model's bpffs are in one. */
  isOneBpffs(one: string, other: string): boolean {
    const [a, b] = [topOf(one), topOf(other)];
    return a === b || !(this.isApart(a) || this.isApart(b));
  }

  /** The id of the cgroup whose directory a link names, also of one that was removed. */
  cgroupAt(link: string): number | undefined {
    if (!link.startsWith(this.top)) return undefined;
    if (isWithin(link, this.#gone)) {
      const name = link.slice(this.#gone.length + 1).replace(DELETED, '');
      return Number(name);
    }
    const place = this.placeOf(link);
    return place?.tree === 'cgroup' ? this.#kernel.cgroupIds.get(place.path) : undefined;
  }

  /** Makes the trees those after some effects. */
  follow(effects: readonly Effect[]): void {
    for (const effect of effects) this.#apply(effect);
  }

  /** Brings what a control file says up to now. */
  say(kernel: Kernel, place: TreePlace, read: (kernel: Kernel, cgroup: Cgroup) => string): void {
    const cgroup = kernel.cgroups.get(kernel.cgroupIds.get(parentPath(place.path)) ?? 0);
    if (cgroup === undefined) return;
    const path = this.pathOf(place);
    writeFileSync(path, this.#kept.get(path) ?? read(kernel, cgroup));
  }

  /** A control file says from now on what was written to it. */
  keep(place: TreePlace, text: string): void {
    const path = this.pathOf(place);
    this.#kept.set(path, text);
    writeFileSync(path, text);
  }

  /** A control file was opened to be written to: from now on writes are looked at. */
  writesBegin(): void {
    this.#isWritten = true;
  }

  /** Whether a control file was ever opened to be written to. */
  get isWritten(): boolean {
    return this.#isWritten;
  }

  #apply(effect: Effect): void {
    const at = (path: string) => this.pathOf({ tree: 'bpffs', path });
    switch (effect.type) {
      case 'CgroupMade':
        return this.#makeCgroup(effect.cgroup_id, effect.path);
      case 'CgroupRemoved':
        return this.#removeCgroup(effect.cgroup_id);
      case 'PinCreated':
        return this.#makePin(effect.path);
      case 'PinRemoved':
        return unlinkSync(at(effect.path));
      case 'SymlinkMade':
        return this.#makeSymlink(effect.path);
      case 'SymlinkRemoved':
        return unlinkSync(at(effect.path));
      case 'PinLinked':
        return linkSync(at(effect.path), at(effect.to));
      case 'DirectoryMade':
        mkdirSync(at(effect.path));
        return;
      case 'DirectoryRemoved':
        return rmdirSync(at(effect.path));
      case 'PathMoved':
        return renameSync(at(effect.path), at(effect.to));
      case 'PathsExchanged':
        return this.#exchange(at(effect.path), at(effect.to));
      default:
    }
  }

  #makeCgroup(id: number, path: string): void {
    const directory = this.pathOf({ tree: 'cgroup', path });
    if (path !== '/') mkdirSync(directory);
    this.#paths.set(id, path);
    const cgroup = this.#kernel.cgroups.get(id);
    const files = cgroup === undefined ? [] : controlFilesOf(this.#kernel, cgroup);
    for (const { name } of files) writeFileSync(join(directory, name), '');
  }

  /** It gets its id for a name first: whoever has it open can still be told which it was. */
  #removeCgroup(id: number): void {
    const path = this.#paths.get(id);
    if (path === undefined) throw new Error(`no cgroup ${id} was made here`);
    this.#paths.delete(id);
    const directory = this.pathOf({ tree: 'cgroup', path });
    for (const name of readdirSync(directory)) {
      unlinkSync(join(directory, name));
      this.#kept.delete(join(directory, name));
    }
    const grave = join(this.#gone, String(id));
    renameSync(directory, grave);
    rmdirSync(grave);
  }

  #makePin(path: string): void {
    writeFileSync(this.pathOf({ tree: 'bpffs', path }), '', { flag: 'wx' });
  }

  /** It is listed as a symlink; where it leads, the model knows. */
  #makeSymlink(path: string): void {
    symlinkSync(NOWHERE, this.pathOf({ tree: 'bpffs', path }));
  }

  #exchange(one: string, other: string): void {
    const aside = join(this.#gone, 'exchanged');
    renameSync(one, aside);
    renameSync(other, one);
    renameSync(aside, other);
  }
}

/** The first name of a path, with its slash. */
function topOf(path: string): string {
  const end = path.indexOf('/', 1);
  return end < 0 ? path : path.slice(0, end);
}

/** Whether a directory of the model's bpffs is another one's top: called after a mount point. */
export function isOwnBpffs(path: string): boolean {
  return path.startsWith('/:') && path.indexOf('/', 1) < 0;
}
