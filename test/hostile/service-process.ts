// The process of `service.ts`, and what it is asked beside the requests.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

export type Ask =
  | { readonly what: 'memory' }
  /** The hosts of a world, and what the service could not explain until now. */
  | { readonly what: 'verify'; readonly host: string }
  /** The hosts of no visit. */
  | { readonly what: 'verify others' }
  | { readonly what: 'files'; readonly files: number; readonly seed: number };

export interface Verified {
  readonly events: number;
  readonly faults: readonly string[];
}

export interface Reply {
  /** MiB that are resident once garbage is collected. */
  readonly memory: number;
  readonly verify: Verified;
  readonly 'verify others': Verified;
  readonly files: { readonly slowestMs: number; readonly faults: readonly string[] };
}

export interface HostileService {
  readonly url: string;
  ask<A extends Ask>(ask: A): Promise<Reply[A['what']]>;
  stop(): Promise<void>;
}

interface Waiting {
  resolve(answer: unknown): void;
  reject(error: Error): void;
}

export interface HostileServiceOptions {
  /** The first visit that comes to it. */
  readonly first: number;
  /** The one behind the last. */
  readonly end: number;
  /** Of a PostgreSQL server; without one it is on PGlite. */
  readonly databaseUrl: string | undefined;
}

/** Starts it. */
export async function startHostileService(options: HostileServiceOptions): Promise<HostileService> {
  const { first, end, databaseUrl = '' } = options;
  const args = [`${first}`, `${end}`, databaseUrl];
  const child = fork(join(import.meta.dirname, 'service.ts'), args, {
    execArgv: ['--expose-gc', '--import', 'tsx'],
  });
  const waiting = new Map<number, Waiting>();
  let asked = 0;
  const waitForAnswer = () =>
    new Promise<unknown>((resolve, reject) => waiting.set(asked++, { resolve, reject }));
  child.on('message', (reply: { id: number; answer?: unknown; error?: string }) => {
    const { resolve, reject } = waiting.get(reply.id) ?? {};
    waiting.delete(reply.id);
    if (reply.error === undefined) resolve?.(reply.answer);
    else reject?.(new Error(reply.error));
  });
  child.once('exit', (code, signal) => {
    for (const { reject } of waiting.values()) reject(new Error(`it ended: ${code ?? signal}`));
  });
  const url = (await waitForAnswer()) as string;
  return {
    url,
    async ask<A extends Ask>(ask: A) {
      const answer = waitForAnswer();
      child.send({ id: asked - 1, ask });
      return (await answer) as Reply[A['what']];
    },
    async stop() {
      const exited = once(child, 'exit');
      child.disconnect();
      await exited;
    },
  };
}
