/** GET …/effective: what runs on a cgroup for an attach type, slot by slot, and by whose doing. */
import { z } from '@hono/zod-openapi';
import { effectiveArray as arrayOn, cgroupAt, type Slot } from '../../domain/effective.ts';
import type { Kernel } from '../../domain/kernel.ts';
import { attachType } from '../../events/schema/attach-type.ts';
import { strictObject } from '../../events/schema/strict-object.ts';
import { blameSlots, type LinkHolders, linkHolders } from '../../time-travel/blame/blame.ts';
import { blameText } from '../../time-travel/blame/blame-text.ts';
import { atQuery, worldAt } from '../request/at.ts';
import { answersInForms, formatQuery, inForm } from '../request/format.ts';
import { noSuchCgroup } from '../request/no-such-cgroup.ts';
import { placeQuery } from '../request/place.ts';
import { type App, createRoute, hostParams } from '../routing.ts';
import type { Service } from '../service.ts';
import { blamedSlot, blamedSlotOnWire } from '../wire/blame.ts';
import { reflected } from '../wire/reads.ts';

export const effectiveArray = z
  .strictObject({
    ...reflected,
    cgroup_id: z.int(),
    path: z.string(),
    attach_type: attachType,
    slots: z.array(blamedSlot),
  })
  .meta({ id: 'EffectiveArray' });

const route = createRoute({
  method: 'get',
  path: '/v1/hosts/{host}/effective',
  operationId: 'getEffective',
  access: { role: 'reader', hosts: ['path:host'] },
  summary: 'The effective array of a cgroup for an attach type, with who put each program there',
  request: {
    params: hostParams,
    query: strictObject({ ...placeQuery, ...atQuery, ...formatQuery }),
  },
  responses: answersInForms('The programs, in the order in which they run.', effectiveArray),
});

interface Read {
  readonly cgroup_id: number;
  readonly path: string;
  readonly slots: readonly Slot[];
  readonly holders: ReadonlyMap<number, LinkHolders>;
}

export function effective(app: App, service: Service): void {
  const { database, log } = service;
  app.openapi(route, async (c) => {
    const { host } = c.req.valid('param');
    const { cgroup, attach_type, at, format } = c.req.valid('query');
    const read = (kernel: Kernel): Read | undefined => {
      const found = cgroup.startsWith('/')
        ? cgroupAt(kernel, cgroup)
        : kernel.cgroups.get(Number(cgroup));
      if (found === undefined) return undefined;
      const slots = arrayOn(kernel, found, attach_type);
      return { cgroup_id: found.id, path: found.path, slots, holders: linkHolders(kernel, slots) };
    };
    const { moment, answer: array } = await worldAt(service, c, host, at, read);
    if (array === undefined) {
      throw await noSuchCgroup(service, moment, { cgroup, field: 'cgroup' });
    }
    const { cgroup_id, path } = array;
    const eventsAt = (positions: readonly number[]) => log.eventsAt(host, positions);
    const slots = await blameSlots(database, eventsAt, { moment, attach_type, ...array });
    const answer = { host, position: moment.position, cgroup_id, path, attach_type };
    return inForm(c, format, {
      json: () => ({ ...answer, slots: slots.map(blamedSlotOnWire) }),
      text: () => blameText({ ...answer, slots }),
    });
  });
}
