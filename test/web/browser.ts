// A browser for the tests of the page: one a file. What goes wrong on a page is collected, since a
// test that reads only what is shown would not see it.

import axe from 'axe-core';
import {
  type Browser,
  type BrowserContextOptions,
  chromium,
  type Locator,
  type Page,
  type Request,
} from 'playwright-core';
import { expect } from 'vitest';
import { findChromium } from '../support/needs.ts';

/** @param names that lead to this machine, as those of an attacker's site do */
export async function openBrowser(names: readonly string[] = []): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error('no chromium: ask needs() first');
  const rules = names.map((name) => `MAP ${name} 127.0.0.1`).join(', ');
  return chromium.launch({
    executablePath,
    args: ['--no-sandbox', ...(rules === '' ? [] : [`--host-resolver-rules=${rules}`])],
  });
}

/** Milliseconds in which a page that does not change is what it will be, once its answers are there. */
const STILL_MS = 300;

export interface Shown {
  readonly page: Page;
  /** Errors and warnings of the console, and exceptions. */
  readonly faults: string[];
  /** Waits until all that the page asks for is there, and it looks the same for a while. */
  still(): Promise<string>;
  close(): Promise<void>;
}

/** A page of its own, wide enough for the three columns unless `options` says otherwise. */
export async function show(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Shown> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    ...options,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  const faults: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') faults.push(message.text());
  });
  page.on('pageerror', (error) => faults.push(String(error)));
  const asked = new Set<Request>();
  const isStream = (request: Request) => new URL(request.url()).pathname.endsWith('/stream');
  page.on('request', (request) => void (isStream(request) || asked.add(request)));
  page.on('requestfinished', (request) => void asked.delete(request));
  page.on('requestfailed', (request) => void asked.delete(request));
  await page.goto(url);
  const still = async () => {
    for (let before = ''; ; ) {
      const now = await page.locator('#page').innerHTML();
      if (now === before && asked.size === 0) return now;
      before = now;
      await page.waitForTimeout(STILL_MS);
    }
  };
  return { page, faults, still, close: () => context.close() };
}

/** Shows a page to a reader, and expects that nothing went wrong on it. */
export async function reading(
  browser: Browser,
  url: string,
  read: (page: Page, shown: Shown) => Promise<void>,
  options: BrowserContextOptions = {},
): Promise<void> {
  const shown = await show(browser, url, options);
  const { page, faults, close } = shown;
  try {
    await read(page, shown);
    expect(faults).toEqual([]);
  } finally {
    await close();
  }
}

/** What a page shows comes when its answers have come. */
export const eventually = (read: () => unknown): ReturnType<typeof expect.poll> =>
  expect.poll(read, { interval: 20 });

/** A part of the page by its name. */
export const region = (page: Page, name: string): Locator => page.getByRole('region', { name });

/** The field that has the position. */
export const position = (page: Page): Locator => page.getByLabel('Go to position');

/** What is serious about a page for people who read it otherwise than by sight, in short. */
export async function seriousFindings(page: Page): Promise<string[]> {
  // Added by the debugger, which the policy of the page does not bind.
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() =>
    (globalThis as unknown as { axe: typeof axe }).axe.run({
      resultTypes: ['violations'],
    }),
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' ; ')}`);
}

/** How wide the document is, with what is beyond the edge of the screen. */
export function widthOf(page: Page): Promise<number> {
  return page.evaluate('document.documentElement.scrollWidth');
}
