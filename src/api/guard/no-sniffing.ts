/** Browsers shall take an answer for what it says it is. */
import type { MiddlewareHandler } from 'hono';

/** Adds X-Content-Type-Options to every answer. */
export function noSniffing(): MiddlewareHandler {
  return async function noSniffing(c, next) {
    c.header('x-content-type-options', 'nosniff');
    await next();
  };
}
