/** The permission rules of files and directories that all file systems share (`inode_permission`). */
import { type Caller, has, hasOnFiles } from './caller.ts';

/** What a permission is asked of. */
export interface Owned {
  readonly uid: number;
  readonly mode: number;
}

export const READ = 4;
export const WRITE = 2;
export const SEARCH = 1;
export const STICKY = 0o1000;
const SET_UID = 0o4000;
const SET_GID = 0o2000;
const GROUP_EXECUTES = 0o010;
/** What a mode has: permissions, sticky, set-user-ID and set-group-ID. */
const MODE_BITS = 0o7777;

/** Whether the caller has the access `wanted` (an rwx digit) to a file. */
export function mayAccess(caller: Caller, file: Owned, wanted: number): boolean {
  if (has(caller, 'dac_override')) return true;
  // CAP_DAC_READ_SEARCH reads and searches all, and writes nothing (`generic_permission`).
  if ((wanted & WRITE) === 0 && hasOnFiles(caller, 'dac_read_search')) return true;
  // Everybody except the owner is "other": processes of uid 65534 share no group.
  const bits = caller.process.uid === file.uid ? file.mode >> 6 : file.mode;
  return (bits & wanted) === wanted;
}

/** Whether the caller may do what only an owner may, or CAP_FOWNER (`inode_owner_or_capable`). */
export function owns(caller: Caller, { uid }: Pick<Owned, 'uid'>): boolean {
  return caller.process.uid === uid || hasOnFiles(caller, 'fowner');
}

/** `(uid_t)-1`: chown(2) leaves the owner as it is, and the group. */
const UNCHANGED = 2 ** 32 - 1;

/** The owner that chown(2) to `uid` leaves a file with. */
export function ownerAfterChown(file: Pick<Owned, 'uid'>, uid: number): number {
  return uid === UNCHANGED ? file.uid : uid;
}

/** Whether the caller may give a file to `uid`: away only with CAP_CHOWN (`chown_ok`). */
function mayGive(caller: Caller, file: Pick<Owned, 'uid'>, uid: number): boolean {
  if (uid === UNCHANGED) return true;
  return (caller.process.uid === file.uid && uid === file.uid) || hasOnFiles(caller, 'chown');
}

/** Whether the caller may leave a file set-group-ID: it is of its group, which is its owner's here, or takes CAP_FSETID. */
function mayKeepGroup(caller: Caller, { uid }: Pick<Owned, 'uid'>): boolean {
  return caller.process.uid === uid || hasOnFiles(caller, 'fsetid');
}

/** The mode that chmod(2) makes of `mode` (`setattr_prepare`). */
export function modeSet(caller: Caller, file: Pick<Owned, 'uid'>, mode: number): number {
  const lost = (mode & SET_GID) !== 0 && !mayKeepGroup(caller, file) ? SET_GID : 0;
  return mode & MODE_BITS & ~lost;
}

/**
 * What chown(2) to `uid` leaves of the mode of what is not a directory, whoever calls
 * (`setattr_should_drop_sgid`). Where the set-user-ID bit goes, the mode is written anew, when the file
 * is of its new group already (`setattr_copy`; measured on 6.18.44).
 */
function modeGiven(caller: Caller, file: Owned, uid: number): number {
  const { mode } = file;
  const isRewritten = (mode & SET_UID) !== 0;
  const dropsGroup =
    (mode & GROUP_EXECUTES) !== 0 ||
    !mayKeepGroup(caller, file) ||
    (isRewritten && !mayKeepGroup(caller, { uid: ownerAfterChown(file, uid) }));
  return mode & ~SET_UID & ~(dropsGroup ? SET_GID : 0);
}

/**
 * Whether the caller may leave a file with this mode by chown(2): to take bits away is to change the mode
 * (`notify_change`; measured on 6.18.44).
 */
function mayLose(caller: Caller, file: Owned, mode: number): boolean {
  return mode === file.mode || owns(caller, file);
}

/**
 * The mode that chown(2) to `uid` leaves, or undefined where it is EPERM (`chown_common`, whose
 * `notify_change` asks `setattr_prepare`): the caller may give the file, and take the bits that go along.
 */
export function modeAfterChown(
  caller: Caller,
  file: Owned,
  { uid, isDirectory }: { readonly uid: number; readonly isDirectory: boolean },
): number | undefined {
  const mode = isDirectory ? file.mode : modeGiven(caller, file, uid);
  return mayGive(caller, file, uid) && mayLose(caller, file, mode) ? mode : undefined;
}

/** Whether anybody who reads and writes a file may give it another name (`safe_hardlink_source`). */
export function isPlain(mode: number): boolean {
  return (
    (mode & SET_UID) === 0 && (mode & (SET_GID | GROUP_EXECUTES)) !== (SET_GID | GROUP_EXECUTES)
  );
}
