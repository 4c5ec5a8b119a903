/** An application whose routes are guarded as they declare. */
import type { OpenAPIHono, RouteConfig } from '@hono/zod-openapi';
import { z } from 'zod';
import { strictObject } from '../events/schema/strict-object.ts';
import type { AccessEnv } from './guard/access.ts';
import { documentAccess, guardOf } from './route-access.ts';
import type { App, DeclaredRoute } from './routing.ts';

/** Puts the guard of a route's declaration before its handler. */
export function guardApp(app: OpenAPIHono<AccessEnv>): App {
  const describe = ({ access, ...route }: DeclaredRoute) => {
    const responses = documentResponses(route);
    app.openAPIRegistry.registerPath({ ...route, ...documentAccess(access), responses });
  };
  return {
    openapi(route, handler) {
      if (!route.hide) describe(route);
      // Unknown parameters are refused: `POST …/syscalls?dry_run=true` must not record.
      const request = { query: strictObject({}), ...route.request };
      const guarded = { ...route, request, middleware: guardOf(route.access), hide: true };
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
