// What pages of other sites get: nothing, not even an image that fails in its own time; and what
// every answer tells a browser.

import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { post, problem, startTestService, type TestService } from './running.ts';

let service: TestService;
let url: string;

beforeAll(async () => {
  service = await startTestService({ loopback: true });
  url = await service.listen();
  await post(service.app, '/v1/hosts', { body: { name: 'h', release: '6.18' } });
  const state = await service.app.request('/v1/hosts/h/state', { headers: { host: 'localhost' } });
  KNOWN['if-none-match'] = state.headers.get('etag') ?? '';
});
afterAll(() => service.close());

const page = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
const image = { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' };
const frame = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' };

describe('a request that a browser makes', () => {
  it.each([
    ['for no page', '/v1/hosts', { 'sec-fetch-site': 'none', ...page }, 200],
    ['for a page of this service', '/v1/hosts', { 'sec-fetch-site': 'same-origin' }, 200],
    ['as an image of another site', '/v1/hosts', { 'sec-fetch-site': 'cross-site', ...image }, 403],
    ['as an image of another port', '/v1/hosts', { 'sec-fetch-site': 'same-site', ...image }, 403],
    ['as an image, of health', '/healthz', { 'sec-fetch-site': 'cross-site', ...image }, 403],
    ['in a frame of another site', '/healthz', { 'sec-fetch-site': 'cross-site', ...frame }, 403],
    ['by a link, to a resource', '/v1/hosts', { 'sec-fetch-site': 'cross-site', ...page }, 403],
    ['by a link, to a page', '/', { 'sec-fetch-site': 'cross-site', ...page }, 200],
    ['in a frame of another site', '/', { 'sec-fetch-site': 'cross-site', ...frame }, 403],
    ['for a verification', '/v1/hosts/h/verify', { 'sec-fetch-site': 'cross-site' }, 403],
  ])('%s: %s %j → %i', async (_, path, headers, status) => {
    const response = await service.app.request(path, {
      headers: headers as unknown as Record<string, string>,
    });
    expect(response.status).toBe(status);
    if (status === 403) {
      expect(await problem(response)).toMatchObject({
        type: 'urn:bpfledger:problem:foreign-origin',
        field: 'sec-fetch-site',
      });
    }
  });

  it('is refused at the side door too', async () => {
    const sent = { 'content-type': 'application/json', 'sec-fetch-site': 'same-site' };
    const body = '{"call":{"name":"mkdir","path":"/a"}}';
    expect((await raw('POST', '/v1/hosts/h/syscalls', sent, body)).status).toBe(403);
  });
});

/** Headers of a reader who has the answer; filled in before it asks. */
const KNOWN: Record<string, string> = {};

describe('every answer tells a browser to keep it from other sites', () => {
  const json = { 'content-type': 'application/json' };
  it.each([
    ['a read', 'GET', '/v1/hosts', {}, undefined, 200],
    ['one that is known', 'GET', '/v1/hosts/h/state', KNOWN, undefined, 304],
    ['a problem', 'GET', '/v1/hosts/nobody', {}, undefined, 404],
    ['no route', 'GET', '/nowhere', {}, undefined, 404],
    ['no method', 'DELETE', '/v1/hosts', {}, undefined, 405],
    ['a stranger', 'GET', '/v1/hosts', { host: 'evil.example' }, undefined, 421],
    ['metrics', 'GET', '/metrics', {}, undefined, 200],
    ['a stream', 'GET', '/v1/hosts/h/events/stream', {}, undefined, 200],
    ['an export', 'GET', '/v1/hosts/h/export', {}, undefined, 200],
    ['the side door', 'POST', '/v1/hosts/h/syscalls', json, '{"call":{"name":"fork"}}', 200],
    ['a problem at the side door', 'POST', '/v1/hosts/h/syscalls', json, '{"call":{}}', 422],
  ])('%s: %s %s', async (_, method, path, headers, body, status) => {
    const answer = await raw(method, path, headers as unknown as Record<string, string>, body);
    expect(answer.status).toBe(status);
    expect(answer.headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin',
    });
  });
});

/** Sends a request as it is: fetch would not send some of these headers. */
function raw(method: string, path: string, headers: Record<string, string>, body = '') {
  return new Promise<{ status: number | undefined; headers: object }>((resolve, reject) => {
    const length = body === '' ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    request(`${url}${path}`, { method, headers: { ...headers, ...length } }, (response) => {
      resolve({ status: response.statusCode, headers: response.headers });
      response.destroy();
    })
      .on('error', reject)
      .end(body);
  });
}
