/** An application whose routes are guarded as they declare. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { AccessEnv } from './guard/access.ts';
import { type DeclaredAccess, documentedAccess, guardOf } from './guard/route-access.ts';
import type { App } from './routing.ts';

/** Puts the guard of its declaration before the handler of each route. */
export function guardedApp(app: OpenAPIHono<AccessEnv>): App {
  const documented = <R extends { readonly access: DeclaredAccess }>({ access, ...route }: R) => ({
    ...route,
    ...documentedAccess(access),
  });
  return {
    openapi(route, handler) {
      const { access } = route;
      app.openapi({ ...documented(route), middleware: guardOf(access) } as never, handler as never);
    },
    describe(route) {
      app.openAPIRegistry.registerPath(documented(route));
    },
    get(path, access, handler) {
      app.get(path, guardOf(access), handler);
    },
    getOpenAPI31Document: (config) => app.getOpenAPI31Document(config),
  };
}
