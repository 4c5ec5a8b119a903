/** The permission rules of files and directories that all file systems share (`inode_permission`). */
import { type Caller, has, isFullRoot } from './caller.ts';

/** What a permission is asked of. */
export interface Owned {
  readonly uid: number;
  readonly mode: number;
}

export const READ = 4;
export const WRITE = 2;
export const SEARCH = 1;
export const STICKY = 0o1000;

/** Whether the caller has the access `wanted` (an rwx digit) to a file. */
export function mayAccess(caller: Caller, file: Owned, wanted: number): boolean {
  if (has(caller, 'dac_override')) return true;
  // Everybody except the owner is "other": processes of uid 65534 share no group.
  const bits = caller.process.uid === file.uid ? file.mode >> 6 : file.mode;
  return (bits & wanted) === wanted;
}

/** Whether the caller may do what only an owner may, or CAP_FOWNER (`inode_owner_or_capable`). */
export function owns(caller: Caller, { uid }: Pick<Owned, 'uid'>): boolean {
  return isFullRoot(caller) || caller.process.uid === uid;
}

/** Whether the caller may give a file to `uid`: away only as root, for which CAP_CHOWN stands here. */
export function mayGive(caller: Caller, file: Pick<Owned, 'uid'>, uid: number): boolean {
  return isFullRoot(caller) || (caller.process.uid === file.uid && uid === file.uid);
}
