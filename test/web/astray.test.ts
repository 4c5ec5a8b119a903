// What a page must not hide: characters that nobody sees, a moment, a cgroup or a host that is not
// there, and the rest of what is too long to show.

import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { post, startTestService, type TestService } from '../api/running.ts';
import { needs } from '../support/needs.ts';
import { eventually, openBrowser, position, reading, region } from './browser.ts';

/** Made for the eye: an ESC, a right-to-left override, a zero-width space. */
const COMM = 'r\u202eo\u001bt';
const DIRECTORY = '/sys\u200btem.slice';
const PIN = '/a\u2066b';
const ILLEGIBLE = '[\\p{Cc}\\p{Bidi_Control}\\p{Default_Ignorable_Code_Point}]';
const CGROUPS = 3000;
const HOSTS = 300;

/** Holds back the answers to some questions of a page until they are released. */
async function heldBack(page: Page, questions: string): Promise<{ release(): void }> {
  const held: (() => void)[] = [];
  let isOpen = false;
  await page.route(questions, async (route) => {
    if (!isOpen) await new Promise<void>((resolve) => held.push(resolve));
    await route.continue();
  });
  return {
    release() {
      isOpen = true;
      for (const resolve of held) resolve();
    },
  };
}

describe.skipIf(!needs('chromium').ok)('the page, asked for what it cannot show as it is', () => {
  let service: TestService;
  let url: string;
  let browser: Browser;

  const send = async (path: string, body: unknown) => {
    const answer = await post(service.app, path, { headers: { host: 'localhost' }, body });
    expect(answer.status).toBeLessThan(300);
  };
  const calls = (host: string, ...some: readonly object[]) =>
    send(
      `/v1/hosts/${host}/syscalls`,
      some.map((call) => ('call' in call ? call : { call })),
    );

  const makeLargeTree = async () => {
    await send('/v1/hosts', { name: 'large', release: '6.18' });
    for (let i = 0; i < CGROUPS; i += 1000) {
      await calls(
        'large',
        ...Array.from({ length: 1000 }, (_, n) => ({
          name: 'mkdir',
          path: `/pod-${String(i + n).padStart(4, '0')}`,
        })),
      );
    }
    await calls(
      'large',
      { name: 'prog_load', prog_type: 'cgroup_device', prog_name: 'guard' },
      {
        ...{ name: 'prog_attach', attach_bpf_fd: 3, target_path: '/pod-2400' },
        attach_type: 'cgroup_device',
      },
    );
  };

  beforeAll(async () => {
    service = await startTestService({ loopback: true });
    url = await service.listen();
    await send('/v1/hosts', { name: 'odd', release: '6.18', at: '2026-03-25T06:00:00Z' });
    const load = { name: 'prog_load', prog_type: 'cgroup_device', prog_name: 'p\u202e' };
    await calls(
      'odd',
      { name: 'mkdir', path: DIRECTORY }, // 2
      { name: 'spawn', comm: COMM, child_pid: 7 }, // 3
      { pid: 7, call: { ...load, prog_name: 'ok' } }, // 4
      {
        pid: 7, // 5
        call: {
          ...{ name: 'link_create', prog_fd: 3, target_path: DIRECTORY },
          attach_type: 'cgroup_device',
        },
      },
      { pid: 7, call: { name: 'obj_pin', bpf_fd: 5, path: PIN } }, // 6
      { pid: 7, call: load }, // 7: refused
      { name: 'mkdir', path: '/short' }, // 8
      { name: 'rmdir', path: '/short' }, // 9
    );
    await makeLargeTree();
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    expect(service.faults).toEqual([]);
    await service.close();
  });

  const array = `cgroup=${encodeURIComponent(DIRECTORY)}&type=cgroup_device`;

  it.each([
    ['arrays', 5, 'r\\u202eo\\x1bt[7] fd 5, pin /a\\u2066b'],
    ['lanes', 6, 'pinned'],
    ['explain', 5, 'loaded by r\\u202eo\\x1bt[7]'],
    ['diff', 7, '/sys\\u200btem.slice'],
    ['plan', 7, 'Branch from position 7'],
    ['replay', 7, 'choose a release'],
  ])('shows what no eye sees by its code: %s', async (view, at, shown) => {
    const place = `#/odd?at=${view === 'arrays' ? 6 : at}&${array}&program=1&mark=2&view=${view}`;
    await reading(browser, `${url}/${place}`, async (page) => {
      await eventually(() => region(page, 'Questions').innerText()).toContain(shown);
      await eventually(() => region(page, 'Event').innerText()).toContain('r\\u202eo\\x1bt');
      await eventually(() => region(page, 'Cgroups').innerText()).toContain('sys\\u200btem.slice');
      const hidden = `new RegExp('${ILLEGIBLE.replaceAll('\\', '\\\\')}', 'u')`;
      const drawn = "document.getElementById('page').outerHTML";
      expect(await page.evaluate(`${hidden}.exec(${drawn})`)).toBeNull();
    });
  });

  it('says that a position is not there, and offers the last one', async () => {
    // What the page asked for before it knew is refused, and the console of a browser tells of it.
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(`${url}/#/odd?at=99`);
    await eventually(() => page.getByRole('main').innerText()).toMatch(
      /no position 99 yet.*The log of odd ends at position 9/s,
    );
    expect(await page.getByRole('treeitem').count()).toBe(0);
    await page.getByRole('button', { name: 'Go to the last event, 9' }).click();
    await eventually(() => position(page).inputValue()).toBe('9');
    await page.goBack();
    await eventually(() => page.getByRole('main').innerText()).toMatch(/no position 99 yet/);
    // It is there once the log has come so far.
    for (let i = 0; i < 90; i += 30) {
      const some = Array.from({ length: 30 }, (_, n) => ({ name: 'mkdir', path: `/m${i + n}` }));
      await calls('odd', ...some);
    }
    await page.reload();
    await eventually(() => position(page).inputValue()).toBe('99');
    await context.close();
  });

  it('finds the position of a time, and says when there was none yet', async () => {
    await reading(browser, `${url}/#/odd?at=2126-01-01T00:00:00Z`, async (page) => {
      await eventually(() => position(page).inputValue()).toBe('99');
      await eventually(() => page.getByText(/2126.* is position 99/).count()).toBe(1);
      await page.getByRole('button', { name: 'Close the note' }).click();
      await eventually(() => page.getByText(/2126/).count()).toBe(0);
      await eventually(() => page.url()).toMatch(/at=99$/);
    });
  });

  it.each([
    ['1970-01-01T00:00:00Z', /the log of odd begins later/],
    ['boot:7', /has no boot 7/],
    ['yesterday', /must be a position/],
  ])('says that %s is not a moment of the log, and offers its ends', async (when, why) => {
    // The service refuses it, and the console of a browser tells of each refusal.
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(`${url}/#/odd?at=${when}`);
    await eventually(() => page.getByRole('main').innerText()).toMatch(why);
    await page.getByRole('button', { name: 'Go to the first event' }).click();
    await eventually(() => position(page).inputValue()).toBe('1');
    await context.close();
  });

  it('says that a cgroup is not there, and leads to when it was', async () => {
    await reading(browser, `${url}/#/odd?at=20&cgroup=/short`, async (page) => {
      const questions = region(page, 'Questions');
      await eventually(() => questions.innerText()).toMatch(/There is no \/short at position 20/);
      await questions.getByRole('button', { name: 'Go to position 9' }).click();
      await eventually(() => questions.innerText()).toMatch(/no \/short at position 9/);
      await questions.getByRole('button', { name: 'Go to position 8' }).click();
      await eventually(() => questions.innerText()).toMatch(/Nothing runs here/);
    });
  });

  it('says what of an address it does not understand', async () => {
    await reading(browser, `${url}/#/odd?at=20&view=lane&from=200&to=300`, async (page) => {
      const notes = page.locator('.notes');
      await eventually(() => notes.innerText()).toMatch(/no view “lane”.*200 to 300.*ends at 99/s);
      await page.getByRole('button', { name: 'Close the note' }).click();
      await eventually(() => notes.count()).toBe(0);
    });
  });

  it('offers hosts with a name like one that is not there', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(`${url}/#/oddly`);
    await eventually(() => page.getByRole('alert').innerText()).toMatch(/oddly/);
    await page.getByRole('link', { name: 'odd', exact: true }).click();
    await eventually(() => position(page).inputValue()).toBe('99');
    await page.goBack();
    await page.getByRole('link', { name: 'All hosts' }).click();
    await eventually(() => page.getByRole('heading', { name: 'Hosts' }).count()).toBe(1);
    await context.close();
  });

  it('has all rows of a tree of any size, and draws those in view', async () => {
    await reading(browser, `${url}/#/large?cgroup=/pod-2500`, async (page) => {
      const tree = region(page, 'Cgroups');
      const rows = tree.getByRole('treeitem');
      const selected = tree.getByRole('treeitem', { selected: true });
      await eventually(() => tree.getByRole('heading').innerText()).toMatch(/3.001/);
      // What the address selects is in view, by the first answer.
      await eventually(() => selected.innerText()).toContain('pod-2500');
      await eventually(() => selected.getAttribute('aria-posinset')).toBe('2502');
      expect(await selected.getAttribute('aria-setsize')).toBe('3001');
      expect(await rows.count()).toBeLessThan(100);

      // The keyboard goes on from there, and the reader is told which row it is.
      const list = page.getByRole('tree');
      await list.focus();
      await page.keyboard.press('ArrowDown');
      await eventually(() => selected.innerText()).toContain('pod-2501');
      const active = await list.getAttribute('aria-activedescendant');
      expect(active).toBe(await selected.getAttribute('id'));
      // A reader who goes on before the answer has come is not taken back by it.
      const answers = await heldBack(page, '**/cgroups/outline?*');
      await page.keyboard.press('PageUp');
      await eventually(() => selected.innerText()).toMatch(/pod-24\d\d/);
      await page.evaluate("document.querySelector('[role=tree]').scrollTop = 300 * 24");
      answers.release();

      // Rows come when they are scrolled to, wherever that is.
      await eventually(() => tree.getByText('pod-0310').count()).toBe(1);
      await page.evaluate("document.querySelector('[role=tree]').scrollTop = 3001 * 24");
      await eventually(() => tree.getByText('pod-2999').count()).toBe(1);
    });
  });

  it('searches all of a large tree: by path, program, and what has programs', async () => {
    await reading(browser, `${url}/#/large`, async (page) => {
      const tree = region(page, 'Cgroups');
      const rows = tree.getByRole('treeitem');
      const search = tree.getByLabel('Search cgroups');
      // What the event changed is in view, as nothing is selected.
      await eventually(() => tree.getByText('pod-2400').count()).toBe(1);
      await search.fill('pod-1198');
      await eventually(() => rows.allInnerTexts()).toEqual([
        expect.stringContaining('/'),
        expect.stringContaining('pod-1198'),
      ]);
      await eventually(() => tree.getByRole('status').innerText()).toMatch(/1 of 3.001 matches/);
      await search.fill('guard');
      await eventually(() => rows.nth(1).innerText()).toContain('pod-2400');
      await search.fill('nothing like it');
      await tree.getByRole('button', { name: 'Show all' }).click();
      await eventually(() => rows.first().getAttribute('aria-setsize')).toBe('3001');
      await tree.getByLabel('with programs').check();
      await eventually(() => rows.count()).toBe(2);
      await tree.getByLabel('with programs').uncheck();

      // A folded row hides what is below it.
      await page.evaluate("document.querySelector('[role=tree]').scrollTop = 0");
      await tree.locator('[aria-level="1"] .twist').click();
      await eventually(() => rows.count()).toBe(1);
    });
  });

  it('has all hosts of a fleet, reads them as they are scrolled to, and draws those in view', async () => {
    for (let i = 0; i < HOSTS; i++) {
      await send('/v1/hosts', { name: `node-${String(i).padStart(3, '0')}`, release: '6.18' });
    }
    // Rows in view ask for what they show: few of them keep the test short.
    const small = { viewport: { width: 1280, height: 420 } };
    await reading(
      browser,
      `${url}/#/?search=node`,
      async (page) => {
        const hosts = page.getByRole('rowheader');
        const table = page.getByRole('table');
        await eventually(() => page.getByRole('heading').innerText()).toMatch(/Hosts\s+300/);
        await eventually(() => hosts.first().innerText()).toBe('node-000');
        expect(await hosts.count()).toBeLessThan(40);
        expect(await table.getAttribute('aria-rowcount')).toBe('301');
        await page.evaluate("document.querySelector('.scroll').scrollTop = 300 * 29");
        await eventually(() => hosts.last().innerText()).toBe('node-299');
        expect(await hosts.count()).toBeLessThan(40);
        const last = page.getByRole('row').last();
        expect(await last.getAttribute('aria-rowindex')).toBe('301');
        await page.getByLabel('Search hosts').fill('node-10');
        await eventually(() => hosts.count()).toBe(10);
        await eventually(() => hosts.first().innerText()).toBe('node-100');
      },
      small,
    );
  });
});
