// Where a link of a page leads: in the repository by the path that is written, in the site by address.
import { posix } from 'node:path';
import { addressOf } from './pages.js';

/**
 * @typedef {{ kind: 'page', file: string, anchor: string, address: string }
 *   | { kind: 'picture' | 'file', file: string }
 *   | { kind: 'address', address: string }} Target
 */

/** A service on the reader's own machine, as the pages name it; in the site it is the one that serves it. */
const OWN_SERVICE = /^http:\/\/127\.0\.0\.1:8080(?=\/)/;

/**
 * @param {string} from the file that has the link
 * @param {string} href as it is written
 * @param {ReadonlySet<string>} pages files that are pages
 * @returns {Target}
 */
export function targetOf(from, href, pages) {
  if (/^[a-z]+:/.test(href)) return { kind: 'address', address: href.replace(OWN_SERVICE, '') };
  const [path = '', anchor = ''] = href.split('#');
  const file = path === '' ? from : posix.join(posix.dirname(from), path).replace(/\/$/, '');
  if (file === 'openapi.yaml') return { kind: 'address', address: '/openapi.yaml' };
  const contents = `${file}/README.md`;
  const page = [file, contents].find((one) => pages.has(one));
  if (page !== undefined) {
    const address = `${addressOf(page)}${anchor === '' ? '' : `#${anchor}`}`;
    return { kind: 'page', file: page, anchor, address };
  }
  return { kind: /\.(?:png|svg)$/.test(file) ? 'picture' : 'file', file };
}

/**
 * The anchors of headings, as GitHub makes them: one that was there gets a number.
 *
 * @returns {(heading: string) => string}
 */
export function anchors() {
  /** @type {Map<string, number>} */
  const seen = new Map();
  return (heading) => {
    const anchor = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '')
      .replaceAll(' ', '-');
    const times = seen.get(anchor) ?? 0;
    seen.set(anchor, times + 1);
    return times === 0 ? anchor : `${anchor}-${times}`;
  };
}
