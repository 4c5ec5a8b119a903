/** By what name a caller is counted where each may have only so much. */
import type { IncomingMessage } from 'node:http';
import type { Context } from 'hono';
import type { AccessEnv } from './access.ts';
import { LOCAL, type Principal } from './tokens.ts';

/** A token's name; on a service without tokens, the address of who asks. */
export function callerName(principal: Principal, address: string | undefined): string {
  return principal === LOCAL ? (address ?? principal.actor) : principal.actor;
}

/** The name of who sent a request. */
export function callerOfRequest(c: Context<AccessEnv>): string {
  // What the Node server hands to handlers; there is none where a request came by no socket.
  const { incoming } = (c.env ?? {}) as { readonly incoming?: IncomingMessage };
  return callerName(c.get('principal'), incoming?.socket.remoteAddress);
}
