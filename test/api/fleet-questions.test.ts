// Questions about all hosts answer what walking the hosts would: where a program is loaded, where it is
// effective, and which hosts run something else than most; now, at a time, and with few hosts to see.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { effectiveArray } from '../../src/api/routes/effective.ts';
import { eventPage } from '../../src/api/routes/events.ts';
import { hostProgramPage, hostSlotPage, majorityAnswer } from '../../src/api/wire/fleet.ts';
import { cgroupRow, pageOf } from '../../src/api/wire/reads.ts';
import { bearer, namedTokens } from './named-tokens.ts';
import { parse, post, problem, startTestService, type TestService } from './running.ts';

const TOKENS = namedTokens({ all: { hosts: ['*'] }, few: { hosts: ['node-1', 'node-2'] } });
const headers = bearer('all');
const CONNECT4 = 'cgroup_inet4_connect';

let service: TestService;

async function get<T extends z.ZodType>(path: string, schema: T, who = 'all') {
  const response = await service.app.request(path, { headers: bearer(who) });
  expect(response.status, await response.clone().text()).toBe(200);
  return parse(response, schema);
}

async function make(name: string, release: string, calls: readonly object[]): Promise<void> {
  const host = { name, release };
  expect((await post(service.app, '/v1/hosts', { headers, body: host })).status).toBe(201);
  await submit(name, calls);
}

async function submit(name: string, calls: readonly object[]): Promise<void> {
  const body = calls.map((call) => ({ call }));
  const response = await post(service.app, `/v1/hosts/${name}/syscalls`, { headers, body });
  expect(response.status, await response.clone().text()).toBe(200);
  const text = await response.text();
  expect(text).not.toContain('errno');
}

const load = (prog_name: string, ret = 1) => ({
  ...{ name: 'prog_load', prog_type: 'cgroup_sock_addr', expected_attach_type: CONNECT4 },
  ...{ prog_name, ret },
});
const mkdir = (path: string) => ({ name: 'mkdir', path });
const link = (prog_fd: number, target_path: string, more = {}) => ({
  ...{ name: 'link_create', prog_fd, target_path, attach_type: CONNECT4, ...more },
});

/** When only the first three nodes were there. */
let early = '';

beforeAll(async () => {
  service = await startTestService({ tokens: TOKENS });
  const common = [mkdir('/pods'), mkdir('/pods/a'), load('policy'), load('audit', 0)];
  for (const n of [1, 2, 3]) {
    await make(`node-${n}`, '6.18', [...common, link(3, '/'), link(4, '/pods')]);
  }
  const events = await service.app.request('/v1/hosts/node-3/events?limit=1000', { headers });
  early = (await parse(events, eventPage)).items.at(-1)?.at ?? '';
  // What is on its pods hides what is on the root.
  const attach = (attach_bpf_fd: number, target_path: string) => ({
    ...{ name: 'prog_attach', attach_bpf_fd, target_path, attach_type: CONNECT4 },
    flags: ['override'],
  });
  await make('node-4', '6.18', [...common, attach(3, '/'), attach(4, '/pods')]);
  await make('node-5', '6.18', [mkdir('/other'), load('policy'), link(3, '/other')]);
  await submit('node-5', [
    { name: 'close', fd: 5 },
    { name: 'close', fd: 3 },
  ]);
  // A kernel bug runs here what no list has.
  await make('node-6', '6.17', [
    ...[mkdir('/pods'), load('policy'), load('audit', 0), load('late', 0)],
    ...[link(3, '/pods'), link(4, '/pods', { flags: ['preorder'] })],
    { name: 'link_update', link_fd: 7, new_prog_fd: 5 },
  ]);
  await post(service.app, '/v1/hosts/node-1/branches', { headers, body: { name: 'node-try' } });
});
afterAll(() => service.close());

/** What walking the hosts gives for a program's name: each slot of each effective array. */
async function walk(prog_name: string, at = ''): Promise<string[]> {
  const found: string[] = [];
  for (const n of [1, 2, 3, 4, 5, 6]) {
    const host = `node-${n}`;
    const moment = at === '' ? '' : `at=${at}`;
    const listed = await service.app.request(`/v1/hosts/${host}/cgroups?${moment}`, { headers });
    if (listed.status === 404) continue;
    const { items } = await parse(listed, pageOf('CgroupPage', cgroupRow));
    for (const { path } of items) {
      const query = `cgroup=${path}&attach_type=${CONNECT4}&${moment}`;
      const { slots } = await get(`/v1/hosts/${host}/effective?${query}`, effectiveArray);
      for (const [i, slot] of slots.entries()) {
        if (slot.prog_name !== prog_name) continue;
        found.push(`${host} ${path} ${i}/${slots.length} ${slot.prog_id} ${slot.link_id}`);
      }
    }
  }
  return found;
}

/** All pages of the slots of a program. */
async function everywhere(query: string, limit = 1000, who = 'all'): Promise<string[]> {
  const found: string[] = [];
  for (let next = ''; ; ) {
    const page = await get(`/v1/effective?${query}&limit=${limit}${next}`, hostSlotPage, who);
    for (const { host, path, slot, slots, prog_id, link_id } of page.items) {
      found.push(`${host} ${path} ${slot}/${slots} ${prog_id} ${link_id}`);
    }
    if (page.next === undefined) return found;
    next = `&next=${page.next}`;
  }
}

describe('/effective', () => {
  it.each(['policy', 'audit', 'late'])(
    'finds %s where walking the hosts finds it',
    async (name) => {
      const walked = await walk(name);
      expect(walked.length).toBeGreaterThan(0);
      expect(await everywhere(`program_name=${name}`)).toEqual(walked);
      expect(await everywhere(`program_name=${name}`, 2)).toEqual(walked);
      const before = await walk(name, early);
      expect(await everywhere(`program_name=${name}&at=${early}`)).toEqual(before);
      expect(before.length === 0).toBe(name === 'late');
    },
  );

  it('takes a tag, a cgroup, an attach type, several hosts', async () => {
    const [first] = (await get('/v1/programs?name=audit&limit=1', hostProgramPage)).items;
    const all = await everywhere('program_name=audit');
    expect(await everywhere(`program_tag=${first?.tag}&program_name=audit`)).toEqual(all);
    const pods = all.filter((line) => line.includes(' /pods/a '));
    expect(await everywhere('program_name=audit&cgroup=/pods/a')).toEqual(pods);
    expect(await everywhere('program_name=audit&attach_type=egress')).toEqual([]);
    const some = all.filter((line) => /node-[24]/.test(line));
    expect(await everywhere('program_name=audit&host=node-2&host=*4')).toEqual(some);
    expect(await everywhere('program_name=audit&host=node-4&host=node-2', 1, 'few')).toEqual(
      all.filter((line) => /node-2/.test(line)),
    );
    expect(
      await everywhere('program_name=policy&program_name=audit&cgroup=/pods&host=node-1'),
    ).toEqual(['node-1 /pods 0/2 2 2', 'node-1 /pods 1/2 1 1']);
  });

  it('says in which list it stands', async () => {
    const { items } = await get('/v1/effective?program_name=policy&host=node-1', hostSlotPage);
    expect(items.map(({ path, attached_to }) => [path, attached_to])).toEqual([
      ['/', '/'],
      ['/pods', '/'],
      ['/pods/a', '/'],
    ]);
  });
});

describe('/programs', () => {
  it('has what is loaded, host by host, and counts it', async () => {
    const policy = await get('/v1/programs?name=policy&count=true', hostProgramPage);
    expect(policy.items.map(({ host, prog_id }) => `${host} ${prog_id}`)).toEqual(
      [1, 2, 3, 4, 6].map((n) => `node-${n} 1`),
    );
    expect([policy.count, policy.hosts]).toEqual([5, 5]);
    const { tag } = policy.items[0] ?? { tag: '' };
    // Other releases make other tags.
    const same = policy.items.filter((one) => one.tag === tag);
    expect((await get(`/v1/programs?tag=${tag}`, hostProgramPage)).items).toEqual(same);
    const paged: string[] = [];
    for (let next = ''; ; ) {
      const page = await get(`/v1/programs?name=policy&limit=2${next}`, hostProgramPage);
      paged.push(...page.items.map(({ host }) => host));
      if (page.next === undefined) break;
      next = `&next=${page.next}`;
    }
    expect(paged).toEqual(policy.items.map(({ host }) => host));
    const then = await get(`/v1/programs?name=policy&name=audit&at=${early}`, hostProgramPage);
    expect(then.items.length).toBe(6);
    expect((await get('/v1/programs?name=policy', hostProgramPage, 'few')).items.length).toBe(2);
  });

  it('refuses a question without a program', async () => {
    for (const path of [
      '/v1/programs',
      '/v1/effective',
      '/v1/effective?cgroup=/',
      '/v1/programs?tag=',
    ]) {
      const response = await service.app.request(path, { headers });
      expect(await problem(response)).toMatchObject({ status: 422 });
    }
    const bad = await service.app.request('/v1/effective?program_name=x&next=1.2', { headers });
    expect(await problem(bad)).toMatchObject({ status: 422, field: 'next' });
  });
});

describe('/effective/majority', () => {
  const ask = (query: string, who?: string) =>
    get(`/v1/effective/majority?attach_type=connect4&${query}`, majorityAnswer, who);
  const names = (chain: readonly { readonly prog_name: string }[]) =>
    chain.map(({ prog_name }) => prog_name);

  it('tells what most hosts run, and who runs something else', async () => {
    const { hosts, chains, differing, tie } = await ask('cgroup=/pods');
    expect([hosts, tie]).toEqual([5, false]);
    expect(chains.map((one) => [one.hosts, ...names(one.chain)])).toEqual([
      [3, 'audit', 'policy'],
      [1, ...names(differing[0]?.chain ?? [])],
      [1, ...names(differing[1]?.chain ?? [])],
    ]);
    expect(differing.map(({ host }) => host)).toEqual(['node-4', 'node-6']);
    for (const { host, chain } of differing) {
      const query = `cgroup=/pods&attach_type=${CONNECT4}`;
      const { slots } = await get(`/v1/hosts/${host}/effective?${query}`, effectiveArray);
      expect(names(chain)).toEqual(names(slots));
    }
  });

  it('in pages, at a time, of few hosts, at the root, and where there is nothing', async () => {
    const page = await ask('cgroup=/pods&limit=1');
    expect(page.differing.map(({ host }) => host)).toEqual(['node-4']);
    const second = await ask(`cgroup=/pods&limit=1&next=${page.next}`);
    expect(second.differing.map(({ host }) => host)).toEqual(['node-6']);
    expect(second.next).toBeUndefined();
    expect(await ask(`cgroup=/pods&at=${early}`)).toMatchObject({ hosts: 3, differing: [] });
    expect(await ask('cgroup=/pods&host=node-4&host=node-1', 'few')).toMatchObject({ hosts: 1 });
    const even = await ask('cgroup=/pods&host=node-4&host=node-6');
    expect([even.tie, even.chains.map((one) => one.hosts)]).toEqual([true, [1, 1]]);
    const root = await ask('cgroup=/');
    expect(root.hosts).toBe(6);
    expect(root.differing.map(({ host }) => host)).toEqual(['node-5', 'node-6']);
    expect(await ask('cgroup=/none')).toMatchObject({ hosts: 0, chains: [], differing: [] });
  });
});
