/**
 * The documentation, below `/docs`: what the build made of the Markdown of the repository
 * (scripts/docs-site). It is one packed file, which is read when somebody asks for the first page. It is
 * open to anyone, as the page is.
 */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliDecompress } from 'node:zlib';
import { ProblemError } from '../problem.ts';
import type { App } from '../routing.ts';
import { ASKED_AGAIN, KEPT, type SentFile, sendFile } from '../sent-file.ts';

const unpacked = promisify(brotliDecompress);

/** The root of the package: the same from the sources and from the built program. */
const ROOT = new URL('../../../', import.meta.url);
const SITE = fileURLToPath(new URL('dist/docs/site.json.br', ROOT));
const PICTURES = '/docs/pictures/';

interface Site {
  /** Pages, and what a search reads, by address. */
  readonly texts: ReadonlyMap<string, SentFile>;
  /** Paths of pictures in the package, by address; they are read when they are asked for. */
  readonly pictures: ReadonlyMap<string, string>;
}

async function readSite(): Promise<Site> {
  const text = (await unpacked(await readFile(SITE))).toString();
  const all = Object.entries(JSON.parse(text) as Record<string, string>);
  const isPicture = ([address]: readonly [string, string]) => address.startsWith(PICTURES);
  const texts = all
    .filter((one) => !isPicture(one))
    .map(([address, one]): [string, SentFile] => {
      const ending = address.endsWith('.json') ? 'json' : 'html';
      return [address, { ending, bytes: new TextEncoder().encode(one) }];
    });
  return { texts: new Map(texts), pictures: new Map(all.filter(isPicture)) };
}

/** The address of a page by its file: `/docs/recipes/README.md`, and with a slash at its end. */
function addressOf(path: string): string {
  const name = path.replace(/\.md$/, '').replace(/\/README$/, '');
  return name.replace(/\/+$/, '').toLowerCase();
}

/** Serves the documentation. */
export function docs(app: App): void {
  let reading: Promise<Site> | undefined;
  const site = (): Promise<Site> => {
    reading ??= readSite().catch(() => {
      reading = undefined;
      const detail = 'the documentation is not built: run `npm run prepare`';
      throw new ProblemError('no-such-route', { detail });
    });
    return reading;
  };
  app.get('/docs/*', 'open', async (c) => {
    const { texts, pictures } = await site();
    const { path } = c.req;
    const text = texts.get(path);
    // What a search reads has its hash in its name.
    if (text !== undefined) return sendFile(c, text, text.ending === 'json' ? KEPT : ASKED_AGAIN);
    const picture = pictures.get(path);
    if (picture !== undefined) {
      const bytes = new Uint8Array(await readFile(fileURLToPath(new URL(picture, ROOT))));
      return sendFile(c, { ending: picture.split('.').at(-1) ?? '', bytes }, ASKED_AGAIN);
    }
    const address = addressOf(path);
    if (texts.has(address)) return c.redirect(address, 308);
    throw new ProblemError('no-such-route', { detail: 'the documentation has no such page' });
  });
}
