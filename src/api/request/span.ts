/** The span of a log that a question is about: `?from=&to=`, both included. */
import type { Context } from 'hono';
import type { Span } from '../../projections/list-versions.ts';
import type { Moment } from '../../projections/moment.ts';
import type { MomentText } from '../../time-travel/moment.ts';
import type { AccessEnv } from '../guard/access.ts';
import { invalid } from '../problem.ts';
import type { Service } from '../service.ts';
import { keepFor, momentParam, requireBeginning, requireMoment } from './at.ts';

export const spanQuery = {
  from: momentParam
    .optional()
    .describe(
      'Where to begin; default: the oldest position that is kept. A time before the first event ' +
        'means the first event.',
    ),
  to: momentParam.optional().describe('Where to end; default: the head.'),
};

export interface SpanQuery {
  readonly from?: MomentText | undefined;
  readonly to?: MomentText | undefined;
}

export interface AskedSpan {
  readonly span: Span;
  readonly first: Moment;
  readonly last: Moment;
}

/** The span that a query names; the answer's headers say how long it stays true. */
export async function spanOf(
  service: Service,
  c: Context<AccessEnv>,
  host: string,
  { from, to }: SpanQuery,
): Promise<AskedSpan> {
  const end = await requireMoment(service, host, to, 'to');
  const start = await requireBeginning(
    service,
    host,
    from ?? { kind: 'position', position: end.oldest },
    'from',
  );
  const [first, last] = [start.moment, end.moment];
  if (first.position > last.position) {
    const message = `is position ${first.position}, after \`to\`, position ${last.position}`;
    throw invalid([{ field: 'from', message }]);
  }
  keepFor(c, host, { moment: last, fixed: start.fixed && end.fixed });
  const { host_id, position } = last;
  return { span: { host_id, from: first.position, to: position }, first, last };
}
