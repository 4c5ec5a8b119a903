// The elements of a trie: prefixes as keys, in calls, answers and the log.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { post, problem, startTestService, type TestService } from './running.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
  await post(service.app, '/v1/hosts', { body: { name: 'nets', release: '6.18' } });
});
afterAll(async () => {
  expect(service.faults).toEqual([]);
  await service.close();
});

const SYSCALLS = '/v1/hosts/nets/syscalls';
const create = {
  ...{ name: 'map_create', map_type: 'lpm_trie', map_flags: 1 },
  ...{ key_size: 8, value_size: 4, max_entries: 4 },
};
const on = (name: string, key: unknown, value?: number) => ({
  call: { name, map_fd: 3, key, ...(value !== undefined && { value }) },
});
const [wide, narrow] = [
  { prefixlen: 8, data: '0a000000' },
  { prefixlen: 16, data: '0a010000' },
];

it('the longest prefix is found, and the log holds, in rows and by its rules', async () => {
  const body = [
    { call: create },
    ...[on('map_update_elem', wide, 1), on('map_update_elem', narrow, 2)],
    on('map_lookup_elem', { prefixlen: 32, data: '0a01ffff' }),
    on('map_lookup_elem', { prefixlen: 32, data: '0a02ffff' }),
    { call: { name: 'map_get_next_key', map_fd: 3 } },
    { call: { name: 'map_lookup_batch', map_fd: 3, count: 2 } },
    on('map_delete_elem', wide),
  ];
  const answer = await post(service.app, SYSCALLS, { body });
  const { events } = (await answer.json()) as { readonly events: readonly { outcome: unknown }[] };
  const outcomes = events.map(({ outcome }) => outcome);
  expect(outcomes.slice(3, 7)).toEqual([
    { ret: 0, value: 2 },
    { ret: 0, value: 1 },
    { ret: 0, next_key: narrow },
    { ret: 0, batch: { count: 2, keys: [narrow, wide], values: [2, 1] } },
  ]);
  const verified = await (await service.app.request('/v1/hosts/nets/verify')).json();
  expect(verified).toMatchObject({ holds: true, projections: { differing: 0 } });
});

it('a key of another length, and a number, are not modelled', async () => {
  for (const key of [{ prefixlen: 8, data: '0a' }, 7]) {
    const answer = await post(service.app, SYSCALLS, { body: on('map_lookup_elem', key) });
    const { type, detail } = await problem(answer);
    expect(type).toBe('urn:bpfledger:problem:not-modelled');
    expect(detail).toMatch(
      /a key of map \d+, an lpm_trie, that is not \{prefixlen, data\} of \d+ digits/,
    );
  }
});

it('what is no hexadecimal text is refused', async () => {
  const key = { prefixlen: 8, data: '0A' };
  const answer = await post(service.app, SYSCALLS, { body: on('map_lookup_elem', key) });
  expect((await problem(answer)).type).toBe('urn:bpfledger:problem:invalid-request');
});
