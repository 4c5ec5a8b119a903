/** The HTTP application: guards, routes, and problem documents for everything that goes wrong. */
import { OpenAPIHono } from '@hono/zod-openapi';
import { methodNotAllowed } from 'hono/method-not-allowed';
import { explainDeletion } from './deleted-host.ts';
import { invalidBy, invalidQuery } from './field-errors.ts';
import { type Access, type AccessEnv, access } from './guard/access.ts';
import { answerUnchanged } from './guard/answer-unchanged.ts';
import { browserHeaders } from './guard/browser-headers.ts';
import { compressAnswers } from './guard/compress-answers.ts';
import { headersAlone } from './guard/headers-alone.ts';
import { nameRequests } from './guard/named-requests.ts';
import { guardApp } from './guarded-app.ts';
import { timeRequests } from './metrics.ts';
import { problemResponse } from './problem.ts';
import { problemFrom } from './problem-of.ts';
import type { ProblemSlug } from './problem-table.ts';
import { routes } from './routes/routes.ts';
import type { Service } from './service.ts';

/** Problems that a host which is being deleted may seem to have. */
const ODD: readonly ProblemSlug[] = ['internal', 'log-damaged'];

/** The application over a service. */
export function createApp(service: Service, guard: Access): OpenAPIHono<AccessEnv> {
  const app = new OpenAPIHono<AccessEnv>({
    defaultHook: (result, c) => {
      if (result.success) return;
      const { target, error } = result;
      throw target === 'query' ? invalidQuery(error, c.req.queries()) : invalidBy(error);
    },
  });
  app.use(nameRequests(service));
  app.use(timeRequests(service.metrics));
  app.use(browserHeaders());
  app.use(access(guard));
  app.use(
    methodNotAllowed({
      app,
      onMethodNotAllowed: (c, allow) =>
        problemResponse(c, 'method-not-allowed', { detail: `use ${allow.join(', ')}`, allow }),
    }),
  );
  app.use(compressAnswers());
  app.use('/v1/*', answerUnchanged());
  app.use(headersAlone());

  routes(guardApp(app, service), service);

  app.notFound((c) =>
    problemResponse(c, 'no-such-route', { detail: `there is no ${c.req.path.slice(0, 100)}` }),
  );
  app.onError(async (raised, c) => {
    const isOdd = ODD.includes(problemFrom(raised).slug);
    const error = isOdd ? await explainDeletion(service, c.req.path, raised) : raised;
    const { slug, details } = problemFrom(error);
    if (slug === 'internal') service.onFault(error, c.get('ids'));
    return problemResponse(c, slug, details);
  });
  return app;
}
