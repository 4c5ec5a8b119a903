// Reads at a moment: the same question asked at a position, at a time and at the end of a boot, how
// long the answers may be kept, and what a moment that the log does not have is answered with.

import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Tokens, tokensOf } from '../../src/api/guard/tokens.ts';
import { post, problem, startTestService, type TestService } from './running.ts';

const FOR_EVER = 'max-age=31536000, immutable';

/** When the kernel did each call: the third came to the ledger out of order. */
const TIMES = [
  '2026-01-01T00:00:01.000000Z',
  '2026-01-01T00:00:02.000000Z',
  '2026-01-01T00:00:01.500000Z',
  '2026-01-01T00:00:03.000000Z',
];
const PATHS = ['/a', '/b', '/c', '/d'];

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
  const at = '2026-01-01T00:00:00.000000Z';
  await post(service.app, '/v1/hosts', { body: { name: 'h', release: '6.18', at } });
  const body = TIMES.map((time, i) => ({ at: time, call: { name: 'mkdir', path: PATHS[i] } }));
  await post(service.app, '/v1/hosts/h/syscalls', { body });
  await post(service.app, '/v1/hosts/h/reboot', { body: { at: '2026-01-01T00:00:10Z' } });
});
afterAll(() => service.close());

interface CgroupPage {
  readonly position: number;
  readonly items: readonly { readonly path: string }[];
}

async function cgroupsAt(at: string): Promise<readonly [position: number, ...paths: string[]]> {
  const response = await service.app.request(`/v1/hosts/h/cgroups?at=${encodeURIComponent(at)}`);
  if (response.status !== 200) throw new Error(await response.text());
  const { position, items } = (await response.json()) as CgroupPage;
  return [position, ...items.map(({ path }) => path)];
}

describe('a moment', () => {
  it.each([
    ['1', 1, ['/']],
    ['3', 3, ['/', '/a', '/b']],
    ['2026-01-01T00:00:01Z', 2, ['/', '/a']],
    // The running maximum passes 1.7 s at position 3, so the late event 4 is after it.
    ['2026-01-01T00:00:01.7Z', 2, ['/', '/a']],
    ['2026-01-01T00:00:02Z', 4, ['/', '/a', '/b', '/c']],
    ['2026-01-01T01:00:02+01:00', 4, ['/', '/a', '/b', '/c']],
    ['boot:1', 5, ['/', '/a', '/b', '/c', '/d']],
    ['boot:2', 6, ['/']],
    ['2030-01-01T00:00:00Z', 6, ['/']],
  ])('%s is position %i', async (at, position, paths) => {
    expect(await cgroupsAt(at)).toEqual([position, ...paths]);
  });

  it.each([
    [
      '7',
      'no-such-position',
      'position 7 is after the head, which is 6: ask for 6 or an earlier one',
    ],
    ['boot:3', 'no-such-position', 'the log of h has no boot 3; it has boot:1 to boot:2'],
    [
      '2025-12-31T23:59:59Z',
      'no-such-position',
      'the log of h begins later, at 2026-01-01T00:00:00.000000Z (position 1): ask for that time or a later one',
    ],
    [
      '2026-01-01T00:00:00+01:00',
      'invalid-request',
      'at: has a space before its offset: in a query write %2B',
    ],
    ['0', 'invalid-request', 'at: must be a position from 1 on'],
    ['yesterday', 'invalid-request', 'at: must be a position (42)'],
    ['boot:0', 'invalid-request', 'at: must be a boot from 1 on'],
  ])('%s is refused: %s', async (at, slug, detail) => {
    const response = await service.app.request(`/v1/hosts/h/state?at=${at}`);
    const { type, detail: told, field } = await problem(response);
    expect([type, field]).toEqual([`urn:bpfledger:problem:${slug}`, 'at']);
    expect(told).toContain(detail);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('etag')).toBeNull();
  });
});

it('of a log with one boot, an unknown boot is told the one', async () => {
  await post(service.app, '/v1/hosts', { body: { name: 'once', release: '6.18' } });
  const { detail } = await problem(await service.app.request('/v1/hosts/once/state?at=boot:9'));
  expect(detail).toBe('the log of once has no boot 9; it has only boot:1');
});

describe('a span that begins before the log', () => {
  const EARLY = '2025-12-31T23:59:59Z';
  const PLACE = 'cgroup=/a&attach_type=egress';

  it.each([
    `gaps?${PLACE}&`,
    `effective/timeline?${PLACE}&`,
    `bisect?${PLACE}&condition=empty&`,
    'timeline?',
    'diff?',
    'diff?against=h&',
    'events?',
  ])('%s has all of it', async (path) => {
    const early = await service.app.request(`/v1/hosts/h/${path}from=${EARLY}`);
    const first = await service.app.request(`/v1/hosts/h/${path}from=1`);
    expect([early.status, await early.json()]).toEqual([200, await first.json()]);
    expect(early.headers.get('cache-control')).toBe(first.headers.get('cache-control'));
  });

  it('has no end before the log', async () => {
    const response = await service.app.request(`/v1/hosts/h/timeline?to=${EARLY}`);
    expect(await problem(response)).toMatchObject({ status: 404, field: 'to' });
  });
});

const READS = [
  '/v1/hosts/h',
  '/v1/hosts/h/events',
  '/v1/hosts/h/state',
  '/v1/hosts/h/processes',
  '/v1/hosts/h/processes/1',
  '/v1/hosts/h/cgroups',
  '/v1/hosts/h/cgroups/1',
  '/v1/hosts/h/effective?cgroup=/&attach_type=egress',
  '/v1/hosts/h/links',
  '/v1/hosts/h/programs',
  '/v1/hosts/h/maps',
  '/v1/hosts/h/pins',
];

/** The host and the position of an ETag, without the mark of the history. */
function positionOf(headers: Headers): string | undefined {
  return /^"(.*)\.[0-9a-f]{16}"$/.exec(headers.get('etag') ?? '')?.[1];
}

describe('how long an answer may be kept', () => {
  it.each(READS)('%s', async (path) => {
    const at = (moment: string) => `${path}${path.includes('?') ? '&' : '?'}at=${moment}`;
    const answerTo = async (url: string) => {
      const { status, headers } = await service.app.request(url);
      return [status, positionOf(headers), headers.get('cache-control')];
    };
    expect(await answerTo(path)).toEqual([200, 'h:6', 'public, no-cache']);
    expect(await answerTo(at('2'))).toEqual([200, 'h:2', `public, ${FOR_EVER}`]);
    expect(await answerTo(at('boot:1'))).toEqual([200, 'h:5', `public, ${FOR_EVER}`]);
    // The last boot and a time after the last event may come to mean a later position.
    expect(await answerTo(at('boot:2'))).toEqual([200, 'h:6', 'public, no-cache']);
    expect(await answerTo(at('2030-01-01T00:00:00Z'))).toEqual([200, 'h:6', 'public, no-cache']);
    const tag = (await service.app.request(at('2'))).headers.get('etag') ?? '';
    const again = await service.app.request(at('2'), { headers: { 'if-none-match': tag } });
    expect([again.status, await again.text()]).toEqual([304, '']);
    expect(again.headers.get('cache-control')).toBe(`public, ${FOR_EVER}`);
  });

  it('one event for ever', async () => {
    const { headers } = await service.app.request('/v1/hosts/h/events/3');
    expect([positionOf(headers), headers.get('cache-control')]).toEqual([
      'h:3',
      `public, ${FOR_EVER}`,
    ]);
  });

  it('by the reader alone where tokens decide who reads', async () => {
    const token = 'a-token-that-is-long-enough';
    const sha256 = createHash('sha256').update(token).digest('hex');
    const line = { name: 'ci', role: 'reader', hosts: ['*'], sha256 };
    const tokens: Tokens = tokensOf(`${JSON.stringify(line)}\n`);
    const guarded = await startTestService({ database: service.database, tokens });
    const headers = { authorization: `Bearer ${token}` };
    const { headers: got } = await guarded.app.request('/v1/hosts/h/state?at=2', { headers });
    expect(got.get('cache-control')).toBe(`private, ${FOR_EVER}`);
    await guarded.close();
  });
});
