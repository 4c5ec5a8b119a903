// What lies between a service and its database, and fails: connections that break before a statement
// arrives, after it was done and before the answer comes, or so that it arrives when nobody waits for
// it any more.

import type { Database, Queryable } from '../../src/events/storage/database.ts';
import { DatabaseAbsent, DatabaseClosed } from '../../src/events/storage/database-error.ts';
import { transact } from '../../src/events/storage/transact.ts';
import type { Random } from '../../src/recorders/generator/random.ts';
import type { Server, Session } from './server.ts';
import { execute } from './statements.ts';
import type { Timeline } from './timeline.ts';

/** How often a statement meets a fault, 0 to 1 each. */
export interface Odds {
  readonly before: number;
  readonly after: number;
  readonly late: number;
}

/** Milliseconds. */
const TRIP_MS = 20;
const LATE_MS = 6000;
/** While the one who sent it still asks what became of it. */
const SOON_MS = 150;
const HINT_MS = 300;
/** A server notices that a client is gone. */
const NOTICED_MS = 3000;

export interface Network extends Database {
  /** Nothing gets through. */
  isCut: boolean;
  /** The process ends: nothing that it asks from now on is done. */
  kill(): void;
}

export function networkTo(
  server: Server,
  {
    timeline,
    random,
    odds,
  }: { readonly timeline: Timeline; readonly random: Random; readonly odds: () => Odds },
): Network {
  const open = new Set<Session>();
  let isDead = false;

  /** Begins a session of this process. */
  function session(): Session {
    const made = server.session();
    open.add(made);
    return made;
  }

  function leave(one: Session, ms: number): void {
    open.delete(one);
    timeline.after(ms, () => server.rollback(one));
  }

  /** @param isWhole the statement is a transaction by itself */
  async function done(one: Session, text: string, params: readonly unknown[], isWhole: boolean) {
    if (server.isDown || one.isOver) throw new DatabaseAbsent('the server is gone');
    if (text === 'rollback') server.rollback(one);
    if (text === 'commit') server.commit(one);
    if (['begin', 'commit', 'rollback'].includes(text)) return [];
    try {
      const rows = await execute(server, one, text, params);
      if (one.isOver) throw new DatabaseAbsent('the session ended');
      if (isWhole) server.commit(one);
      return rows;
    } catch (error) {
      if (isWhole) server.rollback(one);
      throw error;
    }
  }

  function faultOf(): 'none' | keyof Odds {
    if (network.isCut || server.isDown) return 'before';
    const { before, after, late } = odds();
    const drawn = random.fraction();
    if (drawn < before) return 'before';
    if (drawn < before + after) return 'after';
    return drawn < before + after + late ? 'late' : 'none';
  }

  async function ask(one: Session, text: string, params: readonly unknown[], isWhole: boolean) {
    if (isDead) throw new DatabaseClosed('the process is gone');
    const fault = faultOf();
    const lost = () => new DatabaseAbsent(`the connection broke (${fault})`);
    const isLast = isWhole || text === 'commit';
    await timeline.sleep(random.below(TRIP_MS));
    if (fault === 'before') {
      leave(one, random.below(NOTICED_MS));
      throw lost();
    }
    if (fault === 'late') {
      const ms = random.below(random.chance(0.5) ? SOON_MS : LATE_MS);
      if (isLast)
        timeline.after(ms, () => void done(one, text, params, isWhole).catch(() => undefined));
      else leave(one, ms);
      throw lost();
    }
    const answer = await done(one, text, params, isWhole).catch((error: unknown) => ({ error }));
    await timeline.sleep(random.below(TRIP_MS));
    if (isDead) throw new DatabaseClosed('the process is gone');
    if (fault === 'after') {
      if (!isLast) leave(one, random.below(NOTICED_MS));
      throw lost();
    }
    if ('error' in answer) throw answer.error;
    return answer;
  }

  const network: Network = {
    kind: 'postgresql',
    isCut: false,
    kill() {
      isDead = true;
      for (const one of open) leave(one, random.below(NOTICED_MS));
    },
    async query<Row extends object>(text: string, params: readonly unknown[] = []) {
      const one = session();
      try {
        return (await ask(one, text, params, true)) as Row[];
      } finally {
        open.delete(one);
      }
    },
    async transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T> {
      const one = session();
      const connection: Queryable = {
        query: async <Row extends object>(text: string, params: readonly unknown[] = []) =>
          (await ask(one, text, params, false)) as Row[],
      };
      try {
        return await transact(connection, work, {
          begin: 'begin',
          rollback: () =>
            connection.query('rollback').catch(() => leave(one, random.below(NOTICED_MS))),
        });
      } finally {
        open.delete(one);
      }
    },
    async listen(_channel, wake) {
      const stop = server.listen((payload) => {
        if (!network.isCut && !random.chance(0.2))
          timeline.after(random.below(HINT_MS), () => isDead || wake(payload));
      });
      return async () => stop();
    },
    migrate: async () => 0,
    close: async () => network.kill(),
  };
  return network;
}
