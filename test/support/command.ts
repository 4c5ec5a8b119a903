// The command as people run it: a process of its own, as it is built (`built.ts` does that before the
// tests), with nothing of this process's environment that would configure it.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

export const root = join(import.meta.dirname, '..', '..');

/** The words before the command's arguments. Translating the sources in each process took most of its time. */
export const COMMAND = [process.execPath, 'dist/cli/bpfledger.js'] as const;

const CONFIGURED = /^(?:PORT|HOST|DATABASE_URL|BPFLEDGER_.*)$/;

type Variables = Readonly<Record<string, string>>;

export function environment(variables: Variables = {}): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !CONFIGURED.test(name));
  return { ...Object.fromEntries(kept), ...variables };
}

export interface Finished {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs a command line to its end. */
export async function bpfledger(
  args: readonly string[],
  {
    input = '',
    env = {},
    cwd = root,
  }: { readonly input?: string; readonly env?: Variables; readonly cwd?: string } = {},
): Promise<Finished> {
  const [node, script] = COMMAND;
  const child = spawn(node, [join(root, script), ...args], { cwd, env: environment(env) });
  child.stdin.on('error', () => undefined).end(input);
  const exited = once(child, 'close');
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = (await exited) as [number | null];
  return { code, out, err };
}

export interface Serving {
  readonly url: string;
  readonly pid: number;
  /** What it has printed. */
  readonly out: string;
  /** Sends a signal and waits for the end; the exit code, null when the signal ended it. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null>;
}

/** Starts `serve` on a free port and waits until it says that it listens. */
export async function serving(args: readonly string[], env: Variables = {}): Promise<Serving> {
  const [node, ...words] = COMMAND;
  const child = spawn(node, [...words, 'serve', '--port', '0', ...args], {
    cwd: root,
    env: environment(env),
  });
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const out = await waitForGreeting(child);
  return {
    url: /listens on (\S+)/.exec(out)?.[1] ?? '',
    pid: child.pid ?? 0,
    out,
    async end(signal) {
      child.kill(signal);
      const [code] = await exited;
      return code;
    },
  };
}

/** Resolves with what was printed once the last line of the greeting is there. */
function waitForGreeting(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let out = '';
    let err = '';
    child.stderr?.setEncoding('utf8').on('data', (piece: string) => {
      err += piece;
    });
    child.stdout?.setEncoding('utf8').on('data', (piece: string) => {
      out += piece;
      if (/Try next:\n.+\n.+\n.+\n/.test(out)) resolve(out);
    });
    child.once('exit', (code) => reject(new Error(`serve ended with ${code}: ${err}`)));
  });
}
