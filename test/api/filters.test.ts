// The filters of events: each against what walking all events finds, alone and together, several
// values, ranges by moments of each form, and in both orders.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { eventPage } from '../../src/api/routes/events.ts';
import type { wireEvent } from '../../src/api/wire/event.ts';
import { parse, post, problem, startTestService, type TestService } from './running.ts';

type Event = z.output<typeof wireEvent>;

const EVENTS = '/v1/hosts/h/events';
const EGRESS = 'cgroup_inet_egress';

let service: TestService;
let all: readonly Event[];

const ask = async (query: string) => {
  const response = await service.app.request(`${EVENTS}?${query}`);
  expect(response.status, await response.clone().text()).toBe(200);
  return parse(response, eventPage);
};

/** All pages of a query. */
async function positions(query: string, limit = 1000): Promise<number[]> {
  const found: number[] = [];
  for (let next = ''; ; ) {
    const page = await ask(`${query}&limit=${limit}${next}`);
    found.push(...page.items.map((event) => event.position));
    if (page.next === undefined) return found;
    next = `&next=${page.next}`;
  }
}

async function exportedPositions(query: string): Promise<number[]> {
  const response = await service.app.request(`/v1/hosts/h/export?${query}`);
  expect(response.status).toBe(200);
  const lines = (await response.text()).split('\n').filter((line) => line !== '');
  return lines.map((line) => (JSON.parse(line) as Event).position);
}

beforeAll(async () => {
  service = await startTestService();
  await post(service.app, '/v1/hosts', { body: { name: 'h', release: '6.18' } });
  const on = (target_path: string) => ({ target_path, attach_type: EGRESS });
  const round = [
    { name: 'mkdir', path: '/a' },
    { name: 'prog_load', prog_type: 'cgroup_skb', prog_name: 'one', ret: 0 },
    { name: 'prog_load', prog_type: 'cgroup_skb', prog_name: 'two' },
    { name: 'map_create', map_type: 'array', key_size: 4, value_size: 4, max_entries: 1 },
    { name: 'link_create', prog_fd: 3, ...on('/a') },
    { name: 'link_update', link_fd: 7, new_prog_fd: 4 },
    { name: 'prog_attach', attach_bpf_fd: 4, ...on('/none') },
    { name: 'prog_attach', attach_bpf_fd: 3, ...on('/a'), flags: ['override'] },
    { name: 'prog_attach', attach_bpf_fd: 4, target_path: '/', attach_type: 'ingress' },
    { name: 'map_update_elem', map_fd: 5, key: 0, value: 7 },
    { name: 'close', fd: 7 },
    { name: 'mkdir', path: '/b' },
    { name: 'prog_attach', attach_bpf_fd: 3, ...on('/b') },
    { name: 'rmdir', path: '/b' },
    { name: 'lost', events: 3 },
    { name: 'rmdir', path: '/a' },
    { name: 'lost', cause: 'nobody observed' },
  ];
  const submit = () =>
    post(service.app, '/v1/hosts/h/syscalls', { body: round.map((call) => ({ call })) });
  expect((await submit()).status).toBe(200);
  await post(service.app, '/v1/hosts/h/reboot', { body: {} });
  expect((await submit()).status).toBe(200);
  all = (await ask('limit=1000')).items;
});
afterAll(() => service.close());

const names = (event: Event, text: string) => JSON.stringify(event).includes(text);
const errnoOf = ({ outcome }: Event) => ('errno' in outcome ? outcome.errno : 'none');
const hasEffect = ({ effects }: Event, ...types: string[]) =>
  effects.some(({ type }) => types.includes(type));

/** Queries, and which events each means. */
const MEANT: readonly (readonly [string, (event: Event) => boolean])[] = [
  ['call=mkdir&call=rmdir', ({ call }) => ['mkdir', 'rmdir'].includes(call.name)],
  ['call=lost', ({ call }) => call.name === 'lost'],
  ['call=lost&boot=1', ({ call, boot }) => call.name === 'lost' && boot === 1],
  ['call=lost&from=20', ({ call, position }) => call.name === 'lost' && position >= 20],
  ['errno=ENOENT&errno=EPERM', (event) => ['ENOENT', 'EPERM'].includes(errnoOf(event))],
  [
    'errno=none&call=prog_attach',
    (event) => errnoOf(event) === 'none' && event.call.name === 'prog_attach',
  ],
  ['effect=LinkFreed&effect=LinkUpdated', (event) => hasEffect(event, 'LinkFreed', 'LinkUpdated')],
  ['reason=last_fd_closed', (event) => names(event, '"reason":"last_fd_closed"')],
  ['attach_type=egress', (event) => names(event, `"attach_type":"${EGRESS}"`)],
  ['attach_type=0&attach_type=egress', (event) => names(event, '"attach_type":"cgroup_inet_')],
  ['boot=2', ({ boot }) => boot === 2],
  ['map=1', (event) => names(event, '"map_id":1')],
  ['source=decided&source=observed', () => true],
  ['from=5&to=9', ({ position }) => position >= 5 && position <= 9],
  ['from=boot:2', ({ boot }) => boot === 2],
  ['to=boot:1', ({ boot }) => boot === 1],
  ['to=boot:2', () => true],
  ['from=boot:3', () => false],
  ['from=20&call=close', ({ position, call }) => position >= 20 && call.name === 'close'],
  ['from=2026-01-01T00:00:00Z&boot=1', ({ boot }) => boot === 1],
];

describe('a filter finds what walking all events finds', () => {
  it.each(MEANT)('%s', async (query, isMeant) => {
    const wanted = all.filter(isMeant).map(({ position }) => position);
    expect(await positions(query)).toEqual(wanted);
    expect(await positions(`${query}&order=desc`)).toEqual(wanted.toReversed());
    expect(await positions(query, 2)).toEqual(wanted);
    expect(await positions(`${query}&order=desc`, 2)).toEqual(wanted.toReversed());
  });

  it('by rule: what was refused by it', async () => {
    const refused = all.filter(({ outcome }) => 'errno' in outcome);
    const [first] = refused;
    const rule = first !== undefined && 'errno' in first.outcome ? first.outcome.rule : '';
    const wanted = all.filter(({ outcome }) => 'errno' in outcome && outcome.rule === rule);
    expect(wanted.length).toBeGreaterThan(1);
    expect(await positions(`rule=${rule}`)).toEqual(wanted.map(({ position }) => position));
  });

  it('by name and tag: as by the ids of these programs, and not of others that have an id again', async () => {
    const load = all.find(
      (event) => names(event, '"prog_name":"one"') && hasEffect(event, 'ProgLoaded'),
    );
    const [effect] = load?.effects ?? [];
    const { prog_id, tag } = effect as unknown as { prog_id: number; tag: string };
    const byId = await positions(`program=${prog_id}`);
    expect(byId.length).toBeGreaterThan(6);
    expect(await positions('prog_name=one')).toEqual(byId);
    expect(await positions(`tag=${tag}`)).toEqual(byId);
    expect(await positions(`tag=${tag}&prog_name=two`)).toEqual([]);
    const both = await positions('prog_name=one&prog_name=two');
    expect(both).toEqual(await positions('program=1&program=2'));
    expect(await positions('prog_name=one&order=desc')).toEqual(byId.toReversed());
    expect(both).toContain(all.find(({ call }) => call.name === 'link_update')?.position);
  });
});

it('the events of all hosts take the same filters', async () => {
  for (const [query, isMeant] of MEANT) {
    if (/(?:from|to)=(?:boot|\d+&|\d+$)/.test(query)) continue;
    const response = await service.app.request(`/v1/events?limit=1000&${query}`);
    const { items } = (await response.json()) as { items: readonly Event[] };
    const wanted = all.filter(isMeant).map(({ position }) => position);
    expect(items.map(({ position }) => position)).toEqual(wanted);
  }
});

it('the export takes the same filters', async () => {
  for (const [query, isMeant] of MEANT) {
    const wanted = all.filter(isMeant).map(({ position }) => position);
    expect(await exportedPositions(query), query).toEqual(wanted);
  }
});

it('who follows a program hears of the rmdir, the close and the reboot that end what it runs on', async () => {
  const ending = all.filter(({ call, boot }) => {
    if (boot > 1) return call.name === 'boot';
    const isAttached = call.name === 'rmdir' && call.path === '/b';
    return isAttached || (call.name === 'close' && call.fd === 7);
  });
  expect(ending.map(({ call }) => call.name)).toEqual(['close', 'rmdir', 'boot']);
  const wanted = ending.map(({ position }) => position);
  const query = 'program=1&program=2';
  expect(await positions(query)).toEqual(expect.arrayContaining(wanted));
  expect(await exportedPositions(query)).toEqual(await positions(query));
  expect(await exportedPositions('program=1')).toEqual(await positions('program=1'));
});

it.each([
  ['call=mkdri', 'call', 'did you mean "mkdir"?'],
  ['call=mkdir&call=rmdri', 'call', 'did you mean "rmdir"?'],
  ['effect=EntryRemovd', 'effect', 'did you mean "EntryRemoved"?'],
  ['rule=none', 'rule', 'unknown rule'],
  ['attach_type=egres', 'attach_type', 'unknown attach type'],
  ['from=yesterday', 'from', 'must be a position'],
  ['order=up', 'order', 'must be one of asc, desc'],
  [Array(21).fill('pid=1').join('&'), 'pid', 'has more than 20 items'],
])('%s is refused by name', async (query, field, message) => {
  const refused = await problem(await service.app.request(`${EVENTS}?${query}`));
  expect(refused).toMatchObject({ status: 422, field });
  expect(refused.errors?.[0]?.message).toContain(message);
});
