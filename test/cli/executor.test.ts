// `executor --dry-run` shows what is still to be made and ends: it needs no kernel and takes no lease.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { post, startTestService, type TestService } from '../api/running.ts';
import { bpfledger } from '../support/command.ts';

let service: TestService;
let url: string;

beforeAll(async () => {
  service = await startTestService();
  url = await service.listen();
  await post(service.app, '/v1/hosts', { body: { name: 'h', release: '6.18' } });
  const calls = ['/a', '/b'].map((path) => ({ call: { name: 'mkdir', path } }));
  expect((await post(service.app, '/v1/hosts/h/syscalls', { body: calls })).status).toBe(200);
});
afterAll(() => service.close());

it('prints every call that no executor reported, and ends', async () => {
  const { code, out } = await bpfledger(['executor', 'h', '--dry-run', '--url', url]);
  expect(code).toBe(0);
  const lines = out.trimEnd().split('\n');
  expect(lines[0]).toMatch(/^1 pid 1: boot \{"release":"6\.18/);
  expect(lines.slice(1)).toEqual([
    '2 pid 1: mkdir {"path":"/a"}',
    '3 pid 1: mkdir {"path":"/b"}',
    '3 calls would be made',
  ]);
});
