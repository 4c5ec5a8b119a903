/**
 * Keeps web pages out of a service on loopback: a page whose name was made to resolve to 127.0.0.1
 * (DNS rebinding) shows in Host, one that posts from elsewhere shows in Origin.
 */
import { ProblemError } from '../problem.ts';

const LOOPBACK_NAMES: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]', '::1']);

/** Whether only this machine reaches an address. */
export function isLoopback(host: string): boolean {
  return LOOPBACK_NAMES.has(host.toLowerCase()) || /^127(\.\d{1,3}){3}$/.test(host);
}

function nameOf(authority: string): string {
  return authority.replace(/:\d*$/, '').toLowerCase();
}

export interface Sender {
  readonly host: string | undefined;
  readonly origin: string | undefined;
  /** The service listens on loopback. */
  readonly loopback: boolean;
}

/** Throws the problem of a request that a web page of another site makes. */
export function refuseForeign({ host, origin, loopback }: Sender): void {
  if (loopback && host !== undefined && !isLoopback(nameOf(host))) {
    const detail = `Host ${host.slice(0, 80)} is not a name of this machine's loopback`;
    throw new ProblemError('misdirected', { detail, field: 'host' });
  }
  if (origin === undefined) return;
  const own = URL.canParse(origin) && new URL(origin).host === host?.toLowerCase();
  if (own) return;
  const detail = `Origin ${origin.slice(0, 80)} is not this service`;
  throw new ProblemError('foreign-origin', { detail, field: 'origin' });
}
