/**
 * Who may use a route: declared with the route, and checked by one guard before anything else of it
 * runs. A handler does not check, so it cannot forget to.
 */
import type { Context, MiddlewareHandler } from 'hono';
import { isSighting } from '../domain/observed/sighting.ts';
import type { CallRequest } from '../events/submission.ts';
import { contentType, JSON_TYPE } from './content-type.ts';
import type { AccessEnv } from './guard/access.ts';
import { callerOfRequest } from './guard/caller-name.ts';
import { ANYONE, includes, type Principal, type Role } from './guard/tokens.ts';
import { isHostName } from './host-name.ts';
import { ProblemError } from './problem.ts';
import { jsonBody } from './request/body.ts';

/** Stands for a host that only the body of the request names, where no guard can look. */
const UNNAMED = Symbol('a host that is named later');

type Named = string | typeof UNNAMED | undefined;

/** Where requests name hosts. */
const NAMED = {
  'path:host': (c: Context): Named => c.req.param('host'),
  'path:name': (c: Context): Named => c.req.param('name'),
  'query:host': (c: Context): Named => c.req.query('host') ?? UNNAMED,
  'query:against': (c: Context): Named => c.req.query('against'),
  'query:condition': (c: Context): Named => {
    const condition = c.req.query('condition') ?? '';
    return condition.startsWith(DIFFERS) ? condition.slice(DIFFERS.length) : undefined;
  },
  'body:name': async (c: Context): Promise<Named> => {
    contentType(c, [JSON_TYPE]);
    const { value } = await jsonBody(c);
    const name = typeof value === 'object' && value !== null && 'name' in value && value.name;
    return typeof name === 'string' ? name : undefined;
  },
} as const;

const DIFFERS = 'differs:';

export type HostPlace = keyof typeof NAMED;

/** What a caller must be allowed to. */
export interface RouteAccess {
  readonly role: Role;
  /**
   * Where the request names the hosts that it touches; or `none` of them; or those that the caller
   * may touch (`filtered`: the handler hands its `hosts` to the query); or `all`, which takes a token for all.
   */
  readonly hosts: readonly HostPlace[] | 'none' | 'filtered' | 'all';
}

/** `open`: anyone, without a token. */
export type DeclaredAccess = RouteAccess | 'open';

/** Throws the problem of a principal that lacks the role. */
export function requireRole(principal: Principal, role: Role): void {
  if (includes(principal.role, role)) return;
  const detail = `the role ${role} is needed; this token has ${principal.role}`;
  throw new ProblemError('forbidden', { detail });
}

/** Throws the problem of a recorder that asks the model: what it posts must have been seen. */
export function requireMayRecord(principal: Principal, { call, outcome }: CallRequest): void {
  if (includes(principal.role, 'writer') || outcome !== undefined || isSighting(call)) return;
  const detail =
    `the role writer is needed for a call without its \`outcome\`; this token has ${principal.role}, ` +
    'which records what was seen of a kernel (docs/observations.md)';
  throw new ProblemError('forbidden', { detail });
}

/** Throws the problem of a principal that may not touch the host. */
export function requireHost(principal: Principal, host: string): void {
  if (principal.mayTouch(host)) return;
  throw new ProblemError('forbidden', { detail: `this token is not for host ${host}` });
}

function requireAllHosts(principal: Principal, hint: string): void {
  if (principal.allHosts) return;
  throw new ProblemError('forbidden', { detail: `this token is not for all hosts${hint}` });
}

async function requireHosts(
  c: Context,
  principal: Principal,
  hosts: RouteAccess['hosts'],
): Promise<void> {
  if (hosts === 'none' || hosts === 'filtered' || principal.allHosts) return;
  if (hosts === 'all') return requireAllHosts(principal, '');
  for (const place of hosts) {
    const name = await NAMED[place](c);
    if (name === UNNAMED) requireAllHosts(principal, ': name one in ?host=');
    // What no host can be called reaches none; the route's schema says what is wrong with it.
    else if (name !== undefined && isHostName(name)) requireHost(principal, name);
  }
}

/** The guard of a route: lets pass whom its declaration does. */
export function guardOf(access: DeclaredAccess): MiddlewareHandler<AccessEnv> {
  return async function guard(c, next) {
    const caller = c.get('identify')();
    if (access === 'open') {
      c.set('principal', caller instanceof ProblemError ? ANYONE : caller);
      return next();
    }
    if (caller instanceof ProblemError) throw caller;
    c.set('principal', caller);
    c.set('mayGoOn', () => c.get('identify')() === caller);
    const leave = c.get('enter')(callerOfRequest(c), caller.rates);
    try {
      requireRole(caller, access.role);
      await requireHosts(c, caller, access.hosts);
      await next();
    } finally {
      leave();
    }
  };
}

/** What the OpenAPI document says of a route's access. */
export function documentAccess(access: DeclaredAccess): object {
  return access === 'open' ? { security: [] } : { 'x-access': access };
}
