/** Answers 304 to who already has the answer of this position. */
import type { MiddlewareHandler } from 'hono';

/** Compares a read's ETag with If-None-Match. */
export function unchanged(): MiddlewareHandler {
  return async function unchanged(c, next) {
    await next();
    const known = c.req.header('if-none-match');
    const tag = c.res.headers.get('etag');
    if (known === undefined || tag === null || c.req.method !== 'GET' || c.res.status !== 200)
      return;
    const tags = known.split(',').map((text) => text.trim().replace(/^W\//, ''));
    if (!tags.includes(tag)) return;
    await c.res.body?.cancel();
    const kept = c.res.headers.get('cache-control');
    const headers = { etag: tag, ...(kept !== null && { 'cache-control': kept }) };
    c.res = new Response(null, { status: 304, headers });
  };
}
