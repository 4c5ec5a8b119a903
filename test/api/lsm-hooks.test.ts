// Programs of LSM_CGROUP have a list for each hook. What runs on a cgroup is read of the state, of rows
// for a span, and of rows of all hosts: all say the same.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { arrayTimelineAnswer } from '../../src/api/routes/array-timeline.ts';
import { effectiveArray } from '../../src/api/routes/effective.ts';
import { gapsAnswer } from '../../src/api/routes/gaps.ts';
import { hostSlotPage, majorityAnswer } from '../../src/api/wire/fleet.ts';
import { parse, post, startTestService, type TestService } from './running.ts';

const type = 'lsm_cgroup';
const load = (prog_name: string, attach_btf_id: number) => ({
  ...{ name: 'prog_load', prog_type: 'lsm', expected_attach_type: type, prog_name, attach_btf_id },
});
const attach = (attach_bpf_fd: number, target_path: string) => ({
  ...{ name: 'prog_attach', attach_bpf_fd, target_path, attach_type: type, flags: ['multi'] },
});

/** Two hooks: 101, which the program of /pod has first, and 102. */
const STORY = [
  { name: 'mkdir', path: '/pod' }, // 2
  load('alloc', 101), // 3: program 1, fd 3
  load('bind', 102), // 4: program 2, fd 4
  load('bind_all', 102), // 5: program 3, fd 5
  load('alloc_all', 101), // 6: program 4, fd 6
  attach(3, '/pod'), // 7
  attach(4, '/pod'), // 8
  attach(5, '/'), // 9
  { ...attach(6, '/'), flags: ['override'] }, // 10: hidden below by the list of /pod
] as const;

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
  for (const host of ['one', 'two']) {
    await post(service.app, '/v1/hosts', { body: { name: host, release: '6.18' } });
    const body = STORY.map((call) => ({ call }));
    const response = await post(service.app, `/v1/hosts/${host}/syscalls`, { body });
    expect(await response.text()).not.toContain('errno');
  }
});
afterAll(() => service.close());

async function ask(path: string): Promise<Response> {
  const response = await service.app.request(path);
  expect(response.status, await response.clone().text()).toBe(200);
  return response;
}

const array = async (cgroup: string, at = '') =>
  (
    await parse(
      await ask(`/v1/hosts/one/effective?cgroup=${cgroup}&attach_type=${type}${at}`),
      effectiveArray,
    )
  ).slots.map(({ prog_name }) => prog_name);

describe('what runs on a cgroup', () => {
  it('is the programs of each hook, in the order of the hooks', async () => {
    expect(await array('/pod')).toEqual(['alloc', 'bind', 'bind_all']);
    expect(await array('/')).toEqual(['alloc_all', 'bind_all']);
    expect(await array('/pod', '&at=7')).toEqual(['alloc']);
  });

  it('is in the tree, and as bpftool prints it', async () => {
    const tree = await (await ask('/v1/hosts/one/cgroups/outline')).text();
    expect(tree).toContain(type);
    const shown = await ask('/v1/hosts/one/cgroups?format=bpftool&effective=true&under=/pod');
    expect(await shown.text()).toContain('bind_all');
  });

  it('had these versions', async () => {
    const place = `cgroup=/pod&attach_type=${type}`;
    const answer = await ask(`/v1/hosts/one/effective/timeline?${place}&from=1`);
    const { items } = await parse(answer, arrayTimelineAnswer);
    const known = items.map(({ position, slots }) => [position, slots.map((slot) => slot.prog_id)]);
    expect(known).toEqual([
      ...[
        [1, []],
        [2, []],
      ],
      [7, [1]],
      [8, [1, 2]],
      [9, [1, 2, 3]],
      // The entry of `/` has another place in its list since.
      [10, [1, 2, 3]],
    ]);
    const gaps = await parse(await ask(`/v1/hosts/one/gaps?${place}&from=2`), gapsAnswer);
    expect(gaps.items.map((gap) => [gap.position_from, gap.position_to])).toEqual([[2, 7]]);
  });

  it('is found on all hosts', async () => {
    const page = await parse(await ask('/v1/effective?program_name=bind_all'), hostSlotPage);
    expect(page.items.map(({ host, path, slot }) => [host, path, slot])).toEqual([
      ...[
        ['one', '/', 1],
        ['one', '/pod', 2],
      ],
      ...[
        ['two', '/', 1],
        ['two', '/pod', 2],
      ],
    ]);
    const most = await ask(`/v1/effective/majority?cgroup=/pod&attach_type=${type}`);
    const text = JSON.stringify(await parse(most, majorityAnswer));
    expect(text).toContain('bind_all');
  });
});
