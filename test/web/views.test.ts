// Each view as a reader sees it: wide and on a phone, in the light and in the dark. Nothing goes wrong
// on it, nothing is cut off at the side, and axe finds nothing serious. `npm run pictures` keeps what
// is seen here in docs/pictures; look at the pictures before they are committed.

import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { postDemo } from '../../src/cli/demo.ts';
import { postLinksDemo } from '../../src/cli/demo-links.ts';
import { restClient } from '../../src/client/rest-client.ts';
import { readIncidents } from '../../src/recorders/golden/incidents.ts';
import { postScenario } from '../../src/recorders/golden/post-scenario.ts';
import { startTestService, type TestService } from '../api/running.ts';
import { fragmentTo } from '../incidents/moments.ts';
import { needs } from '../support/needs.ts';
import {
  eventually,
  openBrowser,
  position,
  region,
  seriousFindings,
  show,
  widthOf,
} from './browser.ts';

const PICTURES = join(import.meta.dirname, '..', '..', 'docs', 'pictures');
const isKept = process.env.BPFLEDGER_PICTURES === 'keep';

const INCIDENT = 'daemon-reload-gap';
const DEVICE = 'cgroup=/system.slice/docker-4f1c9e.scope&type=cgroup_device';
const POD = 'cgroup=/pods/web&type=cgroup_inet_egress';

const WIDE = { width: 1280, height: 720 };
const PHONE = { width: 390, height: 844 };

interface View {
  readonly name: string;
  readonly place: string;
  /** A text that is there once the view is drawn. */
  readonly shows: RegExp;
  /** What a reader does first. */
  readonly act?: (page: Page) => Promise<void>;
  /** The scheme of the wide picture; that of a phone is the other one. */
  readonly scheme?: 'dark';
  /** The picture of a phone is of its top, and not of the questions below. */
  readonly isTop?: true;
}

const VIEWS: readonly View[] = [
  { name: 'hosts', place: '/', shows: /demo-links.*3/s },
  {
    name: 'start',
    place: '/#/demo',
    shows: /Where to begin|Select a cgroup/,
    scheme: 'dark',
    isTop: true,
  },
  { name: 'arrays', place: `/#/demo-links?at=18&${POD}`, shows: /pin|fd 5/, scheme: 'dark' },
  { name: 'lanes', place: `/${fragmentTo(INCIDENT)}`, shows: /1\.75 s/ },
  { name: 'links', place: `/#/demo-links?at=21&${POD}&view=lanes`, shows: /pin \/count/ },
  {
    ...{ name: 'explain', place: `/#/demo-links?at=12&${POD}&program=1&view=explain` },
    shows: /does not run/,
  },
  {
    ...{ name: 'diff', place: `/#/demo?at=20&${DEVICE}&mark=10&view=diff` },
    ...{ shows: /Events behind it/, scheme: 'dark' },
  },
  {
    ...{ name: 'plan', place: `/#/demo?${DEVICE}&view=plan`, shows: /after/ },
    act: (page) => page.getByRole('button', { name: 'Plan these calls' }).click(),
  },
  {
    ...{ name: 'replay', place: `/#/demo?${DEVICE}&view=replay&release=5.7` },
    ...{ shows: /answers 6 calls/, scheme: 'dark' },
  },
  { name: 'event', place: `/#/demo?at=19&${DEVICE}`, shows: /ENOENT/, isTop: true },
  {
    ...{ name: 'tour', place: '/#/demo-links?tour=2', shows: /2 of 9/ },
    ...{ scheme: 'dark', isTop: true },
  },
  {
    ...{ name: 'reference', place: '/reference', shows: /\b\d operations/ },
    // All of them are too many for axe.
    act: (page) => page.getByLabel('Search operations').fill('history'),
  },
];

describe.skipIf(!needs('chromium').ok)('each view', () => {
  let service: TestService;
  let url: string;
  let browser: Browser;

  beforeAll(async () => {
    service = await startTestService({ loopback: true });
    url = await service.listen();
    const client = restClient({ url });
    await postDemo(client);
    await postLinksDemo(client);
    const incident = (await readIncidents()).find(({ header }) => header.scenario === INCIDENT);
    if (incident === undefined) throw new Error(`there is no incident ${INCIDENT}`);
    await postScenario(client, incident, INCIDENT);
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    expect(service.faults).toEqual([]);
    await service.close();
  });

  it.each(VIEWS)('$name is whole, and has no serious finding of axe', async (view) => {
    const { name, shows, act, scheme = 'light' } = view;
    const place = view.place.replace(/\{step:(\d+)\}/, (_, step) => String(Number(step) + 2));
    const { page, faults, close } = await show(browser, `${url}${place}`, {
      ...{ viewport: WIDE, colorScheme: scheme },
    });
    await page.getByRole('main').waitFor();
    await act?.(page);
    const waitUntilSettled = async () => {
      await eventually(() => page.locator('#page').innerText()).toMatch(shows);
      await eventually(() => page.locator('.old').count()).toBe(0);
    };
    const see = async (file: string, { width }: typeof WIDE) => {
      await waitUntilSettled();
      expect(await seriousFindings(page)).toEqual([]);
      expect(await widthOf(page)).toBe(width);
      if (!isKept) return;
      await page.waitForLoadState('networkidle');
      const part = view.isTop ? '#page' : '.panel';
      await page.evaluate(`document.querySelector('${part}')?.scrollIntoView()`);
      await page.screenshot({ path: join(PICTURES, `page-${file}.png`) });
    };
    await see(name, WIDE);
    await page.setViewportSize(PHONE);
    await page.emulateMedia({ colorScheme: scheme === 'light' ? 'dark' : 'light' });
    await see(`${name}-phone`, PHONE);
    expect(faults).toEqual([]);
    await close();
  });

  it('is walked through with the keyboard alone', async () => {
    const { page, faults, close } = await show(browser, `${url}/`);
    const focusedText = () =>
      page.evaluate(
        'document.activeElement.getAttribute("aria-label") ?? document.activeElement.innerText',
      );
    const tabTo = async (name: string) => {
      const there = page
        .getByText(name, { exact: true })
        .or(page.getByLabel(name, { exact: true }));
      await there.first().waitFor();
      for (let i = 0; i < 60; i++) {
        await page.keyboard.press('Tab');
        if ((await focusedText()) === name) return page.keyboard.press('Enter');
      }
      throw new Error(`the Tab key does not come to “${name}”`);
    };
    await page.getByRole('link', { name: 'demo', exact: true }).waitFor();
    await tabTo('demo');
    await eventually(() => position(page).inputValue()).toBe('45');

    await page.locator('#tree-search').waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('docker');
    await eventually(() => page.getByRole('treeitem').count()).toBe(3);
    // Past the box “with programs”.
    for (let i = 0; i < 2; i++) await page.keyboard.press('Tab');
    for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowDown');
    await eventually(() => region(page, 'Questions').innerText()).toContain('cgroup 3');
    await tabTo('cgroup_device');
    await eventually(() => region(page, 'cgroup_device').innerText()).toMatch(/@ \d+/);

    await page.keyboard.press('Home');
    await eventually(() => position(page).inputValue()).toBe('1');
    for (const at of ['19', '21']) {
      await page.keyboard.press('r');
      await eventually(() => position(page).inputValue()).toBe(at);
    }
    await page.keyboard.press('[');
    await eventually(() => position(page).inputValue()).toBe('20');

    await tabTo('Lanes');
    await eventually(() => page.getByRole('img', { name: /lanes/ }).count()).toBe(1);
    await page.keyboard.press('?');
    await eventually(() => page.getByText('follow the log').count()).toBe(1);
    await page.keyboard.press('Escape');
    await eventually(() => page.getByText('follow the log').count()).toBe(0);
    expect(faults).toEqual([]);
    await close();
  });
});
