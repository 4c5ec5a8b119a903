// Whatever a recorder posts, the service answers it: never a 500, the log verifies, and its rows are
// those that are derived from it. BPFLEDGER_SEED=N repeats a run.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { rebuild } from '../../src/projections/rebuild.ts';
import { type Random, randomFrom } from '../../src/recorders/generator/random.ts';
import { seedOfRun } from '../support/seed.ts';
import { post, startTestService, type TestService } from './running.ts';

const POSTED = 250;
const PATHS = ['/', '/a', '/a/b', '/d'] as const;
const TYPES = ['cgroup_inet_egress', 'cgroup_device'] as const;
const IDS = [1, 2, 3, 4, 5, 2 ** 31, 2 ** 32 - 1] as const;
const CGROUP_IDS = [1, 2, 3, 4, 2 ** 51, 2 ** 52 - 1, 2 ** 52, 2 ** 53 - 1] as const;

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(async () => {
  expect(service.faults).toEqual([]);
  await service.close();
});

/** What may be told, true or not: ids that are the same for other things, maps named twice. */
function nonsense(random: Random): object {
  const [id, prog_id, map] = [random.pick(IDS), random.pick(IDS), random.pick(IDS)];
  const [path, attach_type] = [random.pick(PATHS), random.pick(TYPES)];
  const cgroup_id = random.pick(CGROUP_IDS);
  const fd = random.below(8);
  const cgroup = random.chance(0.6) ? { path, id: cgroup_id } : { path };
  const call = random.pick<object>([
    { name: 'found', cgroup },
    { name: 'found', prog: { id, map_ids: [map, map, random.pick(IDS)] } },
    { name: 'found', map: { id, map_type: 'hash' } },
    { name: 'found', entry: { cgroup: path, attach_type, mode: 'multi', prog_id } },
    { name: 'found', entry: { cgroup: path, attach_type, mode: 'none', prog_id } },
    { name: 'found', link: { id, prog_id, attach_type, cgroup: path } },
    { name: 'found', pin: { path: '/d/p', kind: 'prog', id } },
    { name: 'found', fd: { fd, kind: 'map', id } },
    { name: 'gone', prog: { id } },
    { name: 'gone', map: { id } },
    { name: 'gone', link: { id } },
    { name: 'gone', cgroup: { path } },
    { name: 'mkdir', path },
    { name: 'prog_load', prog_type: 'cgroup_skb' },
  ]);
  const pid = 1 + random.below(3);
  if (!('path' in call || 'prog_type' in call) || random.chance(0.3)) return { pid, call };
  if ('path' in call) {
    return { pid, call, outcome: { ret: 0, cgroup_id }, fds: { [fd]: { kind: 'other' } } };
  }
  return { pid, call, outcome: { ret: fd, prog_id: id }, fds: { [fd]: { kind: 'prog' } } };
}

it.each([1, seedOfRun()])('(seed %i) nothing that is told stops a host', async (seed) => {
  const random = randomFrom(seed);
  const name = `nonsense-${seed}`;
  await post(service.app, '/v1/hosts', { body: { name, release: '6.18' } });
  const refused = new Set<string>();
  for (let i = 0; i < POSTED; i++) {
    const body = nonsense(random);
    const answer = await post(service.app, `/v1/hosts/${name}/syscalls`, { body });
    const text = await answer.text();
    expect([200, 422], `${JSON.stringify(body)}: ${text}`).toContain(answer.status);
    if (answer.status === 422) refused.add((JSON.parse(text) as { field: string }).field);
  }
  // Ids past their limit are all that may be refused: `call` alone would be one the model cannot follow.
  // What is refused is an id of a cgroup that is too large, and nothing else.
  expect(['call.cgroup.id', 'outcome.cgroup_id']).toEqual(expect.arrayContaining([...refused]));
  for (const path of PATHS) {
    for (const program of [1, 2, 3]) {
      const query = `cgroup=${path}&attach_type=egress&program=${program}`;
      const told = await service.app.request(`/v1/hosts/${name}/explain?${query}`);
      expect(told.status, `${query}: ${await told.text()}`).toBe(200);
    }
  }
  const { host_id } = await service.log.head(name);
  const verdict = await service.app.request(`/v1/hosts/${name}/verify`);
  expect(await verdict.json()).toMatchObject({ holds: true, outcomes: { difference_count: 0 } });
  expect(await rebuild(service.database, { host_id, check: true })).toMatchObject({ differing: 0 });
});
