/** Ends what an answer to HEAD would have sent: nobody reads its body. */
import type { MiddlewareHandler } from 'hono';

export function headersAlone(): MiddlewareHandler {
  return async function headersAlone(c, next) {
    await next();
    if (c.req.raw.method === 'HEAD') await c.res.body?.cancel();
  };
}
