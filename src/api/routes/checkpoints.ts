/** GET and POST …/checkpoints: signed statements of where a log stood. GET /v1/keys: who signs. */
import { z } from '@hono/zod-openapi';
import { hexOf } from '../../events/encoding/hex.ts';
import { markOf } from '../../events/encoding/mark.ts';
import { rfc3339 } from '../../events/encoding/rfc3339.ts';
import { isSigningRefused } from '../../events/log-refusal.ts';
import { type Checkpoint, encodeChained, noteOf } from '../../events/proof/checkpoint.ts';
import { countCheckpoints, readCheckpoints, readKeys } from '../../events/proof/checkpoints.ts';
import { signHead } from '../../events/proof/sign-head.ts';
import type { PublicKey } from '../../events/proof/signing-key.ts';
import { strictObject } from '../../events/schema/strict-object.ts';
import { itemsWith, listQuery } from '../request/list.ts';
import { beginOf } from '../request/page.ts';
import {
  type App,
  createRoute,
  creates,
  hostParams,
  idPage,
  readsWithoutTag,
  reflect,
} from '../routing.ts';
import type { Service } from '../service.ts';
import { position } from '../wire/event.ts';
import { pageOf } from '../wire/reads.ts';
import { timestamp } from '../wire/timestamp.ts';

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
    /** Absent in format 1, which older programs signed. */
    chained: z
      .strictObject({
        /** From 1. */
        number: z.int().min(1),
        /** SHA-256 of text and signature of the checkpoint before it; zeros for the first one. */
        previous: hex(32),
        log_id: z.string().nullable(),
        /** Events before this position were imported: the signer vouches for none of them. */
        recorded_from: position,
        /** Root of the Merkle tree of the events up to the position; absent in format 2. */
        root: hex(32).exactOptional(),
        /** Where the log was cut when it was signed, and SHA-256 of the state there. */
        cut: z.strictObject({ position, state_hash: hex(32) }).exactOptional(),
      })
      .exactOptional(),
    /** The checkpoint as a signed note (C2SP), for witnesses and proofs; absent in formats 1 and 2. */
    note: z.string().exactOptional(),
    /** Whether the key is the service's own or pinned. A checkpoint of another proves nothing. */
    trusted: z.boolean(),
  })
  .meta({
    id: 'Checkpoint',
    description:
      'The signature (Ed25519) covers the text of `note` up to its empty line. Without `chained.root` ' +
      'it covers the lines `bpfledger checkpoint v2`, host, log_id (`-` for null), position, hash, ' +
      'recorded_from, recorded_at, signed_at, number and previous, each with its newline, the times ' +
      'in microseconds; without `chained` the lines `bpfledger checkpoint v1`, host, position, hash, ' +
      'recorded_at and signed_at.',
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
  request: { params: hostParams, query: strictObject({ ...idPage, ...listQuery(checkpoint) }) },
  responses: readsWithoutTag('Checkpoints, by position.', checkpointPage),
});

const signRoute = createRoute({
  method: 'post',
  path: '/v1/hosts/{host}/checkpoints',
  operationId: 'signCheckpoint',
  access: { role: 'writer', hosts: ['path:host'] },
  summary: 'Sign the head of the log',
  description: 'At a position that has a checkpoint, that checkpoint is the answer.',
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
  responses: readsWithoutTag('The keys.', keyList),
});

function onWire(checkpoint: Checkpoint, key: PublicKey | undefined) {
  const { hash, signature, recorded_at, signed_at, chained, ...rest } = checkpoint;
  const note = key && noteOf(checkpoint, key);
  return {
    ...rest,
    ...(chained !== null && { chained: encodeChained(chained) }),
    ...(note !== undefined && { note }),
    hash: hexOf(hash),
    recorded_at: rfc3339(recorded_at),
    signed_at: rfc3339(signed_at),
    signature: hexOf(signature),
  };
}

export function checkpoints(app: App, service: Service): void {
  const { database, clock, log, signingKey: key, signedHeads: memory, trustedKeys } = service;

  async function keysOf(found: readonly Checkpoint[]): Promise<ReadonlyMap<string, PublicKey>> {
    const keys = found.length === 0 ? [] : await readKeys(database);
    return new Map(keys.map((one) => [one.key_id, one]));
  }

  app.openapi(listRoute, async (c) => {
    const { host } = c.req.valid('param');
    const { limit, order, count, fields, ...place } = c.req.valid('query');
    const after = beginOf(place);
    const { host_id, position: head } = await log.head(host);
    const found = await readCheckpoints(database, host_id, { after, limit, order });
    // No ETag: a checkpoint may come while the log stays where it is.
    const last = found.at(-1);
    const more = last !== undefined && found.length >= limit && { next: String(last.position) };
    const keys = await keysOf(found);
    const items = found.map((one) => {
      const signer = keys.get(one.key_id);
      const trusted = signer !== undefined && trustedKeys.trusts(signer);
      return { ...onWire(one, signer), trusted };
    });
    const counted = count && { count: await countCheckpoints(database, host_id) };
    return c.json(
      { host, position: head, items: itemsWith(items, fields), ...counted, ...more } as never,
      200,
    );
  });

  app.openapi(signRoute, async (c) => {
    const { host } = c.req.valid('param');
    const { host_id } = await log.head(host);
    const signer = { key, memory, now: clock.now() };
    const signed = await signHead(database, { host_id, host }, signer).catch((error: unknown) => {
      if (isSigningRefused(error)) {
        service.metrics.signingRefused.inc();
        service.onFault(error);
      }
      throw error;
    });
    reflect(c, host, { position: signed.position, mark: markOf(signed.hash) });
    return c.json({ ...onWire(signed, key.public), trusted: true }, 201);
  });

  app.openapi(keysRoute, async (c) => {
    const known = new Map((await readKeys(database)).map((one) => [one.key_id, one]));
    known.set(key.public.key_id, key.public);
    const items = [...known.values()].map(({ key_id, bytes }) => ({
      key_id,
      public_key: hexOf(bytes),
      current: key_id === key.public.key_id,
    }));
    return c.json({ items }, 200);
  });
}
