/** GET …/export: the log as a stream, for other tools to read, or to take away as a bundle. */
import { z } from '@hono/zod-openapi';
import { BUNDLE_TYPE } from '../../events/bundle/bundle-line.ts';
import { writeBundle } from '../../events/bundle/write-bundle.ts';
import { strictObject } from '../../events/schema/strict-object.ts';
import type { Database } from '../../events/storage/database.ts';
import { projector } from '../../projections/projector.ts';
import { auditLine } from '../../time-travel/export/audit-line.ts';
import { CSV_HEADER, csvLine } from '../../time-travel/export/csv-line.ts';
import { type ExportRange, filterEvents } from '../../time-travel/export/filtered-events.ts';
import { isOpen } from '../../time-travel/filter/event-filter.ts';
import { ATTACHED } from '../answer-headers.ts';
import { NDJSON_TYPE } from '../content-type.ts';
import { EXPORTS, UNREAD_MS } from '../limits.ts';
import { invalid } from '../problem.ts';
import { beginningOf } from '../request/beginning.ts';
import { filterOf, filterQuery, stateReader } from '../request/filter-query.ts';
import { HeavyReads } from '../request/heavy-read.ts';
import { type App, countParam, createRoute, hostParams, problemAnswer } from '../routing.ts';
import type { Service } from '../service.ts';
import { pullStream } from '../streams/pull-stream.ts';
import { wireEvent } from '../wire/event.ts';
import { eventText } from '../wire/event-text.ts';

const FORMATS = ['ndjson', 'csv', 'audit', 'bundle'] as const;
type Format = (typeof FORMATS)[number];

const TYPES: Readonly<Record<Format, string>> = {
  ndjson: NDJSON_TYPE,
  csv: 'text/csv; charset=utf-8',
  audit: 'text/plain; charset=utf-8',
  bundle: BUNDLE_TYPE,
};

/** Characters that are put together before they are sent. */
const PIECE_CHARS = 64 * 1024;

const text = { schema: z.string() };

const route = createRoute({
  method: 'get',
  path: '/v1/hosts/{host}/export',
  operationId: 'exportLog',
  access: { role: 'reader', hosts: ['path:host'] },
  summary: 'The log as NDJSON, CSV, audit records, or a bundle',
  description:
    'Streams the log up to its head. `bundle` is the whole log with its checkpoints and ' +
    'keys: it verifies without the service, and can be imported. The others take the filters ' +
    `of /events. At most ${EXPORTS.all} run concurrently.`,
  request: {
    params: hostParams,
    query: strictObject({
      ...filterQuery,
      format: z.enum(FORMATS).default('ndjson'),
      after: countParam
        .optional()
        .describe('Events after this position; default: from the oldest that is kept.'),
    }),
  },
  responses: {
    200: {
      description: 'The stream.',
      headers: ATTACHED,
      content: {
        [NDJSON_TYPE]: { schema: wireEvent },
        'text/csv': text,
        'text/plain': text,
        [BUNDLE_TYPE]: text,
      },
    },
    default: problemAnswer,
  },
});

async function* linesOf(
  database: Database,
  host: string,
  { format, ...range }: ExportRange & { readonly format: Exclude<Format, 'bundle'> },
): AsyncGenerator<string> {
  const lineOf = {
    ndjson: (event: Parameters<typeof csvLine>[0]) => `${eventText(event)}\n`,
    csv: csvLine,
    audit: (event: Parameters<typeof csvLine>[0]) => auditLine(host, event),
  }[format];
  if (format === 'csv') yield CSV_HEADER;
  for await (const page of filterEvents(database, range)) {
    for (const event of page) yield lineOf(event);
  }
}

/** Lines put together, so that each is not a write of its own. */
async function* inPieces(lines: AsyncGenerator<string>): AsyncGenerator<string, undefined> {
  let piece = '';
  for await (const line of lines) {
    piece += line;
    if (piece.length < PIECE_CHARS) continue;
    yield piece;
    piece = '';
  }
  if (piece !== '') yield piece;
  return undefined;
}

export function exports(app: App, service: Service): void {
  const reads = new HeavyReads(service, EXPORTS);

  app.openapi(route, async (c) => {
    const { host } = c.req.valid('param');
    const { format, after, ...query } = c.req.valid('query');
    const { host_id, position: to, oldest } = await service.log.head(host);
    const filter = await filterOf(service, { host, host_id }, query);
    if (format === 'bundle' && ((after ?? 0) > 0 || !isOpen(filter))) {
      const message = 'a bundle is the whole log: it takes no filter and no after';
      throw invalid([{ field: 'format', message }]);
    }
    const from = beginningOf(oldest, { after, filter });
    const read = reads.begin(c);
    const lines =
      format === 'bundle'
        ? writeBundle(read.database, { host_id, host, tables: projector.tables })
        : linesOf(read.database, host, {
            ...{ format, host_id, after: from - 1, to, filter },
            stateAt: stateReader(service, host),
          });
    const body = pullStream(inPieces(lines), {
      unreadMs: UNREAD_MS,
      mayGoOn: c.get('mayGoOn'),
      onEnd: () => read.end(),
    });
    const suffix = format === 'bundle' ? 'bundle.ndjson' : format;
    return c.body(body, 200, {
      'content-type': TYPES[format],
      'content-disposition': `attachment; filename="${host}.${suffix}"`,
      'cache-control': 'no-store',
    });
  });
}
