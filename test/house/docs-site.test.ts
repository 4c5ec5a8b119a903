// The documentation as a reader meets it, in the repository and in the site that is made of it: every
// page is found by a topic, and every link leads somewhere.

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Marked } from 'marked';
import { describe, expect, it } from 'vitest';
import { addressOf, TOPICS } from '../../scripts/docs-site/pages.js';
import { readPage } from '../../scripts/docs-site/read-page.js';
import { readPages, siteOf } from '../../scripts/docs-site/site.js';

const root = join(import.meta.dirname, '..', '..');
const pages = readPages(Marked, root);
const byFile = new Map(pages.map((page) => [page.file, page]));
const tracked = execFileSync('git', ['ls-files', '*.md'], { cwd: root, encoding: 'utf8' });

const FRAME = '<title>{{title}}</title>{{index}}|{{topics}}|{{contents}}|{{text}}';

describe('the pages', () => {
  it('are all Markdown of the repository, each under one topic and one address', () => {
    const files = pages.map(({ file }) => file);
    expect(files.toSorted()).toEqual(tracked.trim().split('\n').toSorted());
    expect(new Set(files).size).toBe(files.length);
    expect(new Set(pages.map(({ address }) => address)).size).toBe(pages.length);
    expect(pages.filter(({ title, file }) => title === file)).toEqual([]);
  });

  it('link to pages, headings, files and pictures that are there', () => {
    const broken = pages.flatMap(({ file, links }) =>
      links.flatMap(({ href, target }) => {
        if (target.kind === 'address') return [];
        if (target.kind !== 'page') {
          return existsSync(join(root, target.file)) ? [] : [`${file}: ${href}`];
        }
        const { sections = [] } = byFile.get(target.file) ?? {};
        const isThere =
          target.anchor === '' || sections.some(({ anchor }) => anchor === target.anchor);
        return isThere ? [] : [`${file}: ${href}`];
      }),
    );
    expect(broken).toEqual([]);
    expect(pages.flatMap(({ links }) => links).length).toBeGreaterThan(400);
  });

  it('have pictures with names of their own', () => {
    const pictures = pages.flatMap(({ links }) =>
      links.flatMap(({ target }) => (target.kind === 'picture' ? [target.file] : [])),
    );
    const files = [...new Set(pictures)];
    expect(new Set(files.map((file) => basename(file))).size).toBe(files.length);
  });

  it('of decisions are all in their contents', () => {
    const decisions = pages.filter(({ file }) => /^docs\/adr\/\d/.test(file));
    const listed = byFile.get('docs/adr/README.md')?.links.map(({ href }) => href);
    expect(listed).toEqual(decisions.map(({ file }) => basename(file)));
  });

  it('of decisions are numbered from 1, each number once, by file, title and contents', () => {
    const decisions = pages.filter(({ file }) => /^docs\/adr\/(?!README)/.test(file));
    const contents = readFileSync(join(root, 'docs/adr/README.md'), 'utf8');
    const numbers = [
      decisions.map(({ file }) => /^(\d{4})-[a-z]/.exec(basename(file))?.[1]),
      decisions.map(({ title }) => /^(\d+)\. /.exec(title)?.[1]),
      [...contents.matchAll(/^\* \[(\d+)\. /gmu)].map(([, number]) => number),
    ].map((some) => some.map(Number));
    const inOrder = decisions.map((_, i) => i + 1);
    expect(numbers).toEqual([inOrder, inOrder, inOrder]);
  });
});

describe('the site', () => {
  const site = siteOf(pages, FRAME);
  const texts = Object.entries(site).filter(([address]) => !address.endsWith('.json'));

  it('has each page, with the topics beside it, and what a search reads', () => {
    expect(texts.map(([address]) => address)).toEqual(pages.map(({ address }) => address));
    const [index] = Object.keys(site).filter((address) => address.endsWith('.json'));
    for (const [, html] of texts) {
      expect(html).toContain(`${index}|`);
      expect(html.match(/aria-current="page"/g)).toHaveLength(1);
      for (const { title } of TOPICS) expect(html).toContain(`<h2>${title}</h2>`);
    }
    const rows = JSON.parse(site[index ?? ''] ?? '') as readonly (readonly string[])[];
    expect(rows).toContainEqual(['/docs/page#keys', 'The page', 'Keys', expect.any(String)]);
  });

  it('has links that lead to its own pages, and no markup that the policy refuses', () => {
    const ids = new Map(
      texts.map(([address, html]) => [
        address,
        new Set([...html.matchAll(/ id="([^"]+)"/g)].map(([, id = '']) => id)),
      ]),
    );
    for (const [at, html] of texts) {
      expect(html).not.toMatch(/<(?:script|style|iframe|object)\b|\s(?:style|on\w+)="/);
      for (const [, href = ''] of html.matchAll(/<a href="([^"]+)"/g)) {
        if (/^(?:https?:|\/(?:#|docs\/pictures\/)|\/openapi\.yaml$)/.test(href)) continue;
        const [address, anchor] = href.split('#');
        const there = ids.get(address === '' ? at : (address ?? ''));
        expect(there, `${at}: ${href}`).toBeDefined();
        if (anchor !== undefined) expect(there?.has(anchor), `${at}: ${href}`).toBe(true);
      }
    }
  });
});

describe('a page', () => {
  const known = new Set(['README.md', 'docs/a.md', 'docs/adr/README.md', 'docs/b.md']);
  const read = (markdown: string) => readPage(Marked, 'docs/a.md', markdown, known);

  it.each([
    ['README.md', '/docs'],
    ['docs/adr/README.md', '/docs/adr'],
    ['docs/errno/prog_attach.md', '/docs/errno/prog_attach'],
    ['ARCHITECTURE.md', '/docs/architecture'],
  ])('of %s is at %s', (file, address) => {
    expect(addressOf(file)).toBe(address);
  });

  it.each([
    ['[b](b.md#x)', '<a href="/docs/b#x">b</a>'],
    ['[here](#x)', '<a href="/docs/a#x">here</a>'],
    ['[up](../README.md)', '<a href="/docs">up</a>'],
    ['[why](adr)', '<a href="/docs/adr">why</a>'],
    ['<http://127.0.0.1:8080/#/demo?at=3>', '<a href="/#/demo?at=3">'],
    ['[code](../src/main.ts)', '<span class="file" title="src/main.ts, in the repository">'],
    ['![c](pictures/d.png)', '<img src="/docs/pictures/d.png" alt="c" loading="lazy">'],
  ])('%s becomes %s', (markdown, html) => {
    expect(read(markdown).html).toContain(html);
  });

  it('has no markup of its own, and anchors as GitHub makes them', () => {
    expect(read('<b onclick="x()">b</b>\n\n`<i>`').html).not.toMatch(/<[bi][ >]/);
    const { sections } = read('# A `prog_attach` & b\n\none\n\n## x\n\ntwo\n\n## x\n');
    expect(sections).toEqual([
      { heading: 'A prog_attach & b', anchor: 'a-prog_attach--b', depth: 1, text: 'one' },
      { heading: 'x', anchor: 'x', depth: 2, text: 'two' },
      { heading: 'x', anchor: 'x-1', depth: 2, text: '' },
    ]);
  });
});
