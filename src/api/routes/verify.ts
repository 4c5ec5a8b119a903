/** GET …/verify: three verdicts on a log: its chain, its projections, its outcomes. */
import { z } from '@hono/zod-openapi';
import { verifyHost } from '../../time-travel/verify/verify.ts';
import { VERIFICATIONS } from '../limits.ts';
import { HeavyReads } from '../request/heavy-read.ts';
import { type App, answersWithoutTag, createRoute, hostParams } from '../routing.ts';
import type { Service } from '../service.ts';

const count = z.int().min(0);

const fault = z.strictObject({
  position_from: count.exactOptional(),
  position_to: count.exactOptional(),
  line: count.exactOptional(),
  message: z.string(),
});

const stopped = z.strictObject({ holds: z.literal(false), stopped: z.string() });

const outcome = z.strictObject({
  ret: z.int().exactOptional(),
  errno: z.string().exactOptional(),
  rule: z.string().exactOptional(),
});

export const verification = z
  .strictObject({
    host: z.string(),
    holds: z.boolean(),
    chain: z.strictObject({
      holds: z.boolean(),
      position: count,
      hash: z.string(),
      checkpoints: count,
      proven_to: count,
      fault_count: count,
      faults: z.array(fault),
      keys: z.array(z.string()),
      segments: count,
    }),
    projections: z.union([
      z.strictObject({
        holds: z.boolean(),
        position: count,
        rows: count,
        differing: count,
        tables: z.array(z.strictObject({ table: z.string(), rows: count, differing: count })),
      }),
      stopped,
    ]),
    outcomes: z.union([
      z.strictObject({
        holds: z.boolean(),
        position: count,
        difference_count: count,
        differences: z.array(
          z.strictObject({
            position: count,
            source: z.enum(['decided', 'observed']),
            call: z.string(),
            recorded: outcome,
            today: outcome,
            effects_only: z.boolean(),
          }),
        ),
      }),
      stopped,
    ]),
  })
  .meta({ id: 'Verification' });

const route = createRoute({
  method: 'get',
  path: '/v1/hosts/{host}/verify',
  operationId: 'verifyHost',
  access: { role: 'reader', hosts: ['path:host'] },
  summary: 'Whether the log, the projections and the rules agree',
  description:
    'Reads the whole log, three times. `chain`: the stored bytes give the stored hashes, and what ' +
    'checkpoints state. `projections`: derived anew from the log, they are those in the tables. ' +
    "`outcomes`: today's rules answer each call as the log says. That one of them does not hold " +
    `is the answer, not a problem. At most ${VERIFICATIONS.all} at once.`,
  request: { params: hostParams },
  responses: answersWithoutTag('The verdicts.', verification),
});

export function verify(app: App, service: Service): void {
  const verifications = new HeavyReads(service, VERIFICATIONS);
  app.openapi(route, async (c) => {
    const { host } = c.req.valid('param');
    const { host_id } = await service.log.head(host);
    const told = await verifications.answer(c, ({ database }) => verifyHost(database, host_id));
    c.header('cache-control', 'no-store');
    return c.json({ host, ...told } as z.output<typeof verification>, 200);
  });
}
