// What an attacker needs of HTTP: bodies as they are, answers that are read or left.

import { Agent, type IncomingMessage, request } from 'node:http';

export interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

export interface Answered {
  readonly status: number;
  /** Bytes of the body. */
  readonly bytes: number;
  /** The first characters of the body. */
  readonly start: string;
}

/** No connection is shared: what one attack does to its own must not be another's wait. */
const agent = new Agent({ keepAlive: false });

function open(url: string, { method = 'GET', headers = {}, body }: Asked) {
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  const sent = request(url, { method, agent, headers: { ...headers, ...length } });
  const answer = new Promise<IncomingMessage>((resolve, reject) => {
    sent.once('response', resolve);
    sent.once('error', reject);
  });
  sent.end(body);
  return { sent, answer };
}

/** Asks, and reads the answer to its end. */
export async function ask(url: string, asked: Asked = {}): Promise<Answered> {
  const response = await open(url, asked).answer;
  let bytes = 0;
  let start = '';
  for await (const chunk of response as AsyncIterable<Buffer>) {
    if (start.length < 1000) start += chunk.toString('utf8', 0, 1000);
    bytes += chunk.length;
  }
  return { status: response.statusCode ?? 0, bytes, start };
}

/** Posts JSON. */
export function postJson(url: string, body: string | Buffer): Promise<Answered> {
  return ask(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
}

/**
 * Opens something several times, and goes away from all of it.
 *
 * @param until what is waited for before
 */
export async function abandon(
  url: string,
  { times, until }: { readonly times: number; readonly until: () => Promise<unknown> },
): Promise<void> {
  const all = Array.from({ length: times }, () => open(url, {}));
  for (const { answer } of all) {
    answer.then(
      (response) => response.on('error', () => undefined).resume(),
      () => undefined,
    );
  }
  await until();
  for (const { sent } of all) sent.destroy();
}
