// The page as a person uses it, by roles and labels, against the real server: the story of the demo
// from the first click to the last, a log that grows, and a link that shows the same to another reader.

import { createHash } from 'node:crypto';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tokensOf } from '../../src/api/guard/tokens.ts';
import { postDemo } from '../../src/cli/demo.ts';
import { postLinksDemo } from '../../src/cli/demo-links.ts';
import { restClient } from '../../src/client/rest-client.ts';
import { post, startTestService, type TestService } from '../api/running.ts';
import { needs } from '../support/needs.ts';
import { openBrowser, type Shown, seriousFindings, show, widthOf } from './browser.ts';

/** What a page shows comes when its answers have come. */
const eventually = <T>(read: () => T) => expect.poll(read, { timeout: 10_000, interval: 20 });

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

  /** Shows a page to a reader, and expects that nothing went wrong on it. */
  async function reading(
    place: string,
    read: (page: Page) => Promise<void>,
    options: Parameters<typeof show>[2] = {},
  ): Promise<void> {
    const shown: Shown = await show(browser, `${url}${place}`, options);
    try {
      await read(shown.page);
      expect(shown.faults).toEqual([]);
    } finally {
      await shown.close();
    }
  }

  const text = (page: Page, name: string) => page.getByRole('region', { name });
  const position = (page: Page) => page.getByLabel('Go to position');
  const slots = (page: Page) =>
    text(page, 'cgroup_device').getByRole('row').filter({ hasNotText: 'put by' });

  it('tells the story of the demo from the list of hosts to the reason', async () => {
    await reading('/', async (page) => {
      const row = page
        .getByRole('row')
        .filter({ has: page.getByRole('link', { name: 'demo', exact: true }) });
      await eventually(() => row.innerText()).toMatch(/6\.18\.44.*45/s);
      await eventually(() => row.getByRole('cell').nth(4).innerText()).toBe('4');
      await row.getByRole('link', { name: 'demo', exact: true }).click();
      await eventually(() => position(page).inputValue()).toBe('45');

      await page.getByRole('treeitem', { name: 'docker-4f1c9e.scope' }).click();
      await eventually(() => slots(page).count()).toBe(2);

      // Back from the end to the first refusal: a replace that found nothing to replace.
      await page.keyboard.press('R');
      await eventually(() => text(page, 'Event').innerText()).toContain('▲');
      for (let i = 0; i < 3; i++) {
        const before = await position(page).inputValue();
        await page.keyboard.press('R');
        await eventually(() => position(page).inputValue()).not.toBe(before);
      }
      await eventually(() => position(page).inputValue()).toBe('19');
      await eventually(() => text(page, 'Event').innerText()).toMatch(/▲ ENOENT/);

      // One step on, the second updater adds its filter, and three stand where two are meant.
      await page.keyboard.press('ArrowRight');
      await eventually(() => text(page, 'Event').innerText()).toMatch(/Entry inserted/);
      await eventually(() => slots(page).count()).toBe(3);
      await eventually(() => slots(page).nth(2).innerText()).toMatch(/\+/);

      await text(page, 'cgroup_device').getByRole('button', { name: 'cgroup_device' }).click();
      await eventually(() => slots(page).nth(2).innerText()).toMatch(/runc-update-b\[5\] @ 20/);

      await page.getByRole('tab', { name: 'Lanes' }).click();
      const lanes = page.getByRole('img', { name: /lanes/ });
      await eventually(() => lanes.getAttribute('aria-label')).toMatch(/^6 lanes, /);

      await page.getByRole('tab', { name: 'Explain' }).click();
      await page.getByLabel('or its id').fill('5002');
      await page.keyboard.press('Enter');
      await eventually(() => text(page, 'Questions').innerText()).toMatch(/does not run/);

      await page.getByRole('tab', { name: 'Diff' }).click();
      await page.getByLabel('Moment A').fill('10');
      await page.keyboard.press('Enter');
      await eventually(() => text(page, 'Questions').innerText()).toMatch(/Effective arrays 1/);

      await page.getByRole('tab', { name: 'Plan' }).click();
      await page.getByRole('button', { name: 'Plan these calls' }).click();
      await eventually(() => text(page, 'Planned').innerText()).toMatch(/BPF_PROG_ATTACH/);

      await page.getByRole('tab', { name: 'Replay' }).click();
      await page.getByLabel('Release').selectOption('5.7');
      await eventually(() => text(page, 'Questions').innerText()).toMatch(/5\.7 answers 6 calls/);

      // What if: a host of its own that shares the log up to here.
      await page.getByRole('tab', { name: 'Plan' }).click();
      await page.getByLabel('Name of the new host').fill('what-if');
      await page.getByRole('button', { name: 'Branch', exact: true }).click();
      await eventually(() => page.url()).toMatch(/#\/what-if/);
      await eventually(() => position(page).inputValue()).toBe('20');
    });
  });

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
    await reading('/', async (page) => {
      await page.getByRole('link', { name: 'Take the tour' }).click();
      const tour = page.getByRole('complementary', { name: 'Tour' });
      for (const [i, [at, what]] of told.entries()) {
        await eventually(() => tour.innerText()).toContain(`${i + 1} of ${told.length}`);
        await eventually(() => position(page).inputValue()).toBe(String(at));
        await eventually(() => text(page, 'Event').innerText()).toContain(what);
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
    await eventually(() => text(page, 'Event').innerText()).toContain('Entry inserted');
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
    const picture = async (page: Page) => {
      await eventually(() => slots(page).count()).toBe(3);
      await eventually(() => slots(page).nth(2).innerText()).toMatch(/@ 20/);
      await eventually(() => page.locator('.event.old, .tree.old').count()).toBe(0);
      await eventually(() => page.getByText('Effective arrays').count()).toBe(1);
      return page.locator('#page').innerHTML();
    };
    let first = '';
    let address = '';
    await reading('/#/demo', async (page) => {
      await page.goto(`${url}${place}`);
      // On another way to the same place.
      await page.keyboard.press('ArrowLeft');
      await page.keyboard.press('ArrowRight');
      first = await picture(page);
      await eventually(() => page.url()).toContain('at=20');
      address = page.url();
    });
    await reading(new URL(address).pathname + new URL(address).hash, async (page) => {
      expect(await picture(page)).toBe(first);
    });
  });

  it('follows a log while calls arrive, until the reader steps back', async () => {
    await post(service.app, '/v1/hosts', {
      headers: { host: 'localhost' },
      body: { name: 'busy', release: '6.18' },
    });
    const call = (body: object) =>
      post(service.app, '/v1/hosts/busy/syscalls', { headers: { host: 'localhost' }, body });
    await reading('/#/busy', async (page) => {
      await page.getByRole('button', { name: 'Live' }).click();
      await expect
        .poll(() => page.getByRole('button', { name: 'Live', exact: true }).count())
        .toBe(1);
      for (let i = 0; i < 20; i++) await call({ call: { name: 'mkdir', path: `/pod-${i}` } });
      await eventually(() => position(page).inputValue()).toBe('21');
      await eventually(() => page.getByRole('treeitem').count()).toBe(21);
      await page.keyboard.press('ArrowLeft');
      await eventually(() => position(page).inputValue()).toBe('20');
      await call({ call: { name: 'mkdir', path: '/later' } });
      await eventually(() => page.getByRole('treeitem').count()).toBe(20);
      expect(await position(page).inputValue()).toBe('20');
    });
  });

  it.each([
    ['light', 'the hosts', '/'],
    ['dark', 'a host', `/#/demo?at=20&cgroup=${SCOPE}&type=cgroup_device`],
    ['light', 'lanes', `/#/demo?at=20&cgroup=${SCOPE}&type=cgroup_device&view=lanes&mark=10`],
    [
      ...(['dark', 'an explanation'] as const),
      `/#/demo?cgroup=${SCOPE}&type=cgroup_device&program=5002&view=explain`,
    ],
    ['light', 'the reference', '/docs'],
  ] as const)('has no serious finding of axe in the %s, and fits a phone: %s', async (...row) => {
    const [colorScheme, , place] = row;
    const viewport = { width: 390, height: 844 };
    await reading(
      place,
      async (page) => {
        await page.waitForLoadState('networkidle');
        expect(await seriousFindings(page)).toEqual([]);
        expect(await widthOf(page)).toBe(390);
      },
      { colorScheme, viewport },
    );
  });

  it('says what to do about a host that is not there', async () => {
    const { page, close } = await show(browser, `${url}/#/nobody`);
    await eventually(() => page.getByRole('alert').innerText()).toMatch(/nobody/);
    await page.getByRole('link', { name: 'All hosts' }).click();
    await eventually(() => page.getByRole('heading', { name: 'Hosts' }).count()).toBe(1);
    await close();
  });
});
