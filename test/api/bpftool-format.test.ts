// `?format=bpftool` without a kernel: the order and the fields that one printed, at any position,
// and what does not go with it.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  bpftoolLink,
  bpftoolProg,
  bpftoolShow,
  bpftoolTree,
} from '../../src/api/request/bpftool.ts';
import { parse, post, problem, startTestService, type TestService } from './running.ts';

const EGRESS = 'cgroup_inet_egress';
const attach = (path: string, flags: readonly string[]) => ({
  name: 'prog_attach',
  ...{ attach_bpf_fd: 3, target_path: path, attach_type: EGRESS, flags },
});

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
  await post(service.app, '/v1/hosts', { body: { name: 'h', release: '6.18' } });
  const calls = [
    ...['/b', '/a', '/c', '/b/a'].map((path) => ({ name: 'mkdir', path })),
    { name: 'prog_load', prog_type: 'cgroup_skb', prog_name: 'myprog', ret: 1 },
    attach('/b', ['multi']),
    attach('/a', ['override']),
    attach('/c', []),
    { name: 'link_create', prog_fd: 3, target_path: '/b', attach_type: EGRESS },
  ];
  const at = '2026-03-25T06:57:46.999999Z';
  await post(service.app, '/v1/hosts/h/syscalls', { body: calls.map((call) => ({ call, at })) });
});
afterAll(() => service.close());

const get = (path: string) => service.app.request(`/v1/hosts/h/${path}`);

describe('?format=bpftool', () => {
  it('prints the tree as a kernel and bpftool 7.1 did', async () => {
    const text = await (await get('cgroups?format=bpftool&at=9&cgroup_root=/mnt')).text();
    const programsText = (flags: string) =>
      `[{"id":1,"attach_type":"${EGRESS}","attach_flags":"${flags}","name":"myprog",` +
      '"attach_btf_name":"","attach_btf_obj_id":0,"attach_btf_id":0}]';
    expect(text).toBe(
      `[{"cgroup":"/mnt/c","programs":${programsText('')}},` +
        `{"cgroup":"/mnt/a","programs":${programsText('override')}},` +
        `{"cgroup":"/mnt/b","programs":${programsText('multi')}}]\n`,
    );
    const effective = await get('cgroups?format=bpftool&at=9&effective=true&under=/b');
    const tree = await parse(effective, bpftoolTree);
    expect(tree.map(({ cgroup }) => cgroup)).toEqual(['/sys/fs/cgroup/b', '/sys/fs/cgroup/b/a']);
    expect(tree[0]?.programs[0]).not.toHaveProperty('attach_flags');
  });

  it('prints one cgroup, links and programs', async () => {
    expect(await parse(await get('cgroups/2?format=bpftool'), bpftoolShow)).toHaveLength(2);
    const inherited = await get('cgroups/5?format=bpftool&effective=true');
    expect(await parse(inherited, bpftoolShow)).toHaveLength(2);
    expect(await (await get('cgroups/5?format=bpftool')).text()).toBe('[]\n');
    expect(await (await get('links?format=bpftool')).text()).toBe(
      `[{"id":1,"type":"cgroup","prog_id":1,"cgroup_id":2,"attach_type":"${EGRESS}"}]\n`,
    );
    expect(await parse(await get('links/1?format=bpftool'), bpftoolLink)).toMatchObject({ id: 1 });
    const programs = await parse(await get('programs?format=bpftool'), z.array(bpftoolProg));
    expect(programs).toMatchObject([{ id: 1, type: 'cgroup_skb', name: 'myprog', uid: 0 }]);
    expect(programs[0]?.loaded_at).toBe(Date.parse('2026-03-25T06:57:46Z') / 1000);
    expect(await parse(await get('programs?format=bpftool&at=5'), z.array(bpftoolProg))).toEqual(
      [],
    );
  });

  it.each([
    ['cgroups?format=bpftool&path=/a', 'path'],
    ['cgroups?format=bpftool&after=1', 'after'],
    ['cgroups?format=bpftool&count=true', 'count'],
    ['cgroups?format=bpftool&fields=path', 'fields'],
    ['cgroups?effective=true', 'effective'],
    ['cgroups?cgroup_root=/mnt', 'cgroup_root'],
    ['cgroups/2?effective=true', 'effective'],
    ['links?format=bpftool&prog_id=1', 'prog_id'],
    ['programs?format=bpftool&after=1', 'after'],
    ['maps?format=bpftool', 'format'],
    ['links?format=yaml', 'format'],
  ])('%s is refused', async (path, field) => {
    const { status, field: told } = await problem(await get(path));
    expect([status, told]).toEqual([422, field]);
  });

  it.each(['cgroups/99', 'links/99', 'programs/99'])('%s is not there', async (path) => {
    expect(await problem(await get(`${path}?format=bpftool`))).toMatchObject({ status: 404 });
  });
});
