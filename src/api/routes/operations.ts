/** What operators ask: is it alive, is it ready, what is its API. */
import { setTimeout as delay } from 'node:timers/promises';
import { z } from '@hono/zod-openapi';
import type { Database } from '../../events/storage/database.ts';
import { READ_ONLY, troubleOf } from '../../events/storage/database-error.ts';
import { apiDocument } from '../document.ts';
import { READY_MS, RETRY_AFTER_S } from '../limits.ts';
import { ProblemError } from '../problem.ts';
import { type App, createRoute, problemAnswer } from '../routing.ts';
import type { Service } from '../service.ts';

/** What each storage survives; it is said at start, here, and in the README. */
export const SURVIVES = {
  pglite: 'a crash of the process, not a loss of power',
  ephemeral: 'nothing: the data goes with the process',
  postgresql: 'what the PostgreSQL server survives: with its defaults, a loss of power',
} as const;

const health = z
  .strictObject({
    status: z.literal('ok'),
    version: z.string(),
    storage: z.strictObject({ kind: z.enum(['pglite', 'postgresql']), survives: z.string() }),
  })
  .meta({ id: 'Health' });

const ready = z.strictObject({ status: z.literal('ready') }).meta({ id: 'Ready' });

const healthRoute = createRoute({
  method: 'get',
  path: '/healthz',
  operationId: 'getHealth',
  access: 'open',
  summary: 'The process is alive; what its storage survives',
  responses: {
    200: { description: 'Alive.', content: { 'application/json': { schema: health } } },
    default: problemAnswer,
  },
});

const readyRoute = createRoute({
  method: 'get',
  path: '/readyz',
  operationId: 'getReadiness',
  access: 'open',
  summary: 'The database answers and takes writes',
  responses: {
    200: { description: 'Ready.', content: { 'application/json': { schema: ready } } },
    default: problemAnswer,
  },
});

const TAKES_NO_WRITES = `select current_setting('transaction_read_only') = 'on' as read_only`;

/** Why the database cannot be used, in words; undefined when it can. */
async function whyNotReady(database: Database): Promise<string | undefined> {
  const silence = 'the database does not answer';
  const asked = database.query<{ readonly read_only: boolean }>(TAKES_NO_WRITES).then(
    ([row]) => (row?.read_only ? READ_ONLY.sentence : undefined),
    (error: unknown) => troubleOf(error)?.sentence ?? silence,
  );
  return Promise.race([asked, delay(READY_MS, silence, { ref: false })]);
}

export function operations(app: App, service: Service): void {
  const { database, version, closing, survives } = service;

  app.openapi(healthRoute, (c) => {
    const storage = { kind: database.kind, survives };
    return c.json({ status: 'ok' as const, version, storage }, 200);
  });

  app.openapi(readyRoute, async (c) => {
    const detail = closing.aborted ? 'the service shuts down' : await whyNotReady(database);
    if (detail !== undefined) {
      throw new ProblemError('unavailable', { detail, retry_after: RETRY_AFTER_S });
    }
    return c.json({ status: 'ready' as const }, 200);
  });

  // Made when it is first asked for: it takes a quarter of a second.
  let made: object | undefined;
  const documentOf = () => {
    made ??= apiDocument(app);
    return made;
  };
  app.get('/openapi.json', { role: 'reader', hosts: 'none' }, (c) => c.json(documentOf()));
  app.get('/openapi.yaml', { role: 'reader', hosts: 'none' }, async (c) => {
    const { yamlOf } = await import('../yaml.ts');
    return c.body(yamlOf(documentOf()), 200, { 'content-type': 'application/yaml' });
  });
}
