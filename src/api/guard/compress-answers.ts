/**
 * Compresses answers of more than a kilobyte for who accepts it: the state of a host is a twentieth of its
 * size. Streams of events and of lines are sent as they are: each of their lines is worth its moment.
 */
import { Duplex } from 'node:stream';
import { constants, createBrotliCompress, createGzip } from 'node:zlib';
import type { MiddlewareHandler } from 'hono';

/** Bytes below which an answer is sent as it is. */
const PLAIN_BYTES_MAX = 1024;
/** Fast, and still a tenth of JSON: an answer is made while somebody waits. */
const BROTLI_QUALITY = 4;
/** The window that each answer under way holds in memory: 256 KiB. */
const BROTLI_WINDOW_BITS = 18;

const TYPES =
  /^(?:application\/(?:problem\+)?json|application\/yaml|text\/(?:plain|csv|yaml))(?:;|$)/;

type Coding = 'br' | 'gzip';

const CODERS: Readonly<Record<Coding, () => Duplex>> = {
  br: () =>
    createBrotliCompress({
      params: {
        [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY,
        [constants.BROTLI_PARAM_LGWIN]: BROTLI_WINDOW_BITS,
      },
    }),
  gzip: () => createGzip(),
};

/** The coding that a client prefers of those that there are; undefined for none. */
export function codingOf(accepted: string): Coding | undefined {
  const weights = new Map<string, number>();
  for (const one of accepted.split(',')) {
    const [name = '', ...parameters] = one.split(';').map((part) => part.trim().toLowerCase());
    const q = parameters.find((part) => part.startsWith('q='))?.slice(2) ?? '1';
    weights.set(name, Number(q));
  }
  const weightOf = (name: Coding) => weights.get(name) ?? weights.get('*') ?? 0;
  const [br, gzip] = [weightOf('br'), weightOf('gzip')];
  if (!(br > 0) && !(gzip > 0)) return undefined;
  return br >= gzip ? 'br' : 'gzip';
}

/** Compresses what the router answers. */
export function compressAnswers(): MiddlewareHandler {
  return async function compress(c, next) {
    await next();
    const { headers, body, status } = c.res;
    const type = headers.get('content-type') ?? '';
    if (body === null || c.req.raw.method === 'HEAD' || !TYPES.test(type)) return;
    if (headers.has('content-encoding')) return;
    headers.append('vary', 'accept-encoding');
    const coding = codingOf(c.req.header('accept-encoding') ?? '');
    if (coding === undefined) return;
    const reader = body.getReader();
    const begin: Uint8Array[] = [];
    let bytes = 0;
    let isWhole = false;
    while (bytes < PLAIN_BYTES_MAX && !isWhole) {
      const { done, value } = await reader.read();
      isWhole = done;
      if (value === undefined) continue;
      begin.push(value);
      bytes += value.length;
    }
    if (isWhole) {
      c.res = new Response(Buffer.concat(begin), { status, headers });
      return;
    }
    headers.delete('content-length');
    headers.set('content-encoding', coding);
    const { readable, writable } = Duplex.toWeb(CODERS[coding]());
    const plain = rest(begin, reader);
    // A reader that leaves ends both, and what failed is told by the body that is read.
    plain.pipeTo(writable as WritableStream<Uint8Array>).catch(() => undefined);
    c.res = new Response(readable as ReadableStream, { status, headers });
  };
}

/** A body whose beginning was read already. */
function rest(
  begin: Uint8Array[],
  reader: ReadableStreamDefaultReader<Uint8Array>,
): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const known = begin.shift();
        if (known !== undefined) return controller.enqueue(known);
        const { done, value } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}
