/**
 * The service as its users run it: built, in a process of its own, on a database of the run's
 * server, reached through a socket.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { BenchContext } from './bench.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** The built command. */
export const COMMAND = join(ROOT, 'dist/cli/bpfledger.js');
/** Collects garbage when it is told to, so that memory in use is not memory left lying about. */
const COLLECTS = "data:text/javascript,process.on('SIGUSR2',()=>globalThis.gc())";
/** How long a collection may take. */
const COLLECT_MS = 500;

/** Bytes of a process. */
export interface Memory {
  readonly rss: number;
  readonly heap: number;
}

export interface BenchService {
  readonly url: string;
  /** Of the database that it works on. */
  readonly databaseUrl: string;
  readonly port: number;
  readonly pid: number;
  /** What the service uses, once garbage is collected. */
  memory(): Promise<Memory>;
  /** Shuts it down in order. */
  stop(): Promise<void>;
}

/**
 * Starts a service on an empty database.
 *
 * @param env settings beside the defaults
 * @param flags of Node; by default those of `npm start`
 */
export async function startBenchService(
  context: BenchContext,
  database: string,
  env: Readonly<Record<string, string>> = {},
  flags: readonly string[] = ownFlags(),
): Promise<BenchService> {
  const url = await (await context.postgres()).createDatabase(database);
  const settings = { DATABASE_URL: url, BPFLEDGER_DATA_DIR: dataDir(context), ...env };
  build();
  execFileSync(process.execPath, [COMMAND, 'migrate'], { env: { ...process.env, ...settings } });
  return serve(settings, flags);
}

/** A folder for a service of its own. */
export function dataDir(context: BenchContext): string {
  return mkdtempSync(join(context.scratch, 'service-'));
}

/** Makes the built program that of the sources. The compiler tells what it refuses on stdout. */
export function build(): void {
  execFileSync(process.execPath, [join(ROOT, 'scripts/build.js')], { stdio: ['ignore', 2, 2] });
}

/** Starts the built service on a database that is ready for it: an empty `DATABASE_URL` is none. */
export async function serve(
  settings: Readonly<Record<string, string>>,
  flags: readonly string[] = ownFlags(),
  options: readonly string[] = [],
): Promise<BenchService> {
  const collecting = ['--expose-gc', '--import', COLLECTS];
  const args = [...flags, ...collecting, COMMAND, 'serve', ...options];
  const child = spawn(process.execPath, args, {
    env: { ...process.env, PORT: '0', ...settings },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const abandon = () => child.kill('SIGKILL');
  process.once('exit', abandon);
  const databaseUrl = settings.DATABASE_URL ?? '';
  return running(child, { url: await urlOf(child), databaseUrl }, abandon);
}

/** The flags that `npm start` gives to Node. */
function ownFlags(): string[] {
  const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  return manifest.scripts.start.split(' ').filter((word: string) => word.startsWith('--'));
}

function urlOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    if (child.stdout === null) throw new Error('the service has no output');
    createInterface({ input: child.stdout }).on('line', (line) => {
      const url = /http:\/\/\S+/.exec(line)?.[0];
      if (url !== undefined) resolve(url);
    });
    child.once('exit', (code) => reject(new Error(`the service ended with ${code}`)));
  });
}

function running(
  child: ChildProcess,
  { url, databaseUrl }: Pick<BenchService, 'url' | 'databaseUrl'>,
  abandon: () => void,
): BenchService {
  return {
    url,
    databaseUrl,
    port: Number(new URL(url).port),
    pid: child.pid ?? 0,
    async memory() {
      child.kill('SIGUSR2');
      await new Promise((resolve) => setTimeout(resolve, COLLECT_MS));
      const text = await (await fetch(`${url}/metrics`)).text();
      const read = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
      return {
        rss: read('process_resident_memory_bytes'),
        heap: read('nodejs_heap_size_used_bytes') + read('nodejs_external_memory_bytes'),
      };
    },
    async stop() {
      process.off('exit', abandon);
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
    },
  };
}
