// A receiver of webhooks on this machine, which takes what it gets, or does not.

import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface Got {
  readonly id: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly body: {
    readonly id: string;
    readonly type: string;
    readonly source: string;
    readonly subject: string;
    readonly time: string;
    readonly data: Readonly<Record<string, unknown>> & {
      readonly host: string;
      readonly position: number;
    };
  };
}

export interface Receiver {
  readonly url: string;
  readonly port: number;
  /** All requests in the order in which they came, taken or not. */
  readonly got: readonly Got[];
  /** What is answered from now on: a status, or what waits and then gives one. */
  answer(how: number | ((got: Got) => number | Promise<number>)): void;
  /** Waits until there are so many requests that were taken. */
  waitForTaken(count: number): Promise<readonly Got[]>;
  close(): Promise<void>;
}

/** Milliseconds that a test waits for requests. */
const WAIT_MS = 25_000;

export async function startReceiver(port = 0): Promise<Receiver> {
  const got: Got[] = [];
  const taken: Got[] = [];
  let answer: number | ((got: Got) => number | Promise<number>) = 204;
  let changed: () => void = () => undefined;
  const server = createServer(async (request, response) => {
    const sent = await text(request);
    const one = {
      id: String(request.headers['webhook-id']),
      headers: request.headers,
      text: sent,
      body: JSON.parse(sent),
    };
    got.push(one);
    const status = typeof answer === 'number' ? answer : await answer(one);
    if (status >= 300 && status < 400) response.setHeader('location', '/elsewhere');
    response.writeHead(status).end();
    if (status < 300) taken.push(one);
    changed();
  }).listen(port, '127.0.0.1');
  await once(server, 'listening');
  const { port: bound } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${bound}/hook`,
    port: bound,
    got,
    answer(how) {
      answer = how;
    },
    async waitForTaken(count) {
      const end = Date.now() + WAIT_MS;
      while (taken.length < count) {
        const left = end - Date.now();
        if (left <= 0)
          throw new Error(`${taken.length} of ${count} were taken: ${JSON.stringify(taken)}`);
        await Promise.race([
          new Promise<void>((resolve) => {
            changed = resolve;
          }),
          new Promise((resolve) => setTimeout(resolve, left)),
        ]);
      }
      return taken;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
