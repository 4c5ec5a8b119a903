/** GET …/diff: what changed between two moments, as state and as causes. */
import type { Context } from 'hono';
import { findLastShared } from '../../events/reading/host-line.ts';
import { strictObject } from '../../events/schema/strict-object.ts';
import { inTurns, mapInTurns } from '../../events/turns.ts';
import { answerDiff, diffAgainst } from '../../time-travel/diff/asked-diff.ts';
import { diffText } from '../../time-travel/diff/diff-text.ts';
import { READ_OF_TWO } from '../answer-headers.ts';
import type { AccessEnv } from '../guard/access.ts';
import { DIFFS } from '../limits.ts';
import { invalid } from '../problem.ts';
import { keepForOnce, requireBeginning, requireMoment } from '../request/at.ts';
import { answersInForms, formatQuery, inForm } from '../request/format.ts';
import { HeavyReads } from '../request/heavy-read.ts';
import { type SpanQuery, spanOf, spanQuery } from '../request/span.ts';
import { type App, createRoute, hostName, hostParams } from '../routing.ts';
import type { Service } from '../service.ts';
import { diffAnswer } from '../wire/diff.ts';
import { eventRefOnWire } from '../wire/event-ref.ts';

const route = createRoute({
  method: 'get',
  path: '/v1/hosts/{host}/diff',
  operationId: 'getDiff',
  access: { role: 'reader', hosts: ['path:host', 'query:against'] },
  summary: 'What changed between two moments, or differs between a branch and its origin',
  request: {
    params: hostParams,
    query: strictObject({
      ...spanQuery,
      ...formatQuery,
      against: hostName
        .optional()
        .describe(
          'A host that shares a part of its log with this one, such as the origin of a branch: the ' +
            'difference from that host at `from` (default: its head) to this host at `to`.',
        ),
    }),
  },
  responses: answersInForms('The difference.', diffAnswer, READ_OF_TWO),
});

/** The difference between two moments of one host. */
async function inTime(
  service: Service,
  c: Context<AccessEnv>,
  { host, signal }: { readonly host: string; readonly signal: AbortSignal },
  query: SpanQuery,
) {
  const { span } = await spanOf(service, c, host, query);
  const { from, to } = span;
  return { from, to, found: await answerDiff(service.log, host, { from, to }, signal) };
}

interface Compared {
  readonly host: string;
  readonly against: string;
  readonly signal: AbortSignal;
}

/** The difference between two hosts that share a part of their log. */
async function betweenHosts(
  service: Service,
  c: Context<AccessEnv>,
  { host, against, signal }: Compared,
  query: SpanQuery,
) {
  const { log, database } = service;
  const start = await requireBeginning(service, against, query.from, 'from');
  const end = await requireMoment(service, host, query.to, 'to');
  const [from, to] = [start.moment.position, end.moment.position];
  const shared = await findLastShared(database, end.moment.host_id, start.moment.host_id);
  if (shared === 0) {
    const message = `${against} shares no log with ${host}; compare a branch and its origin`;
    throw invalid([{ field: 'against', message }]);
  }
  keepForOnce(c);
  const other = { host: against, position: from };
  return { from, to, found: await diffAgainst(log, { host, to, shared }, other, signal) };
}

export function diff(app: App, service: Service): void {
  const diffs = new HeavyReads(service, DIFFS);
  app.openapi(route, async (c) => {
    const { host } = c.req.valid('param');
    const { format, against, ...query } = c.req.valid('query');
    const { from, to, found } = await diffs.answer(c, ({ signal }) =>
      against === undefined
        ? inTime(service, c, { host, signal }, query)
        : betweenHosts(service, c, { host, against, signal }, query),
    );
    const events = await inTurns(mapInTurns(found.events, eventRefOnWire));
    return inForm(c, format, {
      json: () => ({
        ...{ host, position: to, from, to },
        ...(against !== undefined && { against }),
        ...found.diff,
        events,
      }),
      text: () => diffText({ from, to, against }, found),
    });
  });
}
