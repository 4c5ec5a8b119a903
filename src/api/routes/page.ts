/**
 * The page: what the build made of src/web, at `/` and `/docs`. It holds no secret, so it is open to
 * anyone who reaches the service; what it shows, it asks the API for, as the caller who signs in.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { ProblemError } from '../problem.ts';
import type { App } from '../routing.ts';

/** The same folder from the sources and from the built program. */
const FOLDER = fileURLToPath(new URL('../../../dist/page', import.meta.url));
const ASSETS = 'assets';

/** It runs its own scripts and styles, asks its own service, and is in no frame. */
const POLICY = [
  "default-src 'none'",
  ...["script-src 'self'", "style-src 'self'", "img-src 'self'", "connect-src 'self'"],
  ...["base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"],
].join('; ');

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
};

interface File {
  readonly type: string;
  readonly bytes: Buffer;
  readonly gzipped: Buffer;
}

function readFile(...path: readonly string[]): File {
  const bytes = readFileSync(join(FOLDER, ...path));
  const ending = path.at(-1)?.split('.').at(-1) ?? '';
  return { type: TYPES[ending] ?? 'application/octet-stream', bytes, gzipped: gzipSync(bytes) };
}

interface Built {
  readonly document: File;
  /** By name. A name has a hash of what the file holds. */
  readonly assets: ReadonlyMap<string, File>;
}

/** Reads what was built; undefined when nothing was. */
function readBuilt(): Built | undefined {
  try {
    const names = readdirSync(join(FOLDER, ASSETS));
    const assets = new Map(names.map((name) => [name, readFile(ASSETS, name)]));
    return { document: readFile('index.html'), assets };
  } catch {
    return undefined;
  }
}

function send(c: Context, { type, bytes, gzipped }: File, cacheControl: string): Response {
  const zipped = /\bgzip\b/.test(c.req.header('accept-encoding') ?? '');
  return c.body(new Uint8Array(zipped ? gzipped : bytes), 200, {
    'content-type': type,
    'cache-control': cacheControl,
    'content-security-policy': POLICY,
    'referrer-policy': 'no-referrer',
    vary: 'accept-encoding',
    ...(zipped && { 'content-encoding': 'gzip' }),
  });
}

/** Serves the page and its parts. */
export function page(app: App): void {
  let built: Built | undefined;
  const files = (): Built => {
    built ??= readBuilt();
    if (built !== undefined) return built;
    const detail = 'the page is not built: run `npm run prepare`';
    throw new ProblemError('no-such-route', { detail });
  };
  for (const path of ['/', '/docs']) {
    app.get(path, 'open', (c) => send(c, files().document, 'no-cache'));
  }
  app.openapi(
    {
      ...{ method: 'get', path: `/${ASSETS}/{name}`, access: 'open', responses: {}, hide: true },
      request: { params: z.object({ name: z.string() }) },
    },
    ((c: Context) => {
      const file = files().assets.get(c.req.param('name') ?? '');
      if (file === undefined) {
        throw new ProblemError('no-such-route', { detail: 'the page has no such part' });
      }
      return send(c, file, 'public, max-age=31536000, immutable');
    }) as never,
  );
}
