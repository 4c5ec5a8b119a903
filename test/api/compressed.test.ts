// Answers are compressed for who accepts it, from a kilobyte on; streams are not.

import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codingOf } from '../../src/api/guard/compress-answers.ts';
import { post, startTestService, type TestService } from './running.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
  await post(service.app, '/v1/hosts', { body: { name: 'h', release: '6.18' } });
  const calls = Array.from({ length: 900 }, (_, i) => ({
    call: { name: 'mkdir', path: `/d${i}` },
  }));
  await post(service.app, '/v1/hosts/h/syscalls', { body: calls });
});
afterAll(() => service.close());

const get = (path: string, accepted?: string) =>
  service.app.request(
    path,
    accepted === undefined ? {} : { headers: { 'accept-encoding': accepted } },
  );

describe.each([
  ['br', brotliDecompressSync],
  ['gzip', gunzipSync],
] as const)('%s', (coding, decompress) => {
  it.each(['/v1/hosts/h/state?at=800', '/v1/hosts/h/events?at=800&limit=1000', '/v1/releases'])(
    'of %s is the same answer, much smaller',
    async (path) => {
      const plain = await get(path);
      const whole = Buffer.from(await plain.arrayBuffer());
      const answer = await get(path, coding);
      expect(answer.headers.get('content-encoding')).toBe(coding);
      expect(answer.headers.get('vary')).toBe('accept-encoding');
      expect(answer.headers.get('etag')).toBe(plain.headers.get('etag'));
      const small = Buffer.from(await answer.arrayBuffer());
      expect(decompress(small).equals(whole)).toBe(true);
      expect(small.length).toBeLessThan(whole.length / 4);
    },
  );
});

it('is left out for small answers, for who does not accept it, and for streams', async () => {
  const small = await get('/v1/hosts/h', 'gzip');
  expect([small.headers.get('content-encoding'), small.status]).toEqual([null, 200]);
  expect(await small.json()).toMatchObject({ name: 'h' });
  expect((await get('/v1/releases')).headers.get('content-encoding')).toBeNull();
  expect((await get('/v1/releases', 'identity')).headers.get('content-encoding')).toBeNull();
  const lines = await get('/v1/hosts/h/export', 'gzip');
  expect(lines.headers.get('content-encoding')).toBeNull();
  await lines.body?.cancel();
  const stream = await get('/v1/hosts/h/events/stream', 'gzip, br');
  expect(stream.headers.get('content-encoding')).toBeNull();
  await stream.body?.cancel();
});

it('is ended by a reader who leaves', async () => {
  const answer = await get('/v1/hosts/h/events?limit=1000', 'gzip');
  const reader = (answer.body as ReadableStream).getReader();
  await reader.read();
  await reader.cancel();
  expect((await get('/v1/hosts/h', 'gzip')).status).toBe(200);
  expect(service.faults).toEqual([]);
});

it.each([
  ['gzip, deflate, br', 'br'],
  ['gzip;q=1.0, br;q=0.5', 'gzip'],
  ['br;q=0, gzip', 'gzip'],
  ['*', 'br'],
  ['*;q=0', undefined],
  ['identity', undefined],
  ['', undefined],
])('%j means %s', (accepted, coding) => expect(codingOf(accepted)).toBe(coding));
