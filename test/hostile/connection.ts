// One connection to a service, kept open from request to request, as a client's is.

import { Agent, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { type Answer, isStream, type Send, typeOf } from './exchange.ts';

/** Milliseconds for an answer: no read waits longer than 60 s. */
const ANSWER_MS = 120_000;

export interface Connection {
  /** Sends one request after the other. Throws when no answer comes. */
  readonly send: Send;
  close(): void;
}

/** @param origin of the service, as `http://127.0.0.1:80` */
export function openConnection(origin: string): Connection {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const { hostname, port } = new URL(origin);
  return {
    async send(path, { method, headers, body = '' }) {
      const sent = method === 'GET' ? headers : { ...headers, 'content-length': byteLength(body) };
      const asked = request({ agent, hostname, port, path, method, headers: sent });
      const late = setTimeout(
        () => asked.destroy(new Error(`nothing came for ${ANSWER_MS} ms`)),
        ANSWER_MS,
      );
      const answered = new Promise<IncomingMessage>((resolve, reject) => {
        // One that breaks may tell so more than once.
        asked.once('response', resolve).on('error', reject);
      });
      asked.end(method === 'GET' ? '' : body);
      try {
        return await answerOf(await answered);
      } finally {
        clearTimeout(late);
      }
    },
    close: () => agent.destroy(),
  };
}

const byteLength = (body: string) => Buffer.byteLength(body);

async function answerOf(response: IncomingMessage): Promise<Answer> {
  const { statusCode: status = 0, headers } = response;
  const type = typeOf(headers['content-type']);
  if (!isStream(type)) return { status, type, text: await text(response) };
  response.destroy();
  return { status, type, text: undefined };
}
