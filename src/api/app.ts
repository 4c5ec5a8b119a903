/** The HTTP application: guards, routes, and problem documents for everything that goes wrong. */
import { OpenAPIHono } from '@hono/zod-openapi';
import { methodNotAllowed } from 'hono/method-not-allowed';
import { secureHeaders } from 'hono/secure-headers';
import { invalidBy } from './field-errors.ts';
import { type Access, type AccessEnv, access } from './guard/access.ts';
import { unchanged } from './guard/unchanged.ts';
import { timed } from './metrics.ts';
import { problemResponse } from './problem.ts';
import { problemFrom } from './problem-of.ts';
import { cgroups } from './routes/cgroups.ts';
import { effective } from './routes/effective.ts';
import { eventStream } from './routes/event-stream.ts';
import { events } from './routes/events.ts';
import { hosts } from './routes/hosts.ts';
import { objects } from './routes/objects.ts';
import { operations } from './routes/operations.ts';
import { pins } from './routes/pins.ts';
import { plans } from './routes/plan.ts';
import { state } from './routes/state.ts';
import { syscalls } from './routes/syscalls.ts';
import type { App } from './routing.ts';
import type { Service } from './service.ts';

/** The application over a service. */
export function createApp(service: Service, guard: Access): App {
  const app: App = new OpenAPIHono<AccessEnv>({
    defaultHook: (result) => {
      if (!result.success) throw invalidBy(result.error);
    },
  });
  app.use(timed(service.metrics));
  app.use(secureHeaders());
  app.use(access(guard));
  app.use(
    methodNotAllowed({
      app,
      onMethodNotAllowed: (c, allow) =>
        problemResponse(c, 'method-not-allowed', { detail: `use ${allow.join(', ')}`, allow }),
    }),
  );
  app.use('/v1/*', unchanged());

  operations(app, service);
  hosts(app, service);
  syscalls(app, service);
  plans(app, service);
  eventStream(app, service);
  events(app, service);
  state(app, service);
  cgroups(app, service);
  effective(app, service);
  objects(app, service);
  pins(app, service);

  app.notFound((c) =>
    problemResponse(c, 'no-such-route', { detail: `there is no ${c.req.path.slice(0, 100)}` }),
  );
  app.onError((error, c) => {
    const { slug, details } = problemFrom(error);
    if (slug === 'internal') service.onFault(error);
    return problemResponse(c, slug, details);
  });
  return app;
}
