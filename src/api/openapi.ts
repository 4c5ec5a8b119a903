/** The text of openapi.yaml, made without a running service. */
import { OpenAPIHono } from '@hono/zod-openapi';
import { apiDocument } from './document.ts';
import type { AccessEnv } from './guard/access.ts';
import { guardApp } from './guarded-app.ts';
import { routes } from './routes/routes.ts';
import type { Service } from './service.ts';
import { yamlOf } from './yaml.ts';

/** What `npm run openapi` writes and a test compares with the checked-in file. */
export function openapiYaml(): string {
  // Routes use their service only when a request arrives.
  const service = {} as Service;
  const app = guardApp(new OpenAPIHono<AccessEnv>(), service);
  routes(app, service);
  return yamlOf(apiDocument(app));
}
