/** GET …/drift: where a real kernel and the log disagree, as a page; and as it comes, by SSE. */
import type { Outcome } from '../../domain/outcome.ts';
import { rfc3339 } from '../../events/encoding/rfc3339.ts';
import { executorOf } from '../../events/kernel-reports/leases.ts';
import { listRepairs, type RepairRow } from '../../events/kernel-reports/repairs.ts';
import { listReports, type ReportRow } from '../../events/kernel-reports/reports.ts';
import { strictObject } from '../../events/schema/strict-object.ts';
import { STREAMED } from '../answer-headers.ts';
import { Room } from '../guard/room.ts';
import { DRIFT_LOOK_MS, DRIFT_STREAMS, PAGE_ROWS_DEFAULT } from '../limits.ts';
import { beginningOf } from '../request/beginning.ts';
import { beginOf } from '../request/page.ts';
import {
  type App,
  createRoute,
  hostParams,
  idPage,
  problemAnswer,
  readsWithoutTag,
} from '../routing.ts';
import type { Service } from '../service.ts';
import { answerInRoom } from '../streams/message-stream.ts';
import { driftAnswer } from '../wire/executor.ts';
import { driftMessage, EVENT_STREAM } from '../wire/messages.ts';

const driftRoute = createRoute({
  method: 'get',
  path: '/v1/hosts/{host}/drift',
  operationId: 'getDrift',
  access: { role: 'reader', hosts: ['path:host'] },
  summary: 'Where a real kernel and the log disagree',
  description:
    '`items`: positions at which the kernel answered differently, from the oldest that is kept on. `standing`: what differs on it ' +
    'now. `repairs`: what the executor put back.',
  request: { params: hostParams, query: strictObject(idPage) },
  responses: readsWithoutTag('The drift.', driftAnswer),
});

const streamRoute = createRoute({
  method: 'get',
  path: '/v1/hosts/{host}/drift/stream',
  operationId: 'followDrift',
  access: { role: 'reader', hosts: ['path:host'] },
  summary: 'Follow the drift as server-sent events',
  description:
    '`event: drift` is a Drift. The first one has what differs now; each change sends one more, ' +
    'with the new items and repairs. After a lost connection, ask `…/drift` for what you missed.',
  request: { params: hostParams },
  responses: {
    200: {
      description: 'The stream.',
      headers: STREAMED,
      content: { [EVENT_STREAM]: { schema: driftMessage } },
    },
    default: problemAnswer,
  },
});

/** A host that no executor ever applied. */
const NOBODY = { standing_at: 0, reported_position: 0 };

/** What a reader has got already. */
interface SeenDrift {
  position: number;
  repair: number;
  standing_at: number;
}

export function drift(app: App, service: Service): void {
  const { log, database } = service;
  const room = new Room(DRIFT_STREAMS, 'streams of drift');

  app.openapi(driftRoute, async (c) => {
    const { host } = c.req.valid('param');
    const { limit, ...place } = c.req.valid('query');
    const { host_id: hostId, oldest } = await log.head(host);
    const after = beginningOf(oldest, { after: beginOf(place) }) - 1;
    const rows = await listReports(database, hostId, { after, limit, disagreeing: true });
    const repairs = await listRepairs(database, hostId, { after: 0, limit });
    const last = rows.length < limit ? undefined : rows.at(-1)?.position;
    const drift = await onWire(service, { host, hostId, rows, repairs });
    return c.json({ ...drift, ...(last !== undefined && { next: String(last) }) } as never, 200);
  });

  app.openapi(streamRoute, async (c) => {
    const { host } = c.req.valid('param');
    const { host_id: hostId } = await log.head(host);
    return answerInRoom(c, { service, room }, (signal) =>
      changes(service, { host, hostId, signal }),
    );
  });
}

/**
 * A message now and at each change. The tables are asked, since reports may come to another
 * process of the service than the one that is listened to.
 */
async function* changes(
  service: Service,
  of: { readonly host: string; readonly hostId: number; readonly signal: AbortSignal },
): AsyncGenerator<string, undefined> {
  const { hostId, signal } = of;
  const { database, clock } = service;
  const seen: SeenDrift = { position: 0, repair: 0, standing_at: -1 };
  const [newest] = await listRepairs(database, hostId, { after: 0, limit: 1 });
  seen.repair = newest?.repair_id ?? 0;
  seen.position = (await executorOf(database, hostId))?.reported_position ?? 0;
  while (!signal.aborted) {
    const news = await newsOf(service, hostId, seen);
    if (news !== undefined) {
      const data = JSON.stringify(await onWire(service, { ...of, ...news }));
      yield `event: drift\ndata: ${data}\n\n`;
    }
    await clock.sleep(DRIFT_LOOK_MS, signal);
  }
  return undefined;
}

/** What came since the last look, which is moved on; undefined when nothing did. */
async function newsOf({ database }: Service, hostId: number, seen: SeenDrift) {
  const { standing_at, reported_position } = (await executorOf(database, hostId)) ?? NOBODY;
  const page = { after: seen.position, limit: PAGE_ROWS_DEFAULT, disagreeing: true };
  const rows = await listReports(database, hostId, page);
  const repairs = await listRepairs(database, hostId, {
    after: seen.repair,
    limit: PAGE_ROWS_DEFAULT,
  });
  const changed = standing_at !== seen.standing_at || rows.length > 0 || repairs.length > 0;
  seen.standing_at = standing_at;
  // What agreed is not read again.
  const all = rows.length < page.limit ? reported_position : 0;
  seen.position = Math.max(seen.position, all, rows.at(-1)?.position ?? 0);
  seen.repair = repairs[0]?.repair_id ?? seen.repair;
  return changed ? { rows, repairs } : undefined;
}

interface DriftAnswer {
  readonly host: string;
  readonly hostId: number;
  readonly rows: readonly ReportRow[];
  readonly repairs: readonly RepairRow[];
}

async function onWire({ log, database }: Service, { host, hostId, rows, repairs }: DriftAnswer) {
  const row = await executorOf(database, hostId);
  const items = await Promise.all(
    rows.map(async ({ position, how, outcome, note, executor, actor, reported_at }) => {
      const { call, outcome: logged } = await log.event(host, position);
      const kernel = JSON.parse(outcome) as Outcome;
      const at = { executor, actor, reported_at: rfc3339(reported_at) };
      return { position, how, call: call.name, log: logged, kernel, note, ...at };
    }),
  );
  return {
    host,
    reported_position: row?.reported_position ?? 0,
    standing: JSON.parse(row?.standing ?? '[]'),
    standing_at: row === undefined ? null : rfc3339(row.standing_at),
    items,
    repairs: repairs.map(({ what, where, did, position, executor, actor, repaired_at }) => {
      const at = { executor, actor, repaired_at: rfc3339(repaired_at) };
      return { kind: 'repair', what, where, did, position, ...at };
    }),
  };
}
