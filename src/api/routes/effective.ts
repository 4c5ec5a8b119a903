/** GET …/effective: what runs on a cgroup for an attach type, slot by slot. */
import { createRoute, z } from '@hono/zod-openapi';
import { attachType, attachTypeFromText } from '../../events/schema/attach-type.ts';
import { path } from '../../events/schema/text.ts';
import { type CgroupRow, cgroupById, cgroupByPath } from '../../projections/cgroups.ts';
import { effectiveArrayAt } from '../../projections/effective.ts';
import type { Moment } from '../../projections/moment.ts';
import { allowed } from '../guard/access.ts';
import { type App, answers, hostParams, reflect, shortText } from '../routing.ts';
import { headOf, type Service } from '../service.ts';
import { reflected, slot } from '../wire/reads.ts';
import { noSuchObject } from './cgroups.ts';

const ID = /^\d{1,15}$/;

/** A cgroup by id or by path. */
const cgroupParam = z.union([z.string().regex(ID), path], {
  error: 'must be the id of a cgroup or an absolute path',
});

const attachTypeParam = shortText.transform((text, context) => {
  const type = attachTypeFromText(text);
  if (type !== undefined) return type;
  context.addIssue({ code: 'custom', message: `unknown attach type ${JSON.stringify(text)}` });
  return z.NEVER;
});

export const effectiveArray = z
  .strictObject({
    ...reflected,
    cgroup_id: z.int(),
    path: z.string(),
    attach_type: attachType,
    slots: z.array(slot),
  })
  .meta({ id: 'EffectiveArray' });

const route = createRoute({
  method: 'get',
  path: '/v1/hosts/{host}/effective',
  operationId: 'getEffective',
  summary: 'The effective array of a cgroup for an attach type',
  request: {
    params: hostParams,
    query: z.strictObject({
      cgroup: cgroupParam.describe('Id or path of the cgroup.'),
      attach_type: attachTypeParam.describe('Any spelling that calls accept.'),
    }),
  },
  responses: answers('The programs, in the order in which they run.', effectiveArray),
});

function cgroupOf(service: Service, moment: Moment, text: string): Promise<CgroupRow | undefined> {
  const { database } = service;
  return ID.test(text)
    ? cgroupById(database, moment, Number(text))
    : cgroupByPath(database, moment, text);
}

export function effective(app: App, service: Service): void {
  app.openapi(route, async (c) => {
    const { host } = c.req.valid('param');
    const { cgroup, attach_type } = c.req.valid('query');
    allowed(c, 'reader', host);
    const moment = await headOf(service, host);
    const found = await cgroupOf(service, moment, cgroup);
    if (found === undefined) throw noSuchObject(`cgroup ${cgroup}`, 'cgroup');
    const { cgroup_id } = found;
    const slots = await effectiveArrayAt(service.database, moment, { cgroup_id, attach_type });
    const { position } = moment;
    reflect(c, host, position);
    return c.json({ host, position, cgroup_id, path: found.path, attach_type, slots }, 200);
  });
}
