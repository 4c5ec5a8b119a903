/** A: how many single syscalls a second are recorded and answered over HTTP, each durable? */
import type { Bench } from './harness/bench.ts';
import { openConnection } from './harness/connection.ts';
import { type Loaded, loadService, needLoader } from './harness/load.ts';
import { alternate, figureOf } from './harness/measure.ts';
import { post } from './harness/posting.ts';
import { startBenchService } from './harness/service.ts';
import { comparisonTable, number } from './harness/table.ts';
import { singleAppends } from './peers/emmett.ts';
import { singleRowInserts } from './peers/pgbench.ts';

const CONNECTIONS = 64;
const EMMETT_CALLERS = 32;
const SECONDS = 4;

const TYPE = 'cgroup_inet_egress';
const LOAD = { call: { name: 'prog_load', prog_type: 'cgroup_skb', expected_attach_type: TYPE } };

/** Two programs as fds 3 and 4, and a link to a cgroup of its own. */
const SET_UP = [
  { call: { name: 'mkdir', path: '/pod' } },
  LOAD,
  LOAD,
  {
    call: {
      name: 'link_create',
      prog_fd: { result_of: 1 },
      target_path: '/pod',
      attach_type: TYPE,
    },
  },
];

interface Event {
  readonly outcome: { readonly ret?: number };
}

export const singleWrites: Bench = {
  name: 'single-writes',
  title: 'single syscalls over HTTP',
  async run(context) {
    needLoader();
    const service = await startBenchService(context, 'single_writes');
    const connection = await openConnection(service.port);
    await post(connection, '/v1/hosts', { name: 'busy', release: '6.18' });
    const path = '/v1/hosts/busy/syscalls';
    const { events } = await post<{ events: Event[] }>(connection, path, SET_UP);
    const [, first, second, link] = events.map(({ outcome }) => outcome.ret);
    connection.close();

    const update = (fd: number | undefined) => ({
      call: { name: 'link_update', link_fd: link, new_prog_fd: fd, flags: [] },
    });
    const query = { call: { name: 'prog_query', target_path: '/pod', attach_type: TYPE } };
    const refused = { call: { name: 'close', fd: 4000 } };
    const url = `${service.url}${path}`;
    const delays: Loaded[] = [];
    const ours = async (calls: readonly object[]) => {
      const bodies = calls.map((call) => JSON.stringify(call));
      const load = { url, bodies, connections: CONNECTIONS, seconds: SECONDS };
      const found = await loadService({ ...load, scratch: context.scratch });
      delays.push(found);
      return found.perSecond;
    };

    const pgbench = await singleRowInserts(context, { clients: CONNECTIONS, seconds: SECONDS });
    const emmett = await singleAppends(context, { callers: EMMETT_CALLERS, seconds: SECONDS });
    // The first seconds are the compiler's.
    await ours([update(second), query, update(first), refused]);
    delays.length = 0;
    const figures = await alternate(
      {
        updates: () => ours([update(second), update(first)]),
        pgbench,
        mixed: () => ours([update(second), query, update(first), refused]),
        emmett: () => emmett.append(),
      },
      context.rounds,
    );
    await emmett.close();
    await service.stop();
    return {
      text: [
        `${CONNECTIONS} keep-alive connections, one syscall a request, to one host; each is decided, appended with its projections and committed before it is answered. \`updates\`: LINK_UPDATE back and forth, every one of which changes the world and writes two projection rows. \`mixed\`: half of these, a quarter queries, a quarter refused calls. pgbench: ${CONNECTIONS} clients, a prepared insert of one row a transaction. emmett: ${EMMETT_CALLERS} callers in process, one event an append.`,
        `Delay of an answer: p50 ${number(median(delays, 'p50'))} ms, p99 ${number(median(delays, 'p99'))} ms.`,
      ],
      tables: [
        comparisonTable('Syscalls recorded a second', [
          row('updates', figures.updates, figures.pgbench, 'pgbench rows', 1),
          row('mixed', figures.mixed, figures.pgbench, 'pgbench rows', 1),
          row('updates', figures.updates, figures.emmett, 'emmett appends', 3),
        ]),
      ],
    };
  },
};

type Figure = ReturnType<typeof figureOf>;

function row(what: string, ours: Figure, reference: Figure, against: string, atLeast: number) {
  return { target: 'A', what, unit: '/s', ours, reference, against, wanted: { atLeast } };
}

function median(delays: readonly Loaded[], which: 'p50' | 'p99'): number {
  return figureOf(delays.map((one) => one[which])).median;
}
