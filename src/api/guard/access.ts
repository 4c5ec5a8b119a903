/** Finds out who asks, and keeps out who may not even ask. */
import type { MiddlewareHandler } from 'hono';
import type { ProblemError } from '../problem.ts';
import { refuseForeign, refuseMisdirected, type Sent } from './origin.ts';
import type { RateLimits, Rates } from './rates.ts';
import type { RequestIds } from './request-ids.ts';
import type { TokenBook } from './token-book.ts';
import { LOCAL, type Principal } from './tokens.ts';

export interface AccessEnv {
  Variables: {
    /** Who asks, or why nobody is known to; asked again, what is so by then. */
    identify: () => Principal | ProblemError;
    /** Whether who asked still is who may: what a long answer asks again. */
    mayGoOn: () => boolean;
    /** Who asks, and may: set by the guard of the route. */
    principal: Principal;
    /** Counts a request of a caller; throws the problem of one too many. Returns what ends it. */
    enter: (caller: string, own: RateLimits | undefined) => () => void;
    /** What the request is called in its answer and in logs. */
    ids: RequestIds;
  };
}

export interface Access {
  /** Absent on a service that only loopback reaches. */
  readonly tokens: TokenBook | undefined;
  readonly loopback: boolean;
  /** Absent where callers may ask as often as they like. */
  readonly rates?: Rates | undefined;
}

/** Throws the problem of a request that no page or client of this service would send. */
export function refuseStrangers({ loopback }: Access, sent: Sent): void {
  refuseMisdirected(sent, loopback);
  refuseForeign(sent);
}

const nothing = () => undefined;

/** Who sent a request with these headers, or the problem that nobody is known to have. */
export function callerOf({ tokens }: Access, header: Sent['header']): Principal | ProblemError {
  return tokens === undefined ? LOCAL : tokens.bearer(header('authorization'));
}

/** Keeps strangers out, and lets the guards of the routes find out who asks. */
export function access(guard: Access): MiddlewareHandler<AccessEnv> {
  return async function access(c, next) {
    const { method, path } = c.req;
    const header = (name: string) => c.req.header(name);
    refuseStrangers(guard, { method, path, header });
    c.set('enter', (caller, own) => guard.rates?.enter(caller, own) ?? nothing);
    c.set('identify', () => callerOf(guard, header));
    await next();
  };
}
