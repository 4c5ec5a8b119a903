/**
 * Keeps web pages of other sites out: a page whose name was made to resolve to 127.0.0.1 (DNS
 * rebinding) shows in Host, one that posts from elsewhere in Origin, and one that loads something
 * from here, as an image for its side effects or its time, in Fetch Metadata (Sec-Fetch-Site).
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

/** What is looked at of a request. */
export interface Sent {
  readonly method: string;
  readonly path: string;
  readonly header: (name: string) => string | undefined;
}

/** Throws the problem of a request to a service on loopback by another name than loopback's. */
export function refuseMisdirected({ header }: Sent, loopback: boolean): void {
  const host = header('host');
  if (!loopback || host === undefined || isLoopback(nameOf(host))) return;
  const detail = `Host ${host.slice(0, 80)} is not a name of this machine's loopback`;
  throw new ProblemError('misdirected', { detail, field: 'host' });
}

/** Throws the problem of a request that a web page of another site makes. */
export function refuseForeign(sent: Sent): void {
  const { header } = sent;
  const origin = header('origin');
  if (origin !== undefined && !isOwn(origin, header('host'))) {
    const detail = `Origin ${origin.slice(0, 80)} is not this service`;
    throw new ProblemError('foreign-origin', { detail, field: 'origin' });
  }
  const site = header('sec-fetch-site');
  if (site === undefined || OWN_SITES.has(site) || opensPage(sent)) return;
  const detail = `Sec-Fetch-Site ${site.slice(0, 40)}: a page of another site may not ask this`;
  throw new ProblemError('foreign-origin', { detail, field: 'sec-fetch-site' });
}

function isOwn(origin: string, host: string | undefined): boolean {
  return URL.canParse(origin) && new URL(origin).host === host?.toLowerCase();
}

/** The page of this very service, or a person at the address bar. */
const OWN_SITES: ReadonlySet<string> = new Set(['same-origin', 'none']);

/** Whether somebody followed a link to here: nothing of the answer reaches the page it is on. */
function opensPage({ method, path, header }: Sent): boolean {
  return (
    method === 'GET' &&
    header('sec-fetch-mode') === 'navigate' &&
    header('sec-fetch-dest') === 'document' &&
    !path.startsWith(API)
  );
}

/** There are no pages below it. */
const API = '/v1/';
