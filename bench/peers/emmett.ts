/** emmett: an event store for Node on PostgreSQL, called in process. */
import { getPostgreSQLEventStore } from '@event-driven-io/emmett-postgresql';
import type { BenchContext } from '../harness/bench.ts';

/** What is appended: the same call and answer that the ledger records, as JSON. */
const EVENT = {
  type: 'link_update',
  data: {
    at: '2026-11-22T16:26:07.422826Z',
    actor: 'local',
    pid: 1,
    comm: 'init',
    call: { name: 'link_update', link_fd: 6, new_prog_fd: 4, flags: [] },
    outcome: { ret: 0 },
    effects: [{ type: 'LinkUpdated', link_id: 1, prog_id: 2, was_prog_id: 1, revision: 3 }],
  },
};

/** An open store; `append` is the contender: committed events a second. */
export interface Emmett {
  append(): Promise<number>;
  close(): Promise<void>;
}

/** Opens a store whose callers append one event at a time, each to a stream of its own. */
export async function singleAppends(
  context: BenchContext,
  { callers, seconds }: { readonly callers: number; readonly seconds: number },
): Promise<Emmett> {
  const url = await (await context.postgres()).createDatabase('emmett_appends');
  const store = getPostgreSQLEventStore(url);
  await store.schema.migrate();
  const caller = async (name: string, until: number): Promise<number> => {
    let done = 0;
    while (performance.now() < until) {
      await store.appendToStream(name, [EVENT]);
      done++;
    }
    return done;
  };
  return {
    async append() {
      const start = performance.now();
      const until = start + seconds * 1000;
      const all = Array.from({ length: callers }, (_, i) => caller(`host-${i}`, until));
      const done = (await Promise.all(all)).reduce((sum, one) => sum + one, 0);
      return (done / (performance.now() - start)) * 1000;
    },
    close: () => store.close(),
  };
}
