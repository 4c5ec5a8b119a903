/**
 * The system calls on files that are answered here: which of their arguments name what, and who
 * answers. What is not ours is the kernel's, and mostly seen to be so by the path alone.
 */
import type { Handler } from '../handlers.ts';
import { CONTINUED, type Memory, type Notified, refuse, type SyscallAnswer } from '../notified.ts';
import type { SystemCall } from '../notify/system-calls.ts';
import type { WaitingCall } from '../notify/waiting-call.ts';
import { type FileCaller, int, type Trees, textAt } from './caller.ts';
import { changeDirectory, currentDirectory } from './directories.ts';
import {
  accessPlace,
  handleOf,
  noAttribute,
  noAttributes,
  noAttributeTaken,
  readLink,
  statfsPlace,
  statPlace,
} from './look.ts';
import { mountOn, openFileSystem, unmount } from './mounting.ts';
import {
  changeMode,
  changeOwner,
  linkAt,
  linkName,
  makeDirectory,
  makeOther,
  makeSymlink,
  removeDirectory,
  removeName,
  renameName,
} from './names.ts';
import { askerOf, placeBehind } from './nodes.ts';
import { openPlace } from './open.ts';
import { AT_FDCWD, type FilePlace, type Places } from './places.ts';
import { ABSENT } from './proc-files.ts';
import type { TreePlace } from './shadow.ts';
import { writeTo } from './writing.ts';

const AT_REMOVEDIR = 0x200;
const AT_EMPTY_PATH = 0x1000;
const O_CREAT_WRONLY_TRUNC = 0o1101;
const HOW_BYTES = 24;
/** Bytes of a write that may be one to a control file. */
const WRITE_BYTES_MAX = 64;
const PATH_BYTES_MAX = 4096;

/** Which arguments name a file. */
interface Named {
  /** The directory that a path is relative to; none is the cwd. */
  readonly dirFd?: number;
  readonly path: number;
  /** Where flags stand that may hold AT_EMPTY_PATH. */
  readonly emptyIn?: number;
}

type OnPlace = (caller: FileCaller, place: FilePlace) => SyscallAnswer;
type OnTree = (caller: FileCaller, place: TreePlace) => SyscallAnswer;

/** @param memoryOf the memory of a thread */
export function fileHandlers(trees: Trees, memoryOf: (tid: number) => Memory): readonly Handler[] {
  const seen = new CallFilter(trees, memoryOf);
  const onPath = (name: SystemCall, named: Named, answer: OnPlace): Handler => ({
    name,
    alone: (asked) => seen.passes(asked, named),
    answer: (notified) => answerAt({ notified, trees }, named, answer),
  });
  /** A place of the machine may become ours. */
  const onAnyPath = (name: SystemCall, named: Named, answer: OnPlace): Handler => ({
    name,
    answer: (notified) => answerAt({ notified, trees }, named, answer),
  });
  const onTree = (name: SystemCall, named: Named, answer: OnTree): Handler =>
    onPath(name, named, (caller, first) => {
      const isFollowed = follows(caller, name, named);
      const place = isFollowed ? followFd(trees.places, first) : first;
      if (place?.in !== 'tree') return CONTINUED;
      if (!isFollowed && (!place.isDirectory || OF_NAMES.includes(name))) {
        return answer(caller, place);
      }
      const reached = placeBehind(askerOf(caller.notified), place);
      return typeof reached === 'string' ? refuse(reached) : answer(caller, reached);
    });
  const onFd = (name: SystemCall, answer: OnTree): Handler => ({
    name,
    alone: (asked) => seen.passesFd(asked),
    answer(notified) {
      const place = trees.places.findFd(notified, int(notified, 0));
      return place?.in === 'tree' ? answer({ notified, trees }, place) : CONTINUED;
    },
  });
  const onTwo = (
    name: SystemCall,
    [from, to]: readonly [Named, Named],
    answer: (caller: FileCaller, from: TreePlace, to: TreePlace) => SyscallAnswer,
  ): Handler => ({
    name,
    alone: (asked) => (seen.passes(asked, from) === undefined ? undefined : seen.passes(asked, to)),
    answer(notified) {
      const caller = { notified, trees };
      return answerAt(caller, from, (_, first) =>
        answerAt(caller, to, (__, second) => {
          if (first.in === 'tree' && second.in === 'tree') return answer(caller, first, second);
          if (first.in !== 'tree' && second.in !== 'tree') return CONTINUED;
          return refuse(name.startsWith('rename') && isMounted(first) ? 'EBUSY' : 'EXDEV');
        }),
      );
    },
  });
  const isMounted = (place: FilePlace) =>
    place.in === 'tree' && trees.places.mounts.has(place.named);
  const arg = ({ notified }: FileCaller, at: number) => notified.args[at] ?? 0n;
  const word = ({ notified }: FileCaller, at: number) => int(notified, at);
  const stat =
    (form: 'stat' | 'statx', at: number): OnTree =>
    (caller, place) =>
      statPlace(caller, place, arg(caller, at), form);
  const open =
    (flags: number, mode: number): OnPlace =>
    (caller, place) =>
      openPlace(caller, place, word(caller, flags), word(caller, mode));
  const owner =
    (at: number): OnTree =>
    (caller, place) =>
      changeOwner(caller, place, word(caller, at) >>> 0);
  const mode =
    (at: number): OnTree =>
    (caller, place) =>
      changeMode(caller, place, word(caller, at));
  const symlink: OnTree = (caller, place) => {
    const target = textAt(caller, 0);
    return typeof target === 'string' ? makeSymlink(caller, place, target) : target;
  };
  const openHandle: OnTree = (caller, place) =>
    handleOf(caller, place, arg(caller, 2), arg(caller, 3));
  const P0 = { path: 0 };
  const AT = { dirFd: 0, path: 1 };
  return [
    onPath('open', P0, open(1, 2)),
    onPath('openat', AT, open(2, 3)),
    onPath('creat', P0, (caller, place) =>
      openPlace(caller, place, O_CREAT_WRONLY_TRUNC, word(caller, 1)),
    ),
    onPath('openat2', AT, openHow),
    onTree('stat', P0, stat('stat', 1)),
    onTree('lstat', P0, stat('stat', 1)),
    onFd('fstat', stat('stat', 1)),
    onTree('newfstatat', { ...AT, emptyIn: 3 }, stat('stat', 2)),
    onTree('statx', { ...AT, emptyIn: 2 }, stat('statx', 4)),
    onTree('statfs', P0, (caller, place) => statfsPlace(caller, place, arg(caller, 1))),
    onFd('fstatfs', (caller, place) => statfsPlace(caller, place, arg(caller, 1))),
    onTree('access', P0, (caller, place) => accessPlace(caller, place, word(caller, 1))),
    onTree('faccessat', AT, (caller, place) => accessPlace(caller, place, word(caller, 2))),
    onTree('faccessat2', { ...AT, emptyIn: 3 }, (caller, place) =>
      accessPlace(caller, place, word(caller, 2)),
    ),
    onPath('readlink', P0, (caller, place) =>
      readLink(caller, place, arg(caller, 1), word(caller, 2)),
    ),
    onPath('readlinkat', AT, (caller, place) =>
      readLink(caller, place, arg(caller, 2), word(caller, 3)),
    ),
    onTree('name_to_handle_at', { ...AT, emptyIn: 4 }, openHandle),
    ...(['getxattr', 'lgetxattr'] as const).map((name) => onTree(name, P0, noAttribute)),
    ...(['listxattr', 'llistxattr'] as const).map((name) => onTree(name, P0, noAttributes)),
    ...(['setxattr', 'lsetxattr'] as const).map((name) => onTree(name, P0, noAttributeTaken)),
    onTree('mkdir', P0, (caller, place) => makeDirectory(caller, place, word(caller, 1))),
    onTree('mkdirat', AT, (caller, place) => makeDirectory(caller, place, word(caller, 2))),
    onTree('rmdir', P0, removeDirectory),
    onTree('unlink', P0, removeName),
    onTree('unlinkat', AT, (caller, place) =>
      (word(caller, 2) & AT_REMOVEDIR) === 0
        ? removeName(caller, place)
        : removeDirectory(caller, place),
    ),
    onTwo('rename', [P0, { path: 1 }], (caller, from, to) => renameName(caller, from, to, 0)),
    onTwo('renameat', [AT, { dirFd: 2, path: 3 }], (caller, from, to) =>
      renameName(caller, from, to, 0),
    ),
    onTwo('renameat2', [AT, { dirFd: 2, path: 3 }], (caller, from, to) =>
      renameName(caller, from, to, word(caller, 4)),
    ),
    onTwo('link', [P0, { path: 1 }], linkName),
    onTwo('linkat', [AT, { dirFd: 2, path: 3 }], (caller, from, to) =>
      linkAt(caller, [from, to], word(caller, 4)),
    ),
    onTree('symlink', { path: 1 }, symlink),
    onTree('symlinkat', { dirFd: 1, path: 2 }, symlink),
    onTree('mknod', P0, makeOther),
    onTree('mknodat', AT, makeOther),
    onTree('chmod', P0, mode(1)),
    onTree('fchmodat', AT, mode(2)),
    onFd('fchmod', mode(1)),
    onTree('chown', P0, owner(1)),
    onTree('lchown', P0, owner(1)),
    onTree('fchownat', { ...AT, emptyIn: 4 }, owner(2)),
    onFd('fchown', owner(1)),
    onAnyPath('mount', { path: 1 }, mountOn),
    onAnyPath('umount2', P0, unmount),
    { name: 'fsopen', answer: (notified) => openFileSystem({ notified, trees }) },
    onPath('chdir', P0, changeDirectory),
    {
      name: 'fchdir',
      answer(notified) {
        const place = trees.places.findFd(notified, int(notified, 0));
        return place === undefined ? CONTINUED : changeDirectory({ notified, trees }, place);
      },
    },
    {
      name: 'getcwd',
      alone: () => (trees.places.isAnyoneInside ? undefined : CONTINUED),
      answer: (notified) => {
        const [buffer = 0n, size = 0n] = notified.args;
        return currentDirectory({ notified, trees }, buffer, size);
      },
    },
    {
      name: 'write',
      when: { argument: 2, atMost: WRITE_BYTES_MAX },
      alone: () => (trees.shadow.isWritten ? undefined : CONTINUED),
      answer: (notified) =>
        writeTo({ notified, trees }, int(notified, 0), notified.args[1] ?? 0n, int(notified, 2)),
    },
  ];
}

/** The file that arguments name, answered by `answer`. */
function answerAt(caller: FileCaller, named: Named, answer: OnPlace): SyscallAnswer {
  const { notified, trees } = caller;
  const text = textAt(caller, named.path);
  if (typeof text !== 'string') return text;
  const dirFd = named.dirFd === undefined ? AT_FDCWD : int(notified, named.dirFd);
  if (text === '') {
    const takesEmpty = named.emptyIn !== undefined;
    const isEmpty = takesEmpty && (int(notified, named.emptyIn) & AT_EMPTY_PATH) !== 0;
    if (!isEmpty) return CONTINUED;
    const place =
      dirFd === AT_FDCWD
        ? trees.places.find(notified, dirFd, '.')
        : trees.places.findFd(notified, dirFd);
    return place === undefined ? CONTINUED : answer(caller, place);
  }
  const place = trees.places.find(notified, dirFd, text);
  if (place === undefined) return CONTINUED;
  if (isAbsent(place)) return refuse('ENOENT');
  const answered = answer(caller, place);
  // The real kernel would start from where the process or the directory really is, and find another file.
  const isLost = answered === CONTINUED && place.in === 'machine' && place.isOurs;
  return isLost ? refuse('ENOENT') : answered;
}

/** Calls that are about a symlink itself, unless a slash stands behind it. */
const OF_LINKS: readonly SystemCall[] = ['lstat', 'lchown', 'lgetxattr', 'llistxattr', 'lsetxattr'];
/** Calls that are about a name. */
const OF_NAMES: readonly SystemCall[] = [
  ...(['rmdir', 'unlink', 'unlinkat', 'mkdir', 'mkdirat'] as const),
  ...(['mknod', 'mknodat', 'symlink', 'symlinkat'] as const),
];
const AT_SYMLINK_NOFOLLOW = 0x100;

function follows({ notified }: FileCaller, name: SystemCall, { emptyIn }: Named): boolean {
  if (OF_LINKS.includes(name) || OF_NAMES.includes(name)) return false;
  return emptyIn === undefined || (int(notified, emptyIn) & AT_SYMLINK_NOFOLLOW) === 0;
}

/** A link in /proc/PID/fd leads to what is open there. */
function followFd(places: Places, place: FilePlace): FilePlace | undefined {
  const fd = place.in === 'proc' ? /^fd\/(\d+)$/u.exec(place.file)?.[1] : undefined;
  if (place.in !== 'proc' || fd === undefined) return place;
  return places.findFd({ tid: place.pid, tgid: place.pid }, Number(fd));
}

function isAbsent(place: FilePlace): boolean {
  return place.in === 'proc' && place.file === ABSENT;
}

/** openat2(2): flags, mode and how to walk. */
function openHow(caller: FileCaller, place: FilePlace): SyscallAnswer {
  const { memory, args } = caller.notified;
  const how = memory.read(args[2] ?? 0n, HOW_BYTES);
  if (how === undefined) return refuse('EFAULT');
  const flags = Number(how.readBigUInt64LE(0) & 0xffff_ffffn);
  return openPlace(caller, place, flags, Number(how.readBigUInt64LE(8) & 0o7777n));
}

/** Sees by a path alone that a call is the kernel's: the process need not be known for that. */
class CallFilter {
  readonly #trees: Trees;
  readonly #memoryOf: (tid: number) => Memory;

  constructor(trees: Trees, memoryOf: (tid: number) => Memory) {
    this.#trees = trees;
    this.#memoryOf = memoryOf;
  }

  passes({ tid, args }: WaitingCall, { path, dirFd }: Named): SyscallAnswer | undefined {
    const { places } = this.#trees;
    if (places.isAnyoneInside) return undefined;
    const text = this.#memoryOf(tid).readText(args[path] ?? 0n, PATH_BYTES_MAX);
    // A bad address or too long a path: the kernel says so.
    if (text === undefined || text === 'too long') return CONTINUED;
    const from = dirFd === undefined ? AT_FDCWD : int({ args }, dirFd);
    const place =
      text === ''
        ? places.findFd({ tid, tgid: tid }, from)
        : places.find({ tid, tgid: tid }, from, text);
    return place === undefined || (place.in === 'machine' && !place.isOurs) ? CONTINUED : undefined;
  }

  passesFd({ tid, args }: WaitingCall): SyscallAnswer | undefined {
    const place = this.#trees.places.findFd({ tid, tgid: tid }, int({ args }, 0));
    return place?.in === 'tree' ? undefined : CONTINUED;
  }
}

/** Where OBJ_PIN and OBJ_GET find what they name. */
export function pinPlace(
  places: Places,
  notified: Notified,
  path: string,
  dirFd: number | undefined,
): { readonly path: string } | { readonly elsewhere: string } {
  const named = places.find(notified, dirFd ?? AT_FDCWD, path);
  const place = named === undefined ? undefined : followFd(places, named);
  if (place?.in === 'tree' && place.tree === 'bpffs') return { path: place.path };
  return { elsewhere: path };
}
