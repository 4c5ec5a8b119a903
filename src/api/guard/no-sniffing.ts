/** Browsers shall take an answer for what it says it is. */
import type { MiddlewareHandler } from 'hono';

/** What every answer carries. */
export const NO_SNIFFING = { 'x-content-type-options': 'nosniff' } as const;

/** Adds X-Content-Type-Options to every answer of the router. */
export function noSniffing(): MiddlewareHandler {
  return async function noSniffing(c, next) {
    for (const [name, value] of Object.entries(NO_SNIFFING)) c.header(name, value);
    await next();
  };
}
