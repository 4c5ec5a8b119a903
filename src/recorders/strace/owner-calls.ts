/**
 * Calls that change the owner or the mode of a name: of a cgroup's directory, one of its control files,
 * or a name of the bpffs. A group alone is nothing to the log.
 */
import { isControlFile } from '../../domain/cgroupfs.ts';
import { baseName } from '../../domain/path.ts';
import { numberAt } from './fd-calls.ts';
import { absolutePath, isInterfaceFile, pathBehind } from './paths.ts';
import { type LineMeaning, NOTHING, type Spoken } from './spoken.ts';
import { AT_BITS, wordOf } from './uapi.ts';

/** Where the arguments of a call are. */
interface Places {
  /** Of the directory that a path begins at, or of the fd that the call is on. */
  readonly dir?: number;
  readonly path?: number;
  /** Of the new mode or owner. */
  readonly given: number;
  /** Of flags that may say that an empty path is the fd itself. */
  readonly flags?: number;
}

/** What each says. */
export const OWNER_CALLS: Readonly<Record<string, (spoken: Spoken) => LineMeaning>> = {
  chmod: (spoken) => changedMode(spoken, { path: 0, given: 1 }),
  fchmod: (spoken) => changedMode(spoken, { dir: 0, given: 1 }),
  fchmodat: (spoken) => changedMode(spoken, { dir: 0, path: 1, given: 2 }),
  fchmodat2: (spoken) => changedMode(spoken, { dir: 0, path: 1, given: 2, flags: 3 }),
  chown: (spoken) => changedOwner(spoken, { path: 0, given: 1 }),
  lchown: (spoken) => changedOwner(spoken, { path: 0, given: 1 }),
  fchown: (spoken) => changedOwner(spoken, { dir: 0, given: 1 }),
  fchownat: (spoken) => changedOwner(spoken, { dir: 0, path: 1, given: 2, flags: 4 }),
};

/** A uid of 32 bits that says "as it is". */
const UNCHANGED: readonly number[] = [-1, 0xffff_ffff];

function changedMode(spoken: Spoken, places: Places): LineMeaning {
  const mode = numberAt(spoken.args.list, places.given) & 0o7777;
  const { cgroup, name } = placeOf(spoken, places);
  if (cgroup !== undefined) return [{ call: { name: 'cgroup_chmod', path: cgroup, mode }, ret: 0 }];
  return name === undefined ? NOTHING : [{ call: { name: 'chmod', path: name, mode }, ret: 0 }];
}

function changedOwner(spoken: Spoken, places: Places): LineMeaning {
  const uid = numberAt(spoken.args.list, places.given);
  if (UNCHANGED.includes(uid)) return NOTHING;
  const { cgroup, name } = placeOf(spoken, places);
  if (cgroup !== undefined) return [{ call: { name: 'cgroup_chown', path: cgroup, uid }, ret: 0 }];
  return name === undefined ? NOTHING : [{ call: { name: 'chown', path: name, uid }, ret: 0 }];
}

/** What a call is on: a path of cgroup2, or one of the bpffs. Files of controllers are neither. */
function placeOf(
  spoken: Spoken,
  places: Places,
): { readonly cgroup?: string | undefined; readonly name?: string | undefined } {
  const { mounts } = spoken;
  const path = pathOf(spoken, places);
  const cgroup = mounts.cgroupPath(path);
  if (cgroup === undefined) return { name: mounts.bpffsPath(path) };
  return isInterfaceFile(cgroup) && !isControlFile(baseName(cgroup)) ? {} : { cgroup };
}

function pathOf({ args: { list }, process }: Spoken, places: Places): string | undefined {
  const dir = places.dir === undefined ? undefined : list[places.dir];
  if (dir?.kind === 'number' && dir.deleted) return undefined;
  const behind = pathBehind(dir);
  const printed = places.path === undefined ? undefined : list[places.path];
  if (printed === undefined) return behind;
  if (printed.kind !== 'string' || printed.cut) return undefined;
  if (printed.text !== '') return absolutePath(printed.text, behind ?? process.cwd);
  const flags = places.flags === undefined ? 0 : wordOf(list[places.flags], AT_BITS);
  return (flags & (AT_BITS.AT_EMPTY_PATH ?? 0)) === 0 ? undefined : behind;
}
