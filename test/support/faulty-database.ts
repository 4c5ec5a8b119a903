// A database whose connection breaks when it is told to: before a statement reaches the server, or
// after the server did it and before the answer comes back.

import type { Database, Queryable } from '../../src/events/storage/database.ts';

type Fault = 'none' | 'before' | 'after';

export interface FaultyDatabase extends Database {
  /** What happens to the next appends, in order; then all is well again. */
  readonly faults: Fault[];
  /** How many appends broke. */
  readonly countBroken: () => number;
}

/** Only appends break: they are what nobody may lose. `commit` stands for that of a transaction. */
const isAppend = (text: string) => text.includes('insert into events');

export function faulty(database: Database): FaultyDatabase {
  const faults: Fault[] = [];
  let broken = 0;

  async function through<T>(work: () => Promise<T>): Promise<T> {
    const fault = faults.shift() ?? 'none';
    const lost = new Error(`write CONNECTION_CLOSED (${fault})`);
    if (fault !== 'none') broken++;
    if (fault === 'before') throw lost;
    const answer = await work();
    if (fault === 'after') throw lost;
    return answer;
  }

  return {
    ...database,
    faults,
    countBroken: () => broken,
    query<Row extends object>(text: string, params?: readonly unknown[]) {
      const work = () => database.query<Row>(text, params);
      return isAppend(text) ? through(work) : work();
    },
    async transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T> {
      return through(() => database.transaction(work));
    },
  };
}
