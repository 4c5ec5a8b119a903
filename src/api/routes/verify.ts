/** GET …/verify: four verdicts on a log: its chain, its projections, its outcomes, its snapshots. */
import { z } from '@hono/zod-openapi';
import { bytesOf } from '../../events/encoding/hex.ts';
import type { KeptHead } from '../../events/proof/checkpoint-check.ts';
import { strictObject } from '../../events/schema/strict-object.ts';
import { verifyHost } from '../../time-travel/verify/verify.ts';
import { UNKEPT } from '../answer-headers.ts';
import { VERIFICATIONS } from '../limits.ts';
import { HeavyReads } from '../request/heavy-read.ts';
import { type App, answers, createRoute, hostParams } from '../routing.ts';
import type { Service } from '../service.ts';
import { cutLog, cutOnWire } from '../wire/cut.ts';
import { importedLog, importedLogOnWire } from '../wire/imported.ts';

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
      /** Checkpoints of unknown keys: they prove nothing. */
      untrusted: count,
      untrusted_keys: z.array(z.string()),
      /** Heads kept outside the database that the log holds. */
      kept: count,
      /** Checkpoints of format 1. */
      unchained: count,
      /** Checkpoints and kept heads of positions before the cut: they were not compared. */
      before_cut: count,
      /** Whether a checkpoint of a trusted key states the state at the cut. */
      cut_signed: z.boolean(),
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
    snapshots: z.strictObject({
      holds: z.boolean(),
      count,
      fault_count: count,
      faults: z.array(z.strictObject({ position: count, message: z.string() })),
    }),
    imported: importedLog.exactOptional(),
    cut: cutLog.exactOptional(),
    /** What may be wrong although everything holds. */
    not_excluded: z.array(z.string()),
  })
  .meta({ id: 'Verification' });

/** Heads that one request may have kept. */
const KEPT_MAX = 16;
const KEPT = /^[1-9]\d{0,15}:[0-9a-f]{64}(?:,[1-9]\d{0,15}:[0-9a-f]{64}){0,15}$/u;

const kept = z
  .string()
  .regex(KEPT, `must be 1 to ${KEPT_MAX} times POSITION:HASH, separated by commas`)
  .transform((text): KeptHead[] =>
    text.split(',').map((one) => {
      const [position, hash = ''] = one.split(':');
      return { position: Number(position), hash: bytesOf(hash) };
    }),
  );

const route = createRoute({
  method: 'get',
  path: '/v1/hosts/{host}/verify',
  operationId: 'verifyHost',
  access: { role: 'reader', hosts: ['path:host'] },
  summary: 'Whether the log, the projections and the rules agree',
  description:
    'Reads the whole log three times. `chain`: the stored bytes give the stored hashes, and the ' +
    'hashes of checkpoints and kept heads; nothing is stored of positions after the head. ' +
    '`projections`: the rows derived from the log again are those in the tables. `outcomes`: ' +
    "today's rules answer each call as the log says. `snapshots`: the stored states are those that " +
    'the log gives. `not_excluded`: what the verification cannot exclude. A failed verdict is an ' +
    `answer (200), not a problem. At most ${VERIFICATIONS.all} run concurrently.`,
  request: {
    params: hostParams,
    query: strictObject({
      kept: kept
        .optional()
        .describe('Earlier heads of the log that you kept: `POSITION:HASH`, separated by commas.'),
    }),
  },
  responses: answers('The verdicts.', verification, UNKEPT),
});

export function verify(app: App, service: Service): void {
  const verifications = new HeavyReads(service, VERIFICATIONS);
  app.openapi(route, async (c) => {
    const { host } = c.req.valid('param');
    const given = c.req.valid('query').kept ?? [];
    // First, read what is remembered: it must not be later than the head.
    const remembered = await service.signedHeads.of(host);
    const outside = {
      trusted: service.trustedKeys,
      kept: given,
      ...(remembered !== undefined && { remembered }),
    };
    const { host_id } = await service.log.head(host);
    const { imported, cut, ...verdicts } = await verifications.answer(c, ({ database }) =>
      verifyHost(database, host_id, outside),
    );
    c.header('cache-control', 'no-store');
    const foreign = imported !== undefined && { imported: importedLogOnWire(imported) };
    const begins = cut !== undefined && { cut: cutOnWire(cut) };
    return c.json(
      { host, ...verdicts, ...foreign, ...begins } as z.output<typeof verification>,
      200,
    );
  });
}
