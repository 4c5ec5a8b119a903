/** POST …/plan: what syscalls would be answered and change; nothing is recorded. */
import { z } from '@hono/zod-openapi';
import type { Slot } from '../../domain/effective.ts';
import { attachType } from '../../events/schema/attach-type.ts';
import { recordedCall } from '../../events/schema/call-schema.ts';
import { plan } from '../../time-travel/plan/plan.ts';
import { WARNING_KINDS } from '../../time-travel/plan/warning.ts';
import { warningsOf } from '../../time-travel/plan/warnings.ts';
import { contentType, JSON_TYPE } from '../content-type.ts';
import { PLANS } from '../limits.ts';
import { headInTurns } from '../request/at.ts';
import { largeJsonBody } from '../request/body.ts';
import { HeavyReads } from '../request/heavy-read.ts';
import { plannedCallsOf, syscallRequest, syscallRequests } from '../request/syscall-request.ts';
import { type App, answers, createRoute, hostParams, reflect } from '../routing.ts';
import type { Service } from '../service.ts';
import { answerInTurns } from '../streams/json-in-turns.ts';
import { effectsOnWire, wireEffect } from '../wire/effect.ts';
import { outcomeOnWire, position, wireOutcome } from '../wire/event.ts';
import { reflected, slot } from '../wire/reads.ts';

const plannedSlot = slot.extend({
  prog_name: z.string().exactOptional().describe('Absent where the program has no name.'),
});

export const planAnswer = z
  .strictObject({
    ...reflected,
    calls: z.array(
      z.strictObject({
        pid: z.int(),
        comm: z.string(),
        call: recordedCall,
        outcome: wireOutcome,
        effects: z.array(wireEffect),
      }),
    ),
    changed: z.array(
      z.strictObject({
        cgroup_id: z.int(),
        path: z.string(),
        attach_type: attachType,
        before: z.array(plannedSlot),
        after: z.array(plannedSlot),
      }),
    ),
    warnings: z.array(
      z.strictObject({
        call: z.int().describe('Index of the call that the warning is about.'),
        kind: z.enum(WARNING_KINDS),
        sentence: z.string(),
        about: z.record(z.string(), z.union([z.string(), z.number()])),
        positions: z
          .array(position)
          .describe('Events that attached the entries that the warning is about.'),
      }),
    ),
    truncated: z.boolean().describe('There are more changed arrays or warnings than listed.'),
  })
  .meta({ id: 'Plan' });

const route = createRoute({
  method: 'post',
  path: '/v1/hosts/{host}/plan',
  operationId: 'planSyscalls',
  access: { role: 'reader', hosts: ['path:host'] },
  summary: 'What syscalls would do, without recording them',
  request: { params: hostParams },
  responses: answers(
    'Outcomes, effects, the effective arrays that would change, and warnings.',
    planAnswer,
  ),
});

/** Calls that are planned in one piece: a millisecond or two. */
const CALLS_IN_ONE_PIECE = 50;

export function plans(app: App, service: Service): void {
  const reads = new HeavyReads(service, PLANS);
  app.describe({
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
    const { actor } = c.get('principal');
    contentType(c, [JSON_TYPE]);
    const calls = await plannedCallsOf(await largeJsonBody(c));
    const { log, database } = service;
    const isLong = calls.length > CALLS_IN_ONE_PIECE;
    const { moment, answer: planned } = await reads.answer(c, ({ signal }) =>
      headInTurns(service, host, { read: (kernel) => plan(kernel, calls), signal, isLong }),
    );
    const eventAt = (at: number) => log.event(host, at);
    const warned = await warningsOf({ database, moment, eventAt }, actor, planned);
    reflect(c, host, moment);
    const addName = <S extends Slot>(one: S) => {
      const prog_name = planned.names.get(one.prog_id) ?? '';
      return prog_name === '' ? one : { ...one, prog_name };
    };
    const answer = {
      host,
      position: moment.position,
      calls: planned.calls.map((one) => ({
        ...one,
        outcome: outcomeOnWire(one.outcome),
        effects: effectsOnWire(one.call.name, one.effects),
      })),
      changed: planned.changed.map(({ before, after, ...place }) => ({
        ...place,
        before: before.map(addName),
        after: after.map(addName),
      })),
      warnings: warned.warnings,
      truncated: planned.truncated || warned.truncated,
    };
    return answerInTurns(c, answer) as Promise<never>;
  });
}
