// `bpfledger/proof` in a browser: a page of somebody else verifies an event from the text of its proof.

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { post, startTestService, type TestService } from '../api/running.ts';
import { needs } from '../support/needs.ts';
import { openBrowser } from './browser.ts';

/** The module and those that it imports, as the package has them. */
const MODULE = join(import.meta.dirname, '../../dist/client/proof');

describe.skipIf(!needs('chromium').ok)('a proof, checked by a page', () => {
  let service: TestService;
  let site: Server;
  let browser: Browser;
  let page: Page;
  let proof: string;
  let key: string;

  beforeAll(async () => {
    service = await startTestService();
    await post(service.app, '/v1/hosts', { body: { name: 'web1', release: '6.18' } });
    const body = { call: { name: 'mkdir', path: '/proven' } };
    await post(service.app, '/v1/hosts/web1/syscalls', { body });
    await service.app.request('/v1/hosts/web1/checkpoints', { method: 'POST' });
    const answer = await service.app.request('/v1/hosts/web1/proofs/inclusion?position=2');
    ({ proof } = (await answer.json()) as { proof: string });
    const keys = await (await service.app.request('/v1/keys')).json();
    key = (keys as { items: { public_key: string }[] }).items[0]?.public_key ?? '';
    site = createServer(({ url = '/' }, answer) => {
      const isScript = /^\/[a-z-]+\.js$/u.test(url);
      answer.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
      answer.end(
        isScript ? readFileSync(join(MODULE, url)) : '<!doctype html><title>proof</title>',
      );
    }).listen(0, '127.0.0.1');
    await once(site, 'listening');
    browser = await openBrowser();
    page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(site.address() as AddressInfo).port}/`);
  });
  afterAll(async () => {
    await browser.close();
    site.closeAllConnections();
    site.close();
    await service.close();
  });

  const verify = (text: string, log: string): Promise<unknown> =>
    page.evaluate(`(async () => {
      const { verifyInclusion } = await import('/proof.js');
      return verifyInclusion(${JSON.stringify(text)}, { log: ${JSON.stringify(log)} })
        .then(({ position, body }) => ({ position, body }), (error) => ({ refused: error.name }));
    })()`);

  it('holds for the event that it is of', async () => {
    expect(await verify(proof, key)).toEqual({
      position: 2,
      body: expect.stringContaining('/proven'),
    });
  });

  it('is refused when one of its characters is another one', async () => {
    const at = proof.indexOf('\n\n') - 3;
    const other = proof[at] === 'A' ? 'B' : 'A';
    const changed = proof.slice(0, at) + other + proof.slice(at + 1);
    expect(await verify(changed, key)).toEqual({ refused: 'ProofRefused' });
  });

  it('is refused by the key of another log', async () => {
    const other = key.replace(/^./u, (digit) => (digit === 'a' ? 'b' : 'a'));
    expect(await verify(proof, other)).toEqual({ refused: 'ProofRefused' });
  });
});
