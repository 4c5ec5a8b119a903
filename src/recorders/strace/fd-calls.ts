/** Calls about fds: open, close, dup and its kin, and passing over a socket. */

import type { MeantCall } from './deed.ts';
import { absolutePath, isInterfaceFile, pathBehind } from './paths.ts';
import { type LineMeaning, NOTHING, type Spoken } from './spoken.ts';
import {
  CLOSE_RANGE_BITS,
  FCNTL_COMMANDS,
  FD_BITS,
  OPEN_BITS,
  SCM_RIGHTS,
  wordOf,
} from './uapi.ts';
import { Malformed, type Value } from './value.ts';

/** Calls whose result is an fd, so that one that was thought open at that number is gone. */
export const FD_MAKERS: ReadonlySet<string> = new Set([
  'open',
  'openat',
  'openat2',
  'creat',
  'socket',
  'accept',
  'accept4',
  'fsopen',
  'fsmount',
  'epoll_create1',
  'eventfd2',
  'signalfd4',
  'timerfd_create',
  'memfd_create',
  'inotify_init1',
  'pidfd_open',
  'userfaultfd',
  'perf_event_open',
  'io_uring_setup',
]);

/** What each says; those that no cgroup or BPF object is behind are not asked for. */
export const FD_CALLS: Readonly<Record<string, (spoken: Spoken) => LineMeaning>> = {
  open: (spoken) => readOpen(spoken, undefined, 0),
  openat: (spoken) => readOpen(spoken, spoken.args.list[0], 1),
  openat2: (spoken) => readOpen(spoken, spoken.args.list[0], 1),
  close: ({ args }) => [{ call: { name: 'close', fd: numberAt(args.list, 0) }, ret: 0 }],
  dup: ({ args }) => [{ call: { name: 'dup', fd: numberAt(args.list, 0) } }],
  dup2: ({ args: { list } }) => [
    { call: { name: 'dup2', fd: numberAt(list, 0), to_fd: numberAt(list, 1) } },
  ],
  dup3: ({ args: { list } }) => [
    {
      call: {
        name: 'dup3',
        fd: numberAt(list, 0),
        to_fd: numberAt(list, 1),
        flags: wordOf(list[2], OPEN_BITS),
      },
    },
  ],
  fcntl: readFcntl,
  fcntl64: readFcntl,
  close_range: ({ args: { list } }) => [
    {
      call: {
        name: 'close_range',
        first: numberAt(list, 0),
        last: numberAt(list, 1),
        flags: wordOf(list[2], CLOSE_RANGE_BITS),
      },
      ret: 0,
    },
  ],
};

export function numberAt(list: readonly Value[], index: number): number {
  const value = list[index];
  if (value?.kind === 'number') return value.value;
  // `~0U` as the end of close_range.
  if (value?.kind === 'word' && value.text.startsWith('~0')) return 0xffff_ffff;
  throw new Malformed(`argument ${index + 1} is not a number`);
}

/** A directory of a cgroup or of a bpffs; openat2 prints its flags in a struct. */
function readOpen(
  { args, result, process, mounts }: Spoken,
  dir: Value | undefined,
  at: number,
): LineMeaning {
  const printed = args.list[at];
  if (printed?.kind !== 'string') return NOTHING;
  const how = args.list[at + 1];
  const flags = wordOf(how?.kind === 'struct' ? how.fields.get('flags') : how, OPEN_BITS);
  const isDirectory = (flags & (OPEN_BITS.O_DIRECTORY ?? 0)) !== 0;
  const asked = absolutePath(
    printed.text,
    dir === undefined ? process.cwd : (pathBehind(dir) ?? process.cwd),
  );
  // The path behind the result has no links in it.
  const seen = result.path?.startsWith('/') ? result.path : asked;
  const path = mounts.cgroupPath(seen);
  const cloexec = (flags & (OPEN_BITS.O_CLOEXEC ?? 0)) !== 0;
  if (path === undefined) {
    const place = isDirectory && result.ret >= 0 ? mounts.bpffsPath(seen) : undefined;
    if (place === undefined) return NOTHING;
    const call = { name: 'open_other', kind: 'dir', path: place } as const;
    return [{ call: { ...call, ...(!cloexec && { cloexec }) } }];
  }
  if (!isDirectory && isInterfaceFile(path)) return NOTHING;
  return [{ call: { name: 'open_cgroup', path, ...(!cloexec && { cloexec }) } }];
}

function readFcntl({ args: { list } }: Spoken): LineMeaning {
  const fd = numberAt(list, 0);
  const command = list[1];
  const n = wordOf(command, FCNTL_COMMANDS);
  const name = Object.entries(FCNTL_COMMANDS).find(([, value]) => value === n)?.[0];
  const isNamed = command?.kind === 'number' || (command?.kind === 'word' && command.text === name);
  if (!isNamed) return NOTHING;
  switch (n) {
    case FCNTL_COMMANDS.F_DUPFD:
      return [{ call: { name: 'fcntl', fd, cmd: 'f_dupfd', arg: numberAt(list, 2) } }];
    case FCNTL_COMMANDS.F_DUPFD_CLOEXEC:
      return [{ call: { name: 'fcntl', fd, cmd: 'f_dupfd_cloexec', arg: numberAt(list, 2) } }];
    case FCNTL_COMMANDS.F_SETFD: {
      const arg = wordOf(list[2], FD_BITS);
      return [{ call: { name: 'fcntl', fd, cmd: 'f_setfd', arg }, ret: 0 }];
    }
    default:
      // F_GETFD changes nothing.
      return NOTHING;
  }
}

/** The fds that a message carries, in order. */
export function passedFds({ args }: Spoken): number[] {
  const fds: number[] = [];
  const visit = (value: Value): void => {
    if (value.kind === 'list') for (const item of value.items) visit(item);
    if (value.kind !== 'struct') return;
    const type = value.fields.get('cmsg_type');
    const isRights =
      type?.kind === 'word' ? type.text === 'SCM_RIGHTS' : wordOf(type, SCM_RIGHTS) === 1;
    const data = value.fields.get('cmsg_data');
    if (type !== undefined && isRights && data?.kind === 'list') {
      for (const item of data.items) if (item.kind === 'number') fds.push(item.value);
      return;
    }
    for (const field of value.fields.values()) visit(field);
  };
  for (const value of args.list) visit(value);
  return fds;
}

/** Fds taken from a message, one call each. */
export function readReceived(spoken: Spoken): MeantCall[] {
  return passedFds(spoken).map((fd) => ({ call: { name: 'recv_fd' }, ret: fd }));
}
