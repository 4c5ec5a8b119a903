/** Calls about names: directories of cgroup2, and pins and directories of the bpffs. */
import { absolutePath, pathBehind } from './paths.ts';
import { type LineMeaning, NOTHING, type Spoken } from './spoken.ts';
import { AT_BITS, wordOf } from './uapi.ts';
import type { Value } from './value.ts';

/** What each says; those on owners and modes are in owner-calls.ts. */
export const FILE_CALLS: Readonly<Record<string, (spoken: Spoken) => LineMeaning>> = {
  mkdir: (spoken) => readMkdir(spoken, pathAt(spoken, 0)),
  mkdirat: (spoken) => readMkdir(spoken, pathAt(spoken, 1, spoken.args.list[0])),
  rmdir: (spoken) => readRmdir(spoken, pathAt(spoken, 0)),
  unlink: (spoken) => readUnlink(spoken, pathAt(spoken, 0)),
  unlinkat(spoken) {
    const { list } = spoken.args;
    const path = pathAt(spoken, 1, list[0]);
    const isDirectory = (wordOf(list[2], AT_BITS) & (AT_BITS.AT_REMOVEDIR ?? 0)) !== 0;
    return isDirectory ? readRmdir(spoken, path) : readUnlink(spoken, path);
  },
  rename: (spoken) => readRename(spoken, pathAt(spoken, 0), pathAt(spoken, 1)),
  renameat: readRenameAt,
  renameat2: readRenameAt,
  link: (spoken) => readLink(spoken, pathAt(spoken, 0), pathAt(spoken, 1)),
  linkat(spoken) {
    const { list } = spoken.args;
    return readLink(spoken, pathAt(spoken, 1, list[0]), pathAt(spoken, 3, list[2]));
  },
  symlink: (spoken) => readSymlink(spoken, pathAt(spoken, 1)),
  symlinkat: (spoken) => readSymlink(spoken, pathAt(spoken, 2, spoken.args.list[1])),
};

/** The absolute path of an argument; of one that is relative to `dir`, or to where the process is. */
export function pathAt(
  { args, process }: Spoken,
  index: number,
  dir?: Value | undefined,
): string | undefined {
  const printed = args.list[index];
  if (printed?.kind !== 'string' || printed.cut) return undefined;
  return absolutePath(printed.text, pathBehind(dir) ?? process.cwd);
}

function readMkdir({ mounts }: Spoken, path: string | undefined): LineMeaning {
  const cgroup = mounts.cgroupPath(path);
  if (cgroup !== undefined) return [{ call: { name: 'mkdir', path: cgroup }, ret: 0 }];
  const name = mounts.bpffsPath(path);
  return name === undefined ? NOTHING : [{ call: { name: 'bpffs_mkdir', path: name }, ret: 0 }];
}

function readRmdir({ mounts }: Spoken, path: string | undefined): LineMeaning {
  const cgroup = mounts.cgroupPath(path);
  if (cgroup !== undefined) return [{ call: { name: 'rmdir', path: cgroup }, ret: 0 }];
  const name = mounts.bpffsPath(path);
  return name === undefined ? NOTHING : [{ call: { name: 'bpffs_rmdir', path: name }, ret: 0 }];
}

function readUnlink({ mounts }: Spoken, path: string | undefined): LineMeaning {
  const name = mounts.bpffsPath(path);
  return name === undefined ? NOTHING : [{ call: { name: 'unlink', path: name }, ret: 0 }];
}

function readRename(
  { mounts }: Spoken,
  from: string | undefined,
  into: string | undefined,
): LineMeaning {
  const path = mounts.bpffsPath(from);
  const to = mounts.bpffsPath(into);
  if (path !== undefined && to !== undefined) {
    return [{ call: { name: 'rename', path, to }, ret: 0 }];
  }
  if (mounts.cgroupPath(from) === undefined) return NOTHING;
  return { leftOut: 'rename of a cgroup' };
}

function readLink(
  { mounts }: Spoken,
  from: string | undefined,
  into: string | undefined,
): LineMeaning {
  const path = mounts.bpffsPath(from);
  const to = mounts.bpffsPath(into);
  if (path === undefined || to === undefined) return NOTHING;
  return [{ call: { name: 'link', path, to }, ret: 0 }];
}

/** What it leads to is told as from its directory, or as a path of the log. */
function readSymlink({ args, mounts }: Spoken, name: string | undefined): LineMeaning {
  const path = mounts.bpffsPath(name);
  if (path === undefined) return NOTHING;
  const [told] = args.list;
  if (told?.kind !== 'string' || told.cut || told.text === '') return { leftOut: 'symlink' };
  const target = told.text.startsWith('/') ? mounts.bpffsPath(told.text) : told.text;
  if (target === undefined) return { leftOut: 'symlink out of the bpffs' };
  return [{ call: { name: 'symlink', path, target }, ret: 0 }];
}

function readRenameAt(spoken: Spoken): LineMeaning {
  const { list } = spoken.args;
  return readRename(spoken, pathAt(spoken, 1, list[0]), pathAt(spoken, 3, list[2]));
}
