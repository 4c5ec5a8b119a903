/** Finds out who asks, and whether they may. */
import type { Context, MiddlewareHandler } from 'hono';
import { ProblemError } from '../problem.ts';
import { refuseForeign } from './origin.ts';
import { bearerOf, LOCAL, type Principal, ROLES, type Role, type Tokens } from './tokens.ts';

export interface AccessEnv {
  Variables: { principal: Principal };
}

export interface Access {
  /** Absent on a service that only loopback reaches. */
  readonly tokens: Tokens | undefined;
  readonly loopback: boolean;
}

/** Lets pass who has a token, or anyone from this machine where there are none. */
export function access({ tokens, loopback }: Access): MiddlewareHandler<AccessEnv> {
  return async function access(c, next) {
    refuseForeign({ host: c.req.header('host'), origin: c.req.header('origin'), loopback });
    const principal =
      tokens === undefined ? LOCAL : bearerOf(tokens, c.req.header('authorization'));
    if (principal === undefined) {
      throw new ProblemError('unauthorized', { detail: 'send Authorization: Bearer TOKEN' });
    }
    c.set('principal', principal);
    await next();
  };
}

/** The principal, if it has at least the role, and may touch the host where one is named. */
export function allowed(c: Context<AccessEnv>, role: Role, host?: string): Principal {
  const principal = c.get('principal');
  if (ROLES.indexOf(principal.role) < ROLES.indexOf(role)) {
    const detail = `the role ${role} is needed; this token has ${principal.role}`;
    throw new ProblemError('forbidden', { detail });
  }
  if (host !== undefined && !principal.mayTouch(host)) {
    throw new ProblemError('forbidden', { detail: `this token is not for host ${host}` });
  }
  return principal;
}
