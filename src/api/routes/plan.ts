/** POST …/plan: what syscalls would be answered and change; nothing is recorded. */
import { createRoute, z } from '@hono/zod-openapi';
import { recordedCall } from '../../events/call-schema.ts';
import { recordedEffect } from '../../events/effect-schema.ts';
import { attachType } from '../../events/schema/attach-type.ts';
import { plan } from '../../time-travel/plan.ts';
import { allowed } from '../guard/access.ts';
import { jsonBody } from '../request/body.ts';
import { contentType, JSON_TYPE } from '../request/content-type.ts';
import {
  oneSyscall,
  syscallList,
  syscallRequest,
  syscallRequests,
} from '../request/syscall-request.ts';
import { type App, answers, hostParams, reflect } from '../routing.ts';
import type { Service } from '../service.ts';
import { outcomeOnWire, wireOutcome } from '../wire/event.ts';
import { reflected, slot } from '../wire/reads.ts';

export const planAnswer = z
  .strictObject({
    ...reflected,
    calls: z.array(
      z.strictObject({
        pid: z.int(),
        comm: z.string(),
        call: recordedCall,
        outcome: wireOutcome,
        effects: z.array(recordedEffect),
      }),
    ),
    changed: z.array(
      z.strictObject({
        cgroup_id: z.int(),
        path: z.string(),
        attach_type: attachType,
        before: z.array(slot),
        after: z.array(slot),
      }),
    ),
    truncated: z.boolean(),
  })
  .meta({ id: 'Plan' });

const route = createRoute({
  method: 'post',
  path: '/v1/hosts/{host}/plan',
  operationId: 'planSyscalls',
  summary: 'What syscalls would do, without recording them',
  request: { params: hostParams },
  responses: answers('Outcomes, effects, and the effective arrays that would change.', planAnswer),
});

export function plans(app: App, service: Service): void {
  app.openAPIRegistry.registerPath({
    ...route,
    request: {
      params: hostParams,
      body: {
        required: true,
        content: { [JSON_TYPE]: { schema: z.union([syscallRequest, syscallRequests]) } },
      },
    },
  });
  app.openapi({ ...route, hide: true }, async (c) => {
    const { host } = c.req.valid('param');
    allowed(c, 'reader', host);
    contentType(c, [JSON_TYPE]);
    const { value } = await jsonBody(c);
    const calls = Array.isArray(value) ? syscallList(value) : [oneSyscall(value)];
    const planned = await service.log.readHead(host, (kernel, position) => ({
      position,
      ...plan(kernel, calls),
    }));
    reflect(c, host, planned.position);
    const told = planned.calls.map((one) => ({ ...one, outcome: outcomeOnWire(one.outcome) }));
    return c.json({ host, ...planned, calls: told } as never, 200);
  });
}
