/**
 * Locks a folder for one process, by a unix socket file that the holder listens on: a crash frees
 * it, and it works between containers that share a volume.
 *
 * The files are `lock.1`, `lock.2`, …; the holder listens on the highest. A stale one is never
 * removed to make room, since another process may have taken its place meanwhile: the next number
 * is claimed by a hard link (which exactly one process succeeds with), and lower ones are swept.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { link, readdir, unlink } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { join, relative } from 'node:path';
import { text } from 'node:stream/consumers';

/** Linux and macOS take no longer path for a socket (sun_path, with its closing NUL). */
const SOCKET_PATH_MAX = 103;
/** How long a holder may take to say its pid before it counts as unknown. */
const ANSWER_TIMEOUT_MS = 1000;

/** Another process has the folder open. */
export class FolderInUse extends Error {
  /** The holder's pid; undefined when it did not say. */
  readonly pid: number | undefined;

  constructor(folder: string, pid: number | undefined) {
    super(`${folder} is in use by ${pid === undefined ? 'another process' : `process ${pid}`}`);
    this.pid = pid;
  }
}

/**
 * Takes the lock; the returned function releases it.
 *
 * @throws FolderInUse
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const claim = `claim.${randomBytes(6).toString('hex')}`;
  const server = await listenOn(socketPath(folder, claim));
  try {
    for (;;) {
      const highest = await highestLock(folder);
      if (highest > 0) {
        const holder = await probe(socketPath(folder, `lock.${highest}`));
        if (holder.alive) throw new FolderInUse(folder, holder.pid);
      }
      if (await claimNext(folder, claim, highest + 1)) return () => release(server);
    }
  } catch (error) {
    await release(server);
    throw error;
  }
}

async function claimNext(folder: string, claim: string, number: number): Promise<boolean> {
  const lock = join(folder, `lock.${number}`);
  try {
    await link(join(folder, claim), lock);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
  if ((await highestLock(folder)) > number) {
    await unlink(lock);
    return false;
  }
  await unlink(join(folder, claim));
  await sweepBelow(folder, number);
  return true;
}

async function lockNumbers(folder: string): Promise<number[]> {
  const names = await readdir(folder);
  return names.filter((name) => /^lock\.\d+$/.test(name)).map((name) => Number(name.slice(5)));
}

async function highestLock(folder: string): Promise<number> {
  return Math.max(0, ...(await lockNumbers(folder)));
}

async function sweepBelow(folder: string, number: number): Promise<void> {
  const stale = (await lockNumbers(folder)).filter((n) => n < number);
  await Promise.all(stale.map((n) => unlink(join(folder, `lock.${n}`)).catch(() => undefined)));
}

async function probe(path: string): Promise<{ alive: boolean; pid?: number | undefined }> {
  const socket = connect(path);
  try {
    await once(socket, 'connect');
  } catch (error) {
    // ENOENT: the holder of a higher number swept it; the caller looks again.
    if (['ECONNREFUSED', 'ENOENT'].includes(codeOf(error) ?? '')) return { alive: false };
    throw error;
  }
  socket.setTimeout(ANSWER_TIMEOUT_MS, () => socket.destroy());
  const pid = Number(await text(socket).catch(() => ''));
  return { alive: true, pid: pid > 0 ? pid : undefined };
}

async function listenOn(path: string): Promise<Server> {
  const server = createServer((asker) => {
    asker.on('error', () => undefined);
    asker.end(String(process.pid));
  });
  server.listen(path);
  await once(server, 'listening');
  return server.unref();
}

async function release(server: Server): Promise<void> {
  server.close();
  await once(server, 'close');
}

function socketPath(folder: string, name: string): string {
  const absolute = join(folder, name);
  const shorter = relative(process.cwd(), absolute);
  const path = shorter.length < absolute.length ? shorter : absolute;
  if (Buffer.byteLength(path) > SOCKET_PATH_MAX) {
    throw new Error(`the path of the data folder is too long: ${path} exceeds ${SOCKET_PATH_MAX}`);
  }
  return path;
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}
