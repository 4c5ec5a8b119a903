/**
 * PGlite, a PostgreSQL inside this process: the default where no server is named. It survives a
 * crash of the process, not a loss of power (it never syncs). It runs in a thread of its own, has
 * one connection, which all share (`pglite/fair-queue.ts`), and no lock of its own, so the folder
 * is locked here before it is opened.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import type { Worker } from 'node:worker_threads';
import { startThread } from '../../start-thread.ts';
import { turn } from '../turns.ts';
import { makeDataFolder } from './data-folder.ts';
import type { Database, Patience } from './database.ts';
import { DatabaseClosed } from './database-error.ts';
import { lockFolder } from './folder-lock.ts';
import { callsOver } from './pglite/calls-between-threads.ts';
import { FairQueue } from './pglite/fair-queue.ts';
import type { PgliteThread, ResultRows } from './pglite/thread.ts';
import { transact } from './transact.ts';

/** Milliseconds that running statements have to end when the database is closed. */
const CLOSE_MS = 10_000;
/**
 * Milliseconds that one statement may take, by the patience of its transaction. PGlite has no clock
 * of its own to stop it by: `statement_timeout` is taken and never looked at. Everybody waits for
 * the one connection, so a statement that never ends is the end of the database.
 */
const STATEMENT_MS: Readonly<Record<Patience, number>> = { request: 120_000, job: 600_000 };

/**
 * What a function of PostgreSQL works, in V8's measure, before the optimizing compiler takes it: a
 * hundred times V8's own. A start compiles few, and keeps less of what compilers take:
 * docs/performance.md#memory-that-an-idle-process-keeps
 */
const TIERING_BUDGET = 2_000_000_000;

export interface PgliteOptions {
  /** Where the data is kept; absent: in memory, gone at the end. */
  readonly folder?: string;
  /** Whether a new database begins with the schema, where the build prepared one; default: true. */
  readonly prepared?: boolean;
  /** Milliseconds that one statement may take, of whatever patience; default: {@link STATEMENT_MS}. */
  readonly statementMs?: number;
  /** Called when the database breaks down: from then on every statement fails. */
  readonly onLost?: (error: Error) => void;
}

/** The embedded database broke down. What was acknowledged is there when it is opened again. */
class DatabaseLost extends DatabaseClosed {
  readonly code = 'CONNECTION_LOST';

  constructor(cause: unknown) {
    super('the embedded database broke down; start the service again', { cause });
  }
}

/**
 * Opens the database in a folder, which it makes when there is none.
 *
 * @throws FolderInUse when another process has it open
 */
export async function openPglite(options: PgliteOptions = {}): Promise<Database> {
  const { folder, prepared = true, statementMs, onLost } = options;
  if (folder !== undefined) await makeDataFolder(folder);
  const unlock = folder === undefined ? async () => {} : await lockFolder(folder);
  // Each task that compiles its code keeps what it took of memory: one is as quick, and takes less.
  setFlagsFromString('--wasm-num-compilation-tasks=1');
  setFlagsFromString(`--wasm-tiering-budget=${TIERING_BUDGET}`);
  const workerData: PgliteThread = { folder, prepared };
  const thread = startThread(new URL('./pglite/thread', import.meta.url), workerData);
  const database = databaseOf(thread, { unlock, statementMs, onLost });
  try {
    await database.open();
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}

interface Surroundings {
  readonly unlock: () => Promise<void>;
  readonly statementMs: number | undefined;
  readonly onLost: PgliteOptions['onLost'];
}

function databaseOf(
  thread: Worker,
  { unlock, statementMs, onLost }: Surroundings,
): Database & { open(): Promise<void> } {
  const listeners = new Map<string, Set<(payload: string) => void>>();
  const queue = new FairQueue();
  let closed: Promise<void> | undefined;
  let isLost = false;
  const calls = callsOver(thread, {
    notify(channel: string, payload: string) {
      for (const wake of listeners.get(channel) ?? []) wake(payload);
    },
  });

  function loseDatabase(cause: unknown): void {
    if (isLost) return;
    isLost = true;
    const reason = new DatabaseLost(cause);
    calls.end(reason);
    if (closed === undefined) onLost?.(reason);
  }
  thread.once('error', loseDatabase);
  thread.once('exit', (code) => loseDatabase(new Error(`its thread ended with ${code}`)));

  /** A pending statement keeps the process alive, as a pending request does. */
  async function call<T>(name: string, ...values: readonly unknown[]): Promise<T> {
    thread.ref();
    try {
      return await calls.call<T>(name, ...values);
    } finally {
      if (calls.waiting === 0) thread.unref();
    }
  }

  /** The answer to a statement, which may take so long; after that there is no database. */
  async function inTime<T>(ms: number, answer: Promise<T>): Promise<T> {
    const watch = setTimeout(() => {
      loseDatabase(new Error(`a statement took more than ${ms / 1000} s`));
      // It would go on for nobody.
      void thread.terminate();
    }, ms);
    watch.unref();
    try {
      return await answer;
    } finally {
      clearTimeout(watch);
    }
  }

  async function query<Row extends object>(
    text: string,
    params: readonly unknown[] = [],
    patience: Patience = 'request',
  ): Promise<Row[]> {
    const ms = statementMs ?? STATEMENT_MS[patience];
    let { rows, rest } = await inTime(ms, call<ResultRows<Row>>('query', text, params));
    const pieces = [rows];
    while (rest !== undefined) {
      await turn();
      ({ rows, rest } = await call<ResultRows<Row>>('rest', rest));
      pieces.push(rows);
    }
    return pieces.length === 1 ? rows : pieces.flat();
  }

  return {
    open: () => call('open'),
    kind: 'pglite',
    query: (text, params) => queue.run(text, () => query(text, params)),
    transaction: (work, patience) =>
      queue.runAlone('transaction', () =>
        transact({ query: (text, params) => query(text, params, patience) }, work, {
          ...{ begin: 'begin', rollback },
        }),
      ),
    async listen(channel, wake) {
      const wakes = listeners.get(channel) ?? new Set();
      if (!listeners.has(channel)) await queue.run('listen', () => call('listen', channel));
      listeners.set(channel, wakes.add(wake));
      return async () => {
        wakes.delete(wake);
      };
    },
    migrate: (folder) => queue.runAlone('migrate', () => call('migrate', folder)),
    close: () => {
      closed ??= close();
      return closed;
    },
  };

  /** In a database that broke down there is nothing to undo. */
  async function rollback(): Promise<void> {
    await query('rollback').catch(() => undefined);
  }

  async function close(): Promise<void> {
    // A database that broke down has nothing to close, and a statement may run for ever.
    const closing = queue.runAlone('close', () => call('close')).catch(() => undefined);
    const late = new AbortController();
    await Promise.race([closing, delay(CLOSE_MS, undefined, late).catch(() => undefined)]);
    late.abort();
    calls.end(new DatabaseClosed('the database is closed'));
    await thread.terminate();
    await unlock();
  }
}
