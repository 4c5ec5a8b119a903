/**
 * Refuses query parameters of operations that take none. The others have a schema that knows theirs;
 * without this, `POST …/syscalls?dry_run=true` would record.
 */
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { MiddlewareHandler } from 'hono';
import { matchedRoutes } from 'hono/route';
import { invalid } from '../problem.ts';
import type { AccessEnv } from './access.ts';

type Registered = Pick<OpenAPIHono<AccessEnv>, 'openAPIRegistry'>;

/** Characters of a parameter's name that are shown. */
const SHOWN_MAX = 60;

/** @param app whose routes say which of them have parameters */
export function noParameters(app: Registered): MiddlewareHandler {
  let taking: ReadonlySet<string> | undefined;
  return async function noParameters(c, next) {
    const query = c.req.url.indexOf('?');
    const route = query < 0 ? undefined : matchedRoutes(c).find(({ method }) => method !== 'ALL');
    if (route !== undefined) {
      // Routes are registered after this, and before the first request.
      taking ??= operationsWithQuery(app);
      if (!taking.has(`${route.method} ${route.path}`)) refuse(c.req.url.slice(query + 1));
    }
    await next();
  };
}

/** `METHOD path`, as the router has it, of the operations that have a schema for their query. */
function operationsWithQuery(app: Registered): Set<string> {
  const found = new Set<string>();
  for (const definition of app.openAPIRegistry.definitions) {
    if (definition.type !== 'route' || definition.route.request?.query === undefined) continue;
    const { method, path } = definition.route;
    found.add(`${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`);
  }
  return found;
}

function refuse(query: string): void {
  const names = new Set(new URLSearchParams(query).keys());
  if (names.size === 0) return;
  throw invalid(
    [...names].map((name) => {
      const field = name.slice(0, SHOWN_MAX);
      const message = `unknown parameter ${JSON.stringify(field)}; this operation takes none`;
      return { field, message };
    }),
  );
}
