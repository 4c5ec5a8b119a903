/** GET …/cgroups: the tree, and one cgroup with what is attached to it and what runs on it. */
import { createRoute } from '@hono/zod-openapi';
import { type AttachType, attachTypeNumber } from '../../domain/attach-type.ts';
import { effectiveArray, levelsOf } from '../../domain/effective.ts';
import type { Kernel } from '../../domain/kernel.ts';
import { strictObject } from '../../events/schema/strict-object.ts';
import { path } from '../../events/schema/text.ts';
import { cgroupById, cgroupByPath, listCgroups } from '../../projections/cgroups.ts';
import { entriesOf } from '../../projections/entries.ts';
import { allowed } from '../guard/access.ts';
import { invalid, noSuchObject } from '../problem.ts';
import { atQuery, momentOf, worldAt } from '../request/at.ts';
import { type App, answers, countParam, hostParams, idPage } from '../routing.ts';
import type { Service } from '../service.ts';
import { cgroupDetail, cgroupRow, oneOf, pageOf } from '../wire/reads.ts';

const listRoute = createRoute({
  method: 'get',
  path: '/v1/hosts/{host}/cgroups',
  operationId: 'listCgroups',
  summary: 'Living cgroups by id',
  request: {
    params: hostParams,
    query: strictObject({
      ...atQuery,
      ...idPage,
      path: path.optional().describe('Only the cgroup at this path.'),
      under: path.optional().describe('Only the cgroup at this path and those below it.'),
    }),
  },
  responses: answers('Cgroups.', pageOf('CgroupPage', cgroupRow)),
});

const oneRoute = createRoute({
  method: 'get',
  path: '/v1/hosts/{host}/cgroups/{cgroup_id}',
  operationId: 'getCgroup',
  summary: 'One cgroup: its lists and what runs on it',
  request: {
    params: hostParams.extend({ cgroup_id: countParam }),
    query: strictObject(atQuery),
  },
  responses: answers('The cgroup.', oneOf('CgroupAnswer', 'cgroup', cgroupDetail)),
});

/** What runs on a cgroup, by attach type, in the order of the types' numbers. */
function effectiveOn(kernel: Kernel, cgroupId: number) {
  const cgroup = kernel.cgroups.get(cgroupId);
  if (cgroup === undefined) return undefined;
  const types = new Set<AttachType>();
  for (const level of levelsOf(kernel, cgroup))
    for (const type of level.lists.keys()) types.add(type);
  return [...types]
    .sort((a, b) => attachTypeNumber(a) - attachTypeNumber(b))
    .map((attach_type) => ({ attach_type, slots: effectiveArray(kernel, cgroup, attach_type) }))
    .filter(({ slots }) => slots.length > 0);
}

export function cgroups(app: App, service: Service): void {
  const { database } = service;

  app.openapi(listRoute, async (c) => {
    const { host } = c.req.valid('param');
    const { at, path: only, under, limit, after } = c.req.valid('query');
    allowed(c, 'reader', host);
    if (only !== undefined && under !== undefined) {
      throw invalid([{ field: 'under', message: 'path and under exclude each other' }]);
    }
    const moment = await momentOf(service, c, host, at);
    if (only !== undefined) {
      const found = await cgroupByPath(database, moment, only);
      return c.json({ host, position: moment.position, items: found ? [found] : [] }, 200);
    }
    const items = await listCgroups(database, moment, { limit, after, under });
    const last = items.length < limit ? undefined : items.at(-1)?.cgroup_id;
    const next = last !== undefined && { next: String(last) };
    return c.json({ host, position: moment.position, items, ...next }, 200);
  });

  app.openapi(oneRoute, async (c) => {
    const { host, cgroup_id } = c.req.valid('param');
    allowed(c, 'reader', host);
    const { at } = c.req.valid('query');
    const read = (kernel: Kernel) => effectiveOn(kernel, cgroup_id);
    const { moment, told: effective } = await worldAt(service, c, host, at, read);
    const row = await cgroupById(database, moment, cgroup_id);
    if (row === undefined || effective === undefined) {
      throw noSuchObject(`cgroup ${cgroup_id}`, 'cgroup_id');
    }
    const attached = await entriesOf(database, moment, cgroup_id);
    const { position } = moment;
    return c.json({ host, position, cgroup: { ...row, attached, effective } } as never, 200);
  });
}
