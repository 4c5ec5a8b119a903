// How the page is served: open to anyone, strict about what it may load, small, and kept by browsers.

import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tokensOf } from '../../src/api/guard/tokens.ts';
import { problem, startTestService, type TestService } from '../api/running.ts';

const TOKEN = 'the-token-of-a-reader-of-all';
const sha256 = createHash('sha256').update(TOKEN).digest('hex');
/** Bytes of the first view, compressed. */
const FIRST_VIEW_MAX = 80_000;

let service: TestService;
beforeAll(async () => {
  const reader = { name: 'reader', role: 'reader', hosts: ['*'], sha256 };
  service = await startTestService({ tokens: tokensOf(JSON.stringify(reader)) });
});
afterAll(() => service.close());

const get = (path: string, headers = {}) => service.app.request(path, { headers });

/** The addresses that a text has between quotes. */
const addressesIn = (text: string): string[] =>
  [...text.matchAll(/(?:src|href)="([^"#]+)"/g)].map(([, address = '']) => address);

describe('the page', () => {
  it.each(['/', '/reference'])('is open to anyone at %s, although the API is not', async (path) => {
    const response = await get(path);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(await problem(await get('/v1/hosts'))).toMatchObject({ status: 401 });
  });

  it('loads its own parts and nothing else, and none of them is written into it', async () => {
    const response = await get('/');
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy.split('; ')).toEqual(
      expect.arrayContaining([
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "frame-ancestors 'none'",
      ]),
    );
    expect(policy).not.toMatch(/unsafe|https?:|data:|\*/);
    const text = await response.text();
    expect(text).not.toMatch(/<style|style=|<script[^>]*>[^<]|\bon\w+=/);
    const addresses = addressesIn(text);
    expect(addresses.length).toBeGreaterThanOrEqual(3);
    for (const address of addresses) {
      expect(address).toMatch(/^\/assets\/[\w-]+\.(?:js|css|svg)$/);
      const part = await get(address);
      expect(part.status).toBe(200);
      expect(part.headers.get('cache-control')).toContain('immutable');
      expect(part.headers.get('content-security-policy')).toBe(policy);
    }
  });

  it('is under 80 kB for the first view', async () => {
    const packed = { 'accept-encoding': 'br, gzip' };
    const document = await get('/', packed);
    expect(document.headers.get('content-encoding')).toBe('gzip');
    const bytes = Buffer.from(await document.arrayBuffer());
    let all = bytes.length;
    for (const address of addressesIn(gunzipSync(bytes).toString())) {
      all += (await (await get(address, packed)).arrayBuffer()).byteLength;
    }
    expect(all).toBeGreaterThan(10_000);
    expect(all).toBeLessThan(FIRST_VIEW_MAX);
  });

  it('has no other parts', async () => {
    for (const path of ['/assets/none.js', '/assets/..%2Findex.html', '/assets/%2e%2e%2f']) {
      expect((await get(path)).status).toBe(404);
    }
  });
});
