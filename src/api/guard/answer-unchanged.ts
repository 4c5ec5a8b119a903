/** Answers 304 to who already has the answer of this position; nobody keeps what has no position. */
import type { MiddlewareHandler } from 'hono';

/** Compares a read's ETag with If-None-Match. An answer that says nothing of it is not kept. */
export function answerUnchanged(): MiddlewareHandler {
  return async function answerUnchanged(c, next) {
    await next();
    if (c.req.method === 'GET' && !c.res.headers.has('cache-control')) {
      c.res.headers.set('cache-control', 'no-cache');
    }
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
