// What lies between a service and its database, and fails: connections that break before a statement
// arrives, after it was done and before the answer comes, or so that it arrives when nobody waits for
// it any more.

import type { Database, Queryable } from '../../src/events/storage/database.ts';
import { DatabaseAbsent, DatabaseClosed } from '../../src/events/storage/database-error.ts';
import { transact } from '../../src/events/storage/transact.ts';
import type { Random } from '../../src/recorders/generator/random.ts';
import type { Kind, Odds, Streams } from './plan.ts';
import type { Server, Session } from './server.ts';
import type { Execute } from './statements.ts';
import type { Timeline } from './timeline.ts';

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

export interface Conditions {
  readonly timeline: Timeline;
  readonly odds: Odds;
  /** Whether something of a kind may happen now. */
  readonly happens: (kind: Kind) => boolean;
  /** Numbers of this process alone. */
  readonly streams: Streams;
  readonly execute: Execute;
  readonly tell: (what: string) => void;
  /** Hears of each statement that is a transaction by itself, before it is sent. */
  readonly noteSending: (text: string) => void;
}

export function networkTo(
  server: Server,
  { timeline, odds, happens, streams, execute, tell, noteSending }: Conditions,
): Network {
  const open = new Set<Session>();
  // Each statement draws as many numbers whatever comes of it, from streams that only its like draw from:
  // so what is left of a story draws the same when something is left out.
  const known = new Map<string, { readonly [K in 'fault' | 'trip' | 'lateness']: Random }>();
  const [hints, ends] = [streams('hints'), streams('ends')];
  function numbersOf(text: string) {
    const like = briefly(text);
    const found = known.get(like) ?? {
      fault: streams(`fault of ${like}`),
      trip: streams(`trip of ${like}`),
      lateness: streams(`lateness of ${like}`),
    };
    known.set(like, found);
    return found;
  }
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
  async function doStatement(
    one: Session,
    text: string,
    params: readonly unknown[],
    isWhole: boolean,
  ) {
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

  function faultOf(drawn: number): 'none' | keyof Odds {
    if (network.isCut || server.isDown) return 'lost-statements';
    let below = 0;
    for (const kind of ['lost-statements', 'lost-answers', 'late-statements'] as const) {
      below += odds[kind];
      if (drawn < below) return happens(kind) ? kind : 'none';
    }
    return 'none';
  }

  async function ask(one: Session, text: string, params: readonly unknown[], isWhole: boolean) {
    if (isDead) throw new DatabaseClosed('the process is gone');
    const { fault: faults, trip, lateness } = numbersOf(text);
    const fault = faultOf(faults.fraction());
    const brokenConnection = () => new DatabaseAbsent(`the connection broke (${fault})`);
    const isLast = isWhole || text === 'commit';
    const [there, back] = [trip.below(TRIP_MS), trip.below(TRIP_MS)];
    const isSoon = lateness.chance(0.5);
    const late = lateness.below(isSoon ? SOON_MS : LATE_MS);
    const noticed = lateness.below(NOTICED_MS);
    if (fault !== 'none') tell(`a connection breaks (${fault}): ${briefly(text)}`);
    await timeline.sleep(there);
    if (fault === 'lost-statements') {
      leave(one, noticed);
      throw brokenConnection();
    }
    if (fault === 'late-statements') {
      if (isLast)
        timeline.after(
          late,
          () => void doStatement(one, text, params, isWhole).catch(() => undefined),
        );
      else leave(one, late);
      throw brokenConnection();
    }
    const answer = await doStatement(one, text, params, isWhole).catch((error: unknown) => ({
      error,
    }));
    await timeline.sleep(back);
    if (isDead) throw new DatabaseClosed('the process is gone');
    if (fault === 'lost-answers') {
      if (!isLast) leave(one, noticed);
      throw brokenConnection();
    }
    if ('error' in answer) throw answer.error;
    return answer;
  }

  const network: Network = {
    kind: 'postgresql',
    isCut: false,
    kill() {
      isDead = true;
      for (const one of open) leave(one, ends.below(NOTICED_MS));
    },
    async query<Row extends object>(text: string, params: readonly unknown[] = []) {
      noteSending(text);
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
            connection.query('rollback').catch(() => leave(one, ends.below(NOTICED_MS))),
        });
      } finally {
        open.delete(one);
      }
    },
    async listen(_channel, wake) {
      const stop = server.listen((payload) => {
        const isLost = hints.chance(0.2) && happens('lost-hints');
        const ms = hints.below(HINT_MS);
        if (!network.isCut && !isLost) timeline.after(ms, () => isDead || wake(payload));
      });
      return async () => stop();
    },
    migrate: async () => 0,
    close: async () => network.kill(),
  };
  return network;
}

/** How a statement begins, in one line. */
function briefly(text: string): string {
  return text.trim().replaceAll(/\s+/gu, ' ').slice(0, 50);
}
