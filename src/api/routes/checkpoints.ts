/** GET and POST …/checkpoints: signed statements of where a log stood. GET /v1/keys: who signs. */
import { z } from '@hono/zod-openapi';
import type { Checkpoint } from '../../events/checkpoint/checkpoint.ts';
import { readCheckpoints, readKeys, signHead } from '../../events/checkpoint/checkpoints.ts';
import { rfc3339 } from '../../events/rfc3339.ts';
import { strictObject } from '../../events/schema/strict-object.ts';
import {
  type App,
  answersWithoutTag,
  createRoute,
  creates,
  hostParams,
  idPage,
  reflect,
} from '../routing.ts';
import type { Service } from '../service.ts';
import { position, timestamp } from '../wire/event.ts';
import { pageOf } from '../wire/reads.ts';

const hex = (bytes: number) => z.string().regex(new RegExp(`^[0-9a-f]{${bytes * 2}}$`));

export const checkpoint = z
  .strictObject({
    host: z.string(),
    position,
    hash: hex(32),
    recorded_at: timestamp,
    signed_at: timestamp,
    key_id: hex(8),
    signature: hex(64),
  })
  .meta({
    id: 'Checkpoint',
    description:
      'The signature (Ed25519) covers the lines `bpfledger checkpoint v1`, host, position, hash, ' +
      'recorded_at and signed_at, each with its newline, the times in microseconds.',
  });

export const checkpointPage = pageOf('CheckpointPage', checkpoint);

export const keyList = z
  .strictObject({
    items: z.array(
      z.strictObject({
        key_id: hex(8),
        public_key: hex(32),
        /** Checkpoints are signed by it from now on. */
        current: z.boolean(),
      }),
    ),
  })
  .meta({ id: 'KeyList' });

const listRoute = createRoute({
  method: 'get',
  path: '/v1/hosts/{host}/checkpoints',
  operationId: 'listCheckpoints',
  access: { role: 'reader', hosts: ['path:host'] },
  summary: 'Signed checkpoints of a log',
  request: { params: hostParams, query: strictObject(idPage) },
  responses: answersWithoutTag('Checkpoints, by position.', checkpointPage),
});

const signRoute = createRoute({
  method: 'post',
  path: '/v1/hosts/{host}/checkpoints',
  operationId: 'signCheckpoint',
  access: { role: 'writer', hosts: ['path:host'] },
  summary: 'Sign where the log stands now',
  description: 'Asked for again at the same position, the first one is the answer.',
  request: { params: hostParams },
  responses: creates('The checkpoint.', checkpoint),
});

const keysRoute = createRoute({
  method: 'get',
  path: '/v1/keys',
  operationId: 'listKeys',
  access: { role: 'reader', hosts: 'none' },
  summary: 'The public keys that signed checkpoints here (Ed25519)',
  request: {},
  responses: answersWithoutTag('The keys.', keyList),
});

function onWire({ hash, signature, recorded_at, signed_at, ...rest }: Checkpoint) {
  return {
    ...rest,
    hash: Buffer.from(hash).toString('hex'),
    recorded_at: rfc3339(recorded_at),
    signed_at: rfc3339(signed_at),
    signature: Buffer.from(signature).toString('hex'),
  };
}

export function checkpoints(app: App, service: Service): void {
  const { database, clock, log, signingKey: key } = service;

  app.openapi(listRoute, async (c) => {
    const { host } = c.req.valid('param');
    const { limit, after = 0 } = c.req.valid('query');
    const { host_id, position: head } = await log.head(host);
    const found = await readCheckpoints(database, host_id, { after, limit });
    // No ETag: a checkpoint may come while the log stays where it is.
    const last = found.at(-1);
    const more = last !== undefined && found.length >= limit && { next: String(last.position) };
    return c.json({ host, position: head, items: found.map(onWire), ...more }, 200);
  });

  app.openapi(signRoute, async (c) => {
    const { host } = c.req.valid('param');
    const { host_id } = await log.head(host);
    const signed = await signHead(database, { host_id, host }, { key, now: clock.now() });
    reflect(c, host, signed.position);
    return c.json(onWire(signed), 201);
  });

  app.openapi(keysRoute, async (c) => {
    const known = new Map((await readKeys(database)).map((one) => [one.key_id, one]));
    known.set(key.public.key_id, key.public);
    const items = [...known.values()].map(({ key_id, bytes }) => ({
      key_id,
      public_key: Buffer.from(bytes).toString('hex'),
      current: key_id === key.public.key_id,
    }));
    return c.json({ items }, 200);
  });
}
