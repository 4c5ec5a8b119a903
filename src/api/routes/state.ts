/** GET …/state: the whole world at the head; GET …/processes: who is alive and what they hold open. */
import { createRoute, z } from '@hono/zod-openapi';
import { processesOf, processOf } from '../../projections/processes.ts';
import { stateOf } from '../../projections/state.ts';
import { allowed } from '../guard/access.ts';
import { type App, answers, countParam, hostParams, idPage, reflect } from '../routing.ts';
import type { Service } from '../service.ts';
import { oneOf, pageOf, processView, reflected, worldState } from '../wire/reads.ts';
import { noSuchObject } from './cgroups.ts';

export const stateAnswer = z
  .strictObject({ ...reflected, state: worldState })
  .meta({ id: 'State' });

const stateRoute = createRoute({
  method: 'get',
  path: '/v1/hosts/{host}/state',
  operationId: 'getState',
  summary: 'The whole world at the head',
  request: { params: hostParams },
  responses: answers('The state.', stateAnswer),
});

const listRoute = createRoute({
  method: 'get',
  path: '/v1/hosts/{host}/processes',
  operationId: 'listProcesses',
  summary: 'Living processes by pid, with their fds',
  request: { params: hostParams, query: z.strictObject(idPage) },
  responses: answers('Processes.', pageOf('ProcessPage', processView)),
});

const oneRoute = createRoute({
  method: 'get',
  path: '/v1/hosts/{host}/processes/{pid}',
  operationId: 'getProcess',
  summary: 'One process',
  request: { params: hostParams.extend({ pid: countParam }) },
  responses: answers('The process.', oneOf('ProcessAnswer', 'process', processView)),
});

export function state(app: App, service: Service): void {
  const { log } = service;

  app.openapi(stateRoute, async (c) => {
    const { host } = c.req.valid('param');
    allowed(c, 'reader', host);
    const { position, ...world } = await log.readHead(host, (kernel, at) => ({
      position: at,
      state: stateOf(kernel),
    }));
    reflect(c, host, position);
    return c.json({ host, position, ...world } as never, 200);
  });

  app.openapi(listRoute, async (c) => {
    const { host } = c.req.valid('param');
    const { limit, after = 0 } = c.req.valid('query');
    allowed(c, 'reader', host);
    const { position, all } = await log.readHead(host, (kernel, at) => ({
      position: at,
      all: processesOf(kernel),
    }));
    const items = all.filter(({ pid }) => pid > after).slice(0, limit);
    const last = items.length < limit ? undefined : items.at(-1)?.pid;
    reflect(c, host, position);
    const next = last !== undefined && { next: String(last) };
    return c.json({ host, position, items, ...next } as never, 200);
  });

  app.openapi(oneRoute, async (c) => {
    const { host, pid } = c.req.valid('param');
    allowed(c, 'reader', host);
    const { position, process } = await log.readHead(host, (kernel, at) => ({
      position: at,
      process: processOf(kernel, pid),
    }));
    if (process === undefined) throw noSuchObject(`process ${pid}`, 'pid');
    reflect(c, host, position);
    return c.json({ host, position, process } as never, 200);
  });
}
