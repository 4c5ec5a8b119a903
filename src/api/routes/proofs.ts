/** GET …/proofs/inclusion and …/proofs/consistency: what shows the state of a log to those who do not trust us. */
import { z } from '@hono/zod-openapi';
import {
  type WrittenProof,
  writeConsistency,
  writeInclusion,
} from '../../events/proof/written-proof.ts';
import { strictObject } from '../../events/schema/strict-object.ts';
import { PROOFS } from '../limits.ts';
import { HeavyReads } from '../request/heavy-read.ts';
import {
  type App,
  countParam,
  createRoute,
  hostParams,
  positionParam,
  readsWithoutTag,
} from '../routing.ts';
import type { Service } from '../service.ts';
import { position } from '../wire/event.ts';

export const proof = z
  .strictObject({
    host: z.string(),
    /** The position of the checkpoint that the proof is about. */
    checkpoint: position,
    /** The proof as text, with the checkpoint. */
    proof: z.string(),
  })
  .meta({ id: 'Proof' });

const checkpoint = positionParam
  .optional()
  .describe('Of the last checkpoint up to this position. Default: the last one of all.');

const inclusionRoute = createRoute({
  method: 'get',
  path: '/v1/hosts/{host}/proofs/inclusion',
  operationId: 'proveInclusion',
  access: { role: 'reader', hosts: ['path:host'] },
  summary: 'A proof that an event is in the log that was signed',
  description:
    'A text of the format c2sp.org/tlog-proof@v1. Its extra data is what the hash of the event is ' +
    'computed of: the hash before it (32 bytes), position and time (8 bytes each), the length of its ' +
    'text (4 bytes) and the text. `bpfledger proof check` and the module `bpfledger/proof` verify it ' +
    'from the file alone.',
  request: {
    params: hostParams,
    query: strictObject({ position: positionParam.describe('The event.'), checkpoint }),
  },
  responses: readsWithoutTag('The proof.', proof),
});

const consistencyRoute = createRoute({
  method: 'get',
  path: '/v1/hosts/{host}/proofs/consistency',
  operationId: 'proveConsistency',
  access: { role: 'reader', hosts: ['path:host'] },
  summary: 'A proof that the log continues what it was',
  description:
    'A text as a witness takes it (the body of `add-checkpoint` in c2sp.org/tlog-witness): `old` and ' +
    'the position, the hashes, an empty line and the checkpoint.',
  request: {
    params: hostParams,
    query: strictObject({
      from: countParam.describe('The position of the checkpoint that you have; 0: you have none.'),
      checkpoint,
    }),
  },
  responses: readsWithoutTag('The proof.', proof),
});

export function proofs(app: App, service: Service): void {
  const reads = new HeavyReads(service, PROOFS);
  const onWire = (host: string, { checkpoint: at, text }: WrittenProof) => ({
    host,
    checkpoint: at,
    proof: text,
  });

  app.openapi(inclusionRoute, async (c) => {
    const { host } = c.req.valid('param');
    const { position: at, checkpoint: to } = c.req.valid('query');
    const { host_id } = await service.log.head(host);
    const written = await reads.answer(c, ({ database }) =>
      writeInclusion(database, { host_id, position: at, to }),
    );
    return c.json(onWire(host, written), 200);
  });

  app.openapi(consistencyRoute, async (c) => {
    const { host } = c.req.valid('param');
    const { from, checkpoint: to } = c.req.valid('query');
    const { host_id } = await service.log.head(host);
    const written = await reads.answer(c, ({ database }) =>
      writeConsistency(database, { host_id, from, to }),
    );
    return c.json(onWire(host, written), 200);
  });
}
