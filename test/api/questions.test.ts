// The questions that people have, asked of one small story through the API, each answer parsed with
// the strict schema of its route: who put it there, why does it not run, since when, what changed.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { bisectAnswer } from '../../src/api/routes/bisect.ts';
import { effectiveArray } from '../../src/api/routes/effective.ts';
import { eventPage } from '../../src/api/routes/events.ts';
import { explanation } from '../../src/api/routes/explain.ts';
import { gapsAnswer } from '../../src/api/routes/gaps.ts';
import { history } from '../../src/api/routes/history.ts';
import { diffAnswer } from '../../src/api/wire/diff.ts';
import { parse, post, problem, startTestService, type TestService } from './running.ts';

let service: TestService;

const type = 'cgroup_inet_egress' as const;
const LOAD = { name: 'prog_load', prog_type: 'cgroup_skb' } as const;
const on = (target_path: string) => ({ target_path, attach_type: type });

/** Who makes which call; its place in the list is its position, less two. */
const STORY = [
  [1, { name: 'mkdir', path: '/pod' }], // 2
  [1, { name: 'mkdir', path: '/pod/c' }], // 3
  [1, { name: 'spawn', comm: 'cni', child_pid: 50 }], // 4
  [1, { name: 'spawn', comm: 'agent', child_pid: 60 }], // 5
  [50, { ...LOAD, prog_name: 'cni_v1' }], // 6: program 1, fd 3
  [50, { name: 'prog_attach', ...on('/pod'), attach_bpf_fd: 3, flags: ['multi'] }], // 7
  [60, { ...LOAD, prog_name: 'obs_v1' }], // 8: program 2, fd 3
  [60, { name: 'link_create', ...on('/pod'), prog_fd: 3 }], // 9: link 1, fd 5
  [60, { ...LOAD, prog_name: 'obs_v2' }], // 10: program 3, fd 4
  [60, { name: 'link_update', link_fd: 5, new_prog_fd: 4 }], // 11
  [50, { name: 'prog_detach', ...on('/pod'), attach_bpf_fd: 3 }], // 12
  [60, { name: 'exit' }], // 13: the link goes, nothing runs
  [50, { name: 'prog_attach', ...on('/pod'), attach_bpf_fd: 3, flags: ['override'] }], // 14
  [1, { ...LOAD, prog_name: 'own' }], // 15: program 4, fd 3
  [1, { name: 'prog_attach', ...on('/pod/c'), attach_bpf_fd: 3, flags: ['override'] }], // 16
  [1, { name: 'mkdir', path: '/strict' }], // 17
  [1, { name: 'mkdir', path: '/strict/c' }], // 18
  [50, { name: 'prog_attach', ...on('/strict'), attach_bpf_fd: 3, flags: [] }], // 19
  [1, { name: 'prog_attach', ...on('/strict/c'), attach_bpf_fd: 3, flags: ['multi'] }], // 20: EPERM
  [1, { name: 'rmdir', path: '/pod/c' }], // 21
] as const;
const HEAD = STORY.length + 1;

const BEGIN = Date.parse('2026-01-01T00:00:00Z');
/** Each call a second after the one before. */
const timeOf = (position: number) => new Date(BEGIN + position * 1000).toISOString();

beforeAll(async () => {
  service = await startTestService();
  const at = timeOf(1);
  await post(service.app, '/v1/hosts', { body: { name: 'h', release: '6.18', at } });
  const body = STORY.map(([pid, call], i) => ({ pid, at: timeOf(i + 2), call }));
  const response = await post(service.app, '/v1/hosts/h/syscalls', { body });
  const { events } = (await response.json()) as { events: { outcome: { errno?: string } }[] };
  expect(events.map(({ outcome }) => outcome.errno).filter((errno) => errno)).toEqual(['EPERM']);
});
afterAll(() => service.close());

function url(path: string, query: Record<string, string | number>): string {
  const pairs = Object.entries(query).map(([name, value]): [string, string] => [name, `${value}`]);
  return `/v1/hosts/h/${path}?${new URLSearchParams(pairs)}`;
}

async function ask<T extends z.ZodType>(
  [path, query]: readonly [string, Record<string, string | number>],
  schema: T,
): Promise<z.output<T>> {
  return parse(await service.app.request(url(path, query)), schema);
}

async function text(path: string, query: Record<string, string | number>): Promise<string> {
  const response = await service.app.request(url(path, { ...query, format: 'text' }));
  expect(response.headers.get('content-type')).toContain('text/plain');
  return response.text();
}

const egress = (cgroup: string, more: Record<string, string | number> = {}) => ({
  ...{ cgroup, attach_type: 'egress' },
  ...more,
});

describe('blame', () => {
  it('tells who loaded, attached and updated each slot, and who holds its link', async () => {
    const { slots } = await ask(['effective', egress('/pod/c', { at: 11 })], effectiveArray);
    expect(slots).toMatchObject([
      { prog_id: 1, prog_name: 'cni_v1', put_by: { position: 7, pid: 50, comm: 'cni' } },
      {
        ...{ prog_id: 3, link_id: 1, prog_name: 'obs_v2' },
        loaded_by: { position: 10 },
        put_by: { position: 9, comm: 'agent', at: '2026-01-01T00:00:09.000000Z' },
        updated_by: { position: 11, call: 'link_update' },
        held_by: { fds: [{ pid: 60, comm: 'agent', fd: 5 }], pins: [] },
      },
    ]);
    expect(slots[0]).not.toHaveProperty('updated_by');
    const told = await text('effective', egress('/pod/c', { at: 11 }));
    expect(told).toContain('1  program 3 (obs_v2) by link 1');
    expect(told).toContain('link held by fd 5 of agent[60]');
  });

  it('before its update a link runs its first program', async () => {
    const { slots } = await ask(['effective', egress('/pod', { at: 10 })], effectiveArray);
    expect(slots[1]).toMatchObject({ prog_id: 2, link_id: 1 });
    expect(slots[1]).not.toHaveProperty('updated_by');
  });

  it('an attach again is another one', async () => {
    const { slots } = await ask(['effective', egress('/pod', { at: 14 })], effectiveArray);
    expect(slots).toMatchObject([{ prog_id: 1, put_by: { position: 14 } }]);
  });
});

describe('the events of a program', () => {
  const of = async (program: number, more = ''): Promise<number[]> => {
    const path = `/v1/hosts/h/events?program=${program}${more}`;
    const { items } = await parse(await service.app.request(path), eventPage);
    return items.map(({ position }) => position);
  };

  it('are also those that carry only its link, such as the exit that ends it', async () => {
    expect(await of(3)).toEqual([10, 11, 13]);
    expect(await of(3, '&call=exit')).toEqual([13]);
  });

  it('end where its link runs another program', async () => {
    expect(await of(2)).toEqual([8, 9, 11, 13]);
  });

  it('are its own where it is attached without a link', async () => {
    expect(await of(1)).toEqual([6, 7, 12, 14, 19]);
  });
});

describe('explain', () => {
  it.each([
    ['/pod/c', 3, 11, 'effective', undefined, 'it runs as program 3 (obs_v2) by link 1 on /pod'],
    ['/pod/c', 2, 11, 'link_updated', 11, 'was updated to another program at 11'],
    ['/pod/c', 1, 12, 'detached', 12, 'was detached at 12'],
    ['/pod/c', 999, 21, 'never_loaded', undefined, 'no program of this id was loaded in this boot'],
    [
      '/nowhere',
      999,
      21,
      'never_loaded',
      undefined,
      'no program of this id was loaded in this boot',
    ],
    ['/pod/c', 3, 13, 'link_freed', 13, 'the process that held it exited'],
    [
      '/pod/c',
      1,
      16,
      'overridden',
      undefined,
      'an entry of a nearer cgroup hides it: program 4 (own) on /pod/c',
    ],
    [
      '/pod',
      4,
      16,
      'never_attached',
      undefined,
      'nobody attached it to this cgroup or to one above it',
    ],
    [
      '/strict/c',
      4,
      20,
      'attach_refused',
      20,
      'there is program 1 (cni_v1) on /strict (attached at 19 by cni[50])',
    ],
    ['/pod/c', 4, 21, 'cgroup_removed', 21, 'the cgroup was removed at 21'],
    ['/pod', 99, 21, 'never_loaded', undefined, 'no program of this id was loaded'],
    ['/pod', 99, 21, 'never_loaded', undefined, 'program 99 is not effective on /pod'],
    ['/none', 1, 21, 'no_such_cgroup', undefined, 'there was no such cgroup'],
  ] as const)('%s, program %i at %i: %s', async (cgroup, program, at, why, position, sentence) => {
    const told = await ask(['explain', egress(cgroup, { program, at })], explanation);
    expect([told.why, told.effective]).toEqual([why, why === 'effective']);
    expect(told.event?.position).toBe(position);
    expect(told.sentence).toContain(sentence);
    expect(await text('explain', egress(cgroup, { program, at }))).toContain(sentence);
  });

  it('names the smallest change that would alter the answer, and it does', async () => {
    const refused = await ask(
      ['explain', egress('/strict/c', { program: 4, at: 20 })],
      explanation,
    );
    expect(refused.in_the_way).toMatchObject({ path: '/strict', put_by: { position: 19 } });
    expect(refused.change).toBe(
      'take program 1 (cni_v1) off /strict, then attach it to /strict/c with multi',
    );
    const hidden = await ask(['explain', egress('/pod/c', { program: 1, at: 16 })], explanation);
    expect(hidden.change).toBe('take program 4 (own) off /pod/c');
    // Position 21 took it off with its cgroup; where it was before is the answer of /pod.
    const after = await ask(['explain', egress('/pod', { program: 1, at: 21 })], explanation);
    expect(after.why).toBe('effective');
  });

  it.each([
    // Without what hides it, or what keeps it out, it becomes effective.
    ['/pod/c', 1, 16, [[1, { name: 'prog_detach', ...on('/pod/c'), attach_bpf_fd: 3 }]]],
    [
      ...(['/strict/c', 4, 20] as const),
      [
        [50, { name: 'prog_detach', ...on('/strict'), attach_bpf_fd: 3 }],
        [1, { name: 'prog_attach', ...on('/strict/c'), attach_bpf_fd: 3, flags: ['multi'] }],
      ],
    ],
  ] as const)(
    'the change named for %s, program %i at %i does it',
    async (path, program, at, change) => {
      const host = `changed-${at}`;
      await post(service.app, '/v1/hosts', { body: { name: host, release: '6.18' } });
      const body = [...STORY.slice(0, at - 1), ...change].map(([pid, call]) => ({ pid, call }));
      await post(service.app, `/v1/hosts/${host}/syscalls`, { body });
      const query = new URLSearchParams({ ...egress(path), program: String(program) });
      const effectiveAt = async (moment: string) => {
        const asked = `/v1/hosts/${host}/explain?${query}${moment}`;
        return (await parse(await service.app.request(asked), explanation)).effective;
      };
      expect([await effectiveAt(`&at=${at}`), await effectiveAt('')]).toEqual([false, true]);
    },
  );

  it('tells what ended it, and then that a later attempt was refused', async () => {
    const host = 'retried';
    await post(service.app, '/v1/hosts', { body: { name: host, release: '6.18' } });
    const calls = [
      { name: 'mkdir', path: '/a' },
      { ...LOAD, prog_name: 'old' },
      { ...LOAD, prog_name: 'new' },
      { name: 'prog_attach', ...on('/a'), attach_bpf_fd: 3, flags: ['override'] },
      { name: 'prog_attach', ...on('/a'), attach_bpf_fd: 4, flags: ['override'] }, // 6
      { name: 'prog_attach', ...on('/a'), attach_bpf_fd: 3, flags: ['multi'] }, // 7: EPERM
    ];
    const body = calls.map((call) => ({ call }));
    await post(service.app, `/v1/hosts/${host}/syscalls`, { body });
    const query = new URLSearchParams({ ...egress('/a'), program: '1' });
    const response = await service.app.request(`/v1/hosts/${host}/explain?${query}`);
    const told = await parse(response, explanation);
    expect(told).toMatchObject({
      why: 'replaced',
      event: { position: 6 },
      later_refusal: { position: 7 },
      change: 'attach it to /a with override; it replaces program 2 (new)',
    });
    expect(told.sentence).toContain(
      'program 1 (old) on /a (attached at 5 by init[1]) was replaced at 6',
    );
    expect(told.sentence).toMatch(
      /; a later attempt to attach it was refused at 7 at .*: EPERM, \/a /,
    );
    expect(told.sentence).toMatch(
      /; there is program 2 \(new\) on \/a \(attached at 6 by init\[1\]\)$/,
    );
  });

  it('tells what the kernel does a moment after the call, here and in the events', async () => {
    const host = 'late';
    await post(service.app, '/v1/hosts', { body: { name: host, release: '6.18' } });
    const calls = [
      { name: 'mkdir', path: '/a' },
      { ...LOAD, prog_name: 'pinned' },
      { name: 'link_create', ...on('/a'), prog_fd: 3 }, // 4: fd 5
      { name: 'obj_pin', bpf_fd: 5, path: '/link' },
      { name: 'close', fd: 5 },
      { name: 'unlink', path: '/link' }, // 7
    ];
    const body = calls.map((call) => ({ call }));
    await post(service.app, `/v1/hosts/${host}/syscalls`, { body });
    const get = (path: string) => service.app.request(`/v1/hosts/${host}/${path}`);
    const query = new URLSearchParams({ ...egress('/a'), program: '1' });
    const told = await parse(await get(`explain?${query}`), explanation);
    expect(told).toMatchObject({ why: 'link_freed', reason: 'unpinned', eventually: true });
    expect(told.sentence).toMatch(
      /its pin was removed; the kernel does that a moment after the call/u,
    );
    const { items } = await parse(await get('events?from=7'), eventPage);
    const late = items[0]?.effects.map((effect) => [
      effect.type,
      'eventually' in effect && effect.eventually,
    ]);
    expect(late).toEqual([
      ['PinRemoved', false],
      ['EntryRemoved', true],
      ['LinkFreed', true],
    ]);
    const chapters = await parse(await get('links/1/history'), history);
    expect(chapters.items.at(-1)?.what).toMatch(/freed: .*, a moment after the call$/u);
  });

  it('tells where else the program stands, also in the sentence', async () => {
    const at = ['explain', egress('/strict/c', { program: 3, at: 11 })] as const;
    expect((await ask(at, explanation)).sentence).toMatch(
      /there was no such cgroup in this boot; it is attached on \/pod for cgroup_inet_egress$/,
    );
  });

  it('lists where the program stands', async () => {
    const { stands_at } = await ask(
      ['explain', egress('/pod/c', { program: 1, at: 19 })],
      explanation,
    );
    expect(stands_at.map(({ path }) => path).sort()).toEqual(['/pod', '/strict']);
  });
});

describe('gaps', () => {
  it('to the microsecond, with who opened and closed each', async () => {
    const { items, total_micros } = await ask(['gaps', egress('/pod')], gapsAnswer);
    expect(items).toMatchObject([
      { why: 'no_cgroup', position_from: 1, position_to: 2, micros: 1_000_000 },
      { why: 'empty', opened_by: { position: 2 }, closed_by: { position: 7, comm: 'cni' } },
      {
        ...{ why: 'empty', since: '2026-01-01T00:00:13.000000Z', micros: 1_000_000 },
        opened_by: { position: 13, comm: 'agent', call: 'exit' },
        closed_by: { position: 14 },
      },
    ]);
    expect(items[0]).not.toHaveProperty('opened_by');
    expect(total_micros).toBe(7_000_000);
  });

  it('of one program, until the end of the question', async () => {
    const query = egress('/pod', { program: 3, from: 9, to: 'boot:1' });
    const { items } = await ask(['gaps', query], gapsAnswer);
    expect(items).toMatchObject([
      { why: 'program_missing', position_from: 9, position_to: 11 },
      { why: 'program_missing', position_from: 13, position_to: HEAD },
    ]);
    expect(items[1]).not.toHaveProperty('closed_by');
    expect(await text('gaps', query)).toContain('still open');
  });

  it('of a cgroup by its id, which is gone by now', async () => {
    const { items } = await ask(['gaps', egress('3', { from: 16 })], gapsAnswer);
    expect(items).toMatchObject([{ why: 'no_cgroup', opened_by: { position: 21, call: 'rmdir' } }]);
  });
});

describe('bisect', () => {
  it.each([
    ['has:1', {}, 7, false],
    ['lacks:1', { from: 7 }, 12, false],
    ['has:3', {}, 11, false],
    ['empty', { from: 7 }, 13, false],
    ['filled', { from: 7 }, 7, false],
    ['lacks:2', { from: 10 }, 11, true],
  ] as const)('%s from %o is first so at %i', async (condition, span, position, monotone) => {
    const answer = await ask(['bisect', egress('/pod', { condition, ...span })], bisectAnswer);
    expect(answer.found).toMatchObject({ position, event: { position }, monotone });
  });

  it('says what ran before and from then on', async () => {
    const { found } = await ask(['bisect', egress('/pod', { condition: 'has:3' })], bisectAnswer);
    expect(found?.before?.map(({ prog_id }) => prog_id)).toEqual([1, 2]);
    expect(found?.slots.map(({ prog_id }) => prog_id)).toEqual([1, 3]);
  });

  it('never is an answer', async () => {
    const query = egress('/', { condition: 'has:1' });
    expect((await ask(['bisect', query], bisectAnswer)).found).toBeUndefined();
    expect(await text('bisect', query)).toContain('never');
  });

  it('against another host, by the names and instructions of programs', async () => {
    await post(service.app, '/v1/hosts', { body: { name: 'other', release: '6.18' } });
    // The same story, but the other agent never updates its link.
    const body = STORY.slice(0, 9).map(([pid, call]) => ({ pid, call }));
    await post(service.app, '/v1/hosts/other/syscalls', { body });
    const query = egress('/pod', { condition: 'differs:other' });
    const { found } = await ask(['bisect', query], bisectAnswer);
    expect(found).toMatchObject({ position: 11, before: [{ prog_id: 1 }, { prog_id: 2 }] });
    const open = await service.app.request(url('bisect', { ...query, to: 15 }));
    expect(open.headers.get('cache-control')).toBe('public, no-cache');
  });
});

describe('history', () => {
  it('of a link, from its creation to the reason that it ended', async () => {
    const { items } = await ask(['links/1/history', {}], history);
    expect(items.map(({ event }) => event.position)).toEqual([9, 11, 13]);
    expect(items.at(-1)?.ended).toBe('the process that held it exited');
    const heldByAgent = {
      fds: [{ pid: 60, comm: 'agent', fd: 5 }],
      ...{ in_flight_to: [], pins: [] },
    };
    expect(items.map(({ held_by }) => held_by)).toEqual([heldByAgent, heldByAgent, undefined]);
    const told = await text('links/1/history', {});
    expect(told).toContain('link 1 ended: the process that held it exited');
  });

  it('of a program, a cgroup, a process and a pin', async () => {
    const positions = async (path: string, query = {}) =>
      (await ask([path, query], history)).items.map(({ event }) => event.position);
    expect(await positions('programs/1/history')).toEqual([6, 7, 12, 14, 19]);
    expect(await positions('cgroups/3/history')).toEqual([3, 16, 21]);
    expect(await positions('processes/60/history')).toEqual([5, 8, 9, 10, 11, 13]);
    // The refused attach is part of the story of the cgroup that it was meant for.
    expect(await positions('cgroups/5/history')).toEqual([18, 20]);
    expect(await positions('programs/1/history', { at: 7 })).toEqual([6, 7]);
  });

  it('of the cgroup that stood at a path, found after its end', async () => {
    const { items } = await ask(['cgroups/history', { path: '/pod/c' }], history);
    expect(items.map(({ event }) => event.position)).toEqual([3, 16, 21]);
  });

  it('of a map and its pin, from the creation over the program to the last fd', async () => {
    await post(service.app, '/v1/hosts', { body: { name: 'maps', release: '6.18' } });
    const body = [
      { name: 'map_create', map_type: 'cgroup_storage', key_size: 16, value_size: 8 }, // 2: fd 3
      { ...LOAD, map_fds: [3] }, // 3: fd 4
      { name: 'obj_pin', bpf_fd: 3, path: '/m' }, // 4
      { name: 'unlink', path: '/m' }, // 5
      { name: 'close', fd: 3 }, // 6
      { name: 'close', fd: 4 }, // 7
    ].map((call) => ({ call }));
    await post(service.app, '/v1/hosts/maps/syscalls', { body });
    const read = async (path: string) =>
      parse(await service.app.request(`/v1/hosts/maps/${path}`), history);
    const { items } = await read('maps/1/history');
    expect(items.map(({ event }) => event.position)).toEqual([2, 3, 4, 5, 6, 7]);
    const pinned = await read('pins/history?path=/m');
    expect(pinned.items.map(({ event }) => event.position)).toEqual([4, 5]);
    expect(items.at(-1)?.ended).toBe('the program that used it was freed');
  });

  it('in pages', async () => {
    const first = await ask(['programs/1/history', { limit: 2 }], history);
    expect([first.items.length, first.next]).toEqual([2, `${first.position}:7`]);
    const rest = await ask(['programs/1/history', { limit: 9, after: first.next ?? '' }], history);
    expect(rest.items.map(({ event }) => event.position)).toEqual([12, 14, 19]);
    expect(rest.next).toBeUndefined();
  });

  it.each([
    'links/9/history',
    'programs/9/history',
    'processes/9/history',
    'pins/history?path=/no',
  ])('of what never was is a problem: %s', async (path) => {
    const response = await service.app.request(`/v1/hosts/h/${path}`);
    expect((await problem(response)).type).toContain('no-such-object');
  });

  it.each([
    'effective?cgroup=/pod/c&attach_type=egress',
    'effective?cgroup=3&attach_type=egress',
    'cgroups/3?',
    'cgroups/3?format=bpftool',
  ])('%s of a cgroup that was removed says at which position', async (path) => {
    const response = await service.app.request(`/v1/hosts/h/${path}`);
    const { detail, status } = await problem(response);
    expect(status).toBe(404);
    expect(detail).toMatch(
      /^(\/pod\/c|cgroup 3) was removed at position 21; ask at=20 \(--at 20\)$/,
    );
    const before = await service.app.request(`/v1/hosts/h/${path}&at=20`);
    expect(before.status).toBe(200);
  });
});

describe('diff', () => {
  it('tells state and causes', async () => {
    const told = await ask(['diff', { from: 11, to: 13 }], diffAnswer);
    expect(told.effective).toMatchObject([
      {
        ...{ path: '/pod', because: [12, 13], same_in: [3] },
        slots: [
          { change: 'removed', was: { prog_id: 1 } },
          { change: 'removed', was: { prog_id: 3, link_id: 1 } },
        ],
      },
    ]);
    expect(told.links.removed).toMatchObject([{ link_id: 1, because: [13] }]);
    expect(told.events.map(({ position, comm }) => [position, comm])).toEqual([
      [12, 'cni'],
      [13, 'agent'],
    ]);
    const lines = await text('diff', { from: 11, to: 13 });
    expect(lines).toContain(
      '~ /pod for cgroup_inet_egress, and in the same way for 1 cgroup below it  [12, 13]',
    );
    expect(lines).toContain('- program 3 (obs_v2) by link 1 from place 1');
    expect(lines).toContain('13 at 2026-01-01T00:00:13.000000Z by agent[60] exit (local)');
  });

  it('of a moment with itself is nothing', async () => {
    expect(await text('diff', { from: 9, to: 9 })).toContain('nothing changed');
  });

  it('from later to earlier is refused', async () => {
    const response = await service.app.request(url('diff', { from: 9, to: 8 }));
    const { detail, field } = await problem(response);
    expect([detail, field]).toEqual(['from: is position 9, after `to`, position 8', 'from']);
  });
});

describe('a question', () => {
  it('that nobody can answer is a problem of the right field', async () => {
    const problemOf = async (path: string, query: Record<string, string | number>) => {
      const { type: kind, field } = await problem(await service.app.request(url(path, query)));
      return [kind.replace('urn:bpfledger:problem:', ''), field];
    };
    expect(await problemOf('gaps', egress('/', { to: 99 }))).toEqual(['no-such-position', 'to']);
    expect(await problemOf('gaps', egress('77'))).toEqual(['no-such-object', 'cgroup']);
    const never = egress('/pod', { program: 99 });
    expect(await problemOf('gaps', never)).toEqual(['no-such-object', 'program']);
    const lacks = egress('/pod', { condition: 'lacks:99' });
    expect(await problemOf('bisect', lacks)).toEqual(['no-such-object', 'condition']);
    expect(await problemOf('bisect', egress('/', { condition: 'maybe' }))).toEqual([
      ...['invalid-request', 'condition'],
    ]);
    expect(await problemOf('explain', egress('/'))).toEqual(['invalid-request', 'program']);
    expect(await problemOf('effective', egress('/', { format: 'xml' }))).toEqual([
      ...['invalid-request', 'format'],
    ]);
  });
});
