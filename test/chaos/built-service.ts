// The service as people run it, in a process of its own that can be killed at any moment of its life.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { ServiceProcess } from '../api/process.ts';
import { COMMAND, environment, root } from '../support/command.ts';

/** A service whose start is under way. */
export interface Starting {
  readonly pid: number;
  /** Resolves once it takes requests; rejects with its last words when it ends before. */
  readonly started: Promise<ServiceProcess>;
  kill(): Promise<void>;
}

/** Begins to start the service on a free port, and waits for nothing. */
export function beginService(env: Readonly<Record<string, string>>): Starting {
  const [node, ...words] = COMMAND;
  const child = spawn(node, [...words, 'serve', '--port', '0'], {
    cwd: root,
    env: environment({ BPFLEDGER_LOG_LEVEL: 'error', ...env }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const abandon = () => child.kill('SIGKILL');
  process.once('exit', abandon);
  child.once('exit', () => process.off('exit', abandon));
  const pid = child.pid ?? 0;
  const kill = async () => void (await end(child, 'SIGKILL'));
  const started = listening(child).then((url) => ({
    ...{ url, pid, kill },
    stop: () => end(child, 'SIGTERM'),
  }));
  // Who kills it does not wait for it.
  started.catch(() => undefined);
  return { pid, started, kill };
}

/** Starts the service; throws with its last words when it does not come up. */
export function startBuilt(env: Readonly<Record<string, string>>): Promise<ServiceProcess> {
  return beginService(env).started;
}

function listening(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let [out, words] = ['', ''];
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      out = (out + text).slice(-2000);
      const url = /listens on (\S+) \(pid/.exec(out)?.[1];
      if (url !== undefined) resolve(url);
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      words = (words + text).slice(-2000);
    });
    child.once('exit', (code) => reject(new Error(`exit ${code}: ${words}`)));
  });
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const exit = once(child, 'exit');
  child.kill(signal);
  await exit;
  return child.exitCode;
}
