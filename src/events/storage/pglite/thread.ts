/**
 * The thread that PGlite runs in: a statement of it holds its thread until it is done, and the
 * main thread has requests to answer meanwhile.
 */
import { parentPort, workerData } from 'node:worker_threads';
import type { PGlite } from '@electric-sql/pglite';
import { collectYoungGarbage, whenAtRest } from '../../../at-rest.ts';
import { callsOver } from './calls-between-threads.ts';
import { applyMigrations, openDirectory, openInMemory } from './opening.ts';
import { BrokenDown, Statements } from './statements.ts';

/** What the thread is started with. */
export interface PgliteThread {
  /** Where the data is kept; absent: in memory. */
  readonly folder?: string | undefined;
  /** Whether a new database may begin as the prepared one. */
  readonly prepared: boolean;
}

/** Rows of one message: taking them in holds the other thread for some milliseconds at most. */
const ROWS_IN_ONE_PIECE = 1000;

/** Rows of a result, and the number of the rest, if there are more. */
export interface ResultRows<Row extends object> {
  readonly rows: Row[];
  readonly rest?: number;
}

if (parentPort === null) throw new Error('this module is a thread of its own');

let database: { readonly pg: PGlite; readonly statements: Statements } | undefined;
const rests = new Map<number, object[]>();
let lastRest = 0;

function open(): { readonly pg: PGlite; readonly statements: Statements } {
  if (database === undefined) throw new Error('the database is not open');
  return database;
}

function piece(all: object[]): ResultRows<object> {
  if (all.length <= ROWS_IN_ONE_PIECE) return { rows: all };
  rests.set(++lastRest, all.slice(ROWS_IN_ONE_PIECE));
  return { rows: all.slice(0, ROWS_IN_ONE_PIECE), rest: lastRest };
}

/** The thread ends with the database, and all pending calls end with it. */
function endIfBroken(error: unknown): void {
  if (!(error instanceof BrokenDown)) return;
  queueMicrotask(() => {
    throw error;
  });
}

const { call } = callsOver(parentPort, {
  async open(): Promise<void> {
    const { folder, prepared } = workerData as PgliteThread;
    const pg =
      folder === undefined
        ? await openInMemory({ prepared })
        : await openDirectory(folder, { prepared });
    database = { pg, statements: new Statements(pg) };
    whenAtRest(collectYoungGarbage);
  },

  async query(text: string, params: unknown[]): Promise<ResultRows<object>> {
    try {
      return piece(await open().statements.run(text, params));
    } catch (error) {
      endIfBroken(error);
      throw error;
    }
  },

  rest(number: number): ResultRows<object> {
    const rows = rests.get(number) ?? [];
    rests.delete(number);
    return piece(rows);
  },

  async migrate(folder: string): Promise<number> {
    const { pg, statements } = open();
    const applied = await applyMigrations(pg, folder);
    await statements.forget();
    return applied;
  },

  async listen(channel: string): Promise<void> {
    await open().pg.listen(channel, (payload) => {
      call('notify', channel, payload).catch(() => undefined);
    });
  },

  close: () => open().pg.close(),
});
