// The page as a person uses it, by roles and labels, against the real server: the tour, tokens, a link
// that shows the same to another reader, and the reference.

import { createHash } from 'node:crypto';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tokensOf } from '../../src/api/guard/tokens.ts';
import { postDemo } from '../../src/cli/demo.ts';
import { postLinksDemo } from '../../src/cli/demo-links.ts';
import { restClient } from '../../src/client/rest-client.ts';
import { startTestService, type TestService } from '../api/running.ts';
import { needs } from '../support/needs.ts';
import { openapiDocument } from '../support/openapi.ts';
import { eventually, openBrowser, position, reading, region, type Shown, show } from './browser.ts';

type Rest = readonly [read: Parameters<typeof reading>[2], options?: Parameters<typeof reading>[3]];

const SCOPE = '/system.slice/docker-4f1c9e.scope';

describe.skipIf(!needs('chromium').ok)('the page', () => {
  let service: TestService;
  let url: string;
  let browser: Browser;

  beforeAll(async () => {
    service = await startTestService({ loopback: true });
    url = await service.listen();
    await postDemo(restClient({ url }));
    await postLinksDemo(restClient({ url }));
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    expect(service.faults).toEqual([]);
    await service.close();
  });

  const read = (place: string, ...rest: Rest) => reading(browser, `${url}${place}`, ...rest);
  const slots = (page: Page) =>
    region(page, 'cgroup_device').getByRole('row').filter({ hasNotText: 'put by' });

  it('takes the tour to its end, each step at the moment that it tells of', async () => {
    const told = [
      [7, 'Entry inserted'],
      [9, '▲ EPERM'],
      [12, 'Link created'],
      [14, 'Entry inserted'],
      [16, '▲ ENOENT'],
      [18, 'Link updated'],
      [20, 'Link severed'],
      [23, 'Link freed'],
      [20, 'Entry inserted'],
    ] as const;
    await read('/', async (page) => {
      await page.getByRole('link', { name: 'Take the tour' }).click();
      const tour = page.getByRole('complementary', { name: 'Tour' });
      for (const [i, [at, what]] of told.entries()) {
        await eventually(() => tour.innerText()).toContain(`${i + 1} of ${told.length}`);
        await eventually(() => position(page).inputValue()).toBe(String(at));
        await eventually(() => region(page, 'Event').innerText()).toContain(what);
        await tour.getByRole('button', { name: /Next|Look around/ }).click();
      }
      await eventually(() => tour.count()).toBe(0);
      expect(page.url()).toMatch(/#\/demo\?.*view=lanes/);
      await page.goBack();
      await eventually(() => tour.innerText()).toContain('9 of 9');
    });
  });

  it('asks for a token where the service wants one, and forgets it with the page', async () => {
    const token = 'the-token-of-a-reader-of-all';
    const sha256 = createHash('sha256').update(token).digest('hex');
    const reader = { name: 'reader', role: 'reader', hosts: ['demo'], sha256 };
    const guarded = await startTestService({
      tokens: tokensOf(JSON.stringify(reader)),
      loopback: true,
      database: service.database,
    });
    const shown = await show(browser, `${await guarded.listen()}/#/demo?at=20`);
    const { page } = shown;
    await page.getByLabel('Token').fill('a-token-that-nobody-ever-gave');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await eventually(() => page.locator('.why').count()).toBe(1);
    await page.getByLabel('Token').fill(token);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await eventually(() => region(page, 'Event').innerText()).toContain('Entry inserted');
    await page.getByRole('button', { name: 'Live' }).click();
    await eventually(() => page.getByRole('button', { name: 'Live', exact: true }).count()).toBe(1);
    const kept = await page.evaluate(
      'JSON.stringify([localStorage, sessionStorage, document.cookie])',
    );
    expect(kept).toBe('[{},{},""]');
    await page.reload();
    await eventually(() => page.getByLabel('Token').count()).toBe(1);
    await shown.close();
    await guarded.close();
  });

  it('shows another reader the same picture by its address', async () => {
    const place = `/#/demo?at=20&cgroup=${SCOPE}&type=cgroup_device&from=15&to=30`;
    const picture = async ({ page, still }: Shown) => {
      await eventually(() => slots(page).count()).toBe(3);
      await eventually(() => slots(page).nth(2).innerText()).toMatch(/@ 20/);
      await eventually(() => page.locator('.event.old, .tree.old').count()).toBe(0);
      await eventually(() => page.getByText('Effective arrays').count()).toBe(1);
      return still();
    };
    let first = '';
    let address = '';
    await read('/#/demo', async (page, shown) => {
      await page.goto(`${url}${place}`);
      // On another way to the same place.
      await eventually(() => position(page).inputValue()).toBe('20');
      await page.keyboard.press('ArrowLeft');
      await eventually(() => position(page).inputValue()).toBe('19');
      await page.keyboard.press('ArrowRight');
      first = await picture(shown);
      await eventually(() => page.url()).toContain('at=20');
      address = page.url();
    });
    await read(new URL(address).pathname + new URL(address).hash, async (_, shown) => {
      await eventually(() => picture(shown)).toBe(first);
    });
  });

  it('needs no service for a step to the next event', async () => {
    await read(`/#/demo?at=18&cgroup=${SCOPE}`, async (page) => {
      const come = new Set<string>();
      page.on('requestfinished', (request) => come.add(new URL(request.url()).pathname));
      await eventually(() =>
        [17, 19, 20].filter((n) => !come.has(`/v1/hosts/demo/events/${n}`)),
      ).toEqual([]);
      await page.waitForLoadState('networkidle');
      let asked = 0;
      await page.route(/\/events\/19$|\/cgroups\/outline\?at=19&/, async (route) => {
        asked++;
        await route.continue();
      });
      await page.keyboard.press('ArrowRight');
      await eventually(() => region(page, 'Event').innerText()).toMatch(/^Event\s+19\s.*ENOENT/s);
      expect(asked).toBe(0);
    });
  });

  it('shows each operation of the API with what it takes and answers', async () => {
    const { paths } = openapiDocument<{ readonly paths: Readonly<Record<string, object>> }>();
    const all = Object.values(paths).reduce((sum, one) => sum + Object.keys(one).length, 0);
    await read('/reference', async (page) => {
      await eventually(() => page.getByText(`${all} operations`).count()).toBe(1);
      await page.getByLabel('Search operations').fill('getTimeline');
      await page.getByText('What happened over a span').click();
      const rows = page.getByRole('rowheader');
      await eventually(() => rows.allInnerTexts()).toEqual(['host', 'from?', 'to?', 'buckets?']);
      await eventually(() => page.getByText('undefined').count()).toBe(0);
      await page.getByText('Timeline', { exact: true }).click();
      await eventually(() => page.getByText('Positions of a bucket').count()).toBe(1);
    });
  });

  it('asks a service again that had too much to do', async () => {
    // The console of a browser tells of each refusal.
    const { page, close } = await show(browser, `${url}/`);
    let refused = 0;
    await page.route(/\/diff\?/, (route) => {
      if (++refused > 1) return route.continue();
      return route.fulfill({
        status: 503,
        contentType: 'application/problem+json',
        body: JSON.stringify({ title: 'The service has too much to do', detail: '2 diffs' }),
      });
    });
    await page.goto(`${url}/#/demo?at=20&cgroup=${SCOPE}`);
    await eventually(() => page.getByText('Effective arrays').count()).toBe(1);
    expect(refused).toBe(2);
    await close();
  });

  it('says what to do about a host that is not there', async () => {
    const { page, close } = await show(browser, `${url}/#/nobody`);
    await eventually(() => page.getByRole('alert').innerText()).toMatch(/nobody/);
    await page.getByRole('link', { name: 'All hosts' }).click();
    await eventually(() => page.getByRole('heading', { name: 'Hosts' }).count()).toBe(1);
    await close();
  });
});
