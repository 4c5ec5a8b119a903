/** Each request that the router answers has its ids, and the log of the service is told of its answer. */
import type { MiddlewareHandler } from 'hono';
import { routePath } from 'hono/route';
import type { Service } from '../service.ts';
import type { AccessEnv } from './access.ts';
import { REQUEST_ID, requestIdsOf } from './request-ids.ts';

/** Gives each request its ids, and tells the service of its answer. */
export function nameRequests({ onAnswered }: Service): MiddlewareHandler<AccessEnv> {
  return async function nameRequests(c, next) {
    const start = performance.now();
    const ids = requestIdsOf((name) => c.req.header(name));
    c.set('ids', ids);
    await next();
    c.res.headers.set(REQUEST_ID, ids.request_id);
    if (onAnswered === undefined) return;
    const { method, path } = c.req;
    const actor = (c.get('principal') as { readonly actor: string } | undefined)?.actor;
    const route = routePath(c, -1);
    onAnswered({
      ...{ ...ids, method, path, route, status: c.res.status, ms: performance.now() - start },
      ...(actor !== undefined && { actor }),
    });
  };
}
