/** GET …/cgroups/outline: the tree as rows, and the part of them that somebody looks at. */
import { z } from '@hono/zod-openapi';
import type { Effect } from '../../domain/effect.ts';
import type { Cgroup, Kernel } from '../../domain/kernel.ts';
import { strictObject } from '../../events/schema/strict-object.ts';
import { path } from '../../events/schema/text.ts';
import { inOnePiece, inTurns } from '../../events/turns.ts';
import { cgroupsMeant, hasEntries } from '../../projections/cgroup-search.ts';
import { type OutlineRequest, outlineOf } from '../../projections/outline.ts';
import { collectTouched } from '../../projections/touched.ts';
import { OUTLINE_CLOSED_MAX } from '../limits.ts';
import { atQuery, pastAt } from '../request/at.ts';
import {
  type App,
  countParam,
  createRoute,
  hostParams,
  limitParam,
  reads,
  shortText,
} from '../routing.ts';
import type { Service } from '../service.ts';
import { attachedLists, effectiveView, reflected } from '../wire/reads.ts';

const n = z.int().min(0);
const text = z.string();

const outlineRow = z
  .strictObject({
    cgroup_id: n,
    path: text,
    depth: n.describe('How many rows it is below.'),
    has_children: z.boolean().describe('Whether cgroups below it belong to the outline.'),
    attached: attachedLists,
  })
  .meta({ id: 'OutlineRow' });

export const outlineAnswer = z
  .strictObject({
    ...reflected,
    offset: n.describe('The first row of `items`, from 0.'),
    rows: n.describe('All rows.'),
    matches: n.describe('Cgroups that `search` and `attached` find; the others are above them.'),
    cgroups: n.describe('Living cgroups.'),
    sought: z
      .strictObject({
        cgroup_id: n,
        path: text,
        row: n.exactOptional().describe('Its row, from 0; absent when it is none of the rows.'),
        above: z
          .array(z.strictObject({ cgroup_id: n, path: text }))
          .describe('The cgroups that it is below, nearest first.'),
        attached: attachedLists,
        effective: z.array(effectiveView),
      })
      .exactOptional()
      .describe('What `seek` found: of a path that is not there, the nearest one above it.'),
    items: z.array(outlineRow),
  })
  .meta({
    id: 'Outline',
    description: 'Rows of the tree of cgroups, each below its parent, by path.',
  });

const closedParam = z
  .string()
  .regex(/^\d{1,15}(,\d{1,15})*$/, 'must be numbers with commas between')
  .transform((given, context): ReadonlySet<number> => {
    const ids = new Set(given.split(',').map(Number));
    if (ids.size <= OUTLINE_CLOSED_MAX) return ids;
    const message = `must be at most ${OUTLINE_CLOSED_MAX} numbers`;
    context.addIssue({ code: 'custom', message, params: { limit: OUTLINE_CLOSED_MAX } });
    return z.NEVER;
  })
  .optional()
  .describe(
    `Ids of up to ${OUTLINE_CLOSED_MAX} cgroups, with commas between: the rows below them are left out. Without effect beside a filter.`,
  )
  .meta({ type: 'string' });

const route = createRoute({
  method: 'get',
  path: '/v1/hosts/{host}/cgroups/outline',
  operationId: 'getCgroupOutline',
  access: { role: 'reader', hosts: ['path:host'] },
  summary: 'The tree of cgroups as rows, a window of them',
  request: {
    params: hostParams,
    query: strictObject({
      ...atQuery,
      offset: countParam
        .optional()
        .describe('The first row that is answered, from 0, unless `seek` moves it.'),
      limit: limitParam,
      search: shortText
        .optional()
        .describe(
          'Only cgroups with this in their path, and those to which a program of this id, name or tag (its first digits) is attached, or, by `link 7`, a link; and the cgroups above them.',
        ),
      attached: z
        .enum(['true', 'false'])
        .default('false')
        .describe('`true`: only cgroups to which something is attached, and those above them.'),
      closed: closedParam,
      seek: z
        .union([z.literal('event'), path])
        .optional()
        .describe(
          'A path, or `event` for the first cgroup that the event of the moment changed: the rows that are answered have it among them.',
        ),
    }),
  },
  responses: reads('The rows.', outlineAnswer),
});

/** Cgroups of a tree that is read in one piece: a millisecond or two. */
const ONE_PIECE = 2000;

export function outline(app: App, service: Service): void {
  const { log } = service;

  app.openapi(route, async (c) => {
    const { host } = c.req.valid('param');
    const { at, seek, search, attached, offset = 0, limit, closed } = c.req.valid('query');
    const query = { offset, limit, closed: closed ?? new Set<number>() };
    const { moment, answer } = await pastAt(
      service,
      c,
      { host, at },
      async (kernel, { position }) => {
        const sought =
          seek === 'event' ? listTouched(kernel, (await log.event(host, position)).effects) : seek;
        const isWanted = filterOf(kernel, { search, isAttached: attached === 'true' });
        const rows = outlineOf(kernel, { ...query, seek: sought, isWanted });
        return kernel.cgroups.size <= ONE_PIECE
          ? inOnePiece(rows)
          : inTurns(rows, c.req.raw.signal);
      },
    );
    return c.json({ host, position: moment.position, ...answer } as never, 200);
  });
}

function filterOf(
  kernel: Kernel,
  {
    search = '',
    isAttached,
  }: { readonly search?: string | undefined; readonly isAttached: boolean },
): OutlineRequest['isWanted'] {
  const isMeant = search.trim() === '' ? undefined : cgroupsMeant(kernel, search);
  if (!isAttached) return isMeant;
  return (cgroup: Cgroup) => hasEntries(cgroup) && isMeant?.(cgroup) !== false;
}

/** Ids of the cgroups that an event changed, or lists of. */
function listTouched(kernel: Kernel, effects: readonly Effect[]): ReadonlySet<number> {
  const { cgroups = [], lists, effective } = collectTouched(kernel, effects);
  const keys = [...(lists?.values() ?? []), ...(effective?.values() ?? [])];
  return new Set([...cgroups, ...keys.map(({ cgroup_id }) => cgroup_id)]);
}
