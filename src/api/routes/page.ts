/**
 * The page: what the build made of src/web, at `/` and `/reference`. It holds no secret, so it is open to
 * anyone who reaches the service; what it shows, it asks the API for, as the caller who signs in.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { ProblemError } from '../problem.ts';
import type { App } from '../routing.ts';
import { ASKED_AGAIN, KEPT, type SentFile, sendFile } from '../sent-file.ts';

/** The same folder from the sources and from the built program. */
const FOLDER = fileURLToPath(new URL('../../../dist/page', import.meta.url));
const ASSETS = 'assets';

function readFile(...path: readonly string[]): SentFile {
  const bytes = new Uint8Array(readFileSync(join(FOLDER, ...path)));
  return { ending: path.at(-1)?.split('.').at(-1) ?? '', bytes };
}

interface Built {
  readonly document: SentFile;
  /** By name. A name has a hash of what the file holds. */
  readonly assets: ReadonlyMap<string, SentFile>;
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

/** Serves the page and its parts. */
export function page(app: App): void {
  let built: Built | undefined;
  const files = (): Built => {
    built ??= readBuilt();
    if (built !== undefined) return built;
    const detail = 'the page is not built: run `npm run prepare`';
    throw new ProblemError('no-such-route', { detail });
  };
  for (const path of ['/', '/reference']) {
    app.get(path, 'open', (c) => sendFile(c, files().document, ASKED_AGAIN));
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
      return sendFile(c, file, KEPT);
    }) as never,
  );
}
