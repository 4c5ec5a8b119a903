// A recorder that starts on a running host tells what it finds there. Nobody saw how it came to be:
// answers say "found", and take no time before that for a gap.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { explanation } from '../../src/api/routes/explain.ts';
import { gapsAnswer } from '../../src/api/routes/gaps.ts';
import { parse, post, startTestService, type TestService } from './running.ts';

let service: TestService;
const HOST = '/v1/hosts/adopted';
const time = (clock: string) => `2026-03-25T${clock}Z`;
const attach_type = 'cgroup_inet_egress';
const pid = 812;
const fds = { 3: { kind: 'cgroup', id: 386, path: '/a/b' }, 4: { kind: 'prog', id: 477 } };
const prog = (id: number) => ({ id, prog_type: 'cgroup_skb', prog_name: `p${id}` });
const attach = { name: 'prog_attach', target_fd: 3, attach_bpf_fd: 4, attach_type };
const entry = { cgroup: '/a/b', attach_type, mode: 'multi', prog_id: 477 };
const sighting = (clock: string, what: object) => ({
  at: time(clock),
  call: { name: 'found', ...what },
});

const STORY = [
  sighting('03:00:00', { cgroup: { path: '/a', id: 385 } }), // 2
  sighting('03:00:00', { cgroup: { path: '/a/b', id: 386 } }), // 3
  sighting('03:00:00', { prog: prog(477) }), // 4
  sighting('03:00:00', { entry }), // 5
  { at: time('03:10:00'), call: { name: 'gone', entry: { ...entry, mode: undefined } } }, // 6
  sighting('03:20:00', { entry }), // 8, after its program at 7
  sighting('03:20:00', { prog: prog(500) }), // 9
  sighting('03:20:00', { link: { id: 9, prog_id: 500, attach_type, cgroup: '/a/b' } }), // 10
  sighting('03:20:00', { process: { uid: 0, caps: [] } }), // 11
  sighting('03:30:00', { cgroup: { path: '/late', id: 387 } }), // 12
  { at: time('03:40:00'), pid, fds, call: { ...attach, name: 'prog_detach' }, outcome: { ret: 0 } },
  // An LSM refuses what the rules allow.
  {
    at: time('03:50:00'),
    pid,
    fds,
    call: { ...attach, flags: ['multi'] },
    outcome: { errno: 'EACCES' },
  },
];

beforeAll(async () => {
  service = await startTestService();
  const body = { name: 'adopted', release: '6.18', at: time('02:00:00') };
  await post(service.app, '/v1/hosts', { body });
  const recorded = await post(service.app, `${HOST}/syscalls`, { body: STORY });
  expect(recorded.status, await recorded.clone().text()).toBe(200);
});
afterAll(async () => {
  expect(service.faults).toEqual([]);
  await service.close();
});

const text = async (path: string) =>
  (await service.app.request(`${HOST}/${path}${path.includes('?') ? '&' : '?'}format=text`)).text();
const PLACE = 'cgroup=/a/b&attach_type=egress';

describe('gaps', () => {
  it('say from when to when nothing is known, and do not count it', async () => {
    const response = await service.app.request(`${HOST}/gaps?${PLACE}`);
    const { items, total_micros } = await parse(response, gapsAnswer);
    expect(
      items.map(({ why, position_from, position_to }) => [why, position_from, position_to]),
    ).toEqual([
      ['cgroup_not_known', 1, 3],
      ['array_not_known', 6, 8],
    ]);
    expect(total_micros).toBe(0);
    const told = (await text(`gaps?${PLACE}`)).trimEnd().split('\n');
    expect(told).toEqual([
      expect.stringContaining('gaps: 0'),
      'not known from 2026-03-25T02:00:00.000000Z to 2026-03-25T03:00:00.000000Z: /a/b was found at 3',
      'not known from 2026-03-25T03:10:00.000000Z to 2026-03-25T03:20:00.000000Z: a program that ran there was found at 8',
    ]);
  });

  it('count from when a cgroup was found with nothing on it', async () => {
    const response = await service.app.request(`${HOST}/gaps?cgroup=/late&attach_type=egress`);
    const { items, total_micros } = await parse(response, gapsAnswer);
    expect(items).toMatchObject([
      { why: 'cgroup_not_known' },
      { why: 'empty', since: time('03:30:00.000000'), opened_by: { call: 'found' } },
    ]);
    expect(total_micros).toBe(20 * 60 * 1e6);
  });
});

describe('texts say what was found', () => {
  it('in an explanation', async () => {
    const ran = await text(`explain?${PLACE}&program=477&at=5`);
    expect(ran).toContain('it runs as program 477 (p477) on /a/b (found at 5)');
    const linked = await text(`explain?${PLACE}&program=500&at=10`);
    expect(linked).toContain('it runs as program 500 (p500) by link 9 on /a/b (found at 10)');
  });

  it.each([
    ['cgroups/history?path=/a/b', 'cgroup 386 found at /a/b'],
    ['programs/477/history', `program 477 (p477) found on cgroup 386 (/a/b) for ${attach_type}`],
    ['links/9/history', `link 9 found on cgroup 386 (/a/b) for ${attach_type}`],
    ['processes/812/history', 'process 812 found'],
  ])('in %s', async (path, words) => {
    const told = await text(path);
    expect(told).toContain(words);
    expect(told).not.toMatch(/made at|attached to|created|started/);
  });
});

describe('explain, after a refusal that no rule gives', () => {
  const HEAD =
    'no rule of 6.18.44 gives this (the rules say: ok). Possible causes: an LSM, seccomp';

  it('names who may have refused, and does not advise the same call', async () => {
    const response = await service.app.request(`${HOST}/explain?${PLACE}&program=477`);
    const told = await parse(response, explanation);
    expect(told).toMatchObject({
      ...{ why: 'detached', later_refusal: { call: 'prog_attach' } },
      change: 'find what refused it; the same call may be refused again',
    });
    expect(told.sentence).toContain(`: EACCES; ${HEAD}`);
  });

  it('of the only attempt', async () => {
    const at = time('03:55:00');
    const fds = { 3: { kind: 'cgroup', id: 387, path: '/late' }, 4: { kind: 'prog', id: 500 } };
    const call = { ...attach, flags: ['multi'] };
    const body = { at, pid: 813, fds, call, outcome: { errno: 'ENOMEM' } };
    expect((await post(service.app, `${HOST}/syscalls`, { body })).status).toBe(200);
    const place = 'cgroup=/late&attach_type=egress&program=500';
    const response = await service.app.request(`${HOST}/explain?${place}`);
    expect(await parse(response, explanation)).toMatchObject({
      why: 'attach_refused',
      sentence: expect.stringContaining(`: ENOMEM; ${HEAD}`),
      change: 'find what refused it; the same call may be refused again',
    });
  });
});
