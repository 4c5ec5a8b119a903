/**
 * One attempt to deliver: the name is resolved once, the address that it has is checked and connected
 * to, redirects are not followed, and of the answer nothing but its status is read.
 */
import { lookup } from 'node:dns/promises';
import { type ClientRequest, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import { WEBHOOK_MS } from '../limits.ts';
import { bareHost, mayConnect, type WebhookAllowed } from './public-address.ts';
import { signedHeaders } from './signature.ts';

export interface Sending {
  readonly url: string;
  readonly secret: string;
  readonly id: string;
  readonly body: string;
  /** Microseconds since the epoch. */
  readonly now: number;
  readonly allowed: WebhookAllowed;
  /** Gives it up. */
  readonly signal: AbortSignal;
}

interface Resolved {
  readonly address: string;
  readonly family: number;
}

/** Sends once. Returns what it failed of, or undefined when the receiver took it (2xx). */
export async function sendWebhook(sending: Sending): Promise<string | undefined> {
  const url = new URL(sending.url);
  const signal = AbortSignal.any([sending.signal, AbortSignal.timeout(WEBHOOK_MS)]);
  try {
    const resolved = await resolve(bareHost(url), sending.allowed);
    if (typeof resolved === 'string') return resolved;
    const status = await post(url, resolved, sending, signal);
    if (status >= 200 && status < 300) return undefined;
    return status >= 300 && status < 400
      ? `answered ${status}: redirects are not followed`
      : `answered ${status}`;
  } catch (error) {
    if (signal.aborted) return `did not answer within ${WEBHOOK_MS / 1000} s`;
    return error instanceof Error ? error.message.slice(0, 200) : 'failed';
  }
}

/** The first address of a host that may be connected to, or why there is none. */
async function resolve(host: string, allowed: WebhookAllowed): Promise<Resolved | string> {
  const found = isIP(host)
    ? [{ address: host, family: isIP(host) }]
    : await lookup(host, { all: true });
  const open = found.find(({ address }) => mayConnect(allowed, { host, address }));
  return (
    open ?? `${host} has no public address (${found.map(({ address }) => address).slice(0, 3)})`
  );
}

function post(
  url: URL,
  { address, family }: Resolved,
  { secret, id, body, now }: Sending,
  signal: AbortSignal,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const request: ClientRequest = (url.protocol === 'https:' ? requestHttps : requestHttp)({
      hostname: bareHost(url),
      port: url.port,
      path: `${url.pathname}${url.search}`,
      method: 'POST',
      // A connection of its own: one that is kept might go elsewhere.
      agent: false,
      signal,
      lookup: (_host, options, done) =>
        options.all ? done(null, [{ address, family }]) : done(null, address, family),
      headers: {
        'content-type': 'application/cloudevents+json',
        'content-length': Buffer.byteLength(body),
        'user-agent': 'bpfledger',
        ...signedHeaders(secret, { id, body, now }),
      },
    });
    request.on('response', (response) => {
      resolve(response.statusCode ?? 0);
      response.destroy();
    });
    request.on('error', reject);
    request.end(body);
  });
}
