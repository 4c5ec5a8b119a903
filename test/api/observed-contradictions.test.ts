// What an observation says of its answer must not contradict itself: the returned fd, ids and counts.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { post, problem, startTestService, type TestService } from './running.ts';

let service: TestService;
let hosts = 0;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(async () => {
  await service.close();
});

async function record(body: object): Promise<Response> {
  const name = `contradictions-${++hosts}`;
  await post(service.app, '/v1/hosts', { body: { name, release: '6.18' } });
  return post(service.app, `/v1/hosts/${name}/syscalls`, { body });
}

const link = { name: 'link_create', prog_fd: 4, target_fd: 5, attach_type: 'egress' };
const load = { name: 'prog_load', prog_type: 'cgroup_skb' };
const open = { name: 'open_cgroup', path: '/a' };
const dup = { name: 'dup', fd: 3 };
const byId = { name: 'prog_get_fd_by_id', prog_id: 7 };
const pinned = { name: 'obj_get', path: '/p' };
const stats = { name: 'enable_stats' };

describe('a fact of the returned fd is refused', () => {
  it.each<[string, object, object, object, RegExp]>([
    ['of a program, where a link is made', link, { link_id: 14 }, { kind: 'prog', id: 7 }, /link$/],
    ['of another link', link, { link_id: 15 }, { kind: 'link', id: 99 }, /returns link 15/],
    ['of a link, where a program is loaded', load, {}, { kind: 'link', id: 99 }, /on prog$/],
    ['of no object, where a program is loaded', load, {}, { kind: 'other' }, /on prog$/],
    ['of a program, where a cgroup is opened', open, {}, { kind: 'prog', id: 7 }, /on cgroup$/],
    ['of another cgroup', open, { cgroup_id: 50 }, { kind: 'cgroup', id: 51 }, /cgroup 50/],
    ['of a cgroup elsewhere', open, {}, { kind: 'cgroup', id: 51, path: '/b' }, /opens \/a/],
    ['of another program than was asked for', byId, {}, { kind: 'prog', id: 8 }, /prog 7/],
    ['of another kind than the copy', dup, { prog_id: 7 }, { kind: 'map', id: 7 }, /gives prog_id/],
    ['of a cgroup that was pinned', pinned, {}, { kind: 'cgroup', id: 7 }, /prog, link, map/],
    ['of an object, where there is none', stats, {}, { kind: 'prog', id: 7 }, /bpffs, other/],
  ])('%s', async (_what, call, outputs, fact, message) => {
    const body = { call, outcome: { ret: 42, ...outputs }, fds: { 42: fact } };
    const refused = await problem(await record(body));
    expect(refused).toMatchObject({ status: 422, field: 'fds.42' });
    expect(refused.errors?.[0]?.message ?? refused.detail).toMatch(message);
  });
});

describe('a fact of the returned fd says which object it is', () => {
  it.each<[string, object, object, object, object]>([
    ['where the outcome does not', load, {}, { kind: 'prog', id: 7 }, { prog_id: 7 }],
    ['as the outcome does', load, { prog_id: 7 }, { kind: 'prog', id: 7 }, { prog_id: 7 }],
    ['by its kind alone', load, { prog_id: 7 }, { kind: 'prog' }, { prog_id: 7 }],
    ['a cgroup', open, {}, { kind: 'cgroup', id: 51, path: '/a' }, { cgroup_id: 51 }],
    ['a copy', dup, {}, { kind: 'link', id: 3 }, { link_id: 3 }],
    ['a copy of no object', dup, {}, { kind: 'other' }, {}],
    ['what a pin was of', pinned, {}, { kind: 'map', id: 3 }, { map_id: 3 }],
  ])('%s', async (_what, call, outputs, fact, outcome) => {
    const told = await record({ call, outcome: { ret: 42, ...outputs }, fds: { 42: fact } });
    expect(told.status).toBe(200);
    expect(await told.json()).toMatchObject({ outcome: { ret: 42, ...outcome } });
  });
});

describe('a number that no kernel answers is refused', () => {
  const query = { name: 'prog_query', target_fd: 3, attach_type: 'egress' };
  const next = { name: 'prog_get_next_id', start_id: 0 };
  const info = { name: 'obj_get_info_by_fd', bpf_fd: 3 };
  const batch = { name: 'map_delete_batch', map_fd: 3, keys: [1] };
  const answered = { prog_cnt: 1, prog_ids: [7], attach_flags: 0 };
  const ofLink = {
    kind: 'link',
    id: 3,
    prog_id: 7,
    cgroup_id: 0,
    attach_type: 'cgroup_inet_egress',
  };

  it.each<[string, object, object, string, number]>([
    ['a count', query, { query: { ...answered, prog_cnt: -3 } }, 'query.prog_cnt', 0],
    ['a listed id', query, { query: { ...answered, prog_ids: [-1] } }, 'query.prog_ids.0', 0],
    [
      'flags',
      query,
      { query: { ...answered, attach_flags: 2 ** 32 } },
      'query.attach_flags',
      2 ** 32 - 1,
    ],
    ['the next id', next, { next_id: -4 }, 'next_id', 1],
    ['no next id', next, { next_id: 0 }, 'next_id', 1],
    ['an id past 32 bits', next, { next_id: 2 ** 32 }, 'next_id', 2 ** 32 - 1],
    ['an id of an info', info, { info: { ...ofLink, prog_id: 0 } }, 'info.prog_id', 1],
    ['elements of a batch', batch, { batch: { count: -1 } }, 'batch.count', 0],
  ])('%s', async (_what, call, outputs, field, limit) => {
    const refused = await problem(await record({ call, outcome: { ret: 0, ...outputs } }));
    const error = { field: `outcome.${field}`, limit };
    expect(refused).toMatchObject({ status: 422, errors: [error] });
  });

  it('but 0 stands for an id that the kernel did not write', async () => {
    const outcome = { ret: 0, query: { ...answered, prog_ids: [0] } };
    expect((await record({ call: query, outcome })).status).toBe(200);
    const { status } = await record({ call: info, outcome: { ret: 0, info: ofLink } });
    expect(status).toBe(200);
  });
});

it('what follows from it must be an event that can be imported', async () => {
  const call = { name: 'prog_get_fd_by_id', prog_id: 0 };
  const refused = await problem(await record({ call, outcome: { ret: 81 } }));
  expect(refused).toMatchObject({ status: 422, field: 'call' });
  expect(refused.detail).toMatch(/call\.prog\.id/);
});
