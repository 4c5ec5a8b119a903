// The service as a process of its own, reached through a socket, so that it can be killed.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface ServiceProcess {
  readonly url: string;
  readonly pid: number;
  /** SIGKILL: no instruction runs after it. */
  kill(): Promise<void>;
  /** SIGTERM: the service shuts down in order. Returns its exit code. */
  stop(): Promise<number | null>;
}

const ROOT = new URL('../..', import.meta.url).pathname;

/** What services keep outside a database, by its address: a service that is started again finds it. */
const folders = new Map<string, string>();

/** A folder that no other run has used: checkpoints that it remembers are of this run alone. */
function folderOf(database: string): string {
  const known = folders.get(database);
  if (known !== undefined) return known;
  const folder = mkdtempSync(join(tmpdir(), 'bpfledger-service-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  folders.set(database, folder);
  return folder;
}

/**
 * Starts the service; throws with its last words when it does not come up.
 *
 * @param env over that of this process; a service without `BPFLEDGER_DATA_DIR` uses a folder of the
 *   run for its database
 * @param onLine is told what it logs
 */
export async function startProcess(
  env: Record<string, string>,
  onLine: (line: string) => void = () => undefined,
): Promise<ServiceProcess> {
  const defaults = {
    PORT: '0',
    BPFLEDGER_LOG_LEVEL: 'error',
    ...(env.BPFLEDGER_EPHEMERAL !== 'true' && {
      BPFLEDGER_DATA_DIR: folderOf(env.DATABASE_URL ?? ''),
    }),
  };
  const child = spawn(process.execPath, ['--import', 'tsx', 'test/api/serve.ts'], {
    cwd: ROOT,
    env: { ...process.env, ...defaults, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const abandon = () => child.kill('SIGKILL');
  process.once('exit', abandon);
  child.once('exit', () => process.off('exit', abandon));
  let words = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    words = (words + text).slice(-2000);
  });
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('http://')) resolve(line);
      else onLine(line);
    });
    child.once('exit', (code) => reject(new Error(`exit ${code}: ${words}`)));
  });
  return {
    url,
    pid: child.pid ?? 0,
    async kill() {
      await end(child, 'SIGKILL');
    },
    stop: () => end(child, 'SIGTERM'),
  };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const exit = once(child, 'exit');
  child.kill(signal);
  await exit;
  return child.exitCode;
}

/** Posts JSON to a running service. */
export async function send(url: string, body: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}
