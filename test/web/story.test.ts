// The page as a person uses it, by roles and labels, against the real server on either database: the
// story of the demo from the first click to the last, and a log that grows while it is read.

import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { postDemo } from '../../src/cli/demo.ts';
import { restClient } from '../../src/client/rest-client.ts';
import type { Database } from '../../src/events/storage/database.ts';
import { migrate } from '../../src/events/storage/migrate.ts';
import { openPglite } from '../../src/events/storage/pglite-database.ts';
import { openPostgres } from '../../src/events/storage/postgres-database.ts';
import { post, startTestService, type TestService } from '../api/running.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { needs } from '../support/needs.ts';
import { eventually, openBrowser, position, reading, region } from './browser.ts';

const there = needs('chromium').ok;
const databases = [
  { name: 'PGlite', ok: there },
  { name: 'PostgreSQL', ok: there && needs('postgresql').ok },
] as const;

for (const { name, ok } of databases) {
  describe.skipIf(!ok)(`the page on ${name}`, () => {
    let made: TestDatabase | undefined;
    let database: Database;
    let service: TestService;
    let url: string;
    let browser: Browser;

    beforeAll(async () => {
      made = name === 'PostgreSQL' ? await createDatabase() : undefined;
      database = made === undefined ? await openPglite() : openPostgres({ url: made.url });
      await migrate(database);
      service = await startTestService({ database, loopback: true });
      url = await service.listen();
      await postDemo(restClient({ url }));
      browser = await openBrowser();
    });
    afterAll(async () => {
      await browser?.close();
      expect(service.faults).toEqual([]);
      await service.close();
      await database.close();
      await made?.drop();
    });

    const slots = (page: Page) =>
      region(page, 'cgroup_device').getByRole('row').filter({ hasNotText: 'put by' });

    it('leads from a link in a ticket to who removed a program, and when, by one click', async () => {
      const array = 'cgroup=/system.slice/docker-4f1c9e.scope&type=cgroup_device';
      await reading(browser, `${url}/#/demo?${array}`, async (page) => {
        const left = region(page, 'cgroup_device')
          .getByRole('listitem')
          .filter({ hasText: '5001' });
        await eventually(() => left.innerText()).toMatch(
          /5001 sd_devices until runc-update-c\[6\] @ 34 prog_detach \d\d:\d\d:\d\d/,
        );
        await left.getByRole('button', { name: /@ 34/ }).click();
        await eventually(() => region(page, 'Event').innerText()).toMatch(
          /Event\s+34\s.*PROG_DETACH.*runc-update-c/s,
        );
        // Back is where the link led to, and the name of the program leads to the reason.
        await page.goBack();
        await left.getByRole('button', { name: '5001 sd_devices' }).click();
        await eventually(() => region(page, 'Questions').innerText()).toMatch(
          /does not run.*Because of/s,
        );
      });
    });

    it('tells the story of the demo from the list of hosts to the reason', async () => {
      await reading(browser, `${url}/`, async (page) => {
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
        await eventually(() => region(page, 'Event').innerText()).toContain('▲');
        for (let i = 0; i < 3; i++) {
          const before = await position(page).inputValue();
          await page.keyboard.press('R');
          await eventually(() => position(page).inputValue()).not.toBe(before);
        }
        await eventually(() => position(page).inputValue()).toBe('19');
        await eventually(() => region(page, 'Event').innerText()).toMatch(/▲ ENOENT/);

        // One step on, the second updater adds its filter, and three stand where two are meant.
        await page.keyboard.press('ArrowRight');
        await eventually(() => region(page, 'Event').innerText()).toMatch(/Entry inserted/);
        await eventually(() => slots(page).count()).toBe(3);
        await eventually(() => slots(page).nth(2).innerText()).toMatch(/\+/);

        await region(page, 'cgroup_device').getByRole('button', { name: 'cgroup_device' }).click();
        await eventually(() => slots(page).nth(2).innerText()).toMatch(/runc-update-b\[5\] @ 20/);

        await page.getByRole('tab', { name: 'Lanes' }).click();
        const lanes = page.getByRole('img', { name: /lanes/ });
        await eventually(() => lanes.getAttribute('aria-label')).toMatch(/^6 lanes, /);

        await page.getByRole('tab', { name: 'Explain' }).click();
        await page.getByLabel('or its id').fill('5002');
        await page.keyboard.press('Enter');
        await eventually(() => region(page, 'Questions').innerText()).toMatch(/does not run/);

        await page.getByRole('tab', { name: 'Diff' }).click();
        await page.getByLabel('Moment A').fill('10');
        await page.keyboard.press('Enter');
        await eventually(() => region(page, 'Questions').innerText()).toMatch(/Effective arrays 1/);
        const sides = region(page, 'Side by side').getByRole('listitem');
        await eventually(() => sides.allInnerTexts()).toEqual([
          expect.stringContaining('5001 sd_devices'),
          expect.stringMatching(/−.*5002 runc_devices/s),
          expect.stringContaining('5001 sd_devices'),
          expect.stringMatching(/\+.*5003 runc_devices/s),
          expect.stringMatching(/\+.*5004 runc_devices/s),
        ]);

        await page.getByRole('tab', { name: 'Plan' }).click();
        await page.getByRole('button', { name: 'Plan these calls' }).click();
        await eventually(() => region(page, 'Planned').innerText()).toMatch(/BPF_PROG_ATTACH/);

        await page.getByRole('tab', { name: 'Replay' }).click();
        await page.getByLabel('Release').selectOption('5.7');
        await eventually(() => region(page, 'Questions').innerText()).toMatch(
          /5\.7 answers 6 calls/,
        );

        // What if: a host of its own that shares the log up to here.
        await page.getByRole('tab', { name: 'Plan' }).click();
        await page.getByLabel('Name of the new host').fill('what-if');
        await page.getByRole('button', { name: 'Branch', exact: true }).click();
        await eventually(() => page.url()).toMatch(/#\/what-if/);
        await eventually(() => position(page).inputValue()).toBe('20');
      });
    });

    it('follows a log while calls arrive, until the reader steps back', async () => {
      await post(service.app, '/v1/hosts', {
        headers: { host: 'localhost' },
        body: { name: 'busy', release: '6.18' },
      });
      const call = (body: object) =>
        post(service.app, '/v1/hosts/busy/syscalls', { headers: { host: 'localhost' }, body });
      await reading(browser, `${url}/#/busy`, async (page) => {
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
  });
}
