/** What keeps a browser from using an answer for something else, or showing it to another site. */
import type { MiddlewareHandler } from 'hono';

/** What every answer carries. */
export const BROWSER_HEADERS = {
  // It is what it says it is.
  'x-content-type-options': 'nosniff',
  // No page of another site may load it, as an image or a script.
  'cross-origin-resource-policy': 'same-origin',
  // A page of another site that opens it gets no hold of its window.
  'cross-origin-opener-policy': 'same-origin',
} as const;

/** Adds the headers to every answer of the router. */
export function browserHeaders(): MiddlewareHandler {
  return async function browserHeaders(c, next) {
    for (const [name, value] of Object.entries(BROWSER_HEADERS)) c.header(name, value);
    await next();
  };
}
