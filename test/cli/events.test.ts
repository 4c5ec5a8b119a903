// `events list` is the whole story, however long it is, or says what it leaves out.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { post, startTestService, type TestService } from '../api/running.ts';
import { bpfledger } from '../support/command.ts';

/** More than two pages, more than one step backwards. */
const EVENTS = 2500;

let service: TestService;
let url: string;

beforeAll(async () => {
  service = await startTestService();
  url = await service.listen();
  await post(service.app, '/v1/hosts', { body: { name: 'h', release: '6.18' } });
  for (let position = 1; position < EVENTS; ) {
    const calls = Array.from({ length: Math.min(500, EVENTS - position) }, () => {
      position++;
      // Every hundredth is another call.
      const name = position % 100 === 0 ? 'rmdir' : 'mkdir';
      return { call: { name, path: `/${position}` } };
    });
    expect((await post(service.app, '/v1/hosts/h/syscalls', { body: calls })).status).toBe(200);
  }
}, 60_000);
afterAll(() => service.close());

const range = (from: number, to: number) =>
  Array.from({ length: Math.abs(to - from) + 1 }, (_, i) => (from < to ? from + i : from - i));
const hundreds = range(1, 25).map((i) => i * 100);

it.each([
  ['', range(1, EVENTS), ''],
  ['--limit 3', [1, 2, 3], '3 events; later ones are left out: continue with --after 3\n'],
  ['--after 1200 --limit 1100', range(1201, 2300), /continue with --after 2300\n$/],
  ['--tail 1500', range(1001, EVENTS), /at position 1000\n$/],
  ['--reverse', range(EVENTS, 1), ''],
  ['--reverse --tail 1100', range(EVENTS, 1401), /at position 1400\n$/],
  ['--call rmdir', hundreds, ''],
  ['--call rmdir --limit 4', [100, 200, 300, 400], /continue with --after 499\n$/],
  ['--call rmdir --tail 3', [2300, 2400, 2500], /at position 2200\n$/],
  ['--call rmdir --reverse', hundreds.toReversed(), ''],
] as const)('events list h %s', { timeout: 60_000 }, async (flags, positions, said) => {
  const words = flags.split(' ').filter((word) => word !== '');
  const { code, out, err } = await bpfledger([
    'events',
    'list',
    'h',
    ...words,
    '--json',
    '--url',
    url,
  ]);
  expect(code).toBe(0);
  const lines = out.trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line).position)).toEqual(positions);
  if (typeof said === 'string') expect(err).toBe(said);
  else expect(err).toMatch(said);
});

it.each([
  ['--call link_create', `no event of h fits, of those at positions 1 to ${EVENTS}\n`],
  ['--after 2500', 'h has no event after position 2500: its last one is at 2500\n'],
])('events list h %s says that nothing fits', { timeout: 60_000 }, async (flags, said) => {
  const done = await bpfledger(['events', 'list', 'h', ...flags.split(' '), '--url', url]);
  expect([done.code, done.out, done.err]).toEqual([0, '', said]);
});
