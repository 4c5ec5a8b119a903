// Refused calls that name their cgroup and program by fds, as real loaders make them: the filters of
// events find them, although a refusal has no effects and may not say what it is about.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventPage } from '../../src/api/routes/events.ts';
import { parse, post, startTestService, type TestService } from './running.ts';

let service: TestService;
const HOST = '/v1/hosts/loaders';
const attach_type = 'cgroup_inet_egress';
const load = { name: 'prog_load', prog_type: 'cgroup_skb' };
const attach = { name: 'prog_attach', target_fd: 3, attach_type };

const STORY = [
  { call: { name: 'mkdir', path: '/a' } }, // 2
  { call: { name: 'mkdir', path: '/a/b' } }, // 3
  { call: { name: 'mkdir', path: '/c' } }, // 4
  { call: { name: 'open_cgroup', path: '/a/b' } }, // 5: fd 3
  { call: { name: 'open_cgroup', path: '/c' } }, // 6: fd 4
  { call: load }, // 7: program 1, fd 5
  { call: load }, // 8: program 2, fd 6
  { call: { ...attach, attach_bpf_fd: 5, flags: [] } }, // 9
  { call: { ...attach, attach_bpf_fd: 6, flags: ['multi'] } }, // 10: EPERM
  { call: { name: 'link_create', target_fd: 4, prog_fd: 5, attach_type } }, // 11: link 1, fd 7
  { call: { name: 'link_update', link_fd: 7, new_prog_fd: 6, old_prog_fd: 6, flags: ['replace'] } }, // 12: EPERM
  // An LSM refuses what the rules allow.
  {
    call: { ...attach, target_fd: 4, attach_bpf_fd: 6, flags: ['multi'] },
    outcome: { errno: 'EACCES' },
  }, // 13
  { call: { name: 'close', fd: 3 } }, // 14
  { call: { ...attach, attach_bpf_fd: 6, flags: ['multi'] } }, // 15: EBADF, fd 3 is nothing any more
] as const;
const ERRNOS = { 10: 'EPERM', 12: 'EPERM', 13: 'EACCES', 15: 'EBADF' };

beforeAll(async () => {
  service = await startTestService();
  await post(service.app, '/v1/hosts', { body: { name: 'loaders', release: '6.18' } });
  expect((await post(service.app, `${HOST}/syscalls`, { body: STORY })).status).toBe(200);
  const { items } = await parse(await service.app.request(`${HOST}/events`), eventPage);
  const refused = items.flatMap(({ position, outcome }) =>
    'errno' in outcome ? [[position, outcome.errno]] : [],
  );
  expect(Object.fromEntries(refused)).toEqual(ERRNOS);
});
afterAll(async () => {
  expect(service.faults).toEqual([]);
  await service.close();
});

const CASES: readonly [string, readonly number[]][] = [
  ['cgroup=/a/b&errno=EPERM', [10]],
  ['cgroup=/a&errno=EPERM', [10]],
  ['cgroup=/c&errno=EPERM', [12]],
  ['cgroup=/c&errno=EACCES', [13]],
  ['cgroup=/a&errno=EACCES', []],
  ['program=2&errno=EPERM', [10, 12]],
  ['program=2&errno=EACCES', [13]],
  ['program=1&errno=EPERM', [12]],
  ['program=1&errno=EACCES', []],
  ['cgroup=/a/b&errno=EBADF', []],
  ['cgroup=/c&program=2', [12, 13]],
  ['cgroup=/a', [2, 3, 5, 9, 10]],
];

describe('events that a scope lets pass', () => {
  it.each(CASES)('%s', async (query, positions) => {
    const { items } = await parse(await service.app.request(`${HOST}/events?${query}`), eventPage);
    expect(items.map(({ position }) => position)).toEqual(positions);
  });

  it('a page at a time', async () => {
    const first = await service.app.request(`${HOST}/events?program=2&limit=2`);
    const { items, next = '' } = await parse(first, eventPage);
    expect(items.map(({ position }) => position)).toEqual([8, 10]);
    const rest = `${HOST}/events?program=2&next=${encodeURIComponent(next)}`;
    const { items: later } = await parse(await service.app.request(rest), eventPage);
    expect(later.map(({ position }) => position)).toEqual([12, 13, 15]);
  });

  it.each(CASES)('as an export, %s', async (query, positions) => {
    const response = await service.app.request(`${HOST}/export?format=ndjson&${query}`);
    const lines = (await response.text()).split('\n').filter((line) => line !== '');
    expect(lines.map((line) => JSON.parse(line).position)).toEqual(positions);
  });
});

it('a stream has them too, the old ones and those that come', async () => {
  const response = await service.app.request(`${HOST}/events/stream?cgroup=/c&errno=EACCES`);
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  let text = '';
  const until = async (mark: string) => {
    while (!text.includes(mark)) {
      const { done, value } = await reader.read();
      if (done) throw new Error(`the stream ended without ${mark}`);
      text += decoder.decode(value);
    }
  };
  await until('id: 13.');
  await post(service.app, `${HOST}/syscalls`, { body: STORY[11] });
  await until('id: 16.');
  expect(text.match(/^id: /gm)).toHaveLength(2);
  await reader.cancel();
});
