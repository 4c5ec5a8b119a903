/**
 * The directory of a run, in memory where that can be, else below that for temporary files. A lock says
 * that its run lives, and ends with the process, however that ends. So a directory that can be locked
 * was left by a run that was killed, and the next run removes it.
 */
import {
  accessSync,
  closeSync,
  constants,
  fstatSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  statfsSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Libc } from '../../native/libc.ts';

/** What stands in it. */
export const IN_FOLDER = ['cgroup', 'bpffs', 'apart', 'gone'] as const;

const PREFIX = 'bpfledger-run-';
/** Where POSIX has shared memory; anybody may make files there. */
const SHM = '/dev/shm';
const TMPFS_MAGIC = 0x01021994;
const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = constants;
/** LOCK_EX and LOCK_NB of flock(2). */
const LOCK = 2 | 4;
/** Another run locks its directory a moment after it has made it. */
const LEFT_MS_MIN = 60_000;
/** Directories that one start looks at. */
const LOOKED_AT_MAX = 100;

export class Folder {
  readonly path: string;
  readonly #lock: number;

  /**
   * Makes a directory, after the removal of those that were left.
   *
   * @param parent a directory on a file system of this machine
   */
  constructor(libc: Libc, parent = parentHere()) {
    removeLeft(libc, parent);
    this.path = mkdtempSync(join(parent, PREFIX));
    this.#lock = openSync(this.path, O_RDONLY | O_DIRECTORY);
    // A file system without locks refuses it, and a later look at the lock as well.
    libc.flock(this.#lock, LOCK);
  }

  /** Removes it. */
  close(): void {
    rmSync(this.path, { recursive: true, force: true });
    closeSync(this.#lock);
  }
}

/** Where the user says, else in memory: a cgroup is sixteen files, each of which a disk would write down. */
function parentHere(): string {
  return process.env.TMPDIR === undefined && isInMemory(SHM) ? SHM : tmpdir();
}

function isInMemory(path: string): boolean {
  try {
    accessSync(path, constants.W_OK | constants.X_OK);
    return statfsSync(path).type === TMPFS_MAGIC;
  } catch {
    return false;
  }
}

function removeLeft(libc: Libc, parent: string): void {
  const names = readdirSync(parent).filter((name) => name.startsWith(PREFIX));
  for (const name of names.slice(0, LOOKED_AT_MAX)) {
    try {
      removeIfLeft(libc, join(parent, name));
    } catch {
      // It is another user's, or another start has removed it.
    }
  }
}

function removeIfLeft(libc: Libc, path: string): void {
  const folder = openSync(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  try {
    const { uid, mtimeMs } = fstatSync(folder);
    if (uid !== process.geteuid?.() || Date.now() - mtimeMs < LEFT_MS_MIN) return;
    const isOurs = readdirSync(path).every((name) => IN_FOLDER.some((own) => own === name));
    if (!isOurs || libc.flock(folder, LOCK) < 0) return;
    rmSync(path, { recursive: true, force: true });
  } finally {
    closeSync(folder);
  }
}
