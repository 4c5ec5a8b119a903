// A log under another release: which calls its kernel answers otherwise, because of which switch,
// and that the answers are those that a host of that release really gives to the same calls.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { replayAnswer } from '../../src/api/routes/replays.ts';
import { recordedEvents } from '../../src/api/routes/syscalls.ts';
import { releaseOf } from '../../src/domain/release/release.ts';
import type { LedgerEvent } from '../../src/events/event.ts';
import { replayUnder } from '../../src/time-travel/replay/replay.ts';
import { addHost, appendHistory } from '../support/projected-log.ts';
import { randomHistory } from '../support/random-history.ts';
import { parse, post, problem, startTestService, type TestService } from './running.ts';

const EGRESS = { target_path: '/a', attach_type: 'cgroup_inet_egress' };
const calls = [
  { name: 'mkdir', path: '/a' },
  { name: 'prog_load', prog_type: 'cgroup_skb', prog_name: 'first', ret: 1 },
  { name: 'prog_load', prog_type: 'cgroup_skb', prog_name: 'second', ret: 1 },
  { name: 'link_create', prog_fd: 3, ...EGRESS },
  // Links take no flags before the anchors came.
  { name: 'link_create', prog_fd: 4, ...EGRESS, flags: ['preorder'] },
  // The link that only the newer kernel has makes its array longer.
  { name: 'prog_query', ...EGRESS, prog_cnt: 8 },
  { name: 'rmdir', path: '/none' },
];

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
  await post(service.app, '/v1/hosts', { body: { name: 'old', release: '6.1' } });
  await post(service.app, '/v1/hosts', { body: { name: 'new', release: '7.3' } });
  for (const host of ['old', 'new']) {
    const body = calls.map((call) => ({ call }));
    const response = await post(service.app, `/v1/hosts/${host}/syscalls`, { body });
    expect(response.status).toBe(200);
  }
});
afterAll(() => service.close());

const replay = (host: string, body: object): Promise<Response> =>
  post(service.app, `/v1/hosts/${host}/replays`, { body });

async function events(host: string) {
  const response = await service.app.request(`/v1/hosts/${host}/events`);
  return recordedEvents.shape.events.parse(((await response.json()) as { items: unknown }).items);
}

describe('a replay', () => {
  it('answers as a host of the other release does', async () => {
    const { items } = await parse(
      await replay('old', { release: '7.3', tags: true }),
      replayAnswer,
    );
    const differing = new Map(items.map((item) => [item.event.position, item.replayed]));
    const [was, is] = [await events('old'), await events('new')];
    for (const [i, event] of was.entries()) {
      if (event.call.name === 'boot') continue;
      const { outcome, effects } = differing.get(event.position) ?? event;
      expect({ outcome, effects }).toEqual({ outcome: is[i]?.outcome, effects: is[i]?.effects });
    }
  });

  it('tells calls that the rules answer otherwise from those that meet the consequences', async () => {
    const asked = { release: '7.3', tags: true };
    const { items } = await parse(await replay('old', asked), replayAnswer);
    const anchored = items.find(({ event }) => event.position === 6);
    expect(anchored).toMatchObject({ because: 'release' });
    expect(anchored?.recorded_under).toMatch(/^6\.1\./);
    expect(anchored?.event.outcome).toMatchObject({ errno: 'EINVAL' });
    expect(anchored?.switches.map(({ name }) => name)).toContain('anchors');
    expect(anchored?.sentence).toMatch(/^6\.1\.\d+: EINVAL, .*; 7\.3\.\d+: returns 7$/);
    const loaded = items.find(({ event }) => event.position === 3);
    expect(loaded?.sentence).toMatch(/^returns 3 in both; program 1 loaded.*: tag "\w+" \/ "\w+"$/);
    const query = items.find(({ event }) => event.position === 7);
    expect(query?.replayed.outcome).toMatchObject({ query: { prog_cnt: 2 } });
    expect(items.some(({ event }) => event.position === 8)).toBe(false);
  });

  it('leaves program tags out, which differ at every load, unless they are asked for', async () => {
    const loads = async (asked: object) => {
      const answer = await parse(await replay('old', { release: '7.3', ...asked }), replayAnswer);
      return answer.items.filter(({ event }) => event.call.name === 'prog_load').length;
    };
    expect(await loads({})).toBe(0);
    expect(await loads({ tags: true })).toBeGreaterThan(0);
  });

  it('to an older kernel says what that does not have yet, and from where on it comes', async () => {
    const { items } = await parse(await replay('new', { release: '6.1' }), replayAnswer);
    const sentences = items.flatMap(({ switches }) => switches.map(({ sentence }) => sentence));
    expect(sentences).toContainEqual(
      expect.stringMatching(/^Not yet in 6\.1\.\d+: .*comes in 6\.17/),
    );
    expect(sentences.filter((sentence) => sentence.startsWith('No longer'))).toEqual([]);
  });

  it('is paged, and leaves consequences out when asked to', async () => {
    const all = await parse(await replay('old', { release: '7.3' }), replayAnswer);
    const seen = [];
    for (let after = 0; ; ) {
      const page = await parse(
        await replay('old', { release: '7.3', after, limit: 1 }),
        replayAnswer,
      );
      seen.push(...page.items);
      if (page.next === undefined) break;
      after = page.next;
    }
    expect(seen).toEqual(all.items);
    const own = await parse(
      await replay('old', { release: '7.3', consequences: false }),
      replayAnswer,
    );
    expect(own.items).toEqual(all.items.filter(({ because }) => because === 'release'));
  });

  it('refuses releases that are not modelled, and what is not a question', async () => {
    expect(await problem(await replay('old', { release: '9.9' }))).toMatchObject({
      status: 422,
      type: 'urn:bpfledger:problem:unknown-release',
      field: 'release',
    });
    expect(await problem(await replay('old', { release: '7.3', limit: 1001 }))).toMatchObject({
      field: 'limit',
    });
    expect(await problem(await replay('old', { release: '7.3', at: 99 }))).toMatchObject({
      type: 'urn:bpfledger:problem:no-such-position',
    });
  });
});

describe('a random log', () => {
  const recorded: LedgerEvent[] = [];
  let host_id: number;
  beforeAll(async () => {
    host_id = await addHost(service.database, 'random');
    const steps = randomHistory({ seed: 7, events: 1500, release: '6.18', rebootEvery: 400 });
    await appendHistory(service.database, host_id, steps, {
      sizeOf: () => 100,
      onStep: ({ event }) => recorded.push(event),
    });
  });

  async function under(name: string, after = 0) {
    const release = releaseOf(name);
    if (release === undefined) throw new Error(`${name} is not a release`);
    const place = { host_id, position: recorded.length };
    const question = { release, after, limit: 100_000, consequences: true, tags: true };
    return (await replayUnder(service.database, place, question)).differences;
  }

  it('has no differences under its own release', async () => {
    expect(await under('6.18')).toEqual([]);
  });

  it('has the differences that a whole replay has, also from the middle on', async () => {
    const all = await under('5.10');
    expect(all.some(({ because }) => because === 'release')).toBe(true);
    expect(all.every(({ because, switches }) => because === 'earlier' || switches.length > 0)).toBe(
      true,
    );
    const half = await under('5.10', 750);
    expect(half).toEqual(all.filter(({ event }) => event.position > 750));
  });
});
