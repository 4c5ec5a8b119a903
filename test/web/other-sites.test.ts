// What a page of another site gets of the service, and does to it, in a browser: nothing. And what a
// name that was made to lead to this machine gets (DNS rebinding).

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { post, startTestService, type TestService } from '../api/running.ts';
import { needs } from '../support/needs.ts';
import { openBrowser } from './browser.ts';

const EVIL = 'evil.test';
const REBOUND = 'rebound.test';
const SECRET = 'secret-host';

describe.skipIf(!needs('chromium').ok)('a page of another site, in a browser', () => {
  let service: TestService;
  let url: string;
  let site: Server;
  let evil: string;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    service = await startTestService({ loopback: true });
    url = await service.listen();
    const headers = { host: 'localhost' };
    await post(service.app, '/v1/hosts', { headers, body: { name: SECRET, release: '6.18' } });
    site = createServer((_, answer) => {
      answer.setHeader('content-type', 'text/html');
      answer.end('<!doctype html><title>evil</title><p>evil</p>');
    }).listen(0, '127.0.0.1');
    await once(site, 'listening');
    evil = `http://${EVIL}:${(site.address() as AddressInfo).port}/`;
    browser = await openBrowser([EVIL, REBOUND]);
  });
  afterAll(async () => {
    await browser.close();
    site.closeAllConnections();
    site.close();
    await service.close();
  });
  beforeEach(async () => {
    page = await (await browser.newContext()).newPage();
    await page.goto(evil);
  });
  afterEach(async () => {
    await page.context().close();
    expect(await hosts()).toEqual([SECRET]);
  });

  const hosts = async () => {
    const answer = await service.app.request('/v1/hosts', { headers: { host: 'localhost' } });
    return ((await answer.json()) as { items: { name: string }[] }).items.map(({ name }) => name);
  };
  const inPage = (script: string): Promise<unknown> =>
    page.evaluate(`(async () => { const url = ${JSON.stringify(url)}; ${script} })()`);

  it.each([
    ['by fetch', `return fetch(url + '/v1/hosts').then((r) => r.text(), (e) => e.name)`],
    [
      'by fetch without CORS',
      `return fetch(url + '/v1/hosts', { mode: 'no-cors' }).then((r) => r.text(), (e) => e.name)`,
    ],
    [
      'as a stream',
      `return new Promise((done) => {
        const stream = new EventSource(url + '/v1/events/stream');
        stream.onmessage = ({ data }) => done(data);
        stream.onerror = () => done('TypeError');
      })`,
    ],
    [
      'as a script',
      `return new Promise((done) => {
        const script = document.createElement('script');
        script.src = url + '/v1/hosts';
        script.onload = () => done('loaded');
        script.onerror = () => done('TypeError');
        document.body.append(script);
      })`,
    ],
    [
      'as an image',
      `return new Promise((done) => {
        const image = new Image();
        image.onload = () => done('loaded');
        image.onerror = () => done('TypeError');
        image.src = url + '/v1/hosts/${SECRET}/effective?format=svg';
      })`,
    ],
  ])('reads nothing %s', async (_, script) => {
    expect(await inPage(script)).toBe('TypeError');
  });

  it('reads nothing in a frame', async () => {
    await inPage(`const frame = document.createElement('iframe'); frame.src = url + '/';
      document.body.append(frame);
      await new Promise((done) => { frame.onload = done; });`);
    for (const frame of page.frames()) expect(await frame.content()).not.toContain(SECRET);
  });

  it.each([
    ['of JSON, which the browser asks about first', `'application/json'`, 'cors'],
    ['of text, which it does not', `'text/plain'`, 'no-cors'],
  ])('writes nothing by a request %s', async (_, type, mode) => {
    await inPage(`return fetch(url + '/v1/hosts', { method: 'POST', mode: '${mode}',
      headers: { 'content-type': ${type} },
      body: JSON.stringify({ name: 'made-by-evil', release: '6.18' }) }).catch(() => 0)`);
  });

  it('writes nothing by a form', async () => {
    await inPage(`const form = document.createElement('form');
      form.method = 'post'; form.enctype = 'text/plain'; form.action = url + '/v1/hosts';
      const field = document.createElement('input');
      field.name = '{"name":"made-by-evil","release":"6.18","x":"'; field.value = '"}';
      form.append(field); document.body.append(form); form.submit();`);
    await page.waitForURL(`${url}/**`);
    expect(await page.content()).toContain('foreign-origin');
  });

  it('gets nothing by a name of its own that leads here', async () => {
    const answer = await page.goto(url.replace('127.0.0.1', REBOUND));
    expect(answer?.status()).toBe(421);
    expect(await inPage(`return fetch('/v1/hosts').then((r) => r.status)`)).toBe(421);
    await inPage(`return fetch('/v1/hosts', { method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'made-by-evil', release: '6.18' }) })`);
  });
});
