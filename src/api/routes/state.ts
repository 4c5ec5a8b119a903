/** GET …/state: the whole world at a moment; GET …/processes: who lives and what they hold open. */
import { z } from '@hono/zod-openapi';
import type { Kernel } from '../../domain/kernel.ts';
import { strictObject } from '../../events/schema/strict-object.ts';
import { livingProcesses, processOf } from '../../projections/processes.ts';
import { stateOf } from '../../projections/state.ts';
import { noSuchObject } from '../problem.ts';
import { atQuery, worldAt, worldInTurns } from '../request/at.ts';
import type { HeavyReads } from '../request/heavy-read.ts';
import { itemsWith, listQuery } from '../request/list.ts';
import { nextPage, numberedPage, pinPage } from '../request/page.ts';
import { type App, countParam, createRoute, hostParams, reads } from '../routing.ts';
import type { Service } from '../service.ts';
import { effectsOnWire } from '../wire/effect.ts';
import { oneOf, pageOf, processDetail, processView, reflected, worldState } from '../wire/reads.ts';

export const stateAnswer = z
  .strictObject({ ...reflected, state: worldState })
  .meta({ id: 'State' });

const stateRoute = createRoute({
  method: 'get',
  path: '/v1/hosts/{host}/state',
  operationId: 'getState',
  access: { role: 'reader', hosts: ['path:host'] },
  summary: 'The whole state at a moment',
  request: { params: hostParams, query: strictObject(atQuery) },
  responses: reads('The state.', stateAnswer),
});

const listRoute = createRoute({
  method: 'get',
  path: '/v1/hosts/{host}/processes',
  operationId: 'listProcesses',
  access: { role: 'reader', hosts: ['path:host'] },
  summary: 'Living processes by pid, with their fds',
  request: {
    params: hostParams,
    query: strictObject({ ...atQuery, ...numberedPage, ...listQuery(processView) }),
  },
  responses: reads('Processes.', pageOf('ProcessPage', processView)),
});

const oneRoute = createRoute({
  method: 'get',
  path: '/v1/hosts/{host}/processes/{pid}',
  operationId: 'getProcess',
  access: { role: 'reader', hosts: ['path:host'] },
  summary: 'One process: what it holds, what applies to it, and what its exit would end',
  request: { params: hostParams.extend({ pid: countParam }), query: strictObject(atQuery) },
  responses: reads('The process.', oneOf('ProcessAnswer', 'process', processDetail)),
});

/** @param states bounds the reads of whole states, whichever route they come by */
export function state(app: App, service: Service, states: HeavyReads): void {
  app.openapi(stateRoute, async (c) => {
    const { host } = c.req.valid('param');
    const { at } = c.req.valid('query');
    const answer = states.answerJson(c, async ({ signal }) => {
      const read = { read: stateOf, signal };
      const { moment, answer: state } = await worldInTurns(service, c, { host, at }, read);
      return { value: { host, position: moment.position, state } };
    });
    return answer as Promise<never>;
  });

  app.openapi(listRoute, async (c) => {
    const { host } = c.req.valid('param');
    const { at, count, fields, ...page } = pinPage(c.req.valid('query'));
    const read = (kernel: Kernel) => livingProcesses(kernel, page);
    const { moment, answer } = await worldAt(service, c, host, at, read);
    const { position } = moment;
    const last = answer.page.length < page.limit ? undefined : answer.page.at(-1)?.pid;
    return c.json(
      {
        ...{ host, position, items: itemsWith(answer.page, fields) },
        ...(count && { count: answer.count }),
        ...(last !== undefined && { next: nextPage(position, last) }),
      } as never,
      200,
    );
  });

  app.openapi(oneRoute, async (c) => {
    const { host, pid } = c.req.valid('param');
    const { at } = c.req.valid('query');
    const read = (kernel: Kernel) => processOf(kernel, pid);
    const { moment, answer: found } = await worldAt(service, c, host, at, read);
    if (found === undefined) throw noSuchObject(`process ${pid}`, 'pid');
    const process = { ...found, exit_ends: effectsOnWire('exit', found.exit_ends) };
    return c.json({ host, position: moment.position, process } as never, 200);
  });
}
