/**
 * Mounts of cgroup2 and of a bpffs, by mount(2) and by the calls that took its place (fsopen, fsmount,
 * move_mount), and what is unmounted. A bpffs that is mounted outside of those that are known has its
 * names below a directory of the log that is called after the mount point, with `:` for `/`.
 */
import type { Deed } from './deed.ts';
import { pathAt } from './file-calls.ts';
import { pathBehind } from './paths.ts';
import type { LeftOut, Spoken } from './spoken.ts';
import { MOUNT_BITS, MOVE_MOUNT_BITS, UMOUNT_BITS, wordOf } from './uapi.ts';

type MountMeaning = readonly Deed['what'][] | LeftOut;

const NOTHING: MountMeaning = [];
/** Fds of file systems that a process has set up and not mounted yet. */
const FDS_MAX = 64;
/** Flags with which mount(2) mounts nothing new: remount, and how mounts are passed on. */
const CHANGES = ['MS_REMOUNT', 'MS_UNBINDABLE', 'MS_PRIVATE', 'MS_SLAVE', 'MS_SHARED'] as const;
const { MS_BIND = 0, MS_MOVE = 0 } = MOUNT_BITS;
const { MNT_DETACH = 0 } = UMOUNT_BITS;
const CHANGED = CHANGES.reduce((bits, name) => bits + (MOUNT_BITS[name] ?? 0), 0);
/** The mode of a new bpffs when its options tell none. */
const TOP_MODE = 0o1777;

/** What each says. */
export const MOUNT_CALLS: Readonly<Record<string, (spoken: Spoken) => MountMeaning>> = {
  mount: readMount,
  umount: readUmount,
  umount2: readUmount,
  fsopen({ args: { list }, process, result }) {
    const [type] = list;
    noteFd(process, result.ret, type?.kind === 'string' && type.text === 'bpf');
    return NOTHING;
  },
  fsmount({ args: { list }, process, result }) {
    const [context] = list;
    const isBpffs = context?.kind === 'number' && process.bpffsFds?.has(context.value) === true;
    noteFd(process, result.ret, isBpffs);
    return NOTHING;
  },
  move_mount(spoken) {
    const { args, process, result } = spoken;
    const [from, path, directory] = args.list;
    const flags = wordOf(args.list[4], MOVE_MOUNT_BITS);
    const isEmpty = path?.kind === 'string' && path.text === '';
    const isFd = isEmpty && (flags & (MOVE_MOUNT_BITS.MOVE_MOUNT_F_EMPTY_PATH ?? 0)) !== 0;
    const target = pathAt(spoken, 3, directory);
    if (isFd && from?.kind === 'number' && process.bpffsFds?.has(from.value) === true) {
      if (result.ret < 0) return NOTHING;
      process.bpffsFds.delete(from.value);
      return mountAt(spoken, target, {});
    }
    return readMove(spoken, isFd ? pathBehind(from) : pathAt(spoken, 1, from), target);
  },
};

function noteFd(process: Spoken['process'], fd: number, isBpffs: boolean): void {
  if (fd < 0) return;
  if (!isBpffs) {
    process.bpffsFds?.delete(fd);
    return;
  }
  process.bpffsFds ??= new Set();
  if (process.bpffsFds.size < FDS_MAX) process.bpffsFds.add(fd);
}

function readMount(spoken: Spoken): MountMeaning {
  const { args, mounts, result } = spoken;
  const [, , type, flagged, options] = args.list;
  const flags = wordOf(flagged, MOUNT_BITS);
  if ((flags & CHANGED) !== 0) return NOTHING;
  const target = pathAt(spoken, 1);
  if ((flags & (MS_BIND | MS_MOVE)) !== 0) {
    if ((flags & MS_MOVE) !== 0) return readMove(spoken, pathAt(spoken, 0), target);
    const from = mounts.bpffsPath(pathAt(spoken, 0));
    if (from === undefined) return NOTHING;
    return result.ret < 0
      ? readRefusal(spoken, target, { from })
      : mountAt(spoken, target, { from });
  }
  if (type?.kind !== 'string') return NOTHING;
  // A mount of cgroup2 is another name of the same tree.
  if (type.text === 'cgroup2' && target !== undefined && result.ret >= 0) mounts.addCgroup(target);
  if (type.text !== 'bpf') return NOTHING;
  const told =
    options?.kind === 'string' ? /(?:^|,)mode=([0-7]+)/.exec(options.text)?.[1] : undefined;
  const mode = told === undefined ? TOP_MODE : Number.parseInt(told, 8);
  const of = mode === TOP_MODE ? {} : { mode };
  return result.ret < 0 ? readRefusal(spoken, target, of) : mountAt(spoken, target, of);
}

/** Where the log has nothing of the mount point, it cannot say why nothing was mounted there. */
function readRefusal({ mounts }: Spoken, target: string | undefined, of: object): MountMeaning {
  const path = mounts.bpffsPath(target);
  return path === undefined ? NOTHING : [{ call: { name: 'mount', path, ...of } }];
}

function mountAt({ mounts }: Spoken, target: string | undefined, of: object): MountMeaning {
  if (target === undefined) return { leftOut: 'mount of a bpffs, nobody knows where' };
  const added = mounts.addBpffs(target);
  if (added === undefined) return { leftOut: 'mount of a bpffs beside many others' };
  // The one that the log begins with.
  if (added.isFirst && !('from' in of)) return NOTHING;
  const mount = { call: { name: 'mount', path: added.path, ...of }, ret: 0 } as const;
  if (!added.isNew) return [mount];
  const pin = { path: added.path, kind: 'dir', id: 0 } as const;
  return [{ sighting: { name: 'found', pin } }, mount];
}

/**
 * A mount that moves is told as what it comes to: a bind at the new place, and a lazy umount of the
 * old one. The names of the log's own bpffs stay as they are, wherever it is.
 */
function readMove(
  spoken: Spoken,
  source: string | undefined,
  target: string | undefined,
): MountMeaning {
  const { mounts, result } = spoken;
  const from = mounts.bpffsPath(source);
  if (from === undefined || source === undefined) return NOTHING;
  if (result.ret < 0) return { leftOut: 'mount that was to move a bpffs' };
  if (mounts.isOwn(source)) {
    const isMoved = target !== undefined && mounts.moveOwn(target);
    return isMoved ? NOTHING : { leftOut: 'mount that moves the bpffs of the host' };
  }
  const made = mountAt(spoken, target, { from });
  if ('leftOut' in made) return made;
  return [...made, ...takeDown(mounts, source, { path: from, flags: MNT_DETACH })];
}

function readUmount(spoken: Spoken): MountMeaning {
  const { args, mounts, result } = spoken;
  const target = pathAt(spoken, 0);
  const path = mounts.bpffsPath(target);
  if (path === undefined || target === undefined) return NOTHING;
  const flags = wordOf(args.list[1], UMOUNT_BITS);
  const call = { path, ...(flags !== 0 && { flags }) };
  if (result.ret < 0) return [{ call: { name: 'umount', ...call } }];
  return takeDown(mounts, target, call);
}

/** @param at where it was mounted */
function takeDown(
  mounts: Spoken['mounts'],
  at: string,
  call: { readonly path: string; readonly flags?: number },
): readonly Deed['what'][] {
  const umount = { call: { name: 'umount', ...call }, ret: 0 } as const;
  // What stood there before is not a name of the log again.
  const isLast = mounts.removeBpffs(at);
  return isLast ? [umount, { sighting: { name: 'gone', pin: { path: call.path } } }] : [umount];
}
