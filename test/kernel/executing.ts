// An executor as a process of its own, in a cgroup and a bpffs of this test alone, with bpftool as
// the judge of what the kernel has.

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { send } from '../api/process.ts';
import { COMMAND, environment, root } from '../support/command.ts';
import { cgroup2Mount } from '../support/needs.ts';

const NAME = 'bpfledger-executor-';
const WAIT_MS_MAX = 60_000;

export interface Ground {
  readonly cgroup: string;
  readonly bpffs: string;
  /** Removes everything, whatever is left in it. */
  remove(): void;
}

/** A cgroup and a mounted bpffs. */
export function ground(): Ground {
  const cgroup = mkdtempSync(join(cgroup2Mount() ?? '', NAME));
  const bpffs = mkdtempSync(join(tmpdir(), NAME));
  execFileSync('mount', ['-t', 'bpf', 'none', bpffs]);
  return {
    cgroup,
    bpffs,
    remove() {
      execFileSync('umount', ['-l', bpffs]);
      rmdirSync(bpffs);
      removeCgroup(cgroup);
    },
  };
}

function removeCgroup(directory: string): void {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    if (entry.isDirectory()) removeCgroup(join(directory, entry.name));
  }
  rmdirSync(directory);
}

export interface Executing {
  /** What it printed. */
  output(): string;
  /** The exit code; undefined while it runs. */
  exitCode(): number | null | undefined;
  /** The exit code, once it ended; null when a signal ended it. */
  readonly exited: Promise<number | null>;
  /** SIGKILL or SIGTERM, and waits for the end. */
  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null>;
}

/** Starts an executor of a host. */
export function startExecutor(
  { url, host }: Host,
  { cgroup, bpffs }: Ground,
  ...more: string[]
): Executing {
  const [node, ...words] = COMMAND;
  const place = ['--cgroup-root', cgroup, '--bpffs', bpffs, '--url', url];
  const child = spawn(node, [...words, 'executor', host, ...place, ...more], {
    cwd: root,
    env: environment(),
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-10_000);
    });
  }
  const exited = once(child, 'close').then(() => child.exitCode);
  const isOver = () => child.exitCode !== null || child.signalCode !== null;
  return {
    output: () => said,
    exitCode: () => (isOver() ? child.exitCode : undefined),
    exited,
    end: (signal) => {
      child.kill(signal);
      return exited;
    },
  };
}

/** A host of a running service. */
export interface Host {
  readonly url: string;
  readonly host: string;
}

/** Posts calls, and waits until the executor has reported the last of them. */
export async function calls(at: Host, sent: readonly object[]): Promise<void> {
  const position = await post(at, sent);
  await waitForReport(at, position);
}

/** Posts calls; returns the position of the last. */
export async function post({ url, host }: Host, sent: readonly object[]): Promise<number> {
  const body = sent.map((call) => ({ call }));
  const { status, body: told } = await send(`${url}/v1/hosts/${host}/syscalls`, body);
  if (status !== 200) throw new Error(JSON.stringify(told));
  return Number(told.position);
}

/** Waits until everything up to a position is reported. */
export async function waitForReport(at: Host, position: number): Promise<void> {
  await until(`position ${position} is reported`, async () => {
    const executor = await read<{ reported_position: number }>(at, 'executor');
    return executor.reported_position >= position;
  });
}

export async function read<T>({ url, host }: Host, what: string): Promise<T> {
  const response = await fetch(`${url}/v1/hosts/${host}/${what}`);
  return (await response.json()) as T;
}

/** What …/drift answers, as far as it is looked at here. */
export interface Drift {
  readonly items: readonly { readonly how: string; readonly call: string }[];
  readonly standing: readonly { readonly what: string; readonly where: string }[];
  readonly repairs: readonly { kind: string; where: string; did: string }[];
}

export interface DriftStream {
  /** Reads until a message is as wanted. */
  until(wanted: (drift: Drift) => boolean): Promise<void>;
  end(): Promise<void>;
}

/** Listens to the drift of a host. */
export async function followDrift({ url, host }: Host): Promise<DriftStream> {
  const response = await fetch(`${url}/v1/hosts/${host}/drift/stream`);
  const reader = response.body?.getReader();
  if (reader === undefined) throw new Error('the stream has no body');
  const decoder = new TextDecoder();
  let text = '';
  return {
    async until(wanted) {
      for (;;) {
        const end = text.indexOf('\n\n');
        if (end >= 0) {
          const [kind, data = '{}'] = text.slice(0, end).split('\ndata: ');
          text = text.slice(end + 2);
          if (kind === 'event: drift' && wanted(JSON.parse(data) as Drift)) return;
          continue;
        }
        const { value, done } = await reader.read();
        if (done) throw new Error('the stream ended');
        text += decoder.decode(value, { stream: true });
      }
    },
    end: () => reader.cancel(),
  };
}

/** Waits for something to be true, for so many milliseconds at most. */
export async function until(
  what: string,
  holds: () => Promise<boolean> | boolean,
  msMax: number = WAIT_MS_MAX,
): Promise<void> {
  const deadline = performance.now() + msMax;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`it never came to be that ${what}`);
    await pause(20);
  }
}

interface ShownEntry {
  readonly attach_type: string;
  readonly attach_flags?: string;
  readonly name: string;
}

/** What bpftool says runs on a cgroup: the names of the programs, in order. */
export function effective({ cgroup }: Ground, path: string): string[] {
  return showEntries(cgroup, path, 'effective').map(({ name }) => name);
}

/** What bpftool says is attached: `mode name name`, or nothing. */
export function showAttached({ cgroup }: Ground, path: string): string {
  const entries = showEntries(cgroup, path);
  return [entries[0]?.attach_flags ?? '', ...entries.map(({ name }) => name)].join(' ').trim();
}

function showEntries(cgroup: string, path: string, ...more: string[]): readonly ShownEntry[] {
  const directory = path === '/' ? cgroup : `${cgroup}${path}`;
  const text = execFileSync('bpftool', ['-j', 'cgroup', 'show', directory, ...more], {
    encoding: 'utf8',
  });
  return text.trim() === '' ? [] : (JSON.parse(text) as ShownEntry[]);
}

/** A bpftool command that must succeed. */
export function bpftool(...args: string[]): string {
  return execFileSync('bpftool', args, { encoding: 'utf8' });
}

/** Whether bpftool is installed; .ci/run installs it. */
export function hasBpftool(): boolean {
  return (process.env.PATH ?? '').split(':').some((folder) => existsSync(join(folder, 'bpftool')));
}
