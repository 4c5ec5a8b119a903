// The documentation as a site: each page of it in the frame that vite made of src/web/docs.html, and
// what a search reads, packed into one file; the service gives them out below /docs. Pictures stay where
// the pages have them, and the file has their paths.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { listPages, TOPICS } from './pages.js';
import { escapeHtml, pictureName, readPage } from './read-page.js';

/**
 * @typedef {import('./pages.js').Page & import('./read-page.js').ReadPage} SitePage
 * @typedef {Readonly<Record<string, string>>} Site texts by address
 */

/** Headings that a list of the contents of a page is worth. */
const CONTENTS_MIN = 3;

/**
 * @param {typeof import('marked').Marked} Marked
 * @param {string} root
 * @returns {SitePage[]}
 */
export function readPages(Marked, root) {
  const pages = listPages(root);
  const files = new Set(pages.map(({ file }) => file));
  return pages.map((page) => {
    const markdown = readFileSync(join(root, page.file), 'utf8');
    return { ...page, ...readPage(Marked, page.file, markdown, files) };
  });
}

/**
 * Every text of the site.
 *
 * @param {readonly SitePage[]} pages
 * @param {string} frame HTML with `{{title}}`, `{{index}}`, `{{topics}}`, `{{contents}}`, `{{text}}`
 * @returns {Site}
 */
export function siteOf(pages, frame) {
  const index = JSON.stringify(searchRows(pages));
  const hash = createHash('sha256').update(index).digest('hex').slice(0, 12);
  const indexAddress = `/docs/search-${hash}.json`;
  const texts = pages.map((page) => {
    const filled = {
      title: escapeHtml(page.title),
      index: indexAddress,
      topics: topicsOf(pages, page),
      contents: contentsOf(page),
      text: page.html,
    };
    const html = frame.replace(
      /\{\{(\w+)\}\}/g,
      (_, name) => filled[/** @type {keyof typeof filled} */ (name)],
    );
    return /** @type {const} */ ([page.address, html]);
  });
  return Object.fromEntries([...texts, [indexAddress, index]]);
}

/** Address, title of the page, heading, text: a row for each section. @param {readonly SitePage[]} pages */
function searchRows(pages) {
  return pages.flatMap(({ address, title, topic, sections }) =>
    sections.map(({ heading, anchor, text }, i) => [
      i === 0 ? address : `${address}#${anchor}`,
      topic.folder === undefined || title === topic.title ? title : `${topic.title} › ${title}`,
      i === 0 ? '' : heading,
      text,
    ]),
  );
}

/**
 * The pages of each topic; of a folder only the contents, unless the reader is in it.
 *
 * @param {readonly SitePage[]} pages
 * @param {SitePage} current
 */
function topicsOf(pages, current) {
  return TOPICS.map((topic) => {
    const own = pages.filter((page) => page.topic === topic);
    const isFolded = topic.folder !== undefined && current.topic !== topic;
    const links = (isFolded ? own.slice(0, 1) : own).map(({ address, title }) => {
      const mark = address === current.address ? ' aria-current="page"' : '';
      return `<li><a href="${address}"${mark}>${escapeHtml(title)}</a></li>`;
    });
    return `<h2>${topic.title}</h2>\n<ul>\n${links.join('\n')}\n</ul>`;
  }).join('\n');
}

/** @param {SitePage} page */
function contentsOf({ sections }) {
  const parts = sections.slice(1).filter(({ depth }) => depth === 2);
  if (parts.length < CONTENTS_MIN) return '';
  const links = parts.map(
    ({ heading, anchor }) => `<li><a href="#${escapeHtml(anchor)}">${escapeHtml(heading)}</a></li>`,
  );
  return `<nav class="contents" aria-label="On this page"><details><summary>On this page</summary><ul>\n${links.join('\n')}\n</ul></details></nav>`;
}

/**
 * The path of each picture that is there, by its address.
 *
 * @param {readonly SitePage[]} pages
 * @param {string} root
 * @returns {Site}
 */
function picturesOf(pages, root) {
  const files = pages.flatMap(({ links }) =>
    links.flatMap(({ target }) => (target.kind === 'picture' ? [target.file] : [])),
  );
  const there = files.filter((file) => existsSync(join(root, file)));
  return Object.fromEntries(there.map((file) => [`/docs/pictures/${pictureName(file)}`, file]));
}

/**
 * Writes dist/docs.
 *
 * @param {typeof import('marked').Marked} Marked
 * @param {string} root
 */
export function writeSite(Marked, root) {
  const pages = readPages(Marked, root);
  const frame = readFileSync(join(root, 'dist', 'page', 'docs.html'), 'utf8');
  const folder = join(root, 'dist', 'docs');
  mkdirSync(folder, { recursive: true });
  const site = { ...siteOf(pages, frame), ...picturesOf(pages, root) };
  const text = Buffer.from(JSON.stringify(site));
  const params = {
    [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
    [constants.BROTLI_PARAM_SIZE_HINT]: text.length,
  };
  writeFileSync(join(folder, 'site.json.br'), brotliCompressSync(text, { params }));
}
