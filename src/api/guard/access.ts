/** Finds out who asks, and whether they may. */
import type { Context, MiddlewareHandler } from 'hono';
import { ProblemError } from '../problem.ts';
import { refuseForeign } from './origin.ts';
import { bearerOf, includes, LOCAL, type Principal, type Role, type Tokens } from './tokens.ts';

export interface AccessEnv {
  Variables: { principal: Principal };
}

export interface Access {
  /** Absent on a service that only loopback reaches. */
  readonly tokens: Tokens | undefined;
  readonly loopback: boolean;
}

/** Who sent a request with these headers. Throws a problem where nobody may be let in. */
export function principalOf(
  { tokens, loopback }: Access,
  header: (name: string) => string | undefined,
): Principal {
  refuseForeign({ host: header('host'), origin: header('origin'), loopback });
  const principal = tokens === undefined ? LOCAL : bearerOf(tokens, header('authorization'));
  if (principal !== undefined) return principal;
  throw new ProblemError('unauthorized', { detail: 'send Authorization: Bearer TOKEN' });
}

/** Lets pass who has a token, or anyone from this machine where there are none. */
export function access(guard: Access): MiddlewareHandler<AccessEnv> {
  return async function access(c, next) {
    c.set(
      'principal',
      principalOf(guard, (name) => c.req.header(name)),
    );
    await next();
  };
}

/** The principal, if its role includes `role`, and may touch the host where one is named. */
export function allowed(c: Context<AccessEnv>, role: Role, host?: string): Principal {
  return permitted(c.get('principal'), role, host);
}

/** The principal itself, if its role includes `role`, and may touch the host. */
export function permitted(principal: Principal, role: Role, host?: string): Principal {
  if (!includes(principal.role, role)) {
    const detail = `the role ${role} is needed; this token has ${principal.role}`;
    throw new ProblemError('forbidden', { detail });
  }
  if (host !== undefined && !principal.mayTouch(host)) {
    throw new ProblemError('forbidden', { detail: `this token is not for host ${host}` });
  }
  return principal;
}
