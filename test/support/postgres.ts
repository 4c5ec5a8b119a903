// A private PostgreSQL server for tests: its own data directory, password and port, fsync on as in
// production, gone when the run ends. PostgreSQL refuses to run as root, so root hands it to the
// system's `postgres` user.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface PostgresServer {
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
  /** Ends it as a crash of its machine would. */
  kill(): Promise<void>;
  /**
   * Ends it, and starts it again on the same files and the same port.
   *
   * @param by SIGQUIT: the immediate shutdown. SIGKILL: only its first process ends, and leaves its
   *   lock file and the processes of its connections behind
   */
  restart(by: 'SIGQUIT' | 'SIGKILL'): Promise<void>;
}

type Identity = { readonly uid: number; readonly gid: number } | Record<string, never>;

/** The folder of `postgres` and `initdb`, newest version first; Debian keeps them off the PATH. */
export function findPostgres(): string | undefined {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).map(Number) : [];
  return versions
    .sort((a, b) => b - a)
    .map((version) => join(debian, String(version), 'bin'))
    .concat((process.env.PATH ?? '').split(':'))
    .find((bin) => existsSync(join(bin, 'postgres')) && existsSync(join(bin, 'initdb')));
}

/** @param settings of the server, as `name=value` */
export async function startPostgres(settings: readonly string[] = []): Promise<PostgresServer> {
  const bin = findPostgres();
  if (bin === undefined) throw new Error('no PostgreSQL server is installed');
  const identity = serverIdentity();
  const folder = mkdtempSync(join(tmpdir(), 'bpfledger-postgres-'));
  const password = randomBytes(12).toString('hex');
  try {
    initialise(bin, folder, password, identity);
    return await launch(bin, { folder, password, identity, settings });
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

/** A copy of a server's files, which a server can be started from. */
export interface Backup {
  /** Starts it, once. @param settings `name=value` */
  start(settings?: readonly string[]): Promise<PostgresServer>;
  /** Says that the copy is to be recovered from an archive when it is started. */
  recover(): void;
}

/** A hot standby of a server, which follows it until it is promoted. */
export function startStandby(primary: string): Promise<PostgresServer> {
  return backUp(primary, ['--write-recovery-conf']).start();
}

/** Copies a server while it runs, by pg_basebackup. @param options more of its own */
export function backUp(primary: string, options: readonly string[] = []): Backup {
  const bin = findPostgres();
  if (bin === undefined) throw new Error('no PostgreSQL server is installed');
  const identity = serverIdentity();
  const folder = mkdtempSync(join(tmpdir(), 'bpfledger-standby-'));
  const { password } = new URL(primary);
  try {
    if (identity.uid !== undefined) chownSync(folder, identity.uid, identity.gid);
    const from = ['-d', primary, '-D', join(folder, 'data'), ...options];
    const quickly = ['--checkpoint=fast', '--no-sync'];
    execFileSync(join(bin, 'pg_basebackup'), [...from, ...quickly], {
      ...identity,
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  return {
    async start(settings = []) {
      try {
        return await launch(bin, { folder, password, identity, settings });
      } catch (error) {
        rmSync(folder, { recursive: true, force: true });
        throw error;
      }
    },
    recover() {
      const signal = join(folder, 'data', 'recovery.signal');
      writeFileSync(signal, '');
      if (identity.uid !== undefined) chownSync(signal, identity.uid, identity.gid);
    },
  };
}

/** Who may run a server; PostgreSQL and PgBouncer refuse root. */
export function serverIdentity(): Identity {
  if (process.getuid?.() !== 0) return {};
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

function initialise(bin: string, folder: string, password: string, identity: Identity): void {
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (identity.uid !== undefined) {
    for (const path of [folder, passwordFile]) chownSync(path, identity.uid, identity.gid);
  }
  const data = ['-D', join(folder, 'data'), '--encoding=UTF8', '--locale=C', '--no-sync'];
  const login = ['-U', 'postgres', '--auth=scram-sha-256', `--pwfile=${passwordFile}`];
  execFileSync(join(bin, 'initdb'), [...data, ...login], {
    ...identity,
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
}

/** What a server is started from. */
interface Place {
  readonly folder: string;
  readonly password: string;
  readonly identity: Identity;
  readonly settings: readonly string[];
}

const START_MS = 30_000;
/** A pause before a server is started once more. */
const PAUSE_MS = 50;

/** The port is free when asked for and may be taken a moment later: then the next one is tried. */
async function launch(bin: string, place: Place): Promise<PostgresServer> {
  let words = '';
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const port = await freePort();
    const begun = await begin(bin, place, port);
    if (begun.isReady) return running(begun.server, place, { bin, port });
    ({ words } = begun);
  }
  throw new Error(`PostgreSQL did not start:\n${words}`);
}

/** A start of a server, and its last words: one that is not ready was ended. */
interface Begun {
  readonly server: ChildProcess;
  readonly isReady: boolean;
  readonly words: string;
}

async function begin(bin: string, place: Place, port: number): Promise<Begun> {
  const { folder, identity, settings } = place;
  const set = settings.flatMap((setting) => ['-c', setting]);
  const address = ['-c', 'listen_addresses=127.0.0.1', '-p', String(port), '-k', folder];
  const server = spawn(join(bin, 'postgres'), ['-D', join(folder, 'data'), ...address, ...set], {
    ...identity,
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let words = '';
  server.stderr.setEncoding('utf8').on('data', (text: string) => {
    words = (words + text).slice(-10_000);
  });
  const ready = () => /ready to accept (read-only )?connections/.test(words);
  const deadline = Date.now() + START_MS;
  while (isAlive(server) && !ready() && Date.now() < deadline) await sleep(20);
  if (!ready()) await end(server, 'SIGKILL');
  return { server, isReady: ready(), words };
}

function running(
  first: ChildProcess,
  place: Place,
  { bin, port }: { readonly bin: string; readonly port: number },
): PostgresServer {
  const { folder, password } = place;
  if (first.pid === undefined) throw new Error('PostgreSQL has no pid');
  let server = first;
  const abandon = () => {
    server.kill('SIGQUIT');
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  process.once('exit', abandon);
  return {
    url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
    get pid() {
      return server.pid ?? 0;
    },
    async stop() {
      process.off('exit', abandon);
      if (isAlive(server)) {
        const exited = once(server, 'exit');
        server.kill('SIGINT');
        await Promise.race([exited, sleep(10_000, undefined, { ref: false })]);
        server.kill('SIGKILL');
      }
      rmSync(folder, { recursive: true, force: true });
    },
    kill: () => end(server, 'SIGQUIT'),
    async restart(by) {
      await end(server, by);
      // A server refuses its files while a process of the one before lives: those end when they see
      // that their first one is gone, or that their statement is done.
      for (const deadline = Date.now() + START_MS; ; await sleep(PAUSE_MS)) {
        const begun = await begin(bin, place, port);
        ({ server } = begun);
        if (begun.isReady) return;
        if (Date.now() > deadline) {
          throw new Error(`PostgreSQL did not start again:\n${begun.words}`);
        }
      }
    },
  };
}

async function end(server: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (!isAlive(server)) return;
  const exited = once(server, 'exit');
  server.kill(signal);
  await exited;
}

function isAlive(server: ChildProcess): boolean {
  return server.exitCode === null && server.signalCode === null;
}

/** A port of loopback that nothing listens on. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('no loopback address');
  return address.port;
}
