import { expect, it } from 'vitest';
import { reachable } from './service-flags.ts';

it.each([
  ['http://0.0.0.0:8080', 'http://127.0.0.1:8080'],
  ['http://[::]:8080', 'http://[::1]:8080'],
  ['http://10.0.0.7:8080', 'http://10.0.0.7:8080'],
  ['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
])('a service that listens on %s is asked at %s', (url, asked) => {
  expect(reachable(url)).toBe(asked);
});
