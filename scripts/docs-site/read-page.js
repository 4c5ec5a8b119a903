// One page: its HTML, its links, and its sections as a search reads them. The policy of the service
// allows no style or script within a page, and Markdown that has none gives none.
import { anchors, targetOf } from './links.js';

/**
 * @typedef {import('marked').Token} Token
 * @typedef {{ heading: string, anchor: string, depth: number, text: string }} Section
 * @typedef {{
 *   title: string, html: string, sections: Section[],
 *   links: { href: string, target: import('./links.js').Target }[],
 * }} ReadPage
 */

/**
 * @param {typeof import('marked').Marked} Marked
 * @param {string} file
 * @param {string} markdown
 * @param {ReadonlySet<string>} pages files that are pages
 * @returns {ReadPage}
 */
export function readPage(Marked, file, markdown, pages) {
  const anchorOf = anchors();
  /** @type {ReadPage['links']} */
  const links = [];
  const follow = (/** @type {string} */ href) => {
    const target = targetOf(file, href, pages);
    links.push({ href, target });
    return target;
  };
  const marked = new Marked({
    gfm: true,
    renderer: {
      heading({ tokens, depth }) {
        const anchor = anchorOf(plain(tokens));
        return `<h${depth} id="${escapeHtml(anchor)}">${this.parser.parseInline(tokens)}</h${depth}>\n`;
      },
      link({ href, tokens }) {
        return linkTo(follow(href), this.parser.parseInline(tokens));
      },
      image({ href, text }) {
        const target = follow(href);
        const name = 'file' in target ? pictureName(target.file) : '';
        return `<img src="/docs/pictures/${escapeHtml(name)}" alt="${escapeHtml(text)}" loading="lazy">`;
      },
      code({ text, lang = '' }) {
        const language = lang.split(' ')[0] ?? '';
        return `<pre class="${escapeHtml(language)}"><code>${escapeHtml(text)}</code></pre>\n`;
      },
      table(token) {
        const row = (/** @type {typeof token.header} */ cells, open = '<td>', close = '</td>') =>
          `<tr>${cells.map(({ tokens }) => `${open}${this.parser.parseInline(tokens)}${close}`).join('')}</tr>`;
        const head = row(token.header, '<th scope="col">', '</th>');
        const rows = token.rows.map((cells) => row(cells)).join('\n');
        return `<div class="wide"><table><thead>${head}</thead>\n<tbody>${rows}</tbody></table></div>\n`;
      },
      // Nothing that a page says is markup of its own.
      html: ({ text }) => escapeHtml(text),
    },
  });
  const tokens = marked.lexer(markdown);
  const sections = sectionsOf(tokens);
  return { title: sections[0]?.heading ?? file, html: marked.parser(tokens), sections, links };
}

/** @param {import('./links.js').Target} target @param {string} text HTML */
function linkTo(target, text) {
  switch (target.kind) {
    case 'page':
    case 'address':
      return `<a href="${escapeHtml(target.address)}">${text}</a>`;
    case 'picture':
      return `<a href="/docs/pictures/${escapeHtml(pictureName(target.file))}">${text}</a>`;
    case 'file':
      // The site has pages and pictures alone.
      return `<span class="file" title="${escapeHtml(target.file)}, in the repository">${text}</span>`;
  }
}

/** The name of a picture below `/docs/pictures`. @param {string} file */
export function pictureName(file) {
  return file.replace(/^.*\//, '');
}

/** @param {readonly Token[]} tokens @returns {Section[]} */
function sectionsOf(tokens) {
  const anchorOf = anchors();
  /** @type {Section[]} */
  const sections = [];
  for (const token of tokens) {
    if (token.type === 'heading') {
      const heading = plain(token.tokens ?? []);
      sections.push({ heading, anchor: anchorOf(heading), depth: token.depth, text: '' });
    } else {
      const section = sections.at(-1);
      if (section !== undefined) section.text = `${section.text} ${plain([token])}`.trim();
    }
  }
  return sections;
}

/** The words of tokens, without marks. @param {readonly Token[]} tokens @returns {string} */
export function plain(tokens) {
  return tokens
    .map((token) => {
      switch (token.type) {
        case 'space':
        case 'hr':
          return '';
        case 'table':
          return [token.header, ...token.rows]
            .map((/** @type {{ tokens: Token[] }[]} */ row) =>
              row.map((cell) => plain(cell.tokens)).join(' | '),
            )
            .join(' | ');
        case 'list':
          return token.items.map((/** @type {Token} */ item) => plain([item])).join(' ');
        case 'image':
          return token.text;
        default:
          return 'tokens' in token && token.tokens !== undefined
            ? plain(token.tokens)
            : 'text' in token
              ? token.text
              : token.raw;
      }
    })
    .join('')
    .replace(/\s+/g, ' ');
}

/** @param {string} text */
export function escapeHtml(text) {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
