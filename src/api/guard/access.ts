/** Finds out who asks, and keeps out who may not even ask. */
import type { MiddlewareHandler } from 'hono';
import { ProblemError } from '../problem.ts';
import { refuseForeign } from './origin.ts';
import { bearerOf, LOCAL, type Principal, type Tokens } from './tokens.ts';

export interface AccessEnv {
  Variables: {
    /** Who asks, or why nobody is known to. */
    identify: () => Principal | ProblemError;
    /** Who asks, and may: set by the guard of the route. */
    principal: Principal;
  };
}

export interface Access {
  /** Absent on a service that only loopback reaches. */
  readonly tokens: Tokens | undefined;
  readonly loopback: boolean;
}

type Header = (name: string) => string | undefined;

/** Throws the problem of a request that no page or client of this service would send. */
export function refuseStrangers({ loopback }: Access, header: Header): void {
  refuseForeign({ host: header('host'), origin: header('origin'), loopback });
}

/** Who sent a request with these headers, or the problem that nobody is known to have. */
export function callerOf({ tokens }: Access, header: Header): Principal | ProblemError {
  const principal = tokens === undefined ? LOCAL : bearerOf(tokens, header('authorization'));
  if (principal !== undefined) return principal;
  return new ProblemError('unauthorized', { detail: 'send Authorization: Bearer TOKEN' });
}

/** Keeps strangers out, and lets the guards of the routes find out who asks. */
export function access(guard: Access): MiddlewareHandler<AccessEnv> {
  return async function access(c, next) {
    const header = (name: string) => c.req.header(name);
    refuseStrangers(guard, header);
    c.set('identify', () => callerOf(guard, header));
    await next();
  };
}
