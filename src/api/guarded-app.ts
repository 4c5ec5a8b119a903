/** An application whose routes are guarded as they declare. */
import type { OpenAPIHono, RouteConfig } from '@hono/zod-openapi';
import { z } from 'zod';
import { strictObject } from '../events/schema/strict-object.ts';
import type { AccessEnv } from './guard/access.ts';
import { longPolls, waitingQuery, withoutWait } from './request/long-poll.ts';
import { documentAccess, guardOf } from './route-access.ts';
import type { App, DeclaredRoute } from './routing.ts';
import type { Service } from './service.ts';

/** Whether a route reads a host at a moment: it may wait for one. */
function mayWait({ method, path, request }: DeclaredRoute): boolean {
  const isOfHost = method === 'get' && path.startsWith('/v1/hosts/{host}');
  return isOfHost && request?.query instanceof z.ZodObject && 'at' in request.query.shape;
}

/** Puts the guard of a route's declaration before its handler, and the wait of a long poll between them. */
export function guardApp(
  app: OpenAPIHono<AccessEnv>,
  service: Pick<Service, 'log' | 'closing'>,
): App {
  const wait = longPolls(service);
  const describe = ({ access, ...route }: DeclaredRoute) => {
    const responses = documentResponses(route);
    app.openAPIRegistry.registerPath({ ...route, ...documentAccess(access), responses });
  };
  return {
    openapi(route, handler) {
      // Unknown parameters are refused: `POST …/syscalls?dry_run=true` must not record.
      const request = { query: strictObject({}), ...route.request };
      const guard = guardOf(route.access);
      if (!mayWait(route)) {
        if (!route.hide) describe(route);
        const guarded = { ...route, request, middleware: guard, hide: true };
        app.openapi(guarded as never, handler as never);
        return;
      }
      const query = waitingQuery(request.query as z.ZodObject, strictObject);
      if (!route.hide) describe({ ...route, request: { ...request, query } });
      const asked = { ...request, query: withoutWait(query) };
      const guarded = { ...route, request: asked, middleware: [guard, wait], hide: true };
      app.openapi(guarded as never, handler as never);
    },
    describe,
    get(path, access, handler) {
      this.openapi({ method: 'get', path, access, responses: {}, hide: true }, handler as never);
    },
    getOpenAPI31Document: (config) => app.getOpenAPI31Document(config),
  };
}

/** The answer to a read whose result the client already has: one middleware gives it for all routes. */
function documentResponses({
  method,
  responses,
}: Pick<RouteConfig, 'method' | 'responses'>): RouteConfig['responses'] {
  const answer = responses[200];
  const headers = answer !== undefined && 'headers' in answer && answer.headers;
  if (method !== 'get' || !(headers instanceof z.ZodObject) || !('etag' in headers.shape)) {
    return responses;
  }
  const description = 'The answer that If-None-Match names is still valid.';
  return { ...responses, 304: { description, headers } };
}
