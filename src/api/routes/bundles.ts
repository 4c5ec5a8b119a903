/** POST /v1/bundles: an exported log becomes a host with the same bytes and hashes. */
import { z } from '@hono/zod-openapi';
import { BUNDLE_TYPE } from '../../events/bundle/bundle-line.ts';
import { BundleRefused } from '../../events/bundle/bundle-refused.ts';
import { LineTooLong } from '../../events/bundle/byte-lines.ts';
import { importBundle } from '../../events/bundle/import-bundle.ts';
import { BundleTooDense } from '../../events/bundle/read-bundle.ts';
import { bytesOf } from '../../events/encoding/hex.ts';
import { markOf } from '../../events/encoding/mark.ts';
import { oneByOne } from '../../events/one-by-one.ts';
import { strictObject } from '../../events/schema/strict-object.ts';
import { keptRows } from '../../projections/kept-rows.ts';
import { projector } from '../../projections/projector.ts';
import { contentType } from '../content-type.ts';
import { callerOfRequest } from '../guard/caller-name.ts';
import { Room } from '../guard/room.ts';
import { IMPORTS } from '../limits.ts';
import { invalid, ProblemError } from '../problem.ts';
import { bodyChunks } from '../request/body.ts';
import { spool } from '../request/spool.ts';
import { type App, createRoute, creates, hostName, reflect } from '../routing.ts';
import type { Service } from '../service.ts';
import { position } from '../wire/event.ts';

export const imported = z
  .strictObject({
    host: z.string(),
    position,
    hash: z.string(),
    /** Checkpoints of trusted keys that agree with the log, and the position of the last of them. */
    checkpoints: z.int(),
    proven_to: z.int(),
    /** Checkpoints of unknown keys: they prove nothing. */
    untrusted: z.int(),
  })
  .meta({ id: 'ImportedBundle' });

const route = createRoute({
  method: 'post',
  path: '/v1/bundles',
  operationId: 'importBundle',
  access: { role: 'admin', hosts: ['query:host'] },
  summary: 'Import an exported log as a new host',
  description:
    'The body is a bundle from `…/export?format=bundle`. When its hash chain does not hold, it is ' +
    'refused and nothing of it is kept.',
  request: {
    query: strictObject({
      host: hostName.optional().describe('Name of the new host; default: the name in the bundle.'),
    }),
  },
  responses: creates('The host.', imported),
});

function refusalProblem(error: unknown): ProblemError | undefined {
  if (error instanceof BundleRefused) {
    const [first] = error.report.faults;
    return new ProblemError('bundle-refused', {
      detail: error.message,
      ...(first?.line !== undefined && { line: first.line }),
      ...(first?.position_from !== undefined && { position: first.position_from }),
    });
  }
  if (error instanceof BundleTooDense) {
    return new ProblemError('bundle-refused', { detail: error.message, line: error.line });
  }
  if (error instanceof LineTooLong) {
    return new ProblemError('body-too-large', { detail: error.message, line: error.line });
  }
  return undefined;
}

export function bundles(app: App, service: Service): void {
  const importing = new Room(IMPORTS, 'imports');
  // Each is one long transaction.
  const inTurn = oneByOne();
  const { database, clock, trustedKeys } = service;
  const body = { required: true, content: { [BUNDLE_TYPE]: { schema: z.string() } } };
  app.describe({ ...route, request: { ...route.request, body } });
  app.openapi({ ...route, hide: true }, async (c) => {
    const { host: wanted } = c.req.valid('query');
    const { actor } = c.get('principal');
    contentType(c, [BUNDLE_TYPE]);
    const name = (exported: string): string => {
      const host = wanted ?? hostName.safeParse(exported).data;
      if (host === undefined) {
        const message = 'the bundle has a name that a host cannot have here; give one with ?host=';
        throw invalid([{ field: 'host', message }]);
      }
      return host;
    };
    const work = async (chunks: AsyncIterable<Uint8Array>) =>
      importBundle(database, {
        chunks,
        projector,
        kept: keptRows,
        hostName: name,
        actor,
        now: clock.now(),
        trusted: trustedKeys,
      });
    const { host, host_id, report } = await importing
      .hold(callerOfRequest(c), async () => {
        const kept = await spool(bodyChunks(c));
        try {
          return await inTurn(() => work(kept.read()));
        } finally {
          await kept.close();
        }
      })
      .catch((error: unknown) => {
        throw refusalProblem(error) ?? error;
      });
    service.arrivals.note(host_id);
    const { position: head, hash, checkpoints, proven_to, untrusted } = report;
    reflect(c, host, { position: head, mark: markOf(bytesOf(hash)) });
    return c.json({ host, position: head, hash, checkpoints, proven_to, untrusted }, 201);
  });
}
