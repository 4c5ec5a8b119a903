/** mount(2) and umount2(2) of bpffs and cgroup2, which take no rights on this machine. */
import { readFileSync, statSync } from 'node:fs';
import type { Errno } from '../../domain/errno.ts';
import { isRefusal } from '../../domain/outcome.ts';
import { isWithin } from '../../domain/path.ts';
import type { AskedCall } from '../fallible.ts';
import { CONTINUED, refuse, type SyscallAnswer } from '../notified.ts';
import { DONE, type FileCaller, int } from './caller.ts';
import { MOUNTS_MAX, type Mount, nameOfBpffs } from './mounts.ts';
import { askerOf, isDirectory, nodeBehind } from './nodes.ts';
import { AT_FDCWD, type FilePlace } from './places.ts';

const MS = { rdonly: 1, nosuid: 2, nodev: 4, noexec: 8, remount: 1 << 5, bind: 1 << 12 } as const;
const MS_MOVE = 1 << 13;
/** MS_UNBINDABLE, MS_PRIVATE, MS_SLAVE and MS_SHARED: how mounts spread to other namespaces. */
const MS_PROPAGATION = 0b1111 << 17;
const MNT_DETACH = 2;
const TEXT_BYTES_MAX = 4096;
/** The top of a bpffs is sticky, whatever it is asked to be (`bpf_fill_super`). */
const STICKY = 0o1000;
const TO_ALL = 0o777;

/** Places that are mounted on, as the model has them. */
const TREES = { bpf: 'bpffs', cgroup2: 'cgroup' } as const;

/** mount(2): what is none of ours, the machine mounts, or refuses to. */
export function mountOn(caller: FileCaller, place: FilePlace): SyscallAnswer {
  if (place.in === 'proc') return CONTINUED;
  const flags = int(caller.notified, 3);
  const { mounts } = caller.trees.places;
  const at = place.in === 'tree' ? place.named : place.path;
  const isOurs = place.in === 'tree';
  if ((flags & MS.remount) !== 0)
    return isOurs ? checkTarget(caller, place, () => DONE) : CONTINUED;
  if ((flags & MS.bind) !== 0) return bind(caller, place, at);
  if ((flags & MS_PROPAGATION) !== 0) {
    if (mounts.has(at)) return checkTarget(caller, place, () => DONE);
    return isMountedHere(at) ? CONTINUED : checkTarget(caller, place, () => refuse('EINVAL'));
  }
  if ((flags & MS_MOVE) !== 0) return isOurs ? refuse('EINVAL') : CONTINUED;
  const type = textOf(caller, 2);
  const tree = type === 'bpf' || type === 'cgroup2' ? TREES[type] : undefined;
  if (tree === undefined) return isOurs ? refuse('ENODEV') : CONTINUED;
  return checkTarget(caller, place, () => {
    const options = optionsOf(flags);
    if (mounts.all.length >= MOUNTS_MAX) return refuse('ENOSPC');
    if (tree === 'bpffs') return mountNew(caller, at, options);
    mounts.add({ at, tree, below: '/', options });
    return DONE;
  });
}

/** umount2(2). */
export function unmount(caller: FileCaller, place: FilePlace): SyscallAnswer {
  if (place.in === 'proc') return CONTINUED;
  const { mounts } = caller.trees.places;
  const at = place.in === 'tree' ? place.named : place.path;
  const mount = mounts.on(at);
  if (mount === undefined && !mounts.has(at)) {
    return isMountedHere(at) ? CONTINUED : checkTarget(caller, place, () => refuse('EINVAL'));
  }
  return checkTarget(caller, place, () => {
    if (mount === undefined) {
      mounts.unbindFromItself(at);
      return DONE;
    }
    const above = mounts.within(at);
    const isDetached = (int(caller.notified, 1) & MNT_DETACH) !== 0;
    if (mounts.isLasting(mount) || (above.length > 0 && !isDetached)) return refuse('EBUSY');
    for (const one of [...above, mount].reverse()) {
      mounts.remove(one);
      forgetUnmounted(caller, one);
    }
    return DONE;
  });
}

/** fsopen(2): with ENOSYS, libmount takes mount(2) instead, as it does on a kernel before 5.2. */
export function openFileSystem(caller: FileCaller): SyscallAnswer {
  const type = textOf(caller, 0);
  return type === undefined || type in TREES ? refuse('ENOSYS') : CONTINUED;
}

/** A directory that is there may be mounted on, by who has CAP_SYS_ADMIN (`path_mount`). */
function checkTarget(
  caller: FileCaller,
  place: FilePlace,
  done: () => SyscallAnswer,
): SyscallAnswer {
  const kind = kindAt(caller, place);
  if (kind !== 'directory' && kind !== 'file') return refuse(kind);
  const { kernel, tgid } = caller.notified;
  const may = kernel.processes.get(tgid)?.caps.includes('sys_admin') === true;
  if (!may) return refuse('EPERM');
  return kind === 'directory' ? done() : refuse('ENOTDIR');
}

function kindAt(caller: FileCaller, place: FilePlace): 'directory' | 'file' | Errno {
  if (place.in === 'tree') {
    const node = nodeBehind(askerOf(caller.notified), caller.trees.shadow, place);
    if (typeof node === 'string') return node;
    return isDirectory(node) ? 'directory' : 'file';
  }
  if (place.in === 'proc') return 'file';
  const found = statSync(place.path, { throwIfNoEntry: false });
  if (found === undefined) return 'ENOENT';
  return found.isDirectory() ? 'directory' : 'file';
}

/** A bind of a tree shows it elsewhere; one of a directory onto itself makes it a mount point. */
function bind(caller: FileCaller, place: FilePlace, at: string): SyscallAnswer {
  const { places } = caller.trees;
  const text = textOf(caller, 0);
  if (text === undefined) return refuse('EFAULT');
  const from = places.find(caller.notified, AT_FDCWD, text);
  if (from?.in === 'tree') {
    return checkTarget(caller, from, () =>
      checkTarget(caller, place, () => {
        const { tree, path: below } = from;
        places.mounts.add({ at, tree, below, options: optionsOf(0) });
        return DONE;
      }),
    );
  }
  if (from?.in !== 'machine' || from.path !== at) return CONTINUED;
  return checkTarget(caller, place, () => {
    places.mounts.bindToItself(at);
    return DONE;
  });
}

/** A bpffs of its own: an empty directory of the model that only its mount point shows. */
function mountNew(caller: FileCaller, at: string, options: string): SyscallAnswer {
  const { notified, trees } = caller;
  const given = /(?:^|,)mode=([^,]*)/u.exec(textOf(caller, 4) ?? '')?.[1];
  if (given !== undefined && !/^[0-7]{1,5}$/u.test(given)) return refuse('EINVAL');
  const permissions = given === undefined ? TO_ALL : Number.parseInt(given, 8) & 0o7777;
  const below = freeName(caller, at);
  trees.shadow.setApart(below);
  const steps: readonly AskedCall[] = [
    { name: 'bpffs_mkdir', path: below, mode: 0o777 },
    { name: 'chmod', path: below, mode: permissions | STICKY },
  ];
  for (const call of steps) {
    const { outcome } = notified.perform(call);
    if (isRefusal(outcome)) return refuse(outcome.errno);
  }
  const shown = permissions & ~STICKY;
  const told = shown === TO_ALL ? options : `${options},mode=${shown.toString(8)}`;
  trees.places.mounts.add({ at, tree: 'bpffs', below, options: told });
  return DONE;
}

/** A name that the model's bpffs does not have. */
function freeName(caller: FileCaller, at: string): string {
  const name = nameOfBpffs(at);
  const { bpffs } = caller.notified.kernel;
  for (let n = 1; ; n++) {
    const tried = n === 1 ? name : `${name}%${n}`;
    if (!bpffs.has(tried)) return tried;
  }
}

/** The names of a bpffs end with its last mount. */
function forgetUnmounted({ notified, trees }: FileCaller, { tree, below }: Mount): void {
  const top = `/${below.split('/')[1] ?? ''}`;
  const { shadow, places } = trees;
  if (tree !== 'bpffs' || !shadow.isApart(top)) return;
  if (places.mounts.all.some((other) => other.tree === tree && isWithin(other.below, top))) return;
  const paths = [...notified.kernel.bpffs.entries()].filter(([path]) => isWithin(path, top));
  // What is in a directory goes before it.
  for (const [path, { kind }] of paths.sort(([a], [b]) => (a < b ? 1 : -1))) {
    notified.perform({ name: kind === 'dir' ? 'bpffs_rmdir' : 'unlink', path });
  }
}

/** Whether this machine has something mounted there. */
function isMountedHere(path: string): boolean {
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
  return mounts.some((line) => line.split(' ')[4] === path);
}

function optionsOf(flags: number): string {
  const named = [
    (flags & MS.rdonly) === 0 ? 'rw' : 'ro',
    ...(['nosuid', 'nodev', 'noexec'] as const).filter((name) => (flags & MS[name]) !== 0),
  ];
  return [...named, 'relatime'].join(',');
}

/** The text that an argument points at; undefined where there is none. */
function textOf({ notified }: FileCaller, at: number): string | undefined {
  const text = notified.memory.readText(notified.args[at] ?? 0n, TEXT_BYTES_MAX);
  return text === 'too long' ? undefined : text;
}
