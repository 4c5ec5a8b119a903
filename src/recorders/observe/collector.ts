/** The collector as a process: the program of collector/, which prints what the kernel does. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Characters of its last words that are kept. */
const WORDS_MAX = 2000;

/** Where its source is: of this package, as it is installed or checked out. */
const SOURCES = ['../../../collector', '../../collector'].map((folder) =>
  fileURLToPath(new URL(folder, import.meta.url)),
);

export interface Collector {
  readonly stdout: AsyncIterable<Uint8Array>;
  /** Ends it: what it has seen is still printed. */
  stop(): void;
  readonly ended: Promise<CollectorEnd>;
}

export interface CollectorEnd {
  /** It was ended by `stop`: it printed all that it had seen until then. */
  readonly isAsked: boolean;
  readonly how: string;
}

/** Where the package has one for each architecture that it was built on. */
const PACKED = ['../../../dist/collector', '../../collector'].map((folder) =>
  fileURLToPath(new URL(folder, import.meta.url)),
);
/** Milliseconds in which a program must say how it is used. */
const HELP_MS_MAX = 10_000;

/** What is known of the collector of this package. */
export interface FoundCollector {
  /** The program to start, where there is one that runs. */
  readonly path: string | undefined;
  /** A program of the package for this architecture that does not run here, and why. */
  readonly broken: { readonly path: string; readonly why: string } | undefined;
}

/**
 * The collector that came with the package, where it is for this architecture and runs here; else the one
 * that `make` built.
 *
 * @param folders in which the package has it
 */
export function findCollector(folders: readonly string[] = PACKED): FoundCollector {
  const packed = folders
    .map((folder) => join(folder, `bpfledger-collector-${process.platform}-${process.arch}`))
    .find(existsSync);
  const why = packed === undefined ? undefined : whyItDoesNotRun(packed);
  if (packed !== undefined && why === undefined) return { path: packed, broken: undefined };
  return {
    path: SOURCES.map(programPath).find(existsSync),
    broken: packed === undefined || why === undefined ? undefined : { path: packed, why },
  };
}

/** Why a program cannot be used; undefined when it says how it is used. */
function whyItDoesNotRun(path: string): string | undefined {
  const asked = spawnSync(path, ['--help'], { encoding: 'utf8', timeout: HELP_MS_MAX });
  if (asked.error !== undefined) return asked.error.message;
  if (asked.status === 0) return undefined;
  return asked.stderr.trim().split('\n').at(-1) || `it ends with ${asked.status ?? asked.signal}`;
}

/** The folder to build it in; undefined when the package came without it. */
export function collectorSource(): string | undefined {
  return SOURCES.find((folder) => existsSync(join(folder, 'Makefile')));
}

/** Where `make` puts it. */
function programPath(source: string): string {
  return join(source, 'build/bpfledger-collector');
}

/**
 * Starts a collector, which does not tell of this process.
 *
 * @param path of its program
 */
export function startCollector(path: string, options: readonly string[] = []): Collector {
  const child = spawn(path, ['--except', String(process.pid), ...options], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // Ctrl-C goes to a whole group; the collector is ended by who reads it, after its last line.
    detached: true,
  });
  return { stdout: child.stdout, stop: () => child.kill('SIGTERM'), ended: endOf(child) };
}

async function endOf(child: ChildProcess): Promise<CollectorEnd> {
  let words = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    words = (words + text).slice(-WORDS_MAX);
  });
  try {
    const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
    const how = signal === null ? `with exit code ${code}` : `by ${signal}`;
    const last = words.trim().split('\n').at(-1) ?? '';
    return { isAsked: code === 0, how: last === '' ? how : `${how}: ${last}` };
  } catch (error) {
    return { isAsked: false, how: `before it began: ${(error as Error).message}` };
  }
}
