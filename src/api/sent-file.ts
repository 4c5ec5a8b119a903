/** Files that the build made for browsers, as the service sends them: typed, packed, under a policy. */
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Context } from 'hono';

const packed = promisify(gzip);

/** It runs its own scripts and styles, asks its own service, and is in no frame. */
const POLICY = [
  "default-src 'none'",
  ...["script-src 'self'", "style-src 'self'", "img-src 'self'", "connect-src 'self'"],
  ...["base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"],
].join('; ');

/** By the ending of the name; those of pictures that are packed already say so. */
const TYPES: Readonly<Record<string, { readonly type: string; readonly isPacked?: true }>> = {
  html: { type: 'text/html; charset=utf-8' },
  js: { type: 'text/javascript; charset=utf-8' },
  css: { type: 'text/css; charset=utf-8' },
  json: { type: 'application/json' },
  svg: { type: 'image/svg+xml' },
  png: { type: 'image/png', isPacked: true },
};

/** How long a browser keeps what may be another file tomorrow, and what has its hash in its name. */
export const ASKED_AGAIN = 'no-cache';
export const KEPT = 'public, max-age=31536000, immutable';

/** A file that is sent often keeps its packed bytes, when it was sent once. */
export interface SentFile {
  readonly ending: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  packed?: Uint8Array<ArrayBuffer>;
}

/** Sends a file; packed where the client takes that. */
export async function sendFile(c: Context, file: SentFile, cacheControl: string) {
  const { type, isPacked = false } = TYPES[file.ending] ?? { type: 'application/octet-stream' };
  const zipped = !isPacked && /\bgzip\b/.test(c.req.header('accept-encoding') ?? '');
  if (zipped) file.packed ??= new Uint8Array(await packed(file.bytes));
  return c.body(zipped && file.packed !== undefined ? file.packed : file.bytes, 200, {
    'content-type': type,
    'cache-control': cacheControl,
    'content-security-policy': POLICY,
    'referrer-policy': 'no-referrer',
    vary: 'accept-encoding',
    ...(zipped && { 'content-encoding': 'gzip' }),
  });
}
