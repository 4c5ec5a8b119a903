// The documentation at /docs: served to anyone, under the policy of the page, and as a person uses it:
// by topics, by the search, by the keyboard, on a phone.

import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { problem, startTestService, type TestService } from '../api/running.ts';
import { needs } from '../support/needs.ts';
import { eventually, openBrowser, reading, seriousFindings, widthOf } from './browser.ts';

/** Bytes of all pages with what a search reads, as they are packed; of all pictures; of what a page loads. */
const SITE_MAX = 400_000;
const PICTURES_MAX = 600_000;
const PAGE_MAX = 40_000;

let service: TestService;
let url: string;
beforeAll(async () => {
  service = await startTestService({ loopback: true });
  url = await service.listen();
});
afterAll(async () => {
  expect(service.faults).toEqual([]);
  await service.close();
});

const get = (path: string, headers = {}) => service.app.request(path, { headers });

describe('the documentation', () => {
  it('is served at /docs, under the policy of the page', async () => {
    const response = await get('/docs');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const policy = response.headers.get('content-security-policy');
    expect(policy).toBe((await get('/')).headers.get('content-security-policy'));
    expect(await response.text()).toContain('<h1 id="bpfledger">');
  });

  it.each([
    ['/docs/', '/docs'],
    ['/docs/README.md', '/docs'],
    ['/docs/recipes/README.md', '/docs/recipes'],
    ['/docs/ARCHITECTURE.md', '/docs/architecture'],
    ['/docs/errno/prog_attach.md', '/docs/errno/prog_attach'],
  ])('leads from %s to %s', async (path, address) => {
    const response = await get(path);
    expect([response.status, response.headers.get('location')]).toEqual([308, address]);
    expect((await get(address)).status).toBe(200);
  });

  it('has pictures, and nothing that is not there', async () => {
    const picture = await get('/docs/pictures/page-lanes.png', { 'accept-encoding': 'gzip' });
    expect(picture.headers.get('content-type')).toBe('image/png');
    expect(picture.headers.get('content-encoding')).toBeNull();
    for (const path of [
      '/docs/none',
      '/docs/pictures/none.png',
      '/docs/pictures/%2e%2e/%2e%2e/package.json',
    ]) {
      expect(await problem(await get(path))).toMatchObject({ status: 404 });
    }
  });

  it('is small: all of it as it is packed, and a page with its parts', async () => {
    const site = join(import.meta.dirname, '..', '..', 'dist', 'docs', 'site.json.br');
    expect(statSync(site).size).toBeLessThan(SITE_MAX);
    const addresses = Object.keys(JSON.parse(brotliDecompressSync(readFileSync(site)).toString()));
    let pictures = 0;
    for (const address of addresses.filter((one) => one.startsWith('/docs/pictures/'))) {
      const response = await get(address);
      expect(response.status, address).toBe(200);
      pictures += (await response.arrayBuffer()).byteLength;
    }
    expect(pictures).toBeGreaterThan(100_000);
    expect(pictures).toBeLessThan(PICTURES_MAX);
    const packed = { 'accept-encoding': 'gzip' };
    let bytes = (await (await get('/docs/glossary', packed)).arrayBuffer()).byteLength;
    const html = await (await get('/docs/glossary')).text();
    for (const [, part = ''] of html.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)) {
      bytes += (await (await get(part, packed)).arrayBuffer()).byteLength;
    }
    expect(bytes).toBeGreaterThan(10_000);
    expect(bytes).toBeLessThan(PAGE_MAX);
  });
});

describe.skipIf(!needs('chromium').ok)('a reader', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser?.close());

  const read = (place: string, see: (page: Page) => Promise<void>, options = {}) =>
    reading(browser, `${url}${place}`, see, options);
  const title = (page: Page) => page.getByRole('heading', { level: 1 });
  const field = (page: Page) => page.getByLabel('Search the documentation');
  const results = (page: Page) => page.getByRole('search').getByRole('link');

  it('finds a page by words, and reads it, with the keyboard alone', async () => {
    await read('/docs', async (page) => {
      await page.keyboard.press('/');
      await page.keyboard.type('find who removed my program');
      await eventually(() => results(page).count()).toBeGreaterThan(1);
      const recipe = results(page).filter({ hasText: 'Find who removed your program' }).first();
      await page.keyboard.press('ArrowDown');
      for (let i = 0; i < 12 && !(await recipe.evaluate((it) => it.matches(':focus'))); i++) {
        await page.keyboard.press('ArrowDown');
      }
      await page.keyboard.press('Enter');
      await eventually(() => title(page).innerText()).toBe('Find who removed your program');
      expect(new URL(page.url()).pathname).toBe('/docs/recipes/who-removed-my-program');
    });
  });

  it('comes to a heading by the first result', async () => {
    await read('/docs/glossary', async (page) => {
      await field(page).fill('by symptom');
      await eventually(() => results(page).first().innerText()).toMatch(/Incidents › By symptom/);
      await field(page).press('Enter');
      await eventually(() => page.url()).toMatch(/\/docs\/incidents#by-symptom$/);
    });
  });

  it('is told when nothing is found, and Escape ends a search', async () => {
    await read('/docs', async (page) => {
      await field(page).fill('zzzzqqqq');
      await eventually(() => page.getByText('Nothing has these words.').count()).toBe(2);
      await field(page).press('Escape');
      await eventually(() => page.getByText('Nothing has these words.').count()).toBe(0);
      expect(await field(page).evaluate((it) => it.matches(':focus'))).toBe(true);
    });
  });

  it('goes by topics and links, to the API and to the moment of an incident', async () => {
    await read('/docs', async (page) => {
      const topics = page.getByRole('navigation', { name: 'Topics' });
      await topics.getByRole('link', { name: 'Incidents' }).click();
      await topics.getByRole('link', { name: 'daemon-reload-gap' }).click();
      await eventually(() => title(page).innerText()).toBe('daemon-reload-gap');
      const moment = page.getByRole('link', { name: /#\/daemon-reload-gap/ });
      expect(await moment.getAttribute('href')).toMatch(/^\/#\/daemon-reload-gap\?at=16&/);
      await page.getByRole('link', { name: 'API reference' }).click();
      await eventually(() => page.getByText(/\d operations/).count()).toBe(1);
      await page.getByRole('link', { name: 'Documentation' }).click();
      await eventually(() => title(page).innerText()).toBe('bpfledger');
    });
  });

  it.each(['/docs', '/docs/errno/prog_attach', '/docs/incidents/daemon-reload-gap'])(
    'sees %s whole, wide and on a phone, without a serious finding of axe',
    async (place) => {
      for (const [width, colorScheme] of [
        [1280, 'light'],
        [390, 'dark'],
      ] as const) {
        await read(
          place,
          async (page) => {
            await field(page).fill('filter');
            await eventually(() => results(page).count()).toBeGreaterThan(1);
            expect(await seriousFindings(page)).toEqual([]);
            expect(await widthOf(page)).toBe(width);
            await field(page).press('Escape');
            if (width < 800) await page.getByText('Topics', { exact: true }).click();
            const glossary = page.getByRole('link', { name: 'Glossary', exact: true });
            await eventually(() => glossary.isVisible()).toBe(true);
            expect(await seriousFindings(page)).toEqual([]);
          },
          { viewport: { width, height: 844 }, colorScheme },
        );
      }
    },
  );

  it('reads without scripts', async () => {
    await read(
      '/docs/errno',
      async (page) => {
        await page.getByRole('main').getByRole('link', { name: 'prog_attach' }).click();
        await eventually(() => title(page).innerText()).toBe('prog_attach');
      },
      { javaScriptEnabled: false },
    );
  });
});
